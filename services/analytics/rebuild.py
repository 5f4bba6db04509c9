"""Counting everything again from the other services' logs: after a mistake in a projection, or with a new one.

The result is what counting live gives, since rows neither depend on the order of events nor on how often they come.
One transaction: whoever reads sees the old figures until the new ones are complete, and live events wait meanwhile.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

from services.analytics.domain.projections import COUNTED, rows_of
from services.analytics.settings import Settings
from services.analytics.store import ProjectionStore
from shared.errors import Transient
from shared.events.envelope import Envelope
from shared.security import machine_client

PAGE = 1000
"""Events asked for at once: the most that a log gives."""

RECENT_MINUTES = 10
"""How far back it is checked that the logs show what was counted live: a relay logs an event right after publishing."""

LONGEST_WAIT_SECONDS = 10.0
"""How long the logs may lag behind before the rebuild gives up, and everything stays as it was."""

ASKED_AGAIN_SECONDS = 0.2

LOGS = {"intake": "/v1/events", "matching": "/v1/events", "notifications": "/v1/log"}
"""Where each service serves its raw log; at notifications `/v1/events` is the outsiders' feed."""

_HANDLED_LATELY = text("""
select event_id from inbox where consumer = 'analytics' and status = 'done'
  and received_at > clock_timestamp() - make_interval(mins => :minutes)
""")


class LogsLagBehind(Transient):
    """Events were counted live that no log shows yet: nothing was changed, try again later."""


@dataclass
class Log:
    """One service's log, and how far it was read."""

    client: httpx.AsyncClient
    url: str
    publisher: str
    after: int = 0

    async def pages(self) -> AsyncIterator[Sequence[Envelope]]:
        """The events since the last one read, as far as the log reaches now; only those that are counted."""
        types = [event.event_type() for event in COUNTED if event.publisher == self.publisher]
        while True:
            query: dict[str, Any] = {"after": self.after, "limit": PAGE, "types": types}
            answer = await self.client.get(self.url, params=query)
            answer.raise_for_status()
            page = answer.json()
            self.after = page["next"]
            if not page["items"]:
                return
            yield [Envelope.model_validate(item["event"]) for item in page["items"]]


async def rebuild(settings: Settings) -> int:
    """Empty the projections and fill them from the logs; how many events were counted.

    Raises `LogsLagBehind`, or httpx's errors when a log cannot be read; nothing is changed then.
    """
    url = settings.database_url.get_secret_value().replace("postgresql://", "postgresql+asyncpg://", 1)
    engine = create_async_engine(url)
    try:
        async with AsyncExitStack() as stack:
            logs = [
                Log(
                    await stack.enter_async_context(machine_client(settings, f"{service}:events:read", seconds=60)),
                    f"{getattr(settings, f'{service}_url')}{path}",
                    service,
                )
                for service, path in LOGS.items()
            ]
            session = await stack.enter_async_context(AsyncSession(engine))
            async with session.begin():
                return await recount(session, logs)
    finally:
        await engine.dispose()


async def recount(session: AsyncSession, logs: Sequence[Log]) -> int:
    """The work of `rebuild`, within a transaction."""
    await ProjectionStore(session).clear()
    missing = set((await session.execute(_HANDLED_LATELY, {"minutes": RECENT_MINUTES})).scalars())
    counted = await _read(session, logs, missing)
    until = time.monotonic() + LONGEST_WAIT_SECONDS
    while missing:
        if time.monotonic() > until:
            raise LogsLagBehind(f"{len(missing)} events were counted that no log shows yet; nothing was changed")
        await asyncio.sleep(ASKED_AGAIN_SECONDS)
        counted += await _read(session, logs, missing)
    return counted


async def _read(session: AsyncSession, logs: Sequence[Log], missing: set[UUID]) -> int:
    """Count what the logs show by now, and strike it off `missing`; how many events that were."""
    counted = 0
    for log in logs:
        async for page in log.pages():
            await ProjectionStore(session).keep(
                row for envelope in page for row in rows_of(envelope.event(), envelope.time)
            )
            missing -= {envelope.event_id for envelope in page}
            counted += len(page)
    return counted
