"""The live stream inside one process: one reader of the table tells all who listen; no connection per listener."""

import asyncio
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from services.notifications.store.stream import Shown

MOST_WAITING = 1_000
"""Events that wait for a slow client before its stream ends; it comes back and resumes where it was."""


class Listening:
    """One client's share of the stream."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[Shown] = asyncio.Queue(MOST_WAITING)
        self._behind = False

    def give(self, shown: Shown) -> None:
        """Let the client have an event; one that is too far behind gets no more."""
        if self._behind:
            return
        try:
            self._queue.put_nowait(shown)
        except asyncio.QueueFull:
            self._behind = True

    async def next(self) -> Shown | None:
        """The next event, or None when the client was too slow to get all."""
        if self._behind and self._queue.empty():
            return None
        return await self._queue.get()


class Hub:
    """Everybody who listens in this process, and how far the table was read."""

    def __init__(self) -> None:
        self.position: int | None = None
        self._recent: deque[Shown] = deque(maxlen=MOST_WAITING)
        self._listening: set[Listening] = set()

    @contextmanager
    def listen(self, after: int) -> Iterator[Listening]:
        """Listen from a position on that was read from the table a moment ago."""
        listening = Listening()
        for shown in self._recent:
            if shown.position > after:
                listening.give(shown)
        self._listening.add(listening)
        try:
            yield listening
        finally:
            self._listening.discard(listening)

    def tell(self, shown: Sequence[Shown]) -> None:
        """Tell everybody, in order."""
        for each in shown:
            self.position = each.position
            self._recent.append(each)
            for listening in self._listening:
                listening.give(each)
