"""Counting the facts in the database, as they are now."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.analytics.domain.counted import Count
from services.analytics.domain.measured import Measure
from services.analytics.domain.scope import Scope
from services.analytics.store import queries

_FIRST_YEAR = text("""
select coalesce(extract(year from least(
    (select min(at) from students_ready), (select min(begin_date) from placements_started),
    (select min(ended_date) from placements_ended))), 9999)::int
""")

WAITS = {"ready-to-proposed": queries.READY_TO_PROPOSED, "ended-to-matched": queries.ENDED_TO_MATCHED}


class RegionsWait(NamedTuple):
    """How long something took in a region, or in all."""

    region: str
    median: float | None
    n: int
    persons: int


class LiveCounts:
    """Reads all facts of a scope each time that it is asked."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def counts(self, table: str, scope: Scope) -> tuple[Count, ...]:
        """The counts of a table in every region."""
        return tuple(
            Count(r.region, r.row, r.col, int(r.n), r.persons) for r in await self._rows(queries.BY_TABLE[table], scope)
        )

    async def measures(self, table: str, scope: Scope) -> tuple[Measure, ...]:
        """What was measured for a table, in every region and in all together."""
        found = await self._rows(queries.MEASURES[table], scope)
        return tuple(Measure(r.region, r.row, r.n, r.persons, r.units, tuple(r.measures)) for r in found)

    async def waits(self, name: str, scope: Scope) -> tuple[RegionsWait, ...]:
        """A wait in every region and in all together."""
        found = await self._rows(WAITS[name], scope)
        return tuple(
            RegionsWait(r.region, None if r.median is None else float(r.median), r.n, r.persons) for r in found
        )

    async def first_year(self) -> int:
        """The year of the first fact about a student, or the last one there can be."""
        return int((await self._session.execute(_FIRST_YEAR)).scalar_one())

    async def _rows(self, query: str, scope: Scope) -> Sequence[Any]:
        return (await self._session.execute(text(query), bound(scope))).all()


def bound(scope: Scope) -> dict[str, Any]:
    """What the queries are told of a scope."""
    period = {"from_date": scope.from_date, "to_date": scope.to_date}
    return {"school": scope.school_id, **period, "as_of": scope.as_of, "today": scope.today}
