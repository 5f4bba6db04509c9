"""Counting in the database."""

from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.analytics.domain.counted import Count
from services.analytics.domain.scope import Scope
from services.analytics.domain.summary import Wait
from services.analytics.store import queries


class CountStore:
    """What happened, counted."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def counts(self, table: str, scope: Scope) -> tuple[Count, ...]:
        """The counts of a table in every region (what is hidden depends on them all)."""
        found = await self._session.execute(text(queries.BY_TABLE[table]), _bound(scope))
        return tuple(Count(row.region, row.row, row.col, int(row.n), row.persons) for row in found)

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
    return {"school": scope.school_id, "from_date": scope.from_date, "to_date": scope.to_date}
