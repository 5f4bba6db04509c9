"""Reminders of what nobody did yet: set when it begins, cancelled when it is over, looked at again when they fire.

A handler keeps reminders before it settles matters: one that fires beside it has posted its letter by then, so that the
letter is dropped with the others, or finds its timer gone.
"""

from datetime import date, datetime, timedelta
from uuid import UUID

from services.notifications.domain import matters
from services.notifications.domain.envelopes import AMSTERDAM
from services.notifications.domain.wishes import DIGEST_AT
from services.notifications.store import MatterStore, SurroundingsStore
from services.notifications.store.mail_matters import RunningPlacement
from shared.events import Event
from shared.events.intake import (
    ClaimEnded,
    EmployerClaimed,
    PlacementCancelled,
    PlacementChanged,
    PlacementEnded,
    PlacementRefused,
    PlacementStarted,
    StudentReady,
    StudentWithdrawn,
)
from shared.events.matching import MatchAccepted, MatchDeclined, MatchExpired, MatchProposed
from shared.timers import Timer, cancel_timer, set_timer
from shared.unit_of_work import UnitOfWork

ANSWER_DUE = "answer-due"
CLAIM_LAPSES = "claim-lapses"
PLACEMENT_ENDS = "placement-ends"

BEFORE_A_PROPOSAL_EXPIRES = timedelta(days=3)
BEFORE_A_CLAIM_LAPSES = timedelta(days=3)
BEFORE_A_PLACEMENT_ENDS = timedelta(weeks=6)
"""What it takes to find the next place, or to lengthen this one with everybody's signature."""

NOT_WITHIN = timedelta(days=1)
"""A reminder so soon after the first mail says nothing new."""


async def keep_reminders(work: UnitOfWork, event: Event, moment: datetime) -> None:
    """Set and cancel the reminders that an event is about."""
    await _of_answers(work, event, moment)
    await _of_claims(work, event, moment)
    await _of_placements(work, event, moment)


async def lock_placement(timer: Timer, work: UnitOfWork) -> None:
    """Whoever changes a placement holds its row before its timer."""
    await MatterStore(work.session).last_of(timer.subject_id, lock=True)


async def _of_answers(work: UnitOfWork, event: Event, moment: datetime) -> None:
    match event:
        case MatchProposed(proposal_id=proposal, expires_at=until):
            due = until - BEFORE_A_PROPOSAL_EXPIRES
            known = await MatterStore(work.session).settled({matters.proposal(proposal)}, moment)
            if due >= moment + NOT_WITHIN and not known:
                payload = {"school": str(event.school_id), "until": until.isoformat()}
                await set_timer(work, ANSWER_DUE, proposal, due, payload)
        case MatchAccepted() | MatchDeclined() | MatchExpired() | PlacementRefused() | PlacementStarted():
            if event.proposal_id:
                await cancel_timer(work, ANSWER_DUE, event.proposal_id)


async def _of_claims(work: UnitOfWork, event: Event, moment: datetime) -> None:
    match event:
        case EmployerClaimed(claim_id=claim, until_date=until):
            due = _morning_of(until - BEFORE_A_CLAIM_LAPSES)
            if due < moment + NOT_WITHIN or await MatterStore(work.session).settled({matters.claim(claim)}, moment):
                await cancel_timer(work, CLAIM_LAPSES, claim)
                return
            schools = [str(school) for school in (event.school_id, *event.joined_by)]
            await set_timer(work, CLAIM_LAPSES, claim, due, {"schools": schools, "until": until.isoformat()})
        case ClaimEnded(claim_id=claim):
            await cancel_timer(work, CLAIM_LAPSES, claim)


async def _of_placements(work: UnitOfWork, event: Event, moment: datetime) -> None:
    store = MatterStore(work.session)
    match event:
        case PlacementStarted() | PlacementChanged():
            if await store.settled({matters.placement(event.placement_id)}, moment):
                return
            running = (event.placement_id, event.student_id, event.school_id, event.begin_date, event.end_date)
            await store.note(RunningPlacement(*running))
            await _arrange(work, event.student_id)
        case PlacementEnded() | PlacementCancelled():
            await store.over(event.placement_id)
            await _arrange(work, event.student_id)
        case StudentReady() | StudentWithdrawn():
            await _arrange(work, event.student_id)


async def _arrange(work: UnitOfWork, student_id: UUID) -> None:
    """Have the school reminded of a student's last placement, unless a next step is known."""
    last = await MatterStore(work.session).last_of(student_id)
    due = reminder_of(last) if last else None
    if due is None or await SurroundingsStore(work.session).is_searching(student_id):
        await cancel_timer(work, PLACEMENT_ENDS, student_id)
    else:
        await set_timer(work, PLACEMENT_ENDS, student_id, due)


def reminder_of(placement: RunningPlacement) -> datetime | None:
    """When its school is reminded that it ends: never of a short one, nor twice of the same end."""
    end = placement.end_date
    if end is None or placement.reminded_of == end or end - BEFORE_A_PLACEMENT_ENDS <= placement.begin_date:
        return None
    return _morning_of(end - BEFORE_A_PLACEMENT_ENDS)


def _morning_of(day: date) -> datetime:
    return datetime.combine(day, DIGEST_AT, AMSTERDAM)
