"""What figures cost: every table and the page after five years of events, and what ingest adds to a bare insert."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

import httpx
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

from services.analytics.domain.catalogue import DESCRIPTIONS
from services.analytics.domain.pages import PAGES
from services.analytics.domain.projections import rows_of
from services.analytics.domain.table import Source
from services.analytics.editions import make_if_needed
from services.analytics.store import ProjectionStore
from services.analytics.store.schema import metadata
from tests.bench.table import Sheet, Table, quantile
from tests.support.bench import Bench
from tests.support.figures import five_years
from tests.support.figures_filled import by_table, fill
from tests.support.service import RunningService, running_service

SCHOOL = "school=00AA00"
TRIED = 14_000
"""Events of the comparison of ingest."""


async def measure(bench: Bench, count: int, rounds: int, sheet: Sheet) -> None:
    """Fill analytics, and ask it."""
    async with running_service(bench, "analytics") as analytics:
        sheet.show(await _ingest(analytics))
        began = time.perf_counter()
        for name in metadata.tables:
            await analytics.sql.execute(f"truncate {name}")
        await fill(analytics.sql, _address(analytics), count)
        sheet.say(f"About {count} events filled in in {time.perf_counter() - began:.0f} s")
        sheet.say(await _edition(analytics))
        sheet.show(await _asked(analytics, rounds))


def _address(analytics: RunningService) -> str:
    return urlsplit(analytics.database.owner_url)._replace(scheme="postgresql+asyncpg").geturl()


async def _edition(analytics: RunningService) -> str:
    """What is counted beforehand, here or by the service itself."""
    engine, began = create_async_engine(_address(analytics)), time.perf_counter()
    while not await analytics.sql.fetchval("select count(*) from editions"):
        if not await make_if_needed(engine):
            if await analytics.sql.fetchval("select sum(n_live_tup) < 20000 from pg_stat_user_tables"):
                break
            await asyncio.sleep(1)  # the service makes it
    await engine.dispose()
    return f"All regions counted beforehand in {time.perf_counter() - began:.0f} s"


async def _ingest(analytics: RunningService) -> Table:
    """The store's way of keeping rows in groups of a hundred, beside a loop that only inserts the same rows."""
    events = list(five_years(TRIED))
    groups = [events[n : n + 100] for n in range(0, len(events), 100)]
    engine = create_async_engine(_address(analytics))
    took = {}
    for way in ("bare inserts", "projections"):
        for name in metadata.tables:
            await analytics.sql.execute(f"truncate {name}")
        began = time.perf_counter()
        for group in groups:
            async with AsyncSession(engine) as session, session.begin():
                if way == "projections":
                    await ProjectionStore(session).keep(row for event, at in group for row in rows_of(event, at))
                    continue
                for name, rows in by_table([row for event, at in group for row in rows_of(event, at)]).items():
                    await session.execute(metadata.tables[name].insert(), list(rows))
        took[way] = time.perf_counter() - began
    await engine.dispose()
    table = Table("Keeping what events lead to", ("way", "events/s", "of bare"))
    for way, seconds in took.items():
        table.add(way, len(events) / seconds, took["bare inserts"] / seconds)
    return table


async def _asked(analytics: RunningService, rounds: int) -> Table:
    """Everybody's tables of a region, an operator's, a poll, and the pages."""
    table = Table("Answers", ("what", "median ms", "p99 ms", "after a change ms"))
    by_table: dict[str, list[float]] = {}
    for about in DESCRIPTIONS:
        path = f"/v1/tables/{about.name}?region=AM11"
        by_table[about.name] = await _timed(analytics.client, path, rounds)
    every = [seconds for found in by_table.values() for seconds in found]
    colds = [found[0] for found in by_table.values()]
    table.add("a table, published", quantile(every, 0.5), quantile(every, 0.99), quantile(colds, 0.5))
    for name, found in sorted(by_table.items(), key=lambda one: -one[1][0])[:8]:
        table.add(f"  {name}", *_three(found))
    async with analytics.as_("operator") as operator:
        whole = [s for about in DESCRIPTIONS for s in await _timed(operator, f"/v1/tables/{about.name}", rounds)]
        names = [about.name for about in DESCRIPTIONS if about.source is Source.REGISTER]
        own = [s for name in names for s in await _timed(operator, f"/v1/tables/{name}?{SCHOOL}", rounds)]
    table.add("a table, an operator's", quantile(whole, 0.5), quantile(whole, 0.99), "")
    table.add("a table, a school's", quantile(own, 0.5), quantile(own, 0.99), "")
    etag = (await analytics.client.get("/v1/tables/funnel")).headers["etag"]
    polls = await _timed(analytics.client, "/v1/tables/funnel", 50, {"If-None-Match": etag})
    table.add("a poll, nothing new", quantile(polls, 0.5), quantile(polls, 0.99), "")
    pages = [f"/dashboard/{key}".rstrip("/") + "?region=AM11" for key in PAGES]
    for path in (*pages, "/v1/region-pages/AM11"):
        await analytics.sql.execute("update projections_moved set position = position + 1 where stripe = 0")
        table.add(path, *_three(await _timed(analytics.client, path, rounds)))
    return table


def _three(found: Sequence[float]) -> tuple[float, float, float]:
    """What it takes once it was asked for, at the most then, and the first time after something was counted."""
    return quantile(found[1:], 0.5), quantile(found[1:], 0.99), 1000 * found[0]


async def _timed(
    client: httpx.AsyncClient, path: str, rounds: int, headers: Mapping[str, str] | None = None
) -> list[float]:
    found = []
    for _ in range(rounds):
        began = time.perf_counter()
        answer = await client.get(path, headers=dict(headers or {}), timeout=120)
        found.append(time.perf_counter() - began)
        if answer.status_code not in {200, 304}:
            raise RuntimeError(f"{path}: {answer.status_code}")
    return found
