"""Reminders whose time has come: whether it still is so is looked at once more."""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from services.notifications.domain import letters
from services.notifications.domain.letters import Letter
from services.notifications.jobs import timers
from services.notifications.mailing import post_letters
from services.notifications.reminding import ANSWER_DUE, CLAIM_LAPSES, PLACEMENT_ENDS, lock_placement, reminder_of
from services.notifications.store import MatterStore, SurroundingsStore
from services.notifications.store.clock import now_of
from shared.timers import Timer
from shared.unit_of_work import UnitOfWork


@timers.on(ANSWER_DUE)
async def remind_of_a_proposal(timer: Timer, work: UnitOfWork) -> None:
    """Nobody answered it: the seat goes to somebody else soon."""
    brins = await _brins([timer.payload["school"]], work)
    until = datetime.fromisoformat(timer.payload["until"])
    await _post(timer, letters.answer_due(brins, timer.subject_id, until), work)


@timers.on(CLAIM_LAPSES)
async def remind_of_a_claim(timer: Timer, work: UnitOfWork) -> None:
    """Other schools may approach the employer soon."""
    brins = await _brins(timer.payload["schools"], work)
    last = date.fromisoformat(timer.payload["until"])
    await _post(timer, letters.claim_lapses(brins, timer.subject_id, last), work)


@timers.on(PLACEMENT_ENDS, lock=lock_placement)
async def remind_of_a_placement(timer: Timer, work: UnitOfWork) -> None:
    """It ends, and nobody said what comes then."""
    store, student = MatterStore(work.session), timer.subject_id
    last = await store.last_of(student)
    if last is None or last.end_date is None or reminder_of(last) is None:
        return
    if await SurroundingsStore(work.session).is_searching(student):
        return
    await store.reminded(last)
    brins = await _brins([last.school_id], work)
    await _post(timer, letters.placement_ending(brins, last.id, student, last.end_date), work)


async def _brins(schools: Iterable[UUID | str], work: UnitOfWork) -> frozenset[str]:
    return await SurroundingsStore(work.session).brins_of([UUID(str(school)) for school in schools])


async def _post(timer: Timer, letter: Letter, work: UnitOfWork) -> None:
    now = await now_of(work.session)
    if letter.due and letter.lapses and letter.due <= now:
        return  # nobody was there to fire it in time
    await post_letters(work, f"{timer.kind}:{timer.subject}:{letter.due}", now, [letter])
