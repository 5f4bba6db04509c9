"""A placement that changes: other days, another end, called off, or followed by the next one."""

from dataclasses import replace
from uuid import UUID

from services.intake import placing
from services.intake.days import today
from services.intake.domain.placement import CancelPlacement, Placement, Stay
from services.intake.domain.placement_changes import ContinuePlacement, ended_by, obstacle_to_change
from services.intake.domain.placement_states import Act, PlacementState
from services.intake.domain.rights import Viewer
from services.intake.domain.seating import IN_WORDS, Obstacle, PlacementIsRefused, Situation, obstacle, why_not
from services.intake.resources import Resources
from services.intake.store import OfferStore, PeopleStore, PlacementStore, StudentStore
from services.intake.visiting import look_again
from shared.unit_of_work import UnitOfWork


async def change(work: UnitOfWork, placement: Placement, stay: Stay) -> Placement:
    """Other days or another end for a placement that is locked; what it has already it keeps.

    Raises `ActIsImpossible`, or `PlacementIsRefused` with why there is no seat.
    """
    placement.after(Act.CHANGE, today())
    there = await placing.situation_at(work, placement.offer_id, placement.student_id)
    stay = placing.stay_at(there, stay.begin_date, stay.end_date, stay.weekdays)
    if stay == placement.stay:
        return placement
    changed, event = placement.changed(stay, today(), await PeopleStore(work.session).coach_key())
    _require(obstacle_to_change(placement, stay, there), stay, there)
    await PlacementStore(work.session).save(changed)
    await look_again(work, changed)
    return replace(changed, version=(await work.announce(event)).version)


async def cancel(work: UnitOfWork, placement: Placement, cancelling: CancelPlacement, viewer: Viewer) -> Placement:
    """Call a placement off before it begins: its seat is matched again, the student is registered again."""
    cancelled, event = placement.cancelled(cancelling, today())
    await PlacementStore(work.session).save(cancelled)
    await look_again(work, cancelled)
    if not placement.is_anonymous:
        await placing.let_go(work, placement.student_id, viewer)
    return replace(cancelled, version=(await work.announce(event)).version)


async def go_on(work: UnitOfWork, placement: Placement, following: ContinuePlacement, viewer: Viewer) -> Placement:
    """The next placement of a student, in one step with the end of the one before, which is locked.

    Raises `ActIsImpossible`, or `PlacementIsRefused` with why there is no seat.
    """
    placement.after(Act.CONTINUE, today())
    await OfferStore(work.session).get(following.offer_id, viewer)
    there = await placing.situation_at(work, following.offer_id, placement.student_id)
    student, offer = there.student, there.offer
    if student is None or offer is None:
        raise PlacementIsRefused(why=IN_WORDS[Obstacle.STUDENT_GONE], reason=Obstacle.STUDENT_GONE)
    stay = placing.stay_at(there, following.begin_date, following.end_date, following.weekdays)
    new = placing.placement_of(student, offer, stay, predecessor_id=placement.id)
    if placement.state is PlacementState.RUNNING:
        await placing.end(work, placement, ended_by(placement, following, new.kind, new.id), viewer)
        there = await placing.situation_at(work, following.offer_id, placement.student_id)
    _require(obstacle(stay, there, searching=False), stay, there)
    assert there.student is not None
    return await placing.start(work, new, there.student, there, placement.coach)


async def search_again(work: UnitOfWork, student_id: UUID, viewer: Viewer, shared: Resources) -> None:
    """A second chance: the student looks for another place at once; raises `StudentIsNotReady` with what is missing."""
    students = StudentStore(work.session)
    student, event = (await students.change(student_id, viewer)).ready()
    await students.save(student)
    await work.announce(event, dataref=shared.dataref(student_id))


def _require(found: Obstacle | None, stay: Stay, there: Situation) -> None:
    if found is not None:
        raise PlacementIsRefused(why=why_not(found, stay, there), reason=found)
