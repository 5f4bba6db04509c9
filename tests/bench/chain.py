"""Writer, relay and consumer in three processes, saturated: ours beside a bare one, turn by turn."""

import asyncio
import contextlib
import dataclasses
import statistics
import time
from collections.abc import Iterator, Sequence
from typing import Literal

import asyncpg

from deploy.servers import Servers
from tests.bench.machine import Meter, Usage
from tests.bench.place import Place
from tests.bench.process import part
from tests.bench.table import Sheet, Table

Kind = Literal["bare", "ours"]
EFFECTS = {"bare": "bare_effects", "ours": "notes"}
LEFT = {"bare": "bare_outbox", "ours": "outbox"}
ROLES = ("writer", "relay", "consumer")
PARTS = (*ROLES, "broker", "postgres")
ENDS_WITHIN = 300


@dataclasses.dataclass(frozen=True)
class Run:
    """One saturated run of a chain."""

    kind: Kind
    grouped: bool
    count: int
    usage: Usage

    @property
    def costs(self) -> list[float]:
        """Milliseconds of processor time per event: of each process and server, and of all together."""
        each = [self.usage.each(part, self.count) for part in PARTS]
        return [*each, sum(each)]

    @property
    def rate(self) -> float:
        """Events with their effect, per second."""
        return self.count / self.usage.seconds


async def measure(servers: Servers, place: Place, sheet: Sheet, rounds: int) -> list[Run]:
    """Both chains, both ways, `rounds` times in turn; the medians side by side."""
    runs: list[Run] = []
    for turn in range(rounds):
        for grouped in (False, True):
            for kind in ("bare", "ours") if turn % 2 == 0 else ("ours", "bare"):
                run = await run_once(servers, dataclasses.replace(place, grouped=grouped), kind)
                sheet.say(f"  {kind} {_way(grouped)}: {run.rate:.0f}/s, others {run.usage.others:.1f} s of processor")
                runs.append(run)
    sheet.show(_table(runs))
    return runs


async def run_once(servers: Servers, place: Place, kind: Kind) -> Run:
    """From "go" until the last effect is committed; every event has its effect once, else it counts for nothing."""
    await place.reset()
    async with contextlib.AsyncExitStack() as stack:
        parts = {role: await stack.enter_async_context(part(f"{kind}.{role}", place)) for role in ROLES}
        connection = await asyncpg.connect(place.admin)
        stack.push_async_callback(connection.close)
        meter = Meter(servers, {role: each.pid for role, each in parts.items()})
        for role in reversed(ROLES):
            await parts[role].go()
        await _until_done(connection, kind, place.count)
        usage = meter.read()
        await _check(connection, kind, place.count)
    return Run(kind, place.grouped, place.count, usage)


async def _until_done(connection: "asyncpg.Connection[asyncpg.Record]", kind: Kind, count: int) -> None:
    deadline = time.monotonic() + ENDS_WITHIN
    while await connection.fetchval(f"select count(*) from {EFFECTS[kind]}") < count:
        if time.monotonic() > deadline:
            raise TimeoutError(f"the {kind} chain did not end")
        await asyncio.sleep(0.1)  # a poll with a deadline


async def _check(connection: "asyncpg.Connection[asyncpg.Record]", kind: Kind, count: int) -> None:
    async with asyncio.timeout(10):
        while await connection.fetchval(f"select count(*) from {LEFT[kind]}"):
            await asyncio.sleep(0.05)  # a poll with a deadline
    effects = await connection.fetchval(f"select count(*) from {EFFECTS[kind]}")
    if effects != count:
        raise AssertionError(f"{effects} effects of {count} events")


def _table(runs: Sequence[Run]) -> Table:
    columns = ("chain", "events/s", "of bare", *(f"{part} ms" for part in PARTS), "all ms", "of bare", "others")
    table = Table("Writer → relay → consumer, three processes, saturated", columns)
    for grouped in (False, True):
        bare = _medians([run for run in runs if run.kind == "bare" and run.grouped == grouped])
        for kind in ("bare", "ours"):
            rate, *costs, total, others = _medians([r for r in runs if r.kind == kind and r.grouped == grouped])
            faster, cheaper = f"{rate / bare[0]:.0%}", f"{bare[-2] / total:.0%}"
            table.add(f"{kind}, {_way(grouped)}", f"{rate:.0f}", faster, *costs, total, cheaper, f"{others:.0%}")
    table.note = (
        "Medians; milliseconds of processor time per event. The second “of bare” is what the first comes to where "
        "nobody else uses the machine. Others: of one processor. All runs: " + "; ".join(_rates(runs)) + "."
    )
    return table


def _medians(runs: Sequence[Run]) -> list[float]:
    lines = [[run.rate, *run.costs, run.usage.others / run.usage.seconds] for run in runs]
    return [statistics.median(column) for column in zip(*lines, strict=True)]


def _rates(runs: Sequence[Run]) -> Iterator[str]:
    for grouped in (False, True):
        for kind in ("bare", "ours"):
            rates = (f"{run.rate:.0f}" for run in runs if run.kind == kind and run.grouped == grouped)
            yield f"{kind} {_way(grouped)} {', '.join(rates)}"


def _way(grouped: bool) -> str:
    return "grouped" if grouped else "one by one"
