"""Reminders: set when something begins, cancelled when it is over, told once."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from shared.events import Event, intake, matching
from shared.ids import new_id
from tests.notifications import facts
from tests.notifications.mailing import fire, morning_comes, plain, wants
from tests.support.service import RunningService
from tests.support.smtp_catcher import SmtpCatcher

OFF = {"proposals": "none"}
NEXT_YEAR = date(datetime.now(UTC).year + 1, 6, 30)


def ids(event: Any, *names: str) -> dict[str, Any]:
    return {name: getattr(event, name) for name in names or ("proposal_id", "student_id", "offer_id", "employer_id")}


async def timers(running: RunningService, kind: str) -> list[datetime]:
    rows = await running.sql.fetch("select due_at from timers where kind = $1 order by due_at", kind)
    return [row["due_at"] for row in rows]


async def test_a_proposal_that_nobody_answers_is_recalled_once_three_days_before_it_expires(
    running: RunningService, post: SmtpCatcher
) -> None:
    await wants(running)
    proposal = facts.a_proposal()
    await running.announce(proposal)
    await post.next()
    [due] = await timers(running, "answer-due")
    assert due == proposal.expires_at - timedelta(days=3)
    async with running.replica():
        await fire(running, "answer-due")
        mail = await post.next()
    assert mail["Subject"] == "Een voorstel voor een leerling verloopt bijna"
    assert f"/proposals/{proposal.proposal_id}" in plain(mail)
    assert len(post.tried) == 2


def answers(proposal: matching.MatchProposed) -> list[Event]:
    """All that answers a proposal."""
    known = ids(proposal) | {"school_id": proposal.school_id, "region": proposal.region, "step": proposal.step}
    refused = {name: known[name] for name in ("proposal_id", "student_id", "offer_id")}
    return [
        facts.an_acceptance(**ids(proposal)),
        matching.MatchDeclined(**known, reason="too-far"),
        matching.MatchExpired(**known, reason="offer-gone"),
        intake.PlacementRefused(placement_id=new_id(), **refused, reason="no-seat"),
        facts.a_placement(**ids(proposal)),
    ]


@pytest.mark.parametrize("which", range(5))
async def test_who_answered_is_not_reminded(running: RunningService, which: int) -> None:
    proposal = facts.a_proposal()
    assert await running.tell(proposal) == "done"
    assert len(await timers(running, "answer-due")) == 1
    assert await running.tell(answers(proposal)[which]) == "done"
    assert await timers(running, "answer-due") == []


async def test_a_reminder_that_waits_for_the_morning_goes_when_it_is_answered_at_night(
    running: RunningService, post: SmtpCatcher
) -> None:
    await wants(running, categories={"proposals": "daily"})
    proposal = facts.a_proposal()
    assert await running.tell(proposal) == "done"
    await fire(running, "answer-due")
    assert await running.sql.fetchval("select count(*) from mails where state = 'gathered'") == 2
    assert await running.tell(answers(proposal)[1]) == "done"
    assert await running.sql.fetchval("select count(*) from mails where state = 'void'") == 2
    await running.announce(facts.an_overdue_visit())
    assert (await post.next())["Subject"] == "Een stagebezoek is nog niet geweest"


async def test_a_proposal_that_expires_soon_needs_no_second_mail(running: RunningService) -> None:
    soon = facts.a_proposal().model_copy(update={"expires_at": datetime.now(UTC) + timedelta(days=3, hours=20)})
    assert await running.tell(soon) == "done"
    assert await timers(running, "answer-due") == []


async def test_a_claim_is_recalled_before_it_lapses_to_all_who_hold_it(
    running: RunningService, post: SmtpCatcher
) -> None:
    await wants(running)
    claim = facts.a_claim(NEXT_YEAR)
    assert await running.tell(claim) == "done"
    [due] = await timers(running, "claim-lapses")
    assert due.date() == NEXT_YEAR - timedelta(days=3)
    longer = facts.a_claim(NEXT_YEAR + timedelta(days=7), claim.claim_id, (facts.OTHER_SCHOOL,))
    assert await running.tell(longer, version=2) == "done"
    assert [each.date() for each in await timers(running, "claim-lapses")] == [NEXT_YEAR + timedelta(days=4)]
    await fire(running, "claim-lapses")
    mail = await post.next()
    assert mail["Subject"] == "Uw afspraak om een bedrijf te benaderen loopt bijna af"
    assert f"{longer.until_date:%d-%m-%Y}" in plain(mail)


async def test_a_claim_that_ended_is_not_recalled(running: RunningService) -> None:
    claim = facts.a_claim(NEXT_YEAR)
    assert await running.tell(claim) == "done"
    ended = ids(claim, "claim_id", "employer_id", "school_id")
    assert await running.tell(intake.ClaimEnded(**ended, reason="released"), version=2) == "done"
    assert await timers(running, "claim-lapses") == []


async def test_a_school_is_reminded_six_weeks_before_a_placement_ends_and_once(
    running: RunningService, post: SmtpCatcher
) -> None:
    await wants(running)
    placement = facts.a_placement(end_date=NEXT_YEAR)
    assert await running.tell(placement) == "done"
    [due] = await timers(running, "placement-ends")
    assert due.date() == NEXT_YEAR - timedelta(weeks=6)
    await fire(running, "placement-ends")
    mail = await post.next()
    assert mail["Subject"] == "Een plaatsing loopt bijna af: wat komt daarna?"
    assert f"/placements/{placement.placement_id}" in plain(mail)
    again = intake.PlacementChanged(**placement.model_dump())
    assert await running.tell(again, version=2) == "done"
    assert await timers(running, "placement-ends") == []  # of this end it was told
    longer = intake.PlacementChanged(**placement.model_dump() | {"end_date": NEXT_YEAR + timedelta(days=30)})
    assert await running.tell(longer, version=3) == "done"
    assert len(await timers(running, "placement-ends")) == 1


async def test_who_knows_what_comes_next_is_not_reminded(running: RunningService, post: SmtpCatcher) -> None:
    placement = facts.a_placement(end_date=NEXT_YEAR)
    whose = {"student_id": placement.student_id}
    assert await running.tell(placement) == "done"
    assert await running.tell(facts.a_ready_student(**whose)) == "done"
    assert await timers(running, "placement-ends") == []
    withdrawn = intake.StudentWithdrawn(student_id=placement.student_id, school_id=facts.SCHOOL)
    assert await running.tell(withdrawn, version=2) == "done"
    assert len(await timers(running, "placement-ends")) == 1
    later = facts.a_placement(**whose, begin_date=NEXT_YEAR, end_date=NEXT_YEAR + timedelta(days=300))
    assert await running.tell(later) == "done"
    [due] = await timers(running, "placement-ends")
    assert due.date() == later.end_date - timedelta(weeks=6) if later.end_date else None
    for ended in (later, placement):
        gone = intake.PlacementEnded(**ended.model_dump(), ended_date=NEXT_YEAR, outcome="job")
        assert await running.tell(gone, version=2) == "done"
    assert await timers(running, "placement-ends") == []
    assert not post.tried


async def test_a_short_placement_and_one_without_an_end_remind_nobody(running: RunningService) -> None:
    short = facts.a_placement(begin_date=NEXT_YEAR - timedelta(weeks=6), end_date=NEXT_YEAR)
    for placement in (short, facts.a_placement(end_date=None)):
        assert await running.tell(placement) == "done"
    assert await timers(running, "placement-ends") == []


async def test_a_placement_that_ended_before_it_was_known_reminds_nobody(running: RunningService) -> None:
    placement = facts.a_placement(end_date=NEXT_YEAR)
    await running.sql.execute(
        "insert into settled_matters values ($1, now() + interval '1 minute')", f"placement:{placement.placement_id}"
    )
    assert await running.tell(placement) == "done"
    assert await timers(running, "placement-ends") == []


async def test_a_digest_names_a_proposal_once_also_when_it_is_recalled(
    running: RunningService, post: SmtpCatcher
) -> None:
    await wants(running, mail="daily")
    assert await running.tell(facts.a_proposal()) == "done"
    await fire(running, "answer-due")
    await morning_comes(running)
    text = plain(await post.next())
    assert "u heeft nog niet gekozen" in text
    assert text.count("/proposals/") == 1
