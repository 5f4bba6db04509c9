"""Work that time or a wake-up sets off: each run is a transaction of its own, and several replicas run side by side."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

import structlog

from shared.errors import is_infrastructure
from shared.unit_of_work import UnitOfWork
from shared.wakeups import Wakeups, wait

log = structlog.get_logger()

JobFunction = Callable[[UnitOfWork], Awaitable[bool]]


@dataclass(frozen=True)
class Job:
    """A function to call every so many seconds, and whenever its topic is notified."""

    name: str
    seconds: float
    wake: str | None
    call: JobFunction


class Jobs:
    """A service's jobs."""

    def __init__(self) -> None:
        self.all: list[Job] = []

    def every(self, *, seconds: float, wake: str | None = None) -> Callable[[JobFunction], JobFunction]:
        """Call the function every `seconds`, at once on `work.notify(wake)`, and again while it answers True.

        Replicas call it too: it claims its rows with `for update skip locked` and asks the database for the time.
        """

        def register(call: JobFunction) -> JobFunction:
            self.all.append(Job(call.__name__, seconds, wake, call))
            return call

        return register


async def run_job(job: Job, begin: Callable[[], AbstractAsyncContextManager[UnitOfWork]], wakeups: Wakeups) -> None:
    """Run one job until cancelled; a failure is logged and the next turn tries again."""
    wake = wakeups.subscribe(job.wake or f"job {job.name}")
    while True:
        try:
            async with begin() as work:
                more = await job.call(work)
        except Exception as error:
            more = False
            if is_infrastructure(error):
                log.warning("job_waits_for_database", job=job.name, error=repr(error))
            else:
                log.exception("job_failed", job=job.name)
        if not more:
            await wait(wake, job.seconds)
        else:
            await asyncio.sleep(0)
