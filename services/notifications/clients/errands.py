"""Things that are done beside the transactions: so many at once, and at the end those under way are waited for."""

import asyncio
from collections.abc import Coroutine
from types import TracebackType
from typing import Any, Self

import structlog

log = structlog.get_logger()


class Errands:
    """A bounded set of tasks of one kind."""

    def __init__(self, at_once: int, seconds: float) -> None:
        self._at_once = at_once
        self._seconds = seconds
        self._running: set[asyncio.Task[None]] = set()

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
        return self._at_once - len(self._running)

    def send(self, errand: Coroutine[Any, Any, None]) -> None:
        """Let one run; one that fails is logged, and its lease brings it back."""
        task = asyncio.create_task(errand)
        self._running.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.warning("errand_failed", error=repr(error))
