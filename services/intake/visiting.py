"""Visits over time: a school that lets one pass is told of it once, on the morning after."""

from dataclasses import replace
from datetime import datetime, time, timedelta
from uuid import UUID

from services.intake.days import AMSTERDAM, today
from services.intake.domain.placement import Placement
from services.intake.domain.visit import (
    RecordVisit,
    Rhythm,
    Visit,
    check_visit,
    must_be_followed,
    next_due,
    still_due,
)
from services.intake.store import PlacementStore, VisitStore
from shared.ids import new_id
from shared.timers import cancel_timer, set_timer
from shared.unit_of_work import UnitOfWork

VISIT_OVERDUE = "visit-overdue"

AT = time(7)
"""Before lessons begin, as other reminders."""


async def set_rhythm(work: UnitOfWork, placement: Placement, every_weeks: int) -> Rhythm:
    """Say how often a locked placement is seen; raises `StudentIsErased`, `PlacementNeverWas`."""
    must_be_followed(placement)
    known = await VisitStore(work.session).rhythm_of(placement.id, lock=True)
    rhythm = known or Rhythm(new_id(), placement.id, placement.student_id, placement.school_id, every_weeks, None)
    return await _waited_for(work, placement, replace(rhythm, every_weeks=every_weeks))


async def record_visit(work: UnitOfWork, placement: Placement, said: RecordVisit, author: str) -> Visit:
    """Keep a visit to a locked placement; the next one is waited for from then on."""
    check_visit(placement, said, today())
    visit = Visit(new_id(), placement.id, placement.student_id, placement.school_id, author, said)
    kept = await VisitStore(work.session).add(visit)
    await look_again(work, placement)
    return kept


async def look_again(work: UnitOfWork, placement: Placement) -> None:
    """A locked placement was visited, or ended: when is the next visit due?"""
    if (rhythm := await VisitStore(work.session).rhythm_of(placement.id, lock=True)) is not None:
        await _waited_for(work, placement, rhythm)


async def _waited_for(work: UnitOfWork, placement: Placement, rhythm: Rhythm) -> Rhythm:
    store = VisitStore(work.session)
    due = next_due(placement, rhythm.every_weeks, await store.days_of(placement.id), today())
    rhythm = replace(rhythm, due_date=due)
    await store.save_rhythm(rhythm)
    if due is None:
        await cancel_timer(work, VISIT_OVERDUE, rhythm.id)
    else:
        await set_timer(work, VISIT_OVERDUE, rhythm.id, datetime.combine(due + timedelta(days=1), AT, AMSTERDAM))
    return rhythm


async def lock_visited(work: UnitOfWork, rhythm_id: UUID) -> tuple[Placement, Rhythm] | None:
    """A rhythm and its placement, locked in the order in which everybody locks them."""
    store = VisitStore(work.session)
    if (known := await store.find_rhythm(rhythm_id)) is None:
        return None
    placement = await PlacementStore(work.session).lock(known.placement_id)
    rhythm = await store.rhythm_of(known.placement_id, lock=True)
    return None if placement is None or rhythm is None else (placement, rhythm)


async def tell_overdue(work: UnitOfWork, placement: Placement, rhythm: Rhythm) -> None:
    """Tell the school of a visit that nobody made, unless it knows or the placement is over."""
    told = rhythm.overdue(today())
    if told is not None and still_due(placement, told[1].due_date):
        await VisitStore(work.session).save_rhythm(told[0])
        await work.announce(told[1])
