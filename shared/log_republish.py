"""Publishing a piece of the log again, with the same ids: after a broker was lost with what it held.

Consumers know by their inbox what they have handled already. The relay that leads does it, beside its own work.
"""

import asyncio
import contextlib
import time
from typing import TypeAlias

import aiormq
import asyncpg
import structlog

from shared.messaging.publishing import ConfirmedPublisher, Unconfirmed

PgConnection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

log = structlog.get_logger()

AT_ONCE = 50
STEPS_A_SECOND = 5
"""A rate is kept in steps this small, so that live events find the connection free in between."""

PAUSE_SECONDS = 1.0
LONGEST_ERROR = 500

_RUNNING = """
select id, next_position, last_position, rate, skip_unroutable from republications where state = 'running'
"""
_ROWS = """
select position, event_id, type, routing_key, message from event_log
where position >= $1 and position <= $2 order by position limit $3
"""
_PROGRESS = """
update republications set next_position = $3, published = published + $4, skipped = skipped + $5, error = $6,
    state = case when $3 > last_position then 'done' else state end, updated_at = clock_timestamp()
where id = $1 and next_position = $2 and state = 'running'
"""


class Republisher:
    """Goes on with what is asked for, where the last leader was; what a killed one had sent is sent again."""

    def __init__(self, database_url: str, publisher: ConfirmedPublisher) -> None:
        self._url = database_url
        self._publisher = publisher
        self._task: asyncio.Task[None] | None = None

    def look(self, running: bool) -> None:
        """Begin, when something is asked for and nothing is under way."""
        if running and (self._task is None or self._task.done()):
            self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Stop after what is in hand."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        try:
            connection = await asyncpg.connect(self._url, timeout=10, command_timeout=10)
            try:
                while asked := await connection.fetchrow(_RUNNING):
                    await self._step(connection, asked)
            finally:
                with contextlib.suppress(OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
                    await connection.close(timeout=2)
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            log.warning("republication_interrupted", error=repr(error))

    async def _step(self, connection: PgConnection, asked: asyncpg.Record) -> None:
        """Publish the next few, as far as each is confirmed, and keep to the rate."""
        started = time.monotonic()
        number = max(1, min(AT_ONCE, int(asked["rate"] / STEPS_A_SECOND)))
        rows = await connection.fetch(_ROWS, asked["next_position"], asked["last_position"], number)
        errors = await asyncio.gather(*(self._publish(row) for row in rows))
        after, published, skipped, stopped = asked["next_position"], 0, 0, None
        for row, error in zip(rows, errors, strict=True):
            if error is not None and not (asked["skip_unroutable"] and _unroutable(error)):
                stopped = f"position {row['position']}, {row['type']}: {error}"[:LONGEST_ERROR]
                break
            after, published, skipped = row["position"] + 1, published + (error is None), skipped + (error is not None)
        if not rows:
            after = asked["last_position"] + 1
        await connection.execute(_PROGRESS, asked["id"], asked["next_position"], after, published, skipped, stopped)
        pause = PAUSE_SECONDS if stopped else len(rows) / asked["rate"] - (time.monotonic() - started)
        await asyncio.sleep(max(0.0, pause))

    async def _publish(self, row: asyncpg.Record) -> Unconfirmed | None:
        body = row["message"].encode()
        try:
            await self._publisher.publish(body, row["routing_key"], str(row["event_id"]), row["type"])
        except Unconfirmed as error:
            return error
        return None


def _unroutable(error: Unconfirmed) -> bool:
    return isinstance(error.__cause__, aiormq.exceptions.PublishError)
