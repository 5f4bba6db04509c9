"""Health that tells the truth: ready means that this process can do its work now, not that it runs.

A task looks every few seconds by doing what the service does: it writes a row, publishes a message and waits for its
confirm, and asks the broker for its consumer. What it saw is shown at once, and counts for a few looks only.
"""

import asyncio
import os
import socket
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

import structlog
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.errors import is_infrastructure
from shared.jobs import stop_if_cancelled
from shared.telemetry import IN_HAND_SECONDS, PART_WELL, POOL_CONNECTIONS, POOL_MOST

if TYPE_CHECKING:
    from shared.service import Runtime

log = structlog.get_logger()

LOOK_SECONDS = 3.0
ANSWERS_WITHIN = 5.0
STALE_SECONDS = 12.0
"""A look that is older says that the process itself is stuck; red within 15 seconds is the promise."""

OUTBOX_AGE_LIMIT = 30.0
"""Seconds: events leave within milliseconds; one that is half a minute old says that nothing is being published."""

UNHANDLED_AGE_LIMIT = 60.0
"""Seconds that a message in hand, or one due for another try, waits for its verdict at most."""

PROCESS = f"{socket.gethostname()}:{os.getpid()}"

_BEAT = text("""
insert into heartbeat (process, at) values (:process, clock_timestamp())
on conflict (process) do update set at = excluded.at
""")
_FORGET = text("delete from heartbeat where at < clock_timestamp() - interval '1 day'")
_AGES = text("""
select coalesce(extract(epoch from clock_timestamp() - (
           select created_at from outbox order by id limit 1)), 0) as outbox,
       coalesce(extract(epoch from clock_timestamp() - (
           select min(next_attempt_at) from inbox
           where consumer = :consumer and status = 'retry' and next_attempt_at < clock_timestamp())), 0) as overdue
""")

Check = Callable[[], Awaitable[bool]]


class Health:
    """What the last look saw, by part; `also` are checks of others."""

    def __init__(self, consumer: str, runtime: "Runtime", also: dict[str, Check] | None = None) -> None:
        self._consumer = consumer
        self._runtime = runtime
        self._also = also or {}
        self._seen: dict[str, bool] = {}
        self._at = float("-inf")

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            before, self._seen = self._seen, await self._look()
            self._at = time.monotonic()
            for part, well in self._seen.items():
                if before.get(part, True) and not well:
                    log.warning("not_ready", part=part)
            await asyncio.sleep(LOOK_SECONDS if all(self._seen.values()) else LOOK_SECONDS / 10)

    def checks(self) -> dict[str, bool]:
        """Every part with whether it works."""
        return {"looking": time.monotonic() - self._at < STALE_SECONDS, **self._seen}

    async def _look(self) -> dict[str, bool]:
        database, published = await asyncio.gather(self._database(), self._runtime.publishing.answers(ANSWERS_WITHIN))
        others = await asyncio.gather(*(_bounded(check) for check in self._also.values()))
        in_hand = self._runtime.inbox.lanes.oldest_seconds < UNHANDLED_AGE_LIMIT
        return {
            "database": database is not None,
            "published": database is not None and database[0] < OUTBOX_AGE_LIMIT,
            "publisher": published,
            "consumer": self._runtime.consumer.consuming,
            "handled": in_hand and database is not None and database[1] < UNHANDLED_AGE_LIMIT,
            "listening": self._runtime.wakeups.connected,
            **dict(zip(self._also, others, strict=True)),
        }

    async def _database(self) -> tuple[float, float] | None:
        """Seconds since the oldest event to publish and the most overdue retry; None when it takes no writes."""
        try:
            async with asyncio.timeout(ANSWERS_WITHIN):
                return await _written(self._runtime.handling, self._consumer)
        except Exception as error:
            stop_if_cancelled()
            if not is_infrastructure(error):
                log.exception("health_not_seen")
            return None


async def _written(engine: AsyncEngine, consumer: str) -> tuple[float, float]:
    async with engine.begin() as connection:
        await connection.execute(_BEAT, {"process": PROCESS})
        await connection.execute(_FORGET)
        ages = (await connection.execute(_AGES, {"consumer": consumer})).one()
    return float(ages.outbox), float(ages.overdue)


async def _bounded(check: Check) -> bool:
    try:
        async with asyncio.timeout(ANSWERS_WITHIN):
            return await check()
    except Exception as error:
        stop_if_cancelled()
        if not is_infrastructure(error):
            log.exception("health_not_seen")
        return False


router = APIRouter(include_in_schema=False)


@router.get("/health/live")
async def live() -> dict[str, str]:
    """Whether the process answers at all."""
    return {"status": "ok"}


@router.get("/health/ready")
async def ready(request: Request) -> JSONResponse:
    """Whether the service can take calls, publish and consume; says which part cannot."""
    runtime: Runtime = request.app.state.runtime
    checks = runtime.health.checks()
    return JSONResponse({"ready": all(checks.values()), "checks": checks}, 200 if all(checks.values()) else 503)


@router.get("/metrics")
async def metrics(request: Request) -> Response:
    """Figures for Prometheus."""
    runtime: Runtime = request.app.state.runtime
    for part, well in runtime.health.checks().items():
        PART_WELL.labels(part).set(well)
    IN_HAND_SECONDS.set(runtime.inbox.lanes.oldest_seconds)
    for name, (pool, most) in runtime.pools().items():
        POOL_CONNECTIONS.labels(name).set(pool.checkedout())
        POOL_MOST.labels(name).set(most)
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
