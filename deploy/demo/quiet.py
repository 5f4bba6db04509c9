"""Waiting until the system has nothing left to do: each consumer has handled what the others published."""

import asyncio
import time

from deploy.demo.actors import Actor, NotAsPlayed
from shared.progress import Progress, unfinished

SERVICES = ("intake", "matching", "notifications", "analytics")
PATIENCE = 30.0
"""Seconds: a step takes a tenth of one; more than this means that something hangs or is parked."""


async def quiet(operator: Actor) -> None:
    """Return when all is handled; `NotAsPlayed` says what is left when it takes too long."""
    deadline = time.monotonic() + PATIENCE
    while left := await _unfinished(operator):
        if time.monotonic() > deadline:
            raise NotAsPlayed(f"not quiet after {PATIENCE:.0f} s: {'; '.join(left)}. See `stagebrug parked list`.")
        await asyncio.sleep(0.01)


async def _unfinished(operator: Actor) -> list[str]:
    found = await asyncio.gather(*(operator.get(service, "/v1/progress") for service in SERVICES))
    return unfinished({service: Progress.model_validate(each) for service, each in zip(SERVICES, found, strict=True)})
