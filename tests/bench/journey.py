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
from tests.bench.bare import Pool
from tests.bench.caller import Caller, crowded, paced
from tests.bench.machine import Meter, Usage
from tests.bench.table import Sheet, Table, quantile
from tests.journeys.world import PLACES, Person, World, employer_of, ready_student_of

UNLOADED = 2.0
CALLERS = 16
LOOK_EVERY = 0.002
"""Seconds between two looks at whether a proposal is there: the resolution of these figures."""

SETTLES_WITHIN = 60
AT_ONCE = 8
"""Students registered beside each other before it begins."""


class Region:
    """A school with students who wait, and employers that have no place yet."""

    def __init__(self, urls: dict[str, str], coordinator: Person, token: str, employer: str, matching: Pool) -> None:
        self._coordinator = coordinator
        self._intake, self._matching = Caller(urls["intake"], token), Caller(urls["matching"], token)
        self._employer = employer
        self._database = matching

    async def wait_for_places(self, count: int) -> None:
        """So many students more look for a place, and matching has looked in vain for all of them."""
        await crowded(AT_ONCE, count, self._become_ready)

    async def _become_ready(self, _number: int, _due: float) -> None:
        student = await ready_student_of(self._coordinator)
        async with asyncio.timeout(SETTLES_WITHIN):
            while not await self._database.fetchval(
                "select exists (select from searches where id = $1)", UUID(student)
            ):
                await asyncio.sleep(LOOK_EVERY)  # a poll with a deadline

    async def offered(self) -> None:
        """Offer a place; returns when the proposal for it was read.

        That it is there is asked of the database: over HTTP the asking would keep matching from its work.
        """
        made = await self._intake.call("POST", f"/v1/employers/{self._employer}/offers", OFFER)
        async with asyncio.timeout(SETTLES_WITHIN):
            while not await self._database.fetchval(PROPOSED, UUID(made["id"])):
                await asyncio.sleep(LOOK_EVERY)  # a poll with a deadline
        page = await self._matching.call("GET", f"/v1/offers/{made['id']}/proposals")
        assert page["items"], "committed, yet not to be read"

    async def close(self) -> None:
        """Close the connections."""
        await self._intake.close()
        await self._matching.close()


PROPOSED = "select exists (select from proposals where offer_id = $1)"

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
    async with World(running) as world, asyncpg.create_pool(database, min_size=CALLERS, max_size=CALLERS) as matching:
        regions = [await _region(world, name, matching) for name in PLACES]
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


def _pid(folder: Path, name: str) -> int:
    process = processes.find(folder, name)
    assert process is not None
    return process.pid


async def _region(world: World, name: str, matching: Pool) -> Region:
    coordinator = await world.school(name)
    await world.impatient(name)
    employer = await employer_of(coordinator, placesPerYear=10_000)
    issuer = world.stack.urls["issuer"]
    token = tokens.mint(world.stack.folder, issuer, {"sub": f"bench-{name}", **coordinator.claims})
    return Region(world.stack.urls, coordinator, token, employer["id"], matching)


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
        f"{len(unloaded)} offers each, {len(PLACES)} regions. Saturated ({CALLERS} at once): {rate:.1f} offers/s with "
        f"their proposal; milliseconds of processor per offer: {costs}; others {full.others / full.seconds:.0%}."
    )
    return table
