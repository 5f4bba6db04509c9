"""Counting everything again from the other services' logs: after a mistake in a projection, or with a new one.

The result is what counting live gives, since rows neither depend on the order of events nor on how often they come.
One transaction: whoever reads sees the old figures until the new ones are complete, and live events wait meanwhile.
"""

import asyncio
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from uuid import UUID

import httpx
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

from services.analytics.domain.projections import COUNTED, rows_of
from services.analytics.settings import Settings
from services.analytics.store import ProjectionStore
from shared.errors import Refused, Transient, described
from shared.replays import Log, log_client, log_url

RECENT_MINUTES = 10
"""How far back it is checked that the logs show what was counted live: a relay logs an event right after publishing."""

LONGEST_WAIT_SECONDS = 10.0
"""How long the logs may lag behind before the rebuild gives up, and everything stays as it was."""

ASKED_AGAIN_SECONDS = 0.2

PUBLISHERS = ("intake", "matching", "notifications")

Progress = Callable[[int], None]
"""Told how many events are counted so far."""

_HANDLED_LATELY = text("""
select event_id from inbox where consumer = 'analytics' and status = 'done'
  and received_at > clock_timestamp() - make_interval(mins => :minutes)
""")


class LogsLagBehind(Transient):
    """Events were counted live that no log shows yet: nothing was changed, try again later."""


class LogsBeginLater(Refused):
    """The beginning of {log} is no longer kept, so that counting again would lose it: nothing was changed.

    A replay (`stagebrug replay analytics --all --again`) counts again what the logs hold, and keeps the rest.
    """

    slug = "logs-begin-later"


def types_of(publisher: str) -> list[str]:
    """The types that are counted of what `publisher` announces."""
    return [event.event_type() for event in COUNTED if event.publisher == publisher]


async def rebuild(settings: Settings, progress: Progress = lambda _: None) -> int:
    """Empty the projections and fill them from the logs; how many events were counted.

    Raises `LogsLagBehind`, `LogsBeginLater`, or httpx's errors when a log cannot be read; nothing is changed then.
    """
    url = settings.database_url.get_secret_value().replace("postgresql://", "postgresql+asyncpg://", 1)
    engine = create_async_engine(url)
    try:
        async with AsyncExitStack() as stack:
            logs = [
                Log(
                    await stack.enter_async_context(log_client(settings, publisher)),
                    log_url(settings, "analytics", publisher),
                    types_of(publisher),
                )
                for publisher in PUBLISHERS
            ]
            session = await stack.enter_async_context(AsyncSession(engine))
            async with session.begin():
                return await recount(session, logs, progress)
    finally:
        await engine.dispose()


async def recount(session: AsyncSession, logs: Sequence[Log], progress: Progress = lambda _: None) -> int:
    """The work of `rebuild`, within a transaction."""
    await ProjectionStore(session).clear()
    missing = set((await session.execute(_HANDLED_LATELY, {"minutes": RECENT_MINUTES})).scalars())
    counted = await _read(session, logs, missing, progress, 0)
    until = time.monotonic() + LONGEST_WAIT_SECONDS
    while missing:
        if time.monotonic() > until:
            raise LogsLagBehind(f"{len(missing)} events were counted that no log shows yet; nothing was changed")
        await asyncio.sleep(ASKED_AGAIN_SECONDS)
        counted = await _read(session, logs, missing, progress, counted)
    return counted


async def _read(
    session: AsyncSession, logs: Sequence[Log], missing: set[UUID], progress: Progress, counted: int
) -> int:
    """Count what the logs show by now, and strike it off `missing`; how many events are `counted` then."""
    for log in logs:
        async for page in log.pages():
            await ProjectionStore(session).keep(
                row for envelope in page for row in rows_of(envelope.event(), envelope.time)
            )
            missing -= {envelope.event_id for envelope in page}
            counted += len(page)
            progress(counted)
        if log.begins_after:
            raise LogsBeginLater(log=log.client.base_url.join(log.url))
    return counted


def main() -> None:
    """Count again where analytics runs, with its settings: `python -m services.analytics.rebuild`."""
    try:
        counted = asyncio.run(rebuild(Settings(), lambda counted: print(f"{counted} events counted", flush=True)))  # noqa: T201 — a command
    except (Transient, Refused, httpx.HTTPError, OSError, SQLAlchemyError) as error:
        sys.exit(f"The figures are as they were: {described(error)}")
    print(f"Done: {counted} events counted; the new figures are there.")  # noqa: T201 — a command


if __name__ == "__main__":
    main()
