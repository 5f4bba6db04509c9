"""Locations in the database; a location is seen by whoever may know of its employer."""

from typing import Any
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.intake.domain.addresses import Situation
from services.intake.domain.location import Location, LocationFacts
from services.intake.store.location_tables import locations
from services.intake.store.rows import document, page_of, read, save
from shared.api import PageRequest
from shared.errors import NotFound
from shared.events.codes import Point


class LocationStore:
    """Finds and keeps the locations of employers; who asks has seen the employer."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def get(self, employer_id: UUID, location_id: UUID, *, lock: bool = False) -> Location:
        """One location of an employer; raises `NotFound`."""
        query = select(locations).where(locations.c.employer_id == employer_id, locations.c.id == location_id)
        row = (await self._session.execute(query.with_for_update() if lock else query)).one_or_none()
        if row is None:
            raise NotFound("location")
        return _location(row)

    async def find(self, location_id: UUID) -> Location | None:
        """One location, whoever asks: for what the register decides itself."""
        row = (await self._session.execute(select(locations).where(locations.c.id == location_id))).one_or_none()
        return None if row is None else _location(row)

    async def save(self, location: Location) -> None:
        """Keep a new location, or what changed."""
        await save(self._session, locations, _values(location))

    async def page(self, employer_id: UUID, page: PageRequest) -> list[Location]:
        """Those of an employer, closed ones included."""
        query = select(locations).where(locations.c.employer_id == employer_id)
        return [_location(row) for row in await page_of(self._session, query, locations, page)]

    async def all_of(self, employer_id: UUID) -> list[Location]:
        """Every location of an employer."""
        query = select(locations).where(locations.c.employer_id == employer_id).order_by(locations.c.id)
        return [_location(row) for row in await self._session.execute(query)]

    async def with_branch(self, employer_id: UUID, branch_number: str) -> UUID | None:
        """The open location of an employer that has this branch number."""
        same = locations.c.employer_id == employer_id, locations.c.branch_number == branch_number
        query = select(locations.c.id).where(*same, locations.c.closed_date.is_(None)).limit(1)
        return (await self._session.execute(query)).scalar_one_or_none()


def _values(location: Location) -> dict[str, Any]:
    return {
        "id": location.id,
        "employer_id": location.employer_id,
        "branch_number": location.facts.branch_number,
        "region": location.situation.region,
        "municipality": location.situation.municipality,
        "location": document(location.situation.location),
        "closed_date": location.closed_date,
        "facts": document(location.facts),
    }


def _location(row: Row[Any]) -> Location:
    situation = Situation(row.region, row.municipality, read(Point, row.location))
    return Location(row.id, row.employer_id, read(LocationFacts, row.facts), situation, row.closed_date)
