"""Closures in the database, with the placements that they touch."""

from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.intake.domain.closure import CloseSector, Closure, ClosureState, Decision
from services.intake.domain.placement import Placement
from services.intake.domain.placement_states import PlacementState
from services.intake.domain.rights import Viewer
from services.intake.store.acting import Capacity, acting_as
from services.intake.store.closure_tables import closure_decisions, closures
from services.intake.store.offers import region_of_offer
from services.intake.store.placements import placement_of_row
from services.intake.store.rows import document, page_of, read, save
from services.intake.store.tables import employers, offers, placements
from shared.api import PageRequest
from shared.errors import NotFound


class ClosureStore:
    """Finds and keeps closures and what was decided under them."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def get(self, closure_id: UUID, *, lock: bool = False) -> Closure:
        """One closure; raises `NotFound`."""
        query = select(closures).where(closures.c.id == closure_id)
        row = (await self._session.execute(query.with_for_update() if lock else query)).one_or_none()
        if row is None:
            raise NotFound("closure")
        return _closure(row)

    async def save(self, closure: Closure) -> None:
        """Keep a new closure, or what changed."""
        await save(self._session, closures, _values(closure))

    async def page(
        self, page: PageRequest, region: str | None, sector: str | None, state: ClosureState | None
    ) -> list[Closure]:
        """Those that fit; a closure of a whole region fits every sector."""
        query = select(closures)
        if region is not None:
            query = query.where(closures.c.region == region)
        if sector is not None:
            query = query.where(or_(closures.c.sector == sector, closures.c.sector.is_(None)))
        if state is not None:
            query = query.where(closures.c.state == state)
        return [_closure(row) for row in await page_of(self._session, query, closures, page)]

    async def standing_in(self, regions: Collection[str]) -> list[Closure]:
        """The closures of these regions that were not reopened."""
        if not regions:
            return []
        which = closures.c.region.in_(regions), closures.c.state == ClosureState.STANDING
        return [_closure(row) for row in await self._session.execute(select(closures).where(*which))]

    async def placements_under(self, closure: Closure, viewer: Viewer, page: PageRequest) -> list[Placement]:
        """The running placements that a closure touches: all of them for who looks after the region, else the own."""
        query = _touched(closure)
        if not viewer.governs(closure.facts.region):
            query = query.where(placements.c.school_id.in_(viewer.schools))
        async with acting_as(self._session, Capacity.SEATS):
            found = await page_of(self._session, query, placements, page)
        return [placement_of_row(row) for row in found]

    async def touches(self, closure: Closure, placement_id: UUID) -> bool:
        """Whether a placement is one of those."""
        query = _touched(closure).where(placements.c.id == placement_id)
        return (await self._session.execute(query)).one_or_none() is not None

    async def decide(self, closure_id: UUID, placement: Placement, decision: Decision, subject: str) -> None:
        """Keep what a school decided; it may change its mind while the placement runs."""
        values = {"school_id": placement.school_id, "decision": decision, "decided_by": subject}
        new = insert(closure_decisions).values(closure_id=closure_id, placement_id=placement.id, **values)
        keys = ["closure_id", "placement_id"]
        changed = values | {"decided_at": func.clock_timestamp()}
        await self._session.execute(new.on_conflict_do_update(index_elements=keys, set_=changed))

    async def decisions(self, closure_id: UUID, placement_ids: Collection[UUID]) -> dict[UUID, Decision]:
        """What was decided, by placement."""
        query = select(closure_decisions.c.placement_id, closure_decisions.c.decision).where(
            closure_decisions.c.closure_id == closure_id, closure_decisions.c.placement_id.in_(placement_ids)
        )
        async with acting_as(self._session, Capacity.SEATS):
            found = (await self._session.execute(query)).all()
        return {row.placement_id: Decision(row.decision) for row in found}


def _touched(closure: Closure) -> Select[Any]:
    """ISO dates in the documents compare as text."""
    facts = closure.facts
    ends = placements.c.stay["end_date"].astext
    query = (
        select(placements)
        .join(offers, offers.c.id == placements.c.offer_id)
        .join(employers, employers.c.id == offers.c.employer_id)
        .where(
            region_of_offer == facts.region,
            placements.c.state == PlacementState.RUNNING,
            placements.c.stay["begin_date"].astext <= (facts.until_date or date.max).isoformat(),
            or_(ends.is_(None), ends >= facts.from_date.isoformat()),
        )
    )
    return query if facts.sector is None else query.where(offers.c.sector == facts.sector)


def _values(closure: Closure) -> dict[str, Any]:
    return {
        "id": closure.id,
        "region": closure.facts.region,
        "sector": closure.facts.sector,
        "state": closure.state,
        "reopened_date": closure.reopened_date,
        "closed_by": closure.closed_by,
        "facts": document(closure.facts),
    }


def _closure(row: Row[Any]) -> Closure:
    facts, state = read(CloseSector, row.facts), ClosureState(row.state)
    return Closure(row.id, facts, row.closed_by, state, row.reopened_date, row.version)
