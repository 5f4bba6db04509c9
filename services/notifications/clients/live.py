"""The live stream inside one process: one reader of the table tells all who listen; no connection per listener."""

import asyncio
import json
from collections import defaultdict, deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from services.notifications.domain.views import Listener, view_for
from services.notifications.store.stream import Shown

MOST_WAITING = 1_000
"""Events that wait for a slow client before its stream ends; it comes back and resumes where it was."""


@dataclass(frozen=True)
class Told:
    """What a listener may see of an event, as JSON."""

    position: int
    text: str


def told_to(listener: Listener, shown: Shown) -> Told | None:
    """What this listener may see of an event; None when that is nothing."""
    view = view_for(listener, shown.views)
    if view is None:
        return None
    moment = shown.time.isoformat().replace("+00:00", "Z")
    return Told(shown.position, json.dumps({"type": shown.type, "time": moment, "ids": dict(view.data)}))


class Listening:
    """One client's share of the stream."""

    def __init__(self, after: int) -> None:
        self._queue: asyncio.Queue[Told] = asyncio.Queue(MOST_WAITING)
        self._behind = False
        self._passed = after

    @property
    def seen(self) -> int | None:
        """The position of the last event of all that this client had, or was not to see; None while one waits."""
        return self._passed if self._queue.empty() else None

    def give(self, position: int, told: Told | None) -> None:
        """Let the client have an event, if it may see it; one that is too far behind gets no more."""
        if self._behind or position <= self._passed:  # it was read from the table already
            return
        if told is not None:
            try:
                self._queue.put_nowait(told)
            except asyncio.QueueFull:
                self._behind = True
                return
        self._passed = position

    async def next(self) -> Told | None:
        """The next event, or None when the client was too slow to get all."""
        if self._behind and self._queue.empty():
            return None
        return await self._queue.get()


class Hub:
    """Everybody who listens in this process, and how far the table was read."""

    def __init__(self) -> None:
        self.position: int | None = None
        self._recent: deque[Shown] = deque(maxlen=MOST_WAITING)
        self._listening: dict[Listener, set[Listening]] = defaultdict(set)
        """By rights: those who may see the same are told the same text, and who may not see is not woken."""

    @contextmanager
    def listen(self, listener: Listener, after: int) -> Iterator[Listening]:
        """Listen from a position on that was read from the table a moment ago."""
        listening = Listening(after)
        for shown in self._recent:
            if shown.position > after:
                listening.give(shown.position, told_to(listener, shown))
        self._listening[listener].add(listening)
        try:
            yield listening
        finally:
            self._listening[listener].discard(listening)
            if not self._listening[listener]:
                del self._listening[listener]

    def tell(self, shown: Sequence[Shown]) -> None:
        """Tell everybody what they may see, in order."""
        for each in shown:
            self.position = each.position
            self._recent.append(each)
            for listener, together in self._listening.items():
                told = told_to(listener, each)
                for listening in together:
                    listening.give(each.position, told)
