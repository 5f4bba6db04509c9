"""Placements in the database."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, and_, not_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.intake.domain.coach import Coach
from services.intake.domain.placement import CancelPlacement, EndPlacement, Placement, Stay
from services.intake.domain.placement_states import UNREAL, PlacementState, kept_as
from services.intake.domain.rights import Viewer
from services.intake.store.acting import Capacity, acting_as
from services.intake.store.rows import document, page_of, read, save
from services.intake.store.tables import placements
from shared.api import PageRequest
from shared.errors import Forbidden, NotFound
from shared.events.codes import PlacementKind


@dataclass(frozen=True)
class PlacementFilter:
    """Which placements are looked for; None: whatever it is."""

    student_id: UUID | None = None
    offer_id: UUID | None = None
    employer_id: UUID | None = None
    state: PlacementState | None = None
    today: date = date.max
    """On which day it has that state."""
    school_id: UUID | None = None


class PlacementStore:
    """Finds and keeps placements."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def get(self, placement_id: UUID, viewer: Viewer, *, lock: bool = False, to_act: bool = False) -> Placement:
        """One placement of the caller's schools; raises `NotFound`, or `Forbidden` for who only sees it."""
        query = select(placements).where(placements.c.id == placement_id, _seen_by(viewer))
        row = (await self._session.execute(query)).one_or_none()
        if row is None:
            raise NotFound("placement")
        if (lock or to_act) and not viewer.works_for(row.school_id, row.student_id):
            raise Forbidden("a job coach sees a placement, and the school changes it")
        return placement_of_row((await self._session.execute(query.with_for_update())).one() if lock else row)

    async def lock(self, placement_id: UUID) -> Placement | None:
        """One placement, whoever asks; until the transaction ends nobody else changes it."""
        query = select(placements).where(placements.c.id == placement_id).with_for_update()
        row = (await self._session.execute(query)).one_or_none()
        return None if row is None else placement_of_row(row)

    async def of_proposal(self, proposal_id: UUID) -> Placement | None:
        """What came of a proposal."""
        query = select(placements).where(placements.c.proposal_id == proposal_id)
        row = (await self._session.execute(query)).one_or_none()
        return None if row is None else placement_of_row(row)

    async def at_offer(self, offer_id: UUID) -> list[Placement]:
        """Those that were not refused, at the seats of an offer, of all schools."""
        return (await self.at_offers([offer_id]))[offer_id]

    async def at_offers(self, offer_ids: list[UUID]) -> dict[UUID, list[Placement]]:
        """The same for several offers."""
        found: dict[UUID, list[Placement]] = {offer_id: [] for offer_id in offer_ids}
        async with acting_as(self._session, Capacity.SEATS):
            for placement in await self._real(placements.c.offer_id.in_(offer_ids)):
                found[placement.offer_id].append(placement)
        return found

    async def of_student(self, student_id: UUID) -> list[Placement]:
        """Those that were not refused, of a student."""
        return await self._real(placements.c.student_id == student_id)

    async def save(self, placement: Placement) -> None:
        """Keep a new placement, or what changed."""
        await save(self._session, placements, _values(placement))

    async def page(self, viewer: Viewer, wanted: PlacementFilter, page: PageRequest) -> list[Placement]:
        """Those of the caller's schools that fit."""
        query = select(placements).where(_seen_by(viewer))
        for column, value in (
            (placements.c.student_id, wanted.student_id),
            (placements.c.offer_id, wanted.offer_id),
            (placements.c.employer_id, wanted.employer_id),
            (placements.c.school_id, wanted.school_id),
        ):
            if value is not None:
                query = query.where(column == value)
        if wanted.state is not None:
            query = query.where(_stands(wanted.state, wanted.today))
        return [placement_of_row(row) for row in await page_of(self._session, query, placements, page)]

    async def _real(self, condition: Any) -> list[Placement]:
        query = select(placements).where(condition, placements.c.state.not_in(UNREAL))
        return [placement_of_row(row) for row in await self._session.execute(query.order_by(placements.c.id))]


def _stands(state: PlacementState, today: date) -> ColumnElement[bool]:
    """The same as `domain.placement_states.standing`; ISO dates in documents compare as text."""
    kept = placements.c.state == kept_as(state)
    ahead = placements.c.stay["begin_date"].astext > today.isoformat()
    return {PlacementState.AGREED: and_(kept, ahead), PlacementState.RUNNING: and_(kept, not_(ahead))}.get(state, kept)


def _seen_by(viewer: Viewer) -> ColumnElement[bool]:
    own = placements.c.school_id.in_(viewer.schools)
    return or_(own, placements.c.student_id.in_(viewer.named_students)) if viewer.named_students else own


def _values(placement: Placement) -> dict[str, Any]:
    return {
        "id": placement.id,
        "proposal_id": placement.proposal_id,
        "student_id": placement.student_id,
        "school_id": placement.school_id,
        "offer_id": placement.offer_id,
        "employer_id": placement.employer_id,
        "region": placement.region,
        "municipality": placement.municipality,
        "kind": placement.kind,
        "state": placement.state,
        "predecessor_id": placement.predecessor_id,
        "refused_reason": placement.refused_reason,
        "stay": document(placement.stay),
        "ending": document(over) if (over := placement.end or placement.cancelling) else None,
        "coach": document(placement.coach) if placement.coach else None,
        "wish_rank": placement.wish_rank,
    }


def placement_of_row(row: Row[Any]) -> Placement:
    """A placement from its row."""
    state = PlacementState(row.state)
    return Placement(
        id=row.id,
        student_id=row.student_id,
        school_id=row.school_id,
        offer_id=row.offer_id,
        employer_id=row.employer_id,
        region=row.region,
        municipality=row.municipality,
        kind=PlacementKind(row.kind),
        stay=read(Stay, row.stay),
        proposal_id=row.proposal_id,
        predecessor_id=row.predecessor_id,
        state=state,
        refused_reason=row.refused_reason,
        end=read(EndPlacement, row.ending) if row.ending and state is PlacementState.ENDED else None,
        cancelling=read(CancelPlacement, row.ending) if row.ending and state is PlacementState.CANCELLED else None,
        coach=read(Coach, row.coach) if row.coach else None,
        wish_rank=row.wish_rank,
        version=row.version,
    )
