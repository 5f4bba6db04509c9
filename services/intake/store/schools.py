"""Schools in the database."""

from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.intake.domain.addresses import Situation
from services.intake.domain.school import Departure, School, SchoolFacts, SchoolIsKnown
from services.intake.store.rows import document, page_of, read, save
from services.intake.store.tables import schools
from shared.api import PageRequest
from shared.errors import NotFound
from shared.events.codes import Point


class SchoolStore:
    """Finds and keeps schools."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def get(self, school_id: UUID, *, lock: bool = False) -> School:
        """One school; raises `NotFound`."""
        query = select(schools).where(schools.c.id == school_id)
        row = (await self._session.execute(query.with_for_update() if lock else query)).one_or_none()
        if row is None:
            raise NotFound("school")
        return _school(row)

    async def lock_all(self, ids: Collection[UUID]) -> dict[UUID, School]:
        """Schools by id, locked until the transaction ends, in the order of their ids."""
        query = select(schools).where(schools.c.id.in_(ids)).order_by(schools.c.id).with_for_update()
        return {row.id: _school(row) for row in await self._session.execute(query)}

    async def add(self, school: School) -> None:
        """Keep a new school; raises `SchoolIsKnown` when its BRIN is there already."""
        added = insert(schools).values(**_values(school)).on_conflict_do_nothing(index_elements=["brin"])
        if (await self._session.execute(added.returning(schools.c.id))).one_or_none() is None:
            raise SchoolIsKnown(brin=school.brin)

    async def save(self, school: School) -> None:
        """Keep what changed."""
        await save(self._session, schools, _values(school))

    async def awaited_by(self, school_id: UUID, on: date) -> bool:
        """Whether another school is still to merge into this one."""
        departure = schools.c.departure
        into = departure["successor_id"].astext == str(school_id), departure["left_date"].astext > on.isoformat()
        return (await self._session.execute(select(schools.c.id).where(*into).limit(1))).first() is not None

    async def id_of(self, brin: str) -> UUID | None:
        """The id of the school with this BRIN."""
        return (await self._session.execute(select(schools.c.id).where(schools.c.brin == brin))).scalar_one_or_none()

    async def names(self, ids: Collection[UUID]) -> dict[UUID, str]:
        """Names by id, of those that exist."""
        if not ids:
            return {}
        query = select(schools.c.id, schools.c.facts["name"].astext.label("name")).where(schools.c.id.in_(ids))
        return {row.id: row.name for row in await self._session.execute(query)}

    async def page(self, page: PageRequest, region: str | None) -> list[School]:
        """All schools, or those of a region."""
        query = select(schools)
        if region is not None:
            query = query.where(schools.c.region == region)
        return [_school(row) for row in await page_of(self._session, query, schools, page)]


def takes_part(on: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether a school takes part on a day, given as an ISO date: these compare as text."""
    left = schools.c.departure["left_date"].astext
    return or_(left.is_(None), left > on)


def _values(school: School) -> dict[str, Any]:
    return {
        "id": school.id,
        "brin": school.brin,
        "region": school.situation.region,
        "municipality": school.situation.municipality,
        "location": document(school.situation.location),
        "facts": document(school.facts),
        "departure": document(school.departure) if school.departure else None,
    }


def _school(row: Row[Any]) -> School:
    situation = Situation(row.region, row.municipality, read(Point, row.location))
    departure = read(Departure, row.departure) if row.departure else None
    return School(row.id, row.brin, read(SchoolFacts, row.facts), situation, row.version, departure)
