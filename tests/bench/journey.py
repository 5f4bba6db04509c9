"""The way that matters: a school offers a place, and a proposal for a student can be read."""

import asyncio
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import asyncpg

from deploy import processes, stack, tokens
from deploy.servers import Servers
from tests.bench.caller import Caller, crowded, paced
from tests.bench.machine import Meter, Usage
from tests.bench.table import Sheet, Table, quantile
from tests.journeys.world import PLACES, Person, World, employer_of, ready_student_of

UNLOADED = 2.0
CALLERS = 16
REGIONS = 3
"""In turn."""

LOOK_EVERY = 0.002
"""Seconds between two looks at whether a proposal is there: the resolution of these figures."""

SETTLES_WITHIN = 60
AT_ONCE = 8
"""Students registered beside each other before it begins."""


class Looking:
    """Asks matching's database what is there by now, for all who wait at once on one connection.

    Each asking for itself was half of what PostgreSQL did in this measurement.
    """

    def __init__(self, database: "asyncpg.Connection[asyncpg.Record]") -> None:
        self._database = database
        self._awaited: dict[str, dict[UUID, asyncio.Future[None]]] = {query: {} for query in (SEARCHES, PROPOSED)}

    async def until(self, query: str, wanted: UUID) -> None:
        """Returns when a row is there."""
        found = self._awaited[query][wanted] = asyncio.get_running_loop().create_future()
        async with asyncio.timeout(SETTLES_WITHIN):
            await found

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            for query, awaited in self._awaited.items():
                for row in await self._database.fetch(query, list(awaited)) if awaited else ():
                    if (waits := awaited.pop(row[0], None)) and not waits.done():
                        waits.set_result(None)
            await asyncio.sleep(LOOK_EVERY)  # a poll with a deadline


SEARCHES = "select id from searches where id = any($1)"
PROPOSED = "select distinct offer_id from proposals where offer_id = any($1)"


class Region:
    """A school with students who wait, and employers that have no place yet."""

    def __init__(self, urls: dict[str, str], coordinator: Person, token: str, employer: str, looking: Looking) -> None:
        self._coordinator = coordinator
        self._intake, self._matching = Caller(urls["intake"], token), Caller(urls["matching"], token)
        self._employer = employer
        self._looking = looking

    async def wait_for_places(self, count: int) -> None:
        """So many students more look for a place, and matching has looked in vain for all of them."""
        await crowded(AT_ONCE, count, self._become_ready)

    async def _become_ready(self, _number: int, _due: float) -> None:
        student = await ready_student_of(self._coordinator)
        await self._looking.until(SEARCHES, UUID(student))

    async def offered(self) -> None:
        """Offer a place; returns when the proposal for it was read.

        That it is there is asked of the database: over HTTP the asking would keep matching from its work.
        """
        made = await self._intake.call("POST", f"/v1/employers/{self._employer}/offers", OFFER)
        await self._looking.until(PROPOSED, UUID(made["id"]))
        page = await self._matching.call("GET", f"/v1/offers/{made['id']}/proposals")
        assert page["items"], "committed, yet not to be read"

    async def close(self) -> None:
        """Close the connections."""
        await self._intake.close()
        await self._matching.close()


OFFER: dict[str, Any] = {
    "kind": "internship",
    "sector": "detailhandel",
    "tasks": ["vakken-vullen"],
    "seats": 1,
    "beginDate": "2027-02-01",
    "endDate": "2027-07-09",
    "weekdays": ["mon", "tue", "wed", "thu", "fri"],
    "guidance": "full",
    "jobcoachWelcome": True,
    "outflowProfiles": ["work"],
}


async def measure(servers: Servers, count: int, sheet: Sheet) -> None:
    """On a stack of its own: intake and matching as processes, as an operator starts them."""
    with tempfile.TemporaryDirectory(prefix="stagebrug-bench-") as folder:
        place = Path(folder)
        ports = stack.free_stack_ports()
        start = partial(stack.up, place, services=("intake", "matching"), ports=ports, name="bench", servers=servers)
        try:
            running = await asyncio.to_thread(start)
            await _measure(servers, running, count, sheet)
        finally:
            await asyncio.to_thread(stack.down, place)


async def _measure(servers: Servers, running: stack.Stack, count: int, sheet: Sheet) -> None:
    database = urlsplit(servers.postgres_url)._replace(path=f"/{running.name}_matching").geturl()
    connection = await asyncpg.connect(database)
    async with World(running) as world, asyncio.TaskGroup() as group:
        looking = Looking(connection)
        task = group.create_task(looking.run())
        regions = [await _region(world, name, looking) for name in list(PLACES)[:REGIONS]]
        each = -(-count // len(regions))

        async def offer(number: int, due: float) -> None:
            await regions[number % len(regions)].offered()
            seconds.append(time.perf_counter() - due)

        async def fill() -> None:
            for region in regions:
                await region.wait_for_places(each)

        parts = {name: _pid(running.folder, name) for name in running.services}
        seconds: list[float] = []
        await fill()
        meter = Meter(servers, parts)
        await paced(UNLOADED, count, offer)
        unloaded, quiet = seconds, meter.read()
        seconds = []
        await fill()
        meter = Meter(servers, parts)
        rate = count / await crowded(CALLERS, count, offer)
        full = meter.read()
        seconds = []
        await fill()
        meter = Meter(servers, parts)
        await paced(rate / 2, count, offer)
        sheet.show(_table(unloaded, quiet, rate, full, seconds, meter.read()))
        for region in regions:
            await region.close()
        task.cancel()
    await connection.close()


def _pid(folder: Path, name: str) -> int:
    process = processes.find(folder, name)
    assert process is not None
    return process.pid


async def _region(world: World, name: str, looking: Looking) -> Region:
    coordinator = await world.school(name)
    await world.impatient(name)
    employer = await employer_of(coordinator, placesPerYear=10_000)
    issuer = world.stack.urls["issuer"]
    token = tokens.mint(world.stack.folder, issuer, {"sub": f"bench-{name}", **coordinator.claims})
    return Region(world.stack.urls, coordinator, token, employer["id"], looking)


def _table(unloaded: list[float], quiet: Usage, rate: float, full: Usage, half: list[float], busy: Usage) -> Table:
    table = Table("Offer → proposal that can be read over HTTP", ("load", "p50 ms", "p99 ms", "others"))
    for load, seconds, usage in (
        (f"unloaded ({UNLOADED:.0f} offers/s)", unloaded, quiet),
        (f"half of saturation ({rate / 2:.1f} offers/s, open loop)", half, busy),
    ):
        figures = (quantile(seconds, share) for share in (0.5, 0.99))
        table.add(load, *figures, f"{usage.others / usage.seconds:.0%}")
    costs = ", ".join(f"{name} {full.each(name, len(unloaded)):.1f}" for name in ("intake", "matching", "postgres"))
    table.note = (
        f"{len(unloaded)} offers each, {REGIONS} regions. Saturated ({CALLERS} at once): {rate:.1f} offers/s with "
        f"their proposal; milliseconds of processor per offer: {costs}; others {full.others / full.seconds:.0%}."
    )
    return table
