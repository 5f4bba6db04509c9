"""What figures cost: an edition, and every table and page after five years of events."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from urllib.parse import urlsplit

import httpx

from deploy import databases
from services.analytics.domain.catalogue import DESCRIPTIONS
from services.analytics.domain.pages import PAGES
from services.analytics.domain.scope import AMSTERDAM
from services.analytics.domain.table import Source
from services.analytics.editions import FROM_FACTS, what_counts
from shared.migrations import migrate
from tests.bench.machine import Meter
from tests.bench.table import Sheet, Table, quantile
from tests.support.bench import PASSWORD, Bench
from tests.support.figures_filled import fill
from tests.support.service import RunningService, running_service

SCHOOL = "school=00AA00"
SCHOOL_YEAR = f"{SCHOOL}&fromDate=2023-08-01&toDate=2024-07-31"
MADE_WITHIN = 7200
"""Seconds."""

_NEWEST = "select coalesce((select (day, counts) = ($1, $2) from editions order by id desc limit 1), false)"
_FEW = "select sum(n_live_tup) < $1 from pg_stat_user_tables"


async def measure(bench: Bench, count: int, rounds: int, sheet: Sheet, kept: str | None = None) -> None:
    """Fill analytics, or take what was `kept` under that name, and ask it."""
    async with _analytics(bench, kept) as analytics:
        if not await analytics.sql.fetchval("select exists (select from students_ready)"):
            began = time.perf_counter()
            await fill(analytics.sql, _address(analytics), count)
            sheet.say(f"About {count} events filled in in {time.perf_counter() - began:.0f} s")
        sheet.say(await _edition(analytics))
        sheet.show(await _pages(analytics, rounds))
        sheet.show(await _tables(analytics, rounds))


@contextlib.asynccontextmanager
async def _analytics(bench: Bench, kept: str | None) -> AsyncIterator[RunningService]:
    """The service, on a database of this run or on one that is there the next time, too."""
    database = None
    if kept:
        url = bench.servers.postgres_url
        database = await databases.prepare(url, kept, "analytics", PASSWORD, PASSWORD)
        await migrate("analytics", database.owner_url, database.role)
    async with running_service(bench, "analytics", database) as analytics:
        yield analytics


def _address(analytics: RunningService) -> str:
    return urlsplit(analytics.database.owner_url)._replace(scheme="postgresql+asyncpg").geturl()


async def _edition(analytics: RunningService) -> str:
    """What the service counts beforehand; it begins by itself."""
    meter, today = Meter(analytics.bench.servers), datetime.now(AMSTERDAM).date()
    async with asyncio.timeout(MADE_WITHIN):
        while not await analytics.sql.fetchval(_NEWEST, today, what_counts()):
            if await analytics.sql.fetchval(_FEW, FROM_FACTS):
                return "So few are counted when somebody asks"
            await asyncio.sleep(1)  # a poll with a deadline
    used = meter.read()
    return f"All regions counted beforehand in {used.seconds:.0f} s: of PostgreSQL's processor {used.parts['postgres']:.0f} s"


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
