"""What an event costs in a region where places are planned and may still move: with the database, in one transaction."""

import contextlib
import time
from collections import defaultdict
from collections.abc import Awaitable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product

import structlog

from services.matching.domain.kept_region import KeptRegion, News, Place
from tests.bench.table import Sheet, Table, quantile
from tests.support.bench import Bench
from tests.support.living import EVENTS, Region, Took
from tests.support.region import REGION

SIZES = (("middle", 4), ("largest", 2))
"""Of `--count` students: one in so many."""

KINDS = (("normal", 1.4), ("tight", 0.9), ("scarce", 0.5))
COLUMNS = (
    "region, event", "events", "p50 ms", "p95 ms", "p99 ms", "cpu p50", "cpu p95", "plan p50", "plan p95", "statements",
)  # fmt: skip
ANEW = 3
"""How often each region is read and planned anew."""


@dataclass
class Sums:
    """Seconds of the processor that plans took, all together."""

    planning: float = 0.0

    @contextlib.contextmanager
    def counted(self) -> Iterator[None]:
        """Count what every kept plan takes meanwhile."""
        take = KeptRegion.take

        def timed(region: KeptRegion, news: News) -> list[Place]:
            began = time.thread_time()
            places = take(region, news)
            self.planning += time.thread_time() - began
            return places

        KeptRegion.take = timed  # type: ignore[method-assign,assignment]
        try:
            yield
        finally:
            KeptRegion.take = take  # type: ignore[method-assign]


@dataclass
class Event:
    """What one event cost: seconds on the clock, of this process, and of the plan in it; statements."""

    wall: float
    process: float
    planning: float
    statements: int

    @classmethod
    async def of(cls, sums: Sums, happens: Awaitable[Took]) -> "Event":
        """Let it happen."""
        sums.planning = 0.0
        took = await happens
        return cls(took.wall, took.process, sums.planning, took.statements)


async def measure(bench: Bench, count: int, rounds: int, sheet: Sheet) -> None:
    """A middle region and the largest; with `count` at 4000 as large as real ones, and `rounds` times ten of each event."""
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory(), processors=[])
    table, sums = Table("An event with the database, where places are planned", COLUMNS), Sums()
    with sums.counted():
        for (size, part), (kind, ratio) in product(SIZES, KINDS):
            database = await bench.fresh_database("matching")
            region = await Region.of(database.url, 1)
            await region.filled(count // part, ratio)
            for name, events in (await _happening(region, rounds * 10, sums)).items():
                _add(table, f"{size}, {kind}: {name}", events)
            await region.engine.dispose()
            await bench.drop(database)
            sheet.say(table.plain())
    sheet.show(table)


async def _happening(region: Region, many: int, sums: Sums) -> dict[str, list[Event]]:
    took = defaultdict[str, list[Event]](list)
    for number in range(many + 1):
        for name, happens in EVENTS.items():
            event = await Event.of(sums, happens(region))
            if number:  # the first of each prepares its statements
                took[name].append(event)
    every = [each for some in took.values() for each in some]
    took["all"] = every
    for _ in range(ANEW):
        region.resources.shelf.forget(REGION)
        took["student ready, read and planned anew"].append(await Event.of(sums, region.ready()))
    return took


def _add(table: Table, name: str, events: Sequence[Event]) -> None:
    wall, process, planning = zip(*((one.wall, one.process, one.planning) for one in events), strict=True)
    table.add(
        name,
        len(events),
        *(quantile(wall, share) for share in (0.5, 0.95, 0.99)),
        *(quantile(some, share) for some in (process, planning) for share in (0.5, 0.95)),
        sum(one.statements for one in events) / len(events),
    )
