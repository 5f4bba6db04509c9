"""Mail to coordinators, by a real mail server."""

import asyncio
import uuid
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from services.notifications.clients.mail import MailClient
from services.notifications.clients.mail_words import TEMPLATES
from services.notifications.domain.digest import ORDER
from services.notifications.domain.letters import (
    CATEGORIES,
    answer_due,
    claim_lapses,
    letters_of,
    placement_ending,
)
from services.notifications.domain.surroundings import Surroundings, Whereabouts
from services.notifications.settings import Settings
from services.notifications.store.mail import WaitingMail
from shared.events import intake, matching
from shared.ids import new_id
from tests.notifications import facts
from tests.notifications.conftest import outsider
from tests.support.service import RunningService
from tests.support.smtp_catcher import SmtpCatcher

ADDRESS = "j.jansen@school.example"


async def wishes(running: RunningService, mail: str = "at-once", **claims: object) -> None:
    who = {"sub": "jansen", "email": ADDRESS, "schools": [facts.BRIN], **claims}
    async with running.as_("coordinator", **who) as client:
        answer = await client.put("/v1/me", json={"mail": mail})
        assert answer.status_code == 200, answer.text


async def test_a_coordinator_gets_a_mail_with_a_link_and_without_names(
    running: RunningService, post: SmtpCatcher
) -> None:
    await wishes(running)
    proposal = facts.a_proposal()
    await running.announce(proposal)
    mail = await post.next()
    assert mail["To"] == ADDRESS
    assert mail["Subject"] == "Er is een plek gevonden voor een leerling"
    plain, html = (mail.get_body((kind,)) for kind in ("plain", "html"))
    assert plain
    assert html
    for text in (plain.get_content(), html.get_content()):
        assert f"/proposals/{proposal.proposal_id}" in text
        for secret in (proposal.student_id, facts.BRIN, "De Brug"):
            assert str(secret) not in text


async def test_only_the_school_concerned_gets_mail_and_only_who_wants_it(
    running: RunningService, post: SmtpCatcher
) -> None:
    await wishes(running, sub="other", email="other@school.example", schools=[facts.OTHER_BRIN])
    await wishes(running, mail="none", sub="quiet", email="quiet@school.example")
    await wishes(running)
    offer = facts.an_offer(brought_in_by=facts.OTHER_SCHOOL)
    await running.tell(offer)
    await running.announce(facts.an_ended_placement(offer_id=offer.offer_id))
    mails = {mail["To"]: mail["Subject"] for mail in (await post.next(), await post.next())}
    assert mails == {
        ADDRESS: "Een plaatsing is afgelopen",
        "other@school.example": "Een plek die uw school heeft ingebracht is weer vrij",
    }
    assert len(post.tried) == 2


async def test_the_schools_that_are_asked_hear_of_a_question_and_who_asked_of_the_answer(
    running: RunningService, post: SmtpCatcher
) -> None:
    await wishes(running, sub="other", email="other@school.example", schools=[facts.OTHER_BRIN])
    await wishes(running)
    await running.announce(facts.a_question())
    first = await post.next()
    assert (first["To"], first["Subject"]) == (
        "other@school.example",
        "Een andere school vraagt naar een bedrijf dat u kent",
    )
    await running.announce(facts.an_answered_question())
    second = await post.next()
    assert (second["To"], second["Subject"]) == (ADDRESS, "Er is een antwoord op uw vraag over een bedrijf")
    assert len(post.tried) == 2


async def test_who_coordinates_two_schools_hears_of_a_question_to_each(
    running: RunningService, post: SmtpCatcher
) -> None:
    await wishes(running, schools=[facts.BRIN, facts.OTHER_BRIN])
    both = (facts.SCHOOL, facts.OTHER_SCHOOL)
    question = facts.a_question().model_copy(update={"school_id": new_id(), "asked_of": both})
    await running.announce(question)
    assert [(await post.next())["To"] for _ in both] == [ADDRESS, ADDRESS]
    matters = {matter for row in await running.sql.fetch("select matters from mails") for matter in row["matters"]}
    assert len(matters) == 2  # each goes when its own school has answered


async def test_the_school_that_claimed_an_employer_hears_who_wants_to_join(
    running: RunningService, post: SmtpCatcher
) -> None:
    await wishes(running, sub="other", email="other@school.example", schools=[facts.OTHER_BRIN])
    await wishes(running)
    request = facts.a_join_request()
    await running.announce(request)
    mail = await post.next()
    assert mail["To"] == ADDRESS
    plain = mail.get_body(("plain",))
    assert plain
    assert f"/claims/{request.claim_id}" in plain.get_content()
    assert len(post.tried) == 1


@pytest.mark.parametrize(
    ("count", "months", "subject", "more"),
    [
        (12, 6, "Uw school heeft 12 bedrijven al 6 maanden niet gesproken", "En nog 2 andere bedrijven."),
        (11, 9, "Uw school heeft 11 bedrijven al 9 maanden niet gesproken", "En nog 1 ander bedrijf."),
        (1, 1, "Uw school heeft 1 bedrijf al 1 maand niet gesproken", None),
    ],
)
async def test_a_school_is_reminded_by_mail_of_the_employers_that_it_lost_sight_of(
    running: RunningService, post: SmtpCatcher, count: int, months: int, subject: str, more: str | None
) -> None:
    await wishes(running, sub="other", email="other@school.example", schools=[facts.OTHER_BRIN])
    await wishes(running, mail="none", sub="quiet", email="quiet@school.example")
    await wishes(running)
    reminder = facts.a_reminder(count, months)
    envelope = await running.announce(reminder)
    mail = await post.next()
    assert (mail["To"], mail["Subject"]) == (ADDRESS, subject)
    plain, html = (mail.get_body((kind,)) for kind in ("plain", "html"))
    assert plain
    assert html
    for text in (plain.get_content(), html.get_content().replace("&amp;", "&")):
        assert f"/relations/dormant?schoolId={facts.SCHOOL}&months={months}" in text
        assert all(f"/employers/{employer}" in text for employer in reminder.employer_ids)
        assert (more in text) if more else ("En nog" not in text)
    await running.deliver(envelope, "intake.relations-cooled.v1")  # a second time
    assert await running.tell(facts.a_reminder()) == "done"
    await post.next()
    assert len(post.tried) == 2


async def test_the_schools_that_a_questionnaire_waits_for_hear_of_it_and_others_do_not(
    running: RunningService, post: SmtpCatcher
) -> None:
    await wishes(running, sub="other", email="other@school.example", schools=[facts.OTHER_BRIN])
    await wishes(running)
    asked = facts.an_open_questionnaire(reminder=True)
    await running.announce(asked)
    mail = await post.next()
    assert (mail["To"], mail["Subject"]) == (ADDRESS, "De vragenlijst voor uw school sluit bijna")
    plain = mail.get_body(("plain",))
    assert plain
    assert "18-12-2026" in plain.get_content()
    assert f"/questionnaire-rounds/{asked.round_id}" in plain.get_content()
    assert len(post.tried) == 1


async def test_a_mail_that_is_not_taken_is_tried_again_as_the_same_mail(
    running: RunningService, post: SmtpCatcher
) -> None:
    post.answers = ["451 Try again later"]
    await wishes(running)
    envelope = await running.announce(facts.a_proposal())
    await running.deliver(envelope, "matching.match-proposed.v1")  # a second time
    mail = await post.next()
    assert [each["Message-ID"] for each in post.tried] == [mail["Message-ID"]] * 2


async def test_a_mail_that_is_refused_for_good_is_given_up(running: RunningService, post: SmtpCatcher) -> None:
    post.answers = ["550 No such user"]
    await wishes(running)
    await running.announce(facts.a_proposal())
    await running.announce(facts.a_proposal())
    await post.next()
    assert len(post.tried) == 2
    async with asyncio.timeout(5):
        while await running.sql.fetchval("select count(*) from mails where state = 'waiting'"):
            await asyncio.sleep(0.01)  # a poll with a deadline
    found = await running.sql.fetch("select state, tries from mails order by state")
    assert [tuple(row) for row in found] == [("failed", 1), ("sent", 1)]


async def test_an_address_comes_from_the_token_or_not_at_all(running: RunningService) -> None:
    for email in (None, "no address", "a@b.example\r\nBcc: c@d.example"):
        async with running.as_("coordinator", schools=[facts.BRIN], email=email) as client:
            answer = await client.put("/v1/me", json={"mail": "at-once"})
            assert answer.status_code == 409, answer.text
    async with outsider(running, "wsp") as outside:
        assert (await outside.put("/v1/me", json={"mail": "at-once"})).status_code == 403


async def test_who_wants_to_be_forgotten_is(running: RunningService) -> None:
    await wishes(running)
    async with running.as_("coordinator", sub="jansen") as client:
        kept = (await client.get("/v1/me")).json()
        assert (kept["email"], kept["schools"], kept["mail"]) == (ADDRESS, [facts.BRIN], "at-once")
        assert (await client.delete("/v1/me")).status_code == 204
        assert (await client.get("/v1/me")).status_code == 404
    assert await running.sql.fetchval("select count(*) from recipients") == 0


def test_every_letter_has_a_text_that_fits_and_a_link() -> None:
    offer = Whereabouts(new_id(), "offer", "AM11", None, facts.OTHER_SCHOOL)
    around = Surroundings({offer.id: offer}, {facts.SCHOOL: facts.BRIN, facts.OTHER_SCHOOL: facts.OTHER_BRIN})
    facts_of = {"offer_id": offer.id}
    refused = intake.PlacementRefused(
        placement_id=new_id(),
        proposal_id=new_id(),
        student_id=offer.id,
        offer_id=offer.id,
        reason="no-seat",
    )
    expired = matching.MatchExpired(**facts._proposal(), reason="not-answered")
    events = [
        facts.a_proposal(**facts_of),
        facts.an_acceptance(**facts_of),
        expired,
        facts.an_ended_placement(**facts_of),
        facts.an_unmatched_student(),
        refused,
        facts.a_join_request(),
        facts.a_question(),
        facts.an_answered_question(),
        facts.a_reminder(),
        facts.an_overdue_visit(),
        facts.a_due_follow_up(),
        facts.an_open_questionnaire(),
        facts.an_open_questionnaire(reminder=True),
        facts.an_answered_link(),
        facts.an_offered_seat(),
        facts.an_answered_request(),
        facts.an_answered_student_request(),
    ]
    letters = [letter for event in events for letter in letters_of(event, around)]
    letters += letters_of(facts.an_answer(), around, own_schools=frozenset({facts.SCHOOL}))
    own, today = frozenset({facts.BRIN}), date(2026, 12, 1)
    letters += [
        answer_due(own, new_id(), datetime(2026, 12, 1, tzinfo=UTC)),
        claim_lapses(own, new_id(), today),
        placement_ending(own, new_id(), new_id(), today),
    ]
    client = MailClient(Settings(database_url="postgresql://h/d", amqp_url="amqp://h/"))
    for letter in letters:
        mail = client.compose(WaitingMail(uuid.uuid4(), ADDRESS, letter.template, letter.path, dict(letter.facts), 1))
        plain = mail.get_body(("plain",))
        assert plain
        assert letter.path in plain.get_content()
    layouts = {"letter", "digest"}
    # test_letters.py: composed from what intake says when it is sent; test_bounds.py: about a subscription, to its contact
    fetched = {"link", "subscription-troubled"}
    written = {path.stem for path in Path(TEMPLATES).glob("*.txt")} - layouts - fetched
    assert written == {letter.template for letter in letters} == set(CATEGORIES) == set(ORDER)


def test_a_line_break_in_an_address_does_not_become_a_header() -> None:
    client = MailClient(Settings(database_url="postgresql://h/d", amqp_url="amqp://h/"))
    nasty = WaitingMail(uuid.uuid4(), "a@b.example\r\nBcc: c@d.example", "match-accepted", "/offers/1", {}, 1)
    with pytest.raises(ValueError, match="linefeed"):
        client.compose(nasty)
