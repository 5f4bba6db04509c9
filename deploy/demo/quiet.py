"""Waiting until the system has nothing left to do: each consumer has handled what the others published."""

import asyncio
import time
from collections.abc import Sequence

from deploy.demo.actors import Actor, NotAsPlayed
from shared.progress import Progress, unfinished

DECIDING = ("intake", "matching")
"""Who decides what is proposed: the others follow, and need not be waited for at each step."""

SERVICES = ("intake", "matching", "notifications", "analytics")
AT_LEAST = 0.03
"""Seconds: an event takes that long through two services, so that asking sooner only costs."""

PATIENCE = 30.0
"""Seconds in which nothing at all gets done: a step takes a tenth of one, so that something hangs or is parked."""


async def quiet(operator: Actor, services: Sequence[str] = SERVICES) -> None:
    """Return when `services` have nothing to do for each other; `NotAsPlayed` says what is left when it stays so.

    However slow the machine is: it is waited for as long as something gets done.
    """
    deadline, before = time.monotonic() + PATIENCE, [""]
    await asyncio.sleep(AT_LEAST)
    while left := await _unfinished(operator, services):
        if left != before:
            deadline, before = time.monotonic() + PATIENCE, left
        elif time.monotonic() > deadline:
            raise NotAsPlayed(f"not quiet for {PATIENCE:.0f} s: {'; '.join(left)}. See `stagebrug parked list`.")
        await asyncio.sleep(AT_LEAST)


async def _unfinished(operator: Actor, services: Sequence[str]) -> list[str]:
    found = await asyncio.gather(*(operator.get(service, "/v1/progress") for service in services))
    return unfinished({service: Progress.model_validate(each) for service, each in zip(services, found, strict=True)})
