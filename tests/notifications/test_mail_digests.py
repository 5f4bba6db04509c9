"""Digests: one mail that says what to do next, the most urgent first, of what still holds."""

from datetime import UTC, datetime, timedelta

from services.notifications.domain.digest import MOST_LINKS, Item, Part, grouped
from shared.ids import new_id
from tests.notifications import facts
from tests.notifications.mailing import me, morning_comes, plain, wants
from tests.support.service import RunningService
from tests.support.smtp_catcher import SmtpCatcher

NOW = datetime(2026, 11, 24, 6, 30, tzinfo=UTC)


def item(template: str, path: str = "/1", days: int | None = None) -> Item:
    return Item(template, path, {}, None if days is None else NOW + timedelta(days=days))


def test_the_most_urgent_comes_first_and_news_last() -> None:
    items = [
        item("seat-free"),
        item("round-opened", days=20),
        item("help-answered"),
        item("match-proposed", "/1", days=6),
        item("match-proposed", "/2", days=2),
        item("visit-overdue", days=3),
        item("match-proposed", "/3", days=9),
        item("match-proposed", "/4", days=1),
        item("answer-due", "/4", days=1),
    ]
    found = [(group.part, group.template, [each.path for each in group.items]) for group in grouped(items, NOW)]
    assert found == [
        (Part.SOON, "answer-due", ["/4"]),
        (Part.SOON, "match-proposed", ["/2", "/1"]),
        (Part.SOON, "visit-overdue", ["/1"]),
        (Part.TO_DO, "match-proposed", ["/3"]),
        (Part.TO_DO, "round-opened", ["/1"]),
        (Part.TO_DO, "help-answered", ["/1"]),
        (Part.TO_KNOW, "seat-free", ["/1"]),
    ]


def test_nobody_drowns_and_nothing_stands_there_twice() -> None:
    [group] = grouped([item("seat-free", f"/{number % 13}") for number in range(40)], NOW)
    assert (len(group.items), group.more) == (MOST_LINKS, 3)


async def test_a_person_gets_one_mail_of_what_still_holds(running: RunningService, post: SmtpCatcher) -> None:
    await wants(running, mail="daily")
    offer = facts.an_offer(brought_in_by=facts.SCHOOL)
    await running.tell(offer)
    answered, expired, open_ = facts.a_proposal(), facts.a_proposal(), facts.a_proposal()
    visit, other_visit = facts.an_overdue_visit(), facts.an_overdue_visit()
    freed = facts.an_ended_placement(offer_id=offer.offer_id, school_id=facts.OTHER_SCHOOL)
    for event in (facts.an_answered_question(), freed, answered, expired, open_, visit, other_visit):
        assert await running.tell(event) == "done"
    ids = {name: getattr(answered, name) for name in ("proposal_id", "student_id", "offer_id", "employer_id")}
    settling = (
        facts.an_acceptance(**ids),
        facts.a_placement(offer_id=offer.offer_id, school_id=facts.OTHER_SCHOOL),
        facts.an_ended_placement(placement_id=visit.placement_id, school_id=facts.OTHER_SCHOOL),
    )
    for each in settling:
        assert await running.tell(each) == "done"
    lapsed = "update mails set due_at = now() - interval '1 minute' where path = $1"
    await running.sql.execute(lapsed, f"/proposals/{expired.proposal_id}")
    assert not post.tried
    await morning_comes(running)
    mail = await post.next()
    assert (mail["To"], mail["Subject"]) == ("jansen@school.example", "U heeft 2 dingen te doen, 2 met haast")
    text = plain(mail)
    urgent, news = f"/placements/{other_visit.placement_id}/visits", "/questions/"
    assert text.index(urgent) < text.index(f"/proposals/{open_.proposal_id}") < text.index(news)
    gone = (answered.proposal_id, expired.proposal_id, visit.placement_id, offer.offer_id)
    assert not [left for left in gone if str(left) in text]
    assert not [name for name in (facts.BRIN, str(facts.SCHOOL), "De Brug") if name in text]
    await running.until("select not exists (select from mails where state in ('waiting', 'gathered') and not lapses)")
    assert len(post.tried) == 1


async def test_a_digest_of_what_was_all_settled_is_not_sent(running: RunningService, post: SmtpCatcher) -> None:
    await wants(running, mail="daily")
    proposal = facts.a_proposal()
    assert await running.tell(proposal) == "done"
    await running.sql.execute("update mails set due_at = now() - interval '1 minute'")
    await morning_comes(running)
    await running.until("select count(*) = 0 from mails")
    assert not post.tried


async def test_what_is_settled_before_it_is_told_is_not_told(running: RunningService, post: SmtpCatcher) -> None:
    await wants(running, mail="daily")
    proposal = facts.a_proposal()
    ids = {name: getattr(proposal, name) for name in ("proposal_id", "student_id", "offer_id", "employer_id")}
    later = facts.an_acceptance(**ids)
    await running.sql.execute(
        "insert into settled_matters values ($1, now() + interval '1 minute')", f"proposal:{proposal.proposal_id}"
    )
    assert await running.tell(proposal) == "done"
    assert await running.tell(later) == "done"
    assert await running.sql.fetchval("select count(*) from mails") == 0
    assert await running.sql.fetchval("select count(*) from timers where kind = 'answer-due'") == 0
    assert not post.tried


async def test_each_digest_goes_out_once_with_several_replicas_whoever_wakes_first(
    running: RunningService, post: SmtpCatcher
) -> None:
    people = [f"person-{number}" for number in range(8)]
    for person in people:
        await wants(running, person, mail="daily", categories={"questions": "weekly"})
    async with running.replica(), running.replica():
        for event in (facts.a_proposal(), facts.an_overdue_visit(), facts.an_answered_question()):
            assert await running.tell(event) == "done"
        await morning_comes(running)
        mails = [await post.next() for _ in range(2 * len(people))]
        await running.until("select not exists (select from mails where state in ('waiting', 'gathered'))")
    assert sorted(mail["To"] for mail in mails) == sorted(2 * [f"{person}@school.example" for person in people])
    assert len({mail["Message-ID"] for mail in post.tried}) == len(post.tried) == 2 * len(people)


async def test_what_is_urgent_waits_for_no_digest(running: RunningService, post: SmtpCatcher) -> None:
    await wants(running, mail="weekly")
    calls = facts.an_answered_link().model_copy(update={"purpose": "problem", "code": "problem-today"})
    await running.announce(calls)
    assert (await post.next())["Subject"] == "Bel vandaag: een bedrijf meldt een probleem"


async def test_a_digest_that_the_server_does_not_take_is_tried_again_as_the_same_mail(
    running: RunningService, post: SmtpCatcher
) -> None:
    post.answers = ["451 Try again later"]
    await wants(running, mail="daily")
    assert await running.tell(facts.an_overdue_visit()) == "done"
    await morning_comes(running)
    mail = await post.next()
    assert [each["Message-ID"] for each in post.tried] == [mail["Message-ID"]] * 2
    await running.until("select count(*) = 2 from mails where state = 'sent'")


async def test_nothing_of_an_erased_student_waits_for_a_digest(running: RunningService, post: SmtpCatcher) -> None:
    await wants(running, mail="daily")
    student = facts.a_ready_student()
    other = facts.a_ready_student()
    for event in (student, other):
        await running.tell(event)
        await running.tell(facts.an_unmatched_student(student_id=event.student_id))
    await running.tell(facts.a_placement(student_id=student.student_id, placement_id=new_id()))
    await running.tell(facts.an_erasure(student.student_id))
    for table in ("mails", "settled_matters", "running_placements", "timers"):
        query = f"select count(*) from {table} each where each::text like '%' || $1 || '%'"
        await running.until(query.replace("count(*)", "count(*) = 0"), str(student.student_id))
    await morning_comes(running)
    assert str(other.student_id) in plain(await post.next())
    assert (await me(running))["mail"] == "daily"
