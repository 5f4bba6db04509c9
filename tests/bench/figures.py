"""What figures cost: an edition, and every table and page after five years of events."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from datetime import datetime

import asyncpg
import httpx
from sqlalchemy import NullPool
from sqlalchemy.ext.asyncio import create_async_engine

from deploy import databases
from deploy.databases import Database
from services.analytics.domain.catalogue import DESCRIPTIONS
from services.analytics.domain.pages import PAGES
from services.analytics.domain.scope import AMSTERDAM
from services.analytics.domain.table import Source
from services.analytics.editions import is_much, what_counts
from shared.migrations import migrate
from shared.pools import by_asyncpg
from tests.bench.machine import Meter
from tests.bench.table import Sheet, Table, quantile
from tests.support.bench import PASSWORD, Bench
from tests.support.figures_filled import Sql, fill
from tests.support.service import RunningService, running_service

SCHOOL = "school=00AA00"
SCHOOL_YEAR = f"{SCHOOL}&fromDate=2023-08-01&toDate=2024-07-31"
MADE_WITHIN = 7200
"""Seconds."""

_NEWEST = """
select seconds from (select * from editions order by id desc limit 1) newest
where (day, counts) = ($1, $2) and position = (select sum(position) from projections_moved)
"""
"""None where it is of an earlier day or other facts: the service makes another one then."""


async def measure(bench: Bench, count: int, rounds: int, sheet: Sheet, kept: str | None = None) -> None:
    """Fill a database, or take what was `kept` under that name, and ask the service about it."""
    database = await _database(bench, kept)
    sql = await asyncpg.connect(database.owner_url)
    await sql.execute("set stagebrug.acting = 'owner'")
    await _filled(sql, database, count, sheet)
    there = await _seconds_of_newest(sql)
    meter = Meter(bench.servers)
    async with running_service(bench, "analytics", database) as analytics:
        if there is not None:
            sheet.say(f"The edition was there already: it had taken {there:.0f} s by the clock")
        else:
            sheet.say(await _edition(sql, database, meter))
        sheet.show(await _pages(analytics, rounds))
        sheet.show(await _tables(analytics, rounds))
    await sql.close()
    if not kept:
        await bench.drop(database)


async def _database(bench: Bench, kept: str | None) -> Database:
    """One of this run, or one that is there the next time, too."""
    if not kept:
        return await bench.fresh_database("analytics")
    database = await databases.prepare(bench.servers.postgres_url, kept, "analytics", PASSWORD, PASSWORD)
    await migrate("analytics", database.owner_url, database.role)
    return database


async def _filled(sql: Sql, database: Database, count: int, sheet: Sheet) -> None:
    """Before the service runs: it would count an edition of what is there so far."""
    if not await sql.fetchval("select exists (select from students_ready)"):
        began = time.perf_counter()
        await fill(sql, by_asyncpg(database.owner_url), count)
        sheet.say(f"About {count} events filled in in {time.perf_counter() - began:.0f} s")


async def _seconds_of_newest(sql: Sql) -> float | None:
    today = datetime.now(AMSTERDAM).date()
    found: float | None = await sql.fetchval(_NEWEST, today, what_counts())
    return found


async def _edition(sql: Sql, database: Database, meter: Meter) -> str:
    """What the service counts beforehand; it begins by itself."""
    engine = create_async_engine(by_asyncpg(database.owner_url), poolclass=NullPool)
    async with asyncio.timeout(MADE_WITHIN):
        while (seconds := await _seconds_of_newest(sql)) is None:
            async with engine.connect() as connection:
                if not await is_much(connection):
                    return "So few are counted when somebody asks"
            await asyncio.sleep(1)  # a poll with a deadline
    processor = meter.read().parts["postgres"]
    return (
        f"All regions counted beforehand in {seconds:.0f} s by the clock: of PostgreSQL's processor {processor:.0f} s"
    )


async def _tables(analytics: RunningService, rounds: int) -> Table:
    """Everybody's tables of the country and of a region, those of a school, and a poll."""
    table = Table("Tables", _COLUMNS)
    every = [about.name for about in DESCRIPTIONS]
    registered = [about.name for about in DESCRIPTIONS if about.source is Source.REGISTER]
    async with analytics.as_("operator") as operator:
        for what, client, names, query in (
            ("published, country", analytics.client, every, ""),
            ("published, a region", analytics.client, every, "region=AM11"),
            ("an operator's, a region", operator, every, "region=AM11"),
            ("a school, all time", operator, registered, SCHOOL),
            ("a school, a school year", operator, registered, SCHOOL_YEAR),
        ):
            found = {name: await _timed(client, f"/v1/tables/{name}?{query}", rounds) for name in names}
            table.add(what, len(names), *_spread(list(found.values())))
            name, slowest = max(found.items(), key=lambda one: max(one[1]))
            table.add(f"  slowest: {name}", 1, *_spread([slowest]))
    etag = (await analytics.client.get("/v1/tables/funnel")).headers["etag"]
    polls = await _timed(analytics.client, "/v1/tables/funnel", 50, {"If-None-Match": etag})
    table.add("a poll, nothing new", 1, *_spread([polls]))
    return table


async def _pages(analytics: RunningService, rounds: int) -> Table:
    """The pages of the dashboard and the paper of a region, before anything of them was asked."""
    table = Table("Pages", _COLUMNS)
    found = []
    for path in (*(f"/dashboard/{key}".rstrip("/") + "?region=AM11" for key in PAGES), "/v1/region-pages/AM11"):
        found.append(await _timed(analytics.client, path, rounds))
        table.add(path, 1, *_spread(found[-1:]))
    table.add("all of them", len(found), *_spread(found))
    return table


_COLUMNS = ("what", "asked for", "p50 ms", "p99 ms", "first time p50 ms", "slowest ms")


def _spread(found: Sequence[Sequence[float]]) -> tuple[float, ...]:
    """Of all answers, and of the first one to each question."""
    answers = [seconds for each in found for seconds in each]
    return (
        quantile(answers, 0.5),
        quantile(answers, 0.99),
        quantile([each[0] for each in found], 0.5),
        1000 * max(answers),
    )


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
