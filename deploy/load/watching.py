"""Reads the logs of those who decide while the week is played: when something became readable, and how often."""

import asyncio
import contextlib
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from deploy.demo.actors import Actor, NotAnswered

LOOK_SECONDS = 0.1
"""Between two looks: what is measured is told to a tenth of a second, and the looking costs little."""

PAGE = 1000
READ = {
    "intake": ("student-ready", "employer-offered", "placement-started", "placement-refused"),
    "matching": ("match-proposed",),
}

Event = dict[str, Any]


@dataclass
class Seen:
    """By kind of event: the moment (monotonic seconds) and the data of each, and how often its id stood in the log."""

    events: dict[str, list[tuple[float, Event]]] = field(default_factory=lambda: defaultdict(list))
    ids: "Counter[str]" = field(default_factory=Counter)

    def count(self, kind: str, name: str) -> "Counter[str]":
        """How many events of a kind there are for each value of a field."""
        return Counter(str(data[name]) for _, data in self.events[kind])


class Watch:
    """Follows both logs from where they are now."""

    def __init__(self, operator: Actor, proposed: Callable[[Event], None]) -> None:
        self.seen = Seen()
        self._operator = operator
        self._proposed = proposed
        self._after: dict[str, int] = {}
        self._tasks: list[asyncio.Task[None]] = []

    async def begin(self) -> None:
        """From the ends of the logs on."""
        for service in READ:
            end = await self._operator.get(service, "/v1/log-verification", after=2**53, seals=1)
            self._after[service] = end["end"]
        self._tasks = [asyncio.create_task(self._follow(service)) for service in READ]

    async def end(self) -> None:
        """Look once more, and no longer."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for service in READ:
            while await self._look(service):
                pass

    def must_run(self) -> None:
        """Raise what ended the watching, if anything."""
        for task in self._tasks:
            if task.done():
                task.result()

    async def _follow(self, service: str) -> None:
        while True:
            more = False
            with contextlib.suppress(NotAnswered):  # being restarted: the log says afterwards what happened meanwhile
                more = await self._look(service)
            if not more:
                await asyncio.sleep(LOOK_SECONDS)

    async def _look(self, service: str) -> bool:
        """Read a page; whether there may be another."""
        types = [f"nl.stagebrug.{kind}.v1" for kind in READ[service]]
        page = await self._operator.get(service, "/v1/events", after=self._after[service], types=types, limit=PAGE)
        now = time.monotonic()
        for item in page["items"]:
            event = item["event"]
            kind = event["type"].split(".")[2]
            self.seen.ids[event["id"]] += 1
            self.seen.events[kind].append((now, event["data"]))
            if kind == "match-proposed":
                self._proposed(event["data"])
        self._after[service] = max(self._after[service], page["next"])
        return len(page["items"]) == PAGE
