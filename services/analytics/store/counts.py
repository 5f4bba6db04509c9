"""Counting in the database."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.analytics.domain.counted import Cell, Count
from services.analytics.domain.measured import Measure
from services.analytics.domain.scope import Scope
from services.analytics.domain.summary import Wait
from services.analytics.store import queries
from services.analytics.store.memory import remembered

T = TypeVar("T")

POSITION = "position"
"""Where a session remembers how far the projections were when its answer began."""

_FIRST_YEAR = """
select coalesce(extract(year from least(
    (select min(at) from students_ready), (select min(begin_date) from placements_started),
    (select min(ended_date) from placements_ended))), 9999)::int
"""

_POSITION = """
select sum(position), set_config('plan_cache_mode', 'force_custom_plan', true), set_config('jit', 'off', true),
       set_config('random_page_cost', '1.1', true)
from projections_moved
"""
"""And how this transaction's queries are answered: what is bound (a school or none, a period or none) decides what is
best, so each gets a plan of its own; compiling one takes longer than most of them; the disk is no spinning one."""


class CountStore:
    """What happened, counted."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def counts(self, table: str, scope: Scope) -> tuple[Count, ...]:
        """The counts of a table in every region (what is hidden depends on them all)."""
        bound = _bound(scope)

        async def count() -> tuple[Count, ...]:
            found = await self._session.execute(text(queries.BY_TABLE[table]), bound)
            return tuple(Count(row.region, row.row, row.col, int(row.n), row.persons) for row in found)

        return await self._remembered((table, *bound.values()), count)

    async def first_year(self) -> int:
        """The year of the first fact about a student, or the last one there can be."""

        async def find() -> int:
            return int((await self._session.execute(text(_FIRST_YEAR))).scalar_one())

        return await self._remembered(("first year",), find)

    async def measures(self, table: str, scope: Scope) -> tuple[Measure, ...]:
        """What was measured for a table, in every region and in all together."""
        bound = _bound(scope)

        async def measure() -> tuple[Measure, ...]:
            found = await self._session.execute(text(queries.MEASURES[table]), bound)
            return tuple(
                Measure(one.region, one.row, one.n, one.persons, one.units, tuple(one.measures)) for one in found
            )

        return await self._remembered((table, *bound.values()), measure)

    async def hidden(
        self, together: frozenset[str], scope: Scope, find: Callable[[], Awaitable[dict[str, frozenset[Cell]]]]
    ) -> dict[str, frozenset[Cell]]:
        """What `find` finds hidden of tables that hide together, found once for all of them."""
        return await self._remembered(("hidden", together, *_bound(scope).values(), scope.region), find)

    async def position(self) -> int:
        """How far the projections are: what was counted at this position is as it was while it is still this one."""
        known: int | None = self._session.info.get(POSITION)
        if known is None:  # once for an answer, before anything is counted for it
            known = int((await self._session.execute(text(_POSITION))).scalar_one())
            self._session.info[POSITION] = known
        return known

    async def _remembered(self, key: tuple[Any, ...], count: Callable[[], Awaitable[T]]) -> T:
        database = str(getattr(self._session.bind, "url", ""))
        return await remembered((database, *key), await self.position(), count)

    async def ready_to_proposed(self, scope: Scope) -> Wait:
        """From a student's being ready to the first proposal."""
        return await self._wait(queries.READY_TO_PROPOSED, scope)

    async def ended_to_matched(self, scope: Scope) -> Wait:
        """From the end of a placement to the next proposal for the same offer."""
        return await self._wait(queries.ENDED_TO_MATCHED, scope)

    async def _wait(self, query: str, scope: Scope) -> Wait:
        row = (await self._session.execute(text(query), {**_bound(scope), "region": scope.region})).one()
        return Wait(None if row.median is None else float(row.median), row.n, row.persons)


def _bound(scope: Scope) -> dict[str, Any]:
    period = {"from_date": scope.from_date, "to_date": scope.to_date}
    return {"school": scope.school_id, **period, "as_of": scope.as_of, "today": scope.today}
