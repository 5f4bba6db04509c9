"""Things that are done beside the transactions: so many at once, and at the end those under way are waited for."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Generic, Self, TypeVar
from uuid import UUID

import structlog

from services.notifications.store.sending import FIRST

log = structlog.get_logger()

T = TypeVar("T")


LONG = 2.0
"""Seconds after which what has no answer yet takes no hand from the others: most answer in a tenth of it."""


class Errands:
    """A bounded set of tasks of one kind; `spare` is for those that take long, so that the others need not wait."""

    def __init__(self, at_once: int, seconds: float, spare: int = 0) -> None:
        self._at_once = at_once
        self._spare = spare
        self._seconds = seconds
        self._running: dict[asyncio.Task[None], float] = {}

    async def __aenter__(self) -> Self:
        """Nothing to open."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Wait for what is under way; what takes longer than it may is left to its lease in the database."""
        if self._running:
            _, late = await asyncio.wait(self._running, timeout=self._seconds)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    @property
    def free(self) -> int:
        """How many more can be sent."""
        now = time.monotonic()
        long = sum(now - begun >= LONG for begun in self._running.values())
        return self._at_once - len(self._running) + min(long, self._spare)

    def send(self, errand: Coroutine[Any, Any, None]) -> None:
        """Let one run; one that fails is logged, and its lease brings it back."""
        task = asyncio.create_task(errand)
        self._running[task] = time.monotonic()
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._running.pop(task, None)
        if not task.cancelled() and (error := task.exception()):
            log.warning("errand_failed", error=repr(error))


@dataclass
class Turn:
    """Whose turn it was last, so that all are served before one is served again."""

    after: UUID = FIRST


class Together(Generic[T]):
    """Things that are done in one go: what comes while one batch is under way makes up the next."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._waiting: list[tuple[T, asyncio.Future[None]]] = []
        self._running: asyncio.Task[None] | None = None

    async def add(self, thing: T, do: Callable[[Sequence[T]], Awaitable[None]]) -> None:
        """Have one done, with others; raises what went wrong with it."""
        done = asyncio.get_running_loop().create_future()
        self._waiting.append((thing, done))
        if self._running is None or self._running.done():
            self._running = asyncio.create_task(self._run(do))
        await done

    async def _run(self, do: Callable[[Sequence[T]], Awaitable[None]]) -> None:
        while batch := self._waiting[: self._most]:
            del self._waiting[: len(batch)]
            try:
                await do([thing for thing, _ in batch])
            except Exception:  # noqa: BLE001 — whichever of them it was, the others are not to suffer
                await self._one_by_one(batch, do)
            for _, done in batch:
                if not done.done():
                    done.set_result(None)

    async def _one_by_one(
        self, batch: Sequence[tuple[T, asyncio.Future[None]]], do: Callable[[Sequence[T]], Awaitable[None]]
    ) -> None:
        for thing, done in batch:
            try:
                await do([thing])
            except Exception as error:  # noqa: BLE001 — whoever waits for it gets it
                if not done.done():
                    done.set_exception(error)
