"""Reading schools and employers."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.analytics.domain.register import Cooperation, Employer, School
from services.analytics.domain.scope import Scope
from services.analytics.store.schema import EMPLOYERS, EMPLOYERS_MERGED, SCHOOLS


@dataclass(frozen=True)
class NamedSchool:
    """A school as people know it."""

    brin: str
    name: str
    region: str


class RegisterStore:
    """The register as the events tell it."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def schools(self, scope: Scope) -> tuple[School, ...]:
        """The schools of a region, the one school, or all."""
        query = select(SCHOOLS.c.id, SCHOOLS.c.kind, SCHOOLS.c.region, SCHOOLS.c.student_count)
        if scope.region:
            query = query.where(SCHOOLS.c.region == scope.region)
        if scope.school_id:
            query = query.where(SCHOOLS.c.id == scope.school_id)
        return tuple(School(*row) for row in await self._session.execute(query))

    async def employers(self, scope: Scope) -> tuple[Employer, ...]:
        """The employers that some school works with or brought in: of a region, of one school, or all.

        Read once for an answer: several tables of a page are counted from the same.
        """
        read: dict[Scope, tuple[Employer, ...]] = self._session.info.setdefault("employers", {})
        if scope not in read:
            read[scope] = await self._employers(scope)
        return read[scope]

    async def _employers(self, scope: Scope) -> tuple[Employer, ...]:
        works_with = func.jsonb_array_length(EMPLOYERS.c.cooperations) > 0
        merged = select(EMPLOYERS_MERGED.c.id).where(EMPLOYERS_MERGED.c.id == EMPLOYERS.c.id).exists()
        query = select(EMPLOYERS).where(or_(works_with, EMPLOYERS.c.brought_in_by.is_not(None)), ~merged)
        if scope.region:
            query = query.where(EMPLOYERS.c.region == scope.region)
        if scope.school_id:
            own = EMPLOYERS.c.cooperations.contains([{"school_id": str(scope.school_id)}])
            query = query.where(or_(own, EMPLOYERS.c.brought_in_by == scope.school_id))
        return tuple(_employer(row) for row in await self._session.execute(query))

    async def school(self, brin: str) -> School | None:
        """The school of a BRIN and location, if it takes part."""
        query = select(SCHOOLS.c.id, SCHOOLS.c.kind, SCHOOLS.c.region, SCHOOLS.c.student_count)
        found = (await self._session.execute(query.where(SCHOOLS.c.brin == brin).order_by(SCHOOLS.c.at))).first()
        return None if found is None else School(*found)

    async def named_schools(self) -> tuple[NamedSchool, ...]:
        """All schools, by name."""
        query = select(SCHOOLS.c.brin, SCHOOLS.c.name, SCHOOLS.c.region).order_by(SCHOOLS.c.name, SCHOOLS.c.brin)
        return tuple(NamedSchool(*row) for row in await self._session.execute(query))

    async def regions(self) -> tuple[str, ...]:
        """The regions in which there are schools or employers."""
        query = select(SCHOOLS.c.region).union(select(EMPLOYERS.c.region))
        return tuple((await self._session.execute(query)).scalars())


def _employer(row: Any) -> Employer:
    fields = {name: getattr(row, name) for name in Employer.__dataclass_fields__ if name != "cooperations"}
    return Employer(**fields, cooperations=tuple(_cooperation(known) for known in row.cooperations))


def _cooperation(known: dict[str, str | None]) -> Cooperation:
    since = known.get("since_date")
    return Cooperation(UUID(known["school_id"]), None if since is None else date.fromisoformat(since))
