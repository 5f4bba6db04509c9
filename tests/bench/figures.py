"""What figures cost: every table and the page after five years of events, and what ingest adds to a bare insert."""

import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

import httpx
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

from services.analytics.domain.catalogue import DESCRIPTIONS
from services.analytics.domain.pages import PAGES
from services.analytics.domain.projections import rows_of
from services.analytics.store import ProjectionStore
from services.analytics.store.schema import metadata
from shared.events import Event
from tests.bench.table import Sheet, Table, quantile
from tests.support.bench import Bench
from tests.support.figures import five_years
from tests.support.service import RunningService, running_service

PIECE = 5_000
TRIED = 14_000
"""Events of the comparison of ingest."""


async def measure(bench: Bench, count: int, rounds: int, sheet: Sheet) -> None:
    """Fill analytics, and ask it."""
    async with running_service(bench, "analytics") as analytics:
        sheet.show(await _ingest(analytics))
        began = time.perf_counter()
        for name in metadata.tables:
            await analytics.sql.execute(f"truncate {name}")
        rows = await _fill(analytics, count)
        await analytics.sql.execute("analyze")
        sheet.say(f"{rows} rows of about {count} events in {time.perf_counter() - began:.0f} s")
        sheet.show(await _asked(analytics, rounds))


def _engine(analytics: RunningService) -> AsyncEngine:
    url = urlsplit(analytics.database.owner_url)._replace(scheme="postgresql+asyncpg")
    return create_async_engine(url.geturl())


async def _fill(analytics: RunningService, count: int) -> int:
    """Put in what the events lead to: copied where that is possible."""
    events, filled, engine = five_years(count), 0, _engine(analytics)
    while piece := list(islice(events, PIECE)):
        for name, rows in _by_table(piece).items():
            filled += len(rows)
            columns = [column.name for column in metadata.tables[name].columns]
            if name in {"employers", "initiatives", "responses", "plans"}:  # JSON, which a copy does not write
                async with AsyncSession(engine) as session, session.begin():
                    await session.execute(metadata.tables[name].insert(), list(rows))
            else:
                records = [[row[column] for column in columns] for row in rows]
                await analytics.sql.copy_records_to_table(name, columns=columns, records=records)
    await engine.dispose()
    return filled


def _by_table(events: Sequence[tuple[Event, datetime]]) -> dict[str, list[Mapping[str, Any]]]:
    found: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for event, at in events:
        for row in rows_of(event, at):
            found[row.table].append(row.values)
    return found


async def _ingest(analytics: RunningService) -> Table:
    """The store's way of keeping rows in groups of a hundred, beside a loop that only inserts the same rows."""
    events = list(five_years(TRIED))
    groups = [events[n : n + 100] for n in range(0, len(events), 100)]
    engine = _engine(analytics)
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
                for name, rows in _by_table(group).items():
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
    table.add("a table, an operator's", quantile(whole, 0.5), quantile(whole, 0.99), "")
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
