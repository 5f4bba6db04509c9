"""Seats that fall free: running placements by their last day, at offers that still stand."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from services.intake.domain.coach import Coach
from services.intake.domain.offer import OfferState
from services.intake.domain.placement import Stay
from services.intake.domain.placement_states import PlacementState
from services.intake.domain.rights import Viewer
from services.intake.store.acting import Capacity, acting_as
from services.intake.store.employers import visible_to
from services.intake.store.rows import read
from services.intake.store.tables import employers, offers, placements
from shared.api import PageRequest
from shared.errors import Invalid, Problem


@dataclass(frozen=True)
class OpeningSeat:
    """A seat that falls free: where, after which stay of a student of which school, never of whom."""

    placement_id: UUID
    offer_id: UUID
    employer_id: UUID
    employer_name: str
    region: str
    sector: str
    kind: str
    stay: Stay
    school_id: UUID
    coach: Coach | None

    @property
    def key(self) -> str:
        """What the list is sorted by."""
        return f"{self.stay.end_date} {self.placement_id}"


@dataclass(frozen=True)
class OpeningFilter:
    """Which seats are looked for; None: whatever it is."""

    until: date
    region: str | None = None
    sector: str | None = None
    kind: str | None = None


class OpeningSeatStore:
    """Finds what opens when."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def page(self, viewer: Viewer, wanted: OpeningFilter, today: date, page: PageRequest) -> list[OpeningSeat]:
        """Those that the caller may know of, the first to open first; one more than asked for."""
        ends = placements.c.stay["end_date"].astext  # ISO dates compare as text
        query = (
            select(placements, offers.c.sector, employers.c.region.label("at"), employers.c.facts.label("employer"))
            .join(offers, offers.c.id == placements.c.offer_id)
            .join(employers, employers.c.id == offers.c.employer_id)
            .where(visible_to(viewer), offers.c.state == OfferState.OPEN, placements.c.state == PlacementState.RUNNING)
            .where(ends >= today.isoformat(), ends <= wanted.until.isoformat())
        )
        for column, value in (
            (employers.c.region, wanted.region),
            (offers.c.sector, wanted.sector),
            (offers.c.kind, wanted.kind),
        ):
            if value is not None:
                query = query.where(column == value)
        if page.after is not None:
            query = query.where(tuple_(ends, placements.c.id) > tuple_(*_key_in(page.after)))
        async with acting_as(self._session, Capacity.SEATS):
            rows = (await self._session.execute(query.order_by(ends, placements.c.id).limit(page.limit + 1))).all()
        return [_opening(row) for row in rows]


def _key_in(cursor: str) -> tuple[str, UUID]:
    day, _, placement_id = cursor.partition(" ")
    try:
        return date.fromisoformat(day).isoformat(), UUID(placement_id)
    except ValueError:
        problem = Problem(location="query", pointer="cursor", detail="not a cursor of this list")
        raise Invalid(problems=[problem]) from None


def _opening(row: Row[Any]) -> OpeningSeat:
    return OpeningSeat(
        placement_id=row.id,
        offer_id=row.offer_id,
        employer_id=row.employer_id,
        employer_name=row.employer["name"],
        region=row.at,
        sector=row.sector,
        kind=row.kind,
        stay=read(Stay, row.stay),
        school_id=row.school_id,
        coach=read(Coach, row.coach) if row.coach else None,
    )
