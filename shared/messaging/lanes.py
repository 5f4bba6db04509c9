"""Which messages are worked on together, beside each other, in turn, or quite alone."""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from shared.events.envelope import Envelope

AT_ONCE = 4
"""Groups in work beside each other: each holds a database connection; more only wait for the same two or four cores."""

LARGEST_GROUP = 100
"""Messages that share a transaction at most: nearly all that is to win from fewer commits is won by then."""

FIRST_GROUP = 16
WORTH_A_HAND = 16
"""Messages for which a group begins at once while there is a crowd: fewer wait for more, to share a commit."""

CROWD = 3
"""Messages in a group after which more are expected to come: a lone one waits for nobody."""

PATIENCE_SECONDS = 0.01
"""How long fewer wait at most: a group in work may be a slow one, and a crowd may be over."""

GROUP_SECONDS = 0.2
"""How long a group may be expected to take: its locks are held as long, and somebody may wait for them over HTTP."""


@dataclass(eq=False)
class Message:
    """A message in hand, and the future of its verdict."""

    body: bytes
    envelope: Envelope
    alone: bool = False
    """Shares its transaction with no other: it takes long, or reads a neighbour."""
    suspect: bool = False
    """May end the process: nothing else runs beside it."""
    again: bool = False
    """Comes from the inbox, not from the broker."""
    counted: bool = False
    """Noted as begun, so that the next process knows what this one had in hand when it ended."""
    replayed: bool = False
    """An operator has it handled anew."""
    since: float = field(default_factory=time.monotonic)
    verdict: "asyncio.Future[str]" = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    @property
    def subject(self) -> str:
        """What decides the order: the messages of one subject are never worked on beside each other."""
        return f"{self.envelope.source} {self.envelope.subject}"


Work = Callable[[Sequence[Message]], Awaitable[None]]
"""Gives every message of a group its verdict; it does not raise."""


class Lanes:
    """Keyed executor: a subject's messages in turn, others beside each other, what piles up in groups."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._ready: deque[Message] = deque()
        self._suspects: deque[Message] = deque()
        self._in_hand: set[Message] = set()
        self._busy: set[str] = set()
        self._groups: set[asyncio.Task[None]] = set()
        self._alarm: asyncio.TimerHandle | None = None
        self._quarantine = False
        self._most = FIRST_GROUP
        self._last = 0

    async def handle(self, message: Message) -> str:
        """Have the message handled when it is its turn; its verdict, or what `Work` set as its exception."""
        self._in_hand.add(message)
        try:
            (self._suspects if message.suspect else self._ready).append(message)
            self._begin()
            return await message.verdict
        finally:
            self._in_hand.discard(message)

    async def empty(self) -> None:
        """Wait until everything in hand has its verdict."""
        while self._groups:
            await asyncio.wait(self._groups)

    async def abandon(self) -> None:
        """Break off what is in work and begin nothing more: it has no verdict, so that it is delivered again."""
        self._ready.clear()
        self._suspects.clear()
        for task in self._groups:
            task.cancel()
        await asyncio.gather(*self._groups, return_exceptions=True)
        for message in self._in_hand:
            message.verdict.cancel()

    @property
    def oldest_seconds(self) -> float:
        """How long the message that is longest in hand waits for its verdict."""
        return time.monotonic() - min((message.since for message in self._in_hand), default=time.monotonic())

    def _begin(self) -> None:
        while self._may_begin() and (group := self._next()):
            self._busy.update(message.subject for message in group)
            task = asyncio.create_task(self._run(group))
            self._groups.add(task)
            task.add_done_callback(self._ended)

    def _ended(self, task: "asyncio.Task[None]") -> None:
        self._groups.discard(task)
        if not task.cancelled():
            task.exception()  # every message of the group has it already
        self._begin()

    def _may_begin(self) -> bool:
        if len(self._groups) >= AT_ONCE:
            return False
        if self._suspects or len(self._ready) >= WORTH_A_HAND or not (self._groups or self._last >= CROWD):
            return True
        if not self._ready:
            return False
        if (left := PATIENCE_SECONDS - (time.monotonic() - self._ready[0].since)) <= 0:
            return True
        if self._alarm is None:
            self._alarm = asyncio.get_running_loop().call_later(left, self._patience_over)
        return False

    def _patience_over(self) -> None:
        self._alarm = None
        self._begin()

    def _next(self) -> list[Message]:
        if self._quarantine:
            return []
        if self._suspects:  # whatever ends the process must not be taken for another's doing
            if self._groups:
                return []
            self._quarantine = True
            return [self._suspects.popleft()]
        return self._group()

    def _group(self) -> list[Message]:
        group: list[Message] = []
        later: deque[Message] = deque()
        held: set[str] = set()
        while self._ready and len(group) < self._most:
            message = self._ready.popleft()
            if message.subject in self._busy or message.subject in held or (message.alone and group):
                held.add(message.subject)  # nor may a later one of its subject overtake it
                later.append(message)
                continue
            group.append(message)
            if message.alone:
                break
        self._ready.extendleft(reversed(later))
        return group

    async def _run(self, group: list[Message]) -> None:
        began = time.monotonic()
        try:
            await self._work(group)
        finally:
            self._learn(len(group), time.monotonic() - began)
            self._busy.difference_update(message.subject for message in group)
            self._quarantine = False

    def _learn(self, size: int, seconds: float) -> None:
        """Groups grow while full ones are quick: an estimate per message would take a commit's time for its own."""
        self._last = size
        if seconds > GROUP_SECONDS:
            self._most = max(1, min(self._most, size) // 2)
        elif size >= self._most:
            self._most = min(LARGEST_GROUP, self._most * 2)
