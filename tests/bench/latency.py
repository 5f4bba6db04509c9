"""From a call over HTTP to the event at somebody else's, and to the effect in a database."""

import asyncio
import contextlib
import dataclasses
import json
import time
from collections.abc import AsyncIterator, Sequence

import aio_pika
import asyncpg
from aio_pika.abc import AbstractIncomingMessage

from deploy.ports import free_ports
from deploy.servers import Servers
from shared.messaging.publishing import EXCHANGE
from shared.wakeups import CHANNEL
from tests.bench.caller import Caller, crowded, paced
from tests.bench.machine import Meter, Usage
from tests.bench.place import Place
from tests.bench.process import part
from tests.bench.table import Sheet, Table, quantile

UNLOADED = 10.0
"""Calls per second: nothing waits for anything."""

CALLERS = 32


class Stopwatch:
    """When each thing was asked for, when its event arrived elsewhere, and when its effect was committed."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller
        self.asked: dict[str, float] = {}
        self.events: dict[str, float] = {}
        self.effects: dict[str, float] = {}

    async def make(self, _: int, due: float) -> None:
        """One call."""
        made = await self._caller.call("POST", "/v1/things", {"name": "a thing of some length " * 20})
        self.asked[made["id"]] = due

    async def heard(self, message: AbstractIncomingMessage) -> None:
        """The event, as a foreign consumer gets it."""
        now = time.perf_counter()
        self.events[json.loads(message.body)["data"]["thingId"]] = now

    def done(self, topic: str) -> None:
        """A notification of the service's own database."""
        kind, _, thing = topic.partition(" ")
        if kind == "effect":
            self.effects[thing] = time.perf_counter()

    async def complete(self) -> None:
        """Wait until everything that was asked for has its event and its effect."""
        async with asyncio.timeout(60):
            while not (self.asked.keys() <= self.events.keys() and self.asked.keys() <= self.effects.keys()):
                await asyncio.sleep(0.005)  # a poll with a deadline

    @property
    def last(self) -> float:
        """When the last effect was committed."""
        return max(self.effects[thing] for thing in self.asked)

    def seconds(self) -> dict[str, Sequence[float]]:
        """Each way with all its times."""
        return {
            "POST → event elsewhere": [self.events[thing] - due for thing, due in self.asked.items()],
            "event → effect": [max(0.0, self.effects[thing] - self.events[thing]) for thing in self.asked],
            "POST → effect": [self.effects[thing] - due for thing, due in self.asked.items()],
        }


async def measure(servers: Servers, place: Place, sheet: Sheet) -> None:
    """Unloaded, saturated, and at half of that."""
    await place.reset()
    place = dataclasses.replace(place, port=free_ports(["toy"])["toy"])
    async with part("served.toy", place) as toy:
        await toy.go()
        meter = Meter(servers)
        unloaded = await _paced(place, UNLOADED, max(20, place.count // 20))
        quiet = meter.read()
        meter = Meter(servers, {"toy": toy.pid})
        rate = await _saturated(place)
        full = meter.read()
        meter = Meter(servers)
        half = await _paced(place, rate / 2, max(20, place.count // 4))
        sheet.show(_table(unloaded, quiet, rate, half, meter.read(), _costs(full, place.count)))


def _costs(usage: Usage, count: int) -> str:
    each = {name: usage.each(name, count) for name in ("toy", "broker", "postgres", "bench")}
    return ", ".join(f"{name} {ms:.2f}" for name, ms in each.items()) + f"; others {usage.others / usage.seconds:.0%}"


async def _paced(place: Place, rate: float, count: int) -> Stopwatch:
    async with _watching(place) as watch:
        await paced(rate, count, watch.make)
        await watch.complete()
    return watch


async def _saturated(place: Place) -> float:
    async with _watching(place) as watch:
        began = time.perf_counter()
        await crowded(CALLERS, place.count, watch.make)
        await watch.complete()
    return place.count / (watch.last - began)


@contextlib.asynccontextmanager
async def _watching(place: Place) -> AsyncIterator[Stopwatch]:
    caller = Caller(f"http://127.0.0.1:{place.port}")
    watch = Stopwatch(caller)
    broker, listening = await aio_pika.connect(place.admin_amqp), await asyncpg.connect(place.admin)
    async with broker, broker.channel() as channel:
        tap = await channel.declare_queue(exclusive=True)
        await tap.bind(EXCHANGE, "toy.thing-made.v1")
        await tap.consume(watch.heard, no_ack=True)
        await listening.add_listener(CHANNEL, lambda *arguments: watch.done(str(arguments[3])))
        yield watch
    await listening.close()
    await caller.close()


def _table(unloaded: Stopwatch, quiet: Usage, rate: float, half: Stopwatch, busy: Usage, costs: str) -> Table:
    columns = ("way", "unloaded p50 ms", "p99 ms", f"at {rate / 2:.0f}/s: p50 ms", "p99 ms")
    table = Table("One service over HTTP, in one process", columns)
    for (way, alone), loaded in zip(unloaded.seconds().items(), half.seconds().values(), strict=True):
        table.add(way, *(quantile(times, share) for times in (alone, loaded) for share in (0.5, 0.99)))
    table.note = (
        f"Saturated ({CALLERS} callers): {rate:.0f} calls/s with event and effect; milliseconds of processor per call: "
        f"{costs}. Unloaded: {UNLOADED:.0f}/s, others {quiet.others / quiet.seconds:.0%}; half of saturation, open "
        f"loop: others {busy.others / busy.seconds:.0%}."
    )
    return table
