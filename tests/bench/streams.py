"""Ten thousand open live streams on one process: what each costs, and how long until all heard of one event."""

import asyncio
import dataclasses
import json
import resource
import time
from collections.abc import Sequence
from statistics import median
from typing import Any, cast
from urllib.parse import urlsplit

import psutil
import uvicorn

from deploy.ports import free_ports
from services.notifications.app import create_app
from services.notifications.settings import Settings
from tests.bench.place import Place
from tests.bench.process import Go, part
from tests.bench.table import Sheet, Table
from tests.notifications import facts
from tests.support.bench import Bench, QuietServer, settings_for
from tests.support.service import RunningService, running_service

STREAMS_PER_COUNT = 2.5
"""Streams for each event of a chain: 10 000 beside 4 000, as the subscribers of an event."""

CONNECTED_WITHIN = 900

CONNECTING = 64
"""Connections made at a time: a front end's users do not all come in the same moment."""

HEARTBEATS_WATCHED = 20.0
"""Seconds without any event: longer than the pause between two signs of life."""

BEAT, EVENT = b"still here", b"placement-started"


def _raised_limit() -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


async def service(place: Place, go: Go) -> None:
    """Notifications in a process of its own; `place.otlp` holds its settings."""
    _raised_limit()
    app = create_app(Settings(**json.loads(place.otlp)))
    server = QuietServer(
        uvicorn.Config(app, port=place.port, http="httptools", access_log=False, log_config=None, backlog=4096)
    )
    serving = asyncio.create_task(server.serve())
    while not server.started and not serving.done():
        await asyncio.sleep(0.02)  # a poll; the starter has the deadline
    await go()
    try:
        await serving
    finally:
        server.should_exit = True
        await serving


class Listener(asyncio.Protocol):
    """One open stream, read without a library: ten thousand clients of one would be what is measured."""

    def __init__(self, crowd: "Crowd") -> None:
        self._crowd = crowd
        self.ready = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the stream."""
        cast("asyncio.Transport", transport).write(self._crowd.request)

    def data_received(self, data: bytes) -> None:
        """Count what it says."""
        crowd = self._crowd
        if not self.ready.done() and b"event: ready" in data:
            self.ready.set_result(None)
        crowd.beats += data.count(BEAT)
        if events := data.count(EVENT):
            crowd.hear(events)

    def connection_lost(self, _: Exception | None) -> None:
        """A stream that ends too early is a fault."""
        self._crowd.lost += 1


class Crowd:
    """All who listen, in the process of the bench."""

    def __init__(self, url: str, token: str) -> None:
        self._at = urlsplit(url)
        self.request = (
            f"GET /v1/stream HTTP/1.1\r\nHost: {self._at.netloc}\r\nAuthorization: Bearer {token}\r\n\r\n".encode()
        )
        self.heard = self.beats = self.lost = 0
        self.first = 0.0
        """When the first of all heard of the present event."""
        self._transports: list[asyncio.BaseTransport] = []

    async def connect(self, count: int) -> None:
        """Open so many more."""
        gate, loop = asyncio.Semaphore(CONNECTING), asyncio.get_running_loop()

        async def one() -> None:
            async with gate:
                made, listener = await loop.create_connection(
                    lambda: Listener(self), self._at.hostname or "", self._at.port or 0
                )
                self._transports.append(made)
                await listener.ready

        async with asyncio.timeout(CONNECTED_WITHIN):
            await asyncio.gather(*(one() for _ in range(count)))

    def hear(self, events: int) -> None:
        """One of them heard something."""
        if self.heard % len(self._transports) == 0:
            self.first = time.perf_counter()
        self.heard += events

    async def all_heard(self, times: int) -> None:
        """Wait until each has heard so many events."""
        async with asyncio.timeout(120):
            while self.heard < times * len(self._transports):
                await asyncio.sleep(0.005)  # a poll with a deadline

    def close(self) -> None:
        """Hang up."""
        for each in self._transports:
            each.close()


async def measure(bench: Bench, place: Place, sheet: Sheet, rounds: int) -> None:
    """Open them, let events happen, and let nothing happen."""
    _raised_limit()
    many = int(STREAMS_PER_COUNT * place.count)
    port = free_ports(["streams"])["streams"]
    async with running_service(bench, "notifications") as first:
        await first.tell(facts.a_school())
        url = f"http://127.0.0.1:{port}"
        given = settings_for(bench, "notifications", url, first.database, {"stream_seconds": "3600"})
        as_told = dataclasses.replace(place, port=port, otlp=json.dumps(given))
        async with part("streams.service", as_told) as served:
            await served.go()
            token = bench.token(roles=["coordinator"], schools=[facts.BRIN])
            sheet.show(await _listened(first, psutil.Process(served.pid), Crowd(url, token), many, rounds))


async def _listened(service: RunningService, process: psutil.Process, crowd: Crowd, many: int, rounds: int) -> Table:
    await crowd.connect(min(100, many))  # what every process needs once is there
    before, began = process.memory_info().rss, time.perf_counter()
    await crowd.connect(many - min(100, many))
    connected, each = time.perf_counter() - began, (process.memory_info().rss - before) / max(1, many - 100)
    told = [await _told(service, crowd, turn) for turn in range(1, rounds + 1)]
    beats, busy = await _quiet(process, crowd)
    crowd_lost = crowd.lost
    crowd.close()
    assert not crowd_lost, f"{crowd_lost} streams ended"
    return _table(many, connected, each, told, beats, busy)


async def _told(service: RunningService, crowd: Crowd, turn: int) -> tuple[float, float]:
    began = time.perf_counter()
    await service.announce(facts.a_placement())
    await crowd.all_heard(turn)
    return crowd.first - began, time.perf_counter() - crowd.first


async def _quiet(process: psutil.Process, crowd: Crowd) -> tuple[int, float]:
    """Heartbeats that came while nothing else happened, and the share of a processor that all took meanwhile."""
    beats, used, began = crowd.beats, sum(process.cpu_times()[:2]), time.perf_counter()
    await asyncio.sleep(HEARTBEATS_WATCHED)  # what is measured is this time
    seconds = time.perf_counter() - began
    return crowd.beats - beats, (sum(process.cpu_times()[:2]) - used) / seconds


def _table(
    many: int, connected: float, each: float, told: Sequence[tuple[float, float]], beats: int, busy: float
) -> Table:
    table = Table(f"{many:,} live streams on one process", ("", "figure"))
    rows: list[tuple[str, Any]] = [
        ("memory of one stream, kB", each / 1024),
        ("connected a second", many / connected),
        ("seconds from an event until the first heard, median", median(first for first, _ in told)),
        ("seconds from the first until all heard, median", median(rest for _, rest in told)),
        (f"heartbeats in {HEARTBEATS_WATCHED:.0f} s without events", f"{beats:,}"),
        ("processors that these took", busy),
    ]
    for row in rows:
        table.add(*row)
    table.note = "All: " + ", ".join(f"{first:.2f} + {rest:.2f}" for first, rest in told) + "."
    return table
