"""Work that time or a wake-up sets off: each run is a transaction of its own, and several replicas run side by side."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

import structlog

from shared.errors import is_infrastructure
from shared.unit_of_work import UnitOfWork
from shared.wakeups import Wakeups, wait

log = structlog.get_logger()

JobFunction = Callable[[UnitOfWork], Awaitable[bool]]

Begin = Callable[[], AbstractAsyncContextManager[UnitOfWork]]
"""Opens a transaction of its own."""


def stop_if_cancelled() -> None:
    """Go on being cancelled where an error took that over: a rollback on a connection that is gone raises its own."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


class Runs(Protocol):
    """What a service does beside its calls and messages, until it is cancelled."""

    async def run(self, begin: Begin, wakeups: Wakeups) -> None:
        """Run until cancelled, whatever fails meanwhile."""


@dataclass(frozen=True)
class Job:
    """A function to call every so many seconds, and whenever its topic is notified."""

    name: str
    seconds: float
    wake: str | None
    call: JobFunction

    async def run(self, begin: Begin, wakeups: Wakeups) -> None:
        """Run until cancelled; a failure is logged and the next turn tries again."""
        wake = wakeups.subscribe(self.wake or f"job {self.name}")
        while True:
            try:
                async with begin() as work:
                    more = await self.call(work)
            except Exception as error:
                stop_if_cancelled()
                more = False
                if is_infrastructure(error):
                    log.warning("job_waits_for_database", job=self.name, error=repr(error))
                else:
                    log.exception("job_failed", job=self.name)
            if not more:
                await wait(wake, self.seconds)
            else:
                await asyncio.sleep(0)


class Jobs:
    """A service's jobs: those that look regularly, and (`shared.timers`) those that are set for a moment."""

    def __init__(self, *others: Runs) -> None:
        self.all: list[Runs] = list(others)

    def every(self, *, seconds: float, wake: str | None = None) -> Callable[[JobFunction], JobFunction]:
        """Call the function every `seconds`, at once on `work.notify(wake)`, and again while it answers True.

        Replicas call it too: it claims its rows with `for update skip locked` and asks the database for the time.
        """

        def register(call: JobFunction) -> JobFunction:
            self.all.append(Job(call.__name__, seconds, wake, call))
            return call

        return register


async def run_job(job: Runs, begin: Begin, wakeups: Wakeups) -> None:
    """Run one job until cancelled."""
    await job.run(begin, wakeups)
