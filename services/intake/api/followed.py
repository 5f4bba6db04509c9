"""Placements whose guidance is recorded: of the own school, and every look at one is a look at the student."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends

from services.intake.api.callers import Acting
from services.intake.domain.placement import Placement
from services.intake.domain.rights import Viewer
from services.intake.store import PlacementStore, StudentStore
from services.intake.store.students import Action
from shared.errors import Forbidden
from shared.unit_of_work import UnitOfWork, Work


async def _seen(placement_id: UUID, viewer: Acting, work: Work) -> Placement:
    placement = await PlacementStore(work.session).get(placement_id, viewer)
    if not viewer.works_for(placement.school_id, placement.student_id):
        raise Forbidden("what a school records of its guidance is its own")
    await _log(work, placement, viewer, Action.PLACEMENT_READ)
    return placement


async def _changed(placement_id: UUID, viewer: Acting, work: Work) -> Placement:
    placement = await PlacementStore(work.session).get(placement_id, viewer, lock=True)
    await _log(work, placement, viewer, Action.CHANGED)
    return placement


async def _log(work: UnitOfWork, placement: Placement, viewer: Viewer, action: Action) -> None:
    if not placement.is_anonymous:
        await StudentStore(work.session).log([placement.student_id], viewer.subject, action)


Seen = Annotated[Placement, Depends(_seen)]
"""The placement of the path, for who works for its student."""

Locked = Annotated[Placement, Depends(_changed)]
"""The same, locked until the call ends."""
