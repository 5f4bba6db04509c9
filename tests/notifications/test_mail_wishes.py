"""What mail a person wants: in which rhythm for each kind, and not at night."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from services.notifications.domain.wishes import Category, QuietHours, Rhythm, Wishes, next_digest
from services.notifications.settings import Settings
from shared.settings import SettingsWrong
from tests.notifications import facts
from tests.notifications.mailing import me, morning_comes, wants
from tests.support.service import RunningService
from tests.support.smtp_catcher import SmtpCatcher

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


def in_amsterdam(day: int, hour: int, minute: int = 0, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=AMSTERDAM).astimezone(UTC)


@pytest.mark.parametrize(
    ("comes", "arrives"),
    [
        (in_amsterdam(24, 12), in_amsterdam(24, 12)),  # a Tuesday
        (in_amsterdam(24, 18, 59), in_amsterdam(24, 18, 59)),
        (in_amsterdam(24, 19), in_amsterdam(25, 7)),
        (in_amsterdam(25, 3), in_amsterdam(25, 7)),
        (in_amsterdam(25, 7), in_amsterdam(25, 7)),
        (in_amsterdam(27, 20), in_amsterdam(30, 7)),  # on Friday evening
        (in_amsterdam(28, 12), in_amsterdam(30, 7)),
        (in_amsterdam(29, 23), in_amsterdam(30, 7)),
        (in_amsterdam(24, 20, month=10), in_amsterdam(26, 7, month=10)),  # the night in which the clock goes back
    ],
)
def test_what_comes_in_quiet_hours_waits_for_the_morning(comes: datetime, arrives: datetime) -> None:
    assert QuietHours().after(comes) == arrives


def test_quiet_hours_can_lie_within_a_day_or_not_be_there() -> None:
    lessons = QuietHours(time(8, 30), time(15), weekends=False)
    assert lessons.after(in_amsterdam(28, 9)) == in_amsterdam(28, 15)
    assert lessons.after(in_amsterdam(28, 16)) == in_amsterdam(28, 16)
    assert QuietHours(time(0), time(0), weekends=False).after(in_amsterdam(28, 3)) == in_amsterdam(28, 3)


@pytest.mark.parametrize(
    ("rhythm", "now", "due"),
    [
        (Rhythm.DAILY, in_amsterdam(24, 7), in_amsterdam(24, 7, 30)),
        (Rhythm.DAILY, in_amsterdam(24, 7, 30), in_amsterdam(25, 7, 30)),
        (Rhythm.DAILY, in_amsterdam(27, 9), in_amsterdam(30, 7, 30)),  # Friday: on Monday
        (Rhythm.WEEKLY, in_amsterdam(24, 9), in_amsterdam(30, 7, 30)),
        (Rhythm.WEEKLY, in_amsterdam(30, 6), in_amsterdam(30, 7, 30)),
    ],
)
def test_a_digest_comes_on_a_working_morning(rhythm: Rhythm, now: datetime, due: datetime) -> None:
    assert next_digest(rhythm, now, QuietHours()) == due


def test_a_digest_comes_after_quiet_hours() -> None:
    sleeper = QuietHours(time(16), time(10))
    assert next_digest(Rhythm.DAILY, in_amsterdam(24, 7), sleeper) == in_amsterdam(24, 10)


def test_mail_is_turned_off_by_kind_by_rhythm_or_all_of_it() -> None:
    wishes = Wishes(Rhythm.AT_ONCE, {Category.GUIDANCE: Rhythm.WEEKLY, Category.QUESTIONS: Rhythm.WEEKLY})
    off = wishes.without(Category.GUIDANCE)
    assert (off.rhythm_of(Category.GUIDANCE), off.rhythm_of(Category.QUESTIONS)) == (Rhythm.NONE, Rhythm.WEEKLY)
    off = wishes.without(Rhythm.WEEKLY)
    assert {each for each, rhythm in off.each().items() if rhythm is Rhythm.NONE} == {
        Category.GUIDANCE,
        Category.QUESTIONS,
    }
    assert set(wishes.without(Rhythm.NONE).each().values()) == {Rhythm.NONE}


@pytest.mark.parametrize("hours", ["19:00", "25:00-07:00", "19:00-07:61", "never"])
def test_an_operator_who_mistypes_the_quiet_hours_is_told(hours: str) -> None:
    with pytest.raises(SettingsWrong, match="QUIET_HOURS"):
        Settings(database_url="postgresql://h/d", amqp_url="amqp://h/", quiet_hours=hours)


async def test_a_person_gets_one_kind_at_once_and_others_not(running: RunningService, post: SmtpCatcher) -> None:
    kept = await wants(running, mail="none", categories={"proposals": "at-once", "guidance": "daily"})
    assert (kept["categories"]["proposals"], kept["categories"]["questions"]) == ("at-once", "none")
    await wants(running, "pieters", categories={"proposals": "none"})
    await running.tell(facts.an_overdue_visit())
    await running.tell(facts.an_answered_question())
    await running.announce(facts.a_proposal())
    mails = {mail["To"]: mail["Subject"] for mail in [await post.next() for _ in range(3)]}
    assert mails["jansen@school.example"] == "Er is een plek gevonden voor een leerling"
    assert len(post.tried) == 3
    assert [mail["To"] for mail in post.tried].count("pieters@school.example") == 2
    assert await running.sql.fetchval("select count(*) from mails where state = 'gathered'") == 1


async def test_a_mail_that_comes_in_quiet_hours_is_sent_in_the_morning_unless_it_is_settled_by_then(
    running: RunningService, post: SmtpCatcher
) -> None:
    now = datetime.now(AMSTERDAM)
    quiet = {"begin": f"{now - timedelta(hours=2):%H:%M}", "end": f"{now + timedelta(hours=2):%H:%M}"}
    kept = await wants(running, quietHours={**quiet, "weekends": False})
    assert kept["quietHours"] == {**quiet, "weekends": False}
    answered, open_ = facts.a_proposal(), facts.a_proposal()
    for proposal in (answered, open_):
        assert await running.tell(proposal) == "done"
    ids = {name: getattr(answered, name) for name in ("proposal_id", "student_id", "offer_id", "employer_id")}
    assert await running.tell(facts.an_acceptance(**ids)) == "done"
    waits = "select count(*) from mails where state = 'waiting' and tries = 0 and next_at > now() + interval '1 hour'"
    assert await running.sql.fetchval(waits) == 1
    await morning_comes(running)
    mail = await post.next()
    body = mail.get_body(("plain",))
    assert body
    assert str(open_.proposal_id) in body.get_content()
    assert len(post.tried) == 1


async def test_what_waits_goes_as_is_wished_from_now_on(running: RunningService, post: SmtpCatcher) -> None:
    await wants(running, mail="weekly")
    await running.tell(facts.an_overdue_visit())
    await running.tell(facts.a_due_follow_up())
    await running.tell(facts.an_answered_question())
    states = "select count(*) from mails where state = $1"
    assert await running.sql.fetchval(states, "gathered") == 3
    await wants(running, mail="weekly", categories={"guidance": "none", "questions": "at-once"})
    assert (await post.next())["Subject"] == "Er is een antwoord op uw vraag over een bedrijf"
    assert await running.sql.fetchval(states, "void") == 2
    assert await running.sql.fetchval(states, "gathered") == 0


async def test_what_is_urgent_stays_so_whatever_is_wished_meanwhile(running: RunningService, post: SmtpCatcher) -> None:
    now = datetime.now(AMSTERDAM)
    quiet = {"begin": f"{now - timedelta(hours=2):%H:%M}", "end": f"{now + timedelta(hours=2):%H:%M}"}
    await wants(running, quietHours={**quiet, "weekends": False})
    problem = facts.an_answered_link().model_copy(update={"purpose": "problem", "code": "problem-today"})
    assert await running.tell(problem) == "done"
    await wants(running, mail="weekly")
    assert (await post.next())["Subject"] == "Bel vandaag: een bedrijf meldt een probleem"


@pytest.mark.parametrize(
    ("wishes", "pointer"),
    [
        ({"mail": "hourly"}, "/mail"),
        ({"categories": {"weather": "daily"}}, "/categories/weather"),
        ({"categories": {"guidance": "often"}}, "/categories/guidance"),
        ({"quietHours": {"begin": "19:00"}}, "/quietHours/end"),
        ({"quietHours": {"begin": "7 pm", "end": "07:00"}}, "/quietHours/begin"),
    ],
)
async def test_a_wish_that_nobody_understands_is_refused(
    running: RunningService, wishes: dict[str, object], pointer: str
) -> None:
    async with running.as_("coordinator", schools=[facts.BRIN], email="a@school.example") as client:
        answer = await client.put("/v1/me", json={"mail": "at-once", **wishes})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"].startswith(pointer)


async def test_who_said_nothing_of_hours_has_those_of_the_installation(running: RunningService) -> None:
    await wants(running)
    assert (await me(running))["quietHours"] == {"begin": "00:00", "end": "00:00", "weekends": False}
    assert Settings(database_url="postgresql://h/d", amqp_url="amqp://h/").quiet == QuietHours()


async def test_a_mail_that_was_refused_for_now_is_not_tried_again_in_quiet_hours(
    running: RunningService, post: SmtpCatcher
) -> None:
    now = datetime.now(AMSTERDAM)
    begin, end = (f"{now + timedelta(hours=hours):%H:%M}" for hours in (-2, 2))
    await wants(running, quietHours={"begin": begin, "end": end, "weekends": False})
    post.answers = ["451 Try again later"]
    await running.tell(facts.a_proposal())
    await morning_comes(running)  # as if the hours had begun while it was on its way
    await running.until("select tries = 1 and error like '451%' and next_at > now() + interval '1 hour' from mails")
    assert len(post.tried) == 1
