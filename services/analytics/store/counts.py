"""Counting in the database, or reading what was counted beforehand."""

import json
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.analytics.domain.counted import ALL_REGIONS, Cell, Count
from services.analytics.domain.measured import Measure
from services.analytics.domain.scope import Scope
from services.analytics.domain.summary import Wait
from services.analytics.domain.table import Table
from services.analytics.store.editions import (
    KNOWN,
    Edition,
    EditionStore,
    hidden_read,
    is_in_editions,
    question,
    table_read,
)
from services.analytics.store.live import LiveCounts, RegionsWait, bound
from services.analytics.store.memory import remembered

T = TypeVar("T")

STAND = "stand"
"""Where a session remembers how far the projections were when its answer began."""

_STAND = text("""
select moved.position, newest.*, set_config('plan_cache_mode', 'force_custom_plan', true),
       set_config('jit', 'off', true), set_config('random_page_cost', '1.1', true)
from (select sum(position)::bigint as position from projections_moved) moved left join lateral (
    select id, at, day, first_year from editions where tables = :tables order by id desc limit 1
) newest on true
""")
"""And how this transaction's queries are answered: what is bound (a school or none, a period or none) decides what is
best, so each gets a plan of its own; compiling one takes longer than most of them; the disk is no spinning one."""


@dataclass(frozen=True)
class Stand:
    """How far the projections are, and the newest edition of what was counted from them."""

    position: int
    edition: Edition | None


class CountStore:
    """What happened, counted."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._live = LiveCounts(session)

    async def counts(self, table: str, scope: Scope) -> tuple[Count, ...]:
        """The counts of a table in every region (what is hidden depends on them all)."""
        return await self.kept(f"counts {table}", scope, _counts_read, lambda: self._live.counts(table, scope))

    async def measures(self, table: str, scope: Scope) -> tuple[Measure, ...]:
        """What was measured for a table, in every region and in all together."""
        return await self.kept(f"measures {table}", scope, _measures_read, lambda: self._live.measures(table, scope))

    async def first_year(self, scope: Scope | None = None) -> int:
        """The year of the first fact about a student, or the last one there can be."""
        stand = await self.stand()
        if stand.edition and (scope is None or stand.edition.answers(scope)):
            return stand.edition.first_year
        return await self._remembered(("first year",), stand.position, self._live.first_year)

    async def hidden(
        self, together: frozenset[str], scope: Scope, find: Callable[[], Awaitable[dict[str, frozenset[Cell]]]]
    ) -> dict[str, frozenset[Cell]]:
        """What `find` finds hidden of tables that hide together, found once for all of them."""
        if edition := await self.edition(scope):
            asked = question("hidden " + " ".join(sorted(together)), scope)
            kept = await self._answer(edition, asked, hidden_read)
            if kept and (scope.region is None or scope.region in kept[1]):
                return kept[0]
        key = ("hidden", together, *bound(scope).values(), scope.region)
        return await self._remembered(key, await self.position(scope), find)

    async def laid_out(self, name: str, scope: Scope, lay_out: Callable[[], Awaitable[Table]]) -> Table:
        """A table as it is shown for a scope; the edition's own, where it holds it laid out."""
        if scope.region is None and (edition := await self.edition(scope)):
            kept = await self._answer(edition, question(f"table {name}", scope), table_read)
            if kept is not None:
                return kept
        return await self._remembered(("table", name, scope), await self.position(scope, name), lay_out)

    async def ready_to_proposed(self, scope: Scope) -> Wait:
        """From a student's being ready to the first proposal."""
        return await self._wait("ready-to-proposed", scope)

    async def ended_to_matched(self, scope: Scope) -> Wait:
        """From the end of a placement to the next proposal for the same offer."""
        return await self._wait("ended-to-matched", scope)

    async def _wait(self, name: str, scope: Scope) -> Wait:
        waits = await self.kept(f"waits {name}", scope, _waits_read, lambda: self._live.waits(name, scope))
        found = next((one for one in waits if one.region == (scope.region or ALL_REGIONS)), None)
        return Wait(found.median, found.n, found.persons) if found else Wait(None, 0, 0)

    async def stand(self) -> Stand:
        """How far the projections are: once for an answer, before anything is counted for it."""
        known: Stand | None = self._session.info.get(STAND)
        if known is None:
            row = (await self._session.execute(_STAND, {"tables": KNOWN})).one()
            edition = None if row.id is None else Edition(row.id, row.at, row.day, row.first_year)
            known = self._session.info[STAND] = Stand(int(row.position), edition)
        return known

    async def edition(self, scope: Scope) -> Edition | None:
        """The edition that answers a question, if one does."""
        edition = (await self.stand()).edition
        return edition if edition and edition.answers(scope) else None

    async def position(self, scope: Scope, table: str = "") -> Hashable:
        """What a question (about a table) is answered from: as long as it is the same, so is the answer."""
        if is_in_editions(table, scope) and (edition := await self.edition(scope)):
            return ("edition", edition.id)
        stand = await self.stand()
        return (stand.position, stand.edition.id if stand.edition else 0)  # figures beside may be of an edition

    async def counted_at(self, scope: Scope, table: str = "") -> datetime | None:
        """Of which moment an answer is; none: of now."""
        edition = await self.edition(scope) if is_in_editions(table, scope) else None
        return edition.at if edition else None

    async def kept(self, what: str, scope: Scope, read: Callable[[str], T], count: Callable[[], Awaitable[T]]) -> T:
        """What the edition says of all regions, or what `count` gives, or gave at this position."""
        if edition := await self.edition(scope):
            kept = await self._answer(edition, question(what, scope), read)
            if kept is not None:
                return kept
        return await self._remembered((what, *bound(scope).values()), (await self.stand()).position, count)

    async def _answer(self, edition: Edition, asked: str, read: Callable[[str], T]) -> T | None:
        async def find() -> T | None:
            answer = await EditionStore(self._session).answer(edition, asked)
            return None if answer is None else read(answer)

        return await self._remembered(("edition", asked), edition.id, find)

    async def _remembered(self, key: tuple[Any, ...], position: Hashable, count: Callable[[], Awaitable[T]]) -> T:
        database = str(getattr(self._session.bind, "url", ""))
        return await remembered((database, *key), position, count)


def _counts_read(answer: str) -> tuple[Count, ...]:
    return tuple(Count(*row) for row in json.loads(answer))


def _measures_read(answer: str) -> tuple[Measure, ...]:
    rows = json.loads(answer)
    return tuple(Measure(r, row, n, persons, units, tuple(values)) for r, row, n, persons, units, values in rows)


def _waits_read(answer: str) -> tuple[RegionsWait, ...]:
    return tuple(RegionsWait(*row) for row in json.loads(answer))
