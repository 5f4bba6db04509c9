"""Counting beforehand what may be asked about all regions, once there is much to count: one edition after another.

A request never waits for the counting of all facts then. It is answered from the newest edition, which says of which
moment it is. With few facts there is none: they are counted when somebody asks. Replicas leave it to one of them.
"""

import asyncio
import functools
import hashlib
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

import structlog
from sqlalchemy import NullPool, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, create_async_engine

from services.analytics import store
from services.analytics.counting import hiding_with, years_of
from services.analytics.domain.catalogue import TABLES
from services.analytics.domain.counted import CountTable, grid_of
from services.analytics.domain.linked import ALL_TIME, OPEN, hidden_in_each, linked_to
from services.analytics.domain.measured import MeasureTable
from services.analytics.domain.register import EmployerTable, SchoolTable
from services.analytics.domain.scope import AMSTERDAM, Scope
from services.analytics.settings import Settings
from services.analytics.store.editions import KNOWN, EditionStore, hidden_written, question, table_written, written
from services.analytics.store.live import WAITS, LiveCounts
from shared.errors import is_infrastructure
from shared.jobs import Begin, stop_if_cancelled
from shared.pools import by_asyncpg
from shared.wakeups import Wakeups, wait

log = structlog.get_logger()

FROM_FACTS = 20_000
"""With fewer, counting them when somebody asks takes milliseconds, and is of now."""

LOOK_SECONDS = 5.0
"""How often it is looked whether something was counted since."""

REST = 3
"""Times as long as the last edition took is rested: counting takes a quarter of one processor at the most."""

_MANY = text("""
select coalesce(sum(n_live_tup), 0) >= :least or exists (select from editions)
from pg_stat_user_tables where relname = any(:names)
""")
"""Once there are editions there will be: after a crash PostgreSQL counts its rows anew, from none."""
CONNECT_SECONDS = 10
_ALONE = text("select pg_try_advisory_lock(hashtext('stagebrug analytics editions'))")
_NO_LONGER_ALONE = text("select pg_advisory_unlock(hashtext('stagebrug analytics editions'))")
_LAST = text("select day, position, tables, counts from editions order by id desc limit 1")
_ROOM = text("select set_config('work_mem', '64MB', true)")
"""For sorting: one transaction at a time, which reads everything."""
_POSITION = text("select sum(position)::bigint from projections_moved")


@functools.cache
def what_counts() -> str:
    """Another one when the same facts are counted otherwise."""
    here = Path(__file__).parent
    files = sorted([*here.glob("store/*.py"), *here.glob("domain/*.py")])
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


@dataclass
class Making:
    """One edition, in one snapshot of the facts."""

    session: AsyncSession
    today: date
    answers: dict[str, str] = field(default_factory=dict)

    async def make(self) -> None:
        """Count, and keep."""
        began, at = time.monotonic(), datetime.now(AMSTERDAM)
        position = (await store.CountStore(self.session).stand()).position
        await self.session.execute(_ROOM)
        first = await LiveCounts(self.session).first_year()
        country = Scope(as_of=self.today, today=self.today)
        layers = {ALL_TIME: country, **years_of(country, first)}
        for name in {linked_to(name): name for name, table in TABLES.items() if isinstance(table, CountTable)}.values():
            await self._hiding_together(name, layers)
        await self._of_the_register(layers)
        await self._of_all_time(country)
        facts = {"at": at, "day": self.today, "position": position, "counts": what_counts(), "first_year": first}
        took = time.monotonic() - began
        made = await EditionStore(self.session).keep({**facts, "seconds": took}, self.answers)
        log.info("edition_made", edition=made, answers=len(self.answers), seconds=round(took, 1))

    async def _hiding_together(self, name: str, layers: Mapping[str, Scope]) -> None:
        """The counts of tables that hide together, in each year, and what is hidden of them."""
        grids, together = {}, hiding_with(name)
        for layer, scope in layers.items():
            for table in (one for one in together if _is_kept(one, layer)):
                counts = await LiveCounts(self.session).counts(table.about.name, scope)
                self._answer(f"counts {table.about.name}", scope, written(counts))
                grids[layer, table.about.name] = grid_of(table, counts)
        if not any(table.persons for table in together):
            return
        regions = frozenset.intersection(*(frozenset(grid.regions) for grid in grids.values()))
        years = [layer for layer in layers if layer not in {ALL_TIME, OPEN}]
        gone = await asyncio.to_thread(hidden_in_each, grids, [ALL_TIME, *years])
        for layer, hidden in gone.items():
            self._answer("hidden " + " ".join(sorted(linked_to(name))), layers[layer], hidden_written(hidden, regions))

    async def _of_the_register(self, layers: Mapping[str, Scope]) -> None:
        """Tables of schools and employers, laid out: those of all regions read every employer."""
        register, country = store.RegisterStore(self.session), layers[ALL_TIME]
        employers, schools = await register.employers(country), await register.schools(country)
        for name, table in TABLES.items():
            for scope in (scope for layer, scope in layers.items() if layer != OPEN):
                if isinstance(table, EmployerTable):
                    found = await asyncio.to_thread(table.count, table.about, employers, scope)
                    self._answer(f"table {name}", scope, table_written(found))
                elif isinstance(table, SchoolTable):
                    self._answer(f"table {name}", scope, table_written(table.count(table.about, schools, scope)))

    async def _of_all_time(self, country: Scope) -> None:
        """What does not add up."""
        live = LiveCounts(self.session)
        for name in (name for name, table in TABLES.items() if isinstance(table, MeasureTable)):
            self._answer(f"measures {name}", country, written(await live.measures(name, country)))
        for name in WAITS:
            self._answer(f"waits {name}", country, written(await live.waits(name, country)))
        months = await store.ForecastStore(self.session).months_now(country)
        self._answer("months all", country, json.dumps(months))

    def _answer(self, what: str, scope: Scope, answer: str) -> None:
        self.answers[question(what, scope)] = answer


def _is_kept(table: CountTable, layer: str) -> bool:
    """What may be asked for or decides what is hidden: not the state of persons in a year, nor else the open year."""
    if layer == ALL_TIME:
        return True
    return not table.state if table.persons else layer != OPEN


class Editions:
    """Makes one edition after another for as long as the service runs, if there is much to count."""

    def __init__(self, settings: Settings) -> None:
        self._url = by_asyncpg(settings.direct_url)

    async def run(self, begin: Begin, wakeups: Wakeups) -> None:  # noqa: ARG002 — as every job is run
        """Run until cancelled, whatever fails meanwhile; on connections of its own, whose statements may take long."""
        wake = wakeups.subscribe("job editions")
        within = {"timeout": CONNECT_SECONDS}
        engine = create_async_engine(self._url, poolclass=NullPool, hide_parameters=True, connect_args=within)
        try:
            while True:
                await wait(wake, max(LOOK_SECONDS, REST * await self._made(engine)))
        finally:
            await engine.dispose()

    async def _made(self, engine: AsyncEngine) -> float:
        """Make one if it is time; how many seconds that took."""
        began = time.monotonic()
        try:
            await make_if_needed(engine)
        except Exception as error:
            stop_if_cancelled()
            if is_infrastructure(error):
                log.warning("edition_waits_for_database", error=repr(error))
            else:
                log.exception("edition_failed")
        return time.monotonic() - began


async def is_much(connection: AsyncConnection, least: int = FROM_FACTS) -> bool:
    """Whether there is, or was, so much to count that it is counted beforehand."""
    asked = {"names": list(store.metadata.tables), "least": least}
    return bool((await connection.execute(_MANY, asked)).scalar_one())


async def make_if_needed(engine: AsyncEngine, *, from_facts: int = FROM_FACTS) -> bool:
    """Make an edition if there is much to count and something is new since the last; one process at a time."""
    async with engine.connect() as alone:
        if not await is_much(alone, from_facts) or not (await alone.execute(_ALONE)).scalar_one():
            return False
        try:
            return await _make_if_new(alone, engine)
        finally:
            await alone.execute(_NO_LONGER_ALONE)


async def _make_if_new(alone: AsyncConnection, engine: AsyncEngine) -> bool:
    today = datetime.now(AMSTERDAM).date()
    last = (await alone.execute(_LAST)).one_or_none()
    position = (await alone.execute(_POSITION)).scalar_one()
    await alone.commit()  # the lock is the connection's, not the transaction's
    if last and tuple(last) == (today, position, KNOWN, what_counts()):
        return False
    snapshot = engine.execution_options(isolation_level="REPEATABLE READ")
    async with AsyncSession(snapshot) as session, session.begin():
        await Making(session, today).make()
    return True
