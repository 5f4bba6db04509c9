"""The relay: publishes what the outbox holds and moves what is confirmed to the event log, in gapless positions.

One replica leads, by a lease with an epoch on the database's clock: a leader that is frozen loses it when it ends, one
whose database session is gone loses it at once, and the statement that moves rows checks the epoch.
"""

import asyncio
import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import aio_pika
import aiormq
import asyncpg
import structlog

from shared.messaging.publishing import ConfirmedPublisher, Unconfirmed
from shared.telemetry import OUTBOX_SECONDS, PUBLISHED
from shared.wakeups import wait

PgConnection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

log = structlog.get_logger()

BATCH = 200
"""Events published at once: enough to keep the connection full (measured: nothing gained beyond)."""

LEASE_SECONDS = 10
RENEW_SECONDS = 3.0
TAKEOVER_SECONDS = 1.0

_TAKE = """
update relay_lease set
    epoch = epoch + 1, until = clock_timestamp() + make_interval(secs => $1), backend = pg_backend_pid()
where until < clock_timestamp() or not exists (select 1 from pg_stat_activity where pid = relay_lease.backend)
returning epoch
"""
_RENEW = """
update relay_lease set until = clock_timestamp() + make_interval(secs => $2) where epoch = $1 returning epoch
"""
_RELEASE = "update relay_lease set until = '-infinity' where epoch = $1"

_PENDING = """
select id, event_id, type, routing_key, subject, message from outbox
where (next_attempt_at is null or next_attempt_at <= clock_timestamp())
  and not exists (select 1 from outbox earlier where earlier.subject = outbox.subject and earlier.id < outbox.id
                  and earlier.next_attempt_at > clock_timestamp())
order by id limit $1
"""

_MOVE = """
with lease as (
    update relay_lease set until = clock_timestamp() + make_interval(secs => $3) where epoch = $1 returning epoch
), gone as (
    delete from outbox using lease where outbox.id = any($2) returning outbox.*
), head as (
    update log_head set position = position + (select count(*) from gone) where exists (select from lease)
    returning position
), logged as (
    insert into event_log (event_id, position, type, routing_key, subject, version, message, recorded_at)
    select event_id, head.position - (select count(*) from gone) + row_number() over (order by id),
           type, routing_key, subject, version, message, created_at
    from gone, head
)
select count(*) from lease
"""

_FAILED = """
update outbox set attempts = attempts + 1, last_error = $2,
    next_attempt_at = clock_timestamp() + least(interval '1 minute', interval '1 second' * (2 ^ least(attempts, 6)))
where id = any($1)
"""
_AGE = "select coalesce(extract(epoch from clock_timestamp() - min(created_at)), 0) from outbox"


@dataclass(frozen=True)
class Pending:
    """An event that waits to be published."""

    id: int
    event_id: str
    type: str
    routing_key: str
    subject: str
    body: bytes


class Relay:
    """Runs in every replica of a service; the one that holds the lease publishes."""

    def __init__(self, database_url: str, publisher: ConfirmedPublisher, wake: asyncio.Event) -> None:
        self._url = database_url
        self._publisher = publisher
        self._wake = wake
        self.leading = False

    async def run(self) -> None:
        """Lead or wait to lead until cancelled; whatever dies is tried again."""
        while True:
            try:
                await self._session()
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError) as error:
                log.warning("relay_interrupted", error=repr(error))
            except (aio_pika.exceptions.AMQPError, aiormq.exceptions.AMQPError) as error:
                log.warning("relay_has_no_broker", error=repr(error))
            finally:
                self.leading = False
            await asyncio.sleep(TAKEOVER_SECONDS)

    async def _session(self) -> None:
        await self._publisher.connect()
        connection = await asyncpg.connect(self._url, timeout=10, command_timeout=30)
        try:
            connection.add_termination_listener(lambda _: self._wake.set())
            while (epoch := await connection.fetchval(_TAKE, LEASE_SECONDS)) is None:  # noqa: ASYNC110 — held elsewhere
                await asyncio.sleep(TAKEOVER_SECONDS)
            log.info("relay_leads", epoch=epoch)
            self.leading = True
            try:
                await self._lead(connection, epoch)
            finally:
                with contextlib.suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                    await connection.execute(_RELEASE, epoch)
        finally:
            with contextlib.suppress(OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
                await connection.close(timeout=2)

    async def _lead(self, connection: PgConnection, epoch: int) -> None:
        while await connection.fetchval(_RENEW, epoch, LEASE_SECONDS):
            batch = await self._pending(connection)
            if batch and not await self._publish(connection, epoch, batch):
                break
            if len(batch) < BATCH:
                OUTBOX_SECONDS.set(float(await connection.fetchval(_AGE)))
                await wait(self._wake, RENEW_SECONDS if not batch else 0.05)
        log.warning("relay_lost_its_lease", epoch=epoch)

    @staticmethod
    async def _pending(connection: PgConnection) -> list[Pending]:
        rows = await connection.fetch(_PENDING, BATCH)
        return [
            Pending(r["id"], str(r["event_id"]), r["type"], r["routing_key"], r["subject"], r["message"].encode())
            for r in rows
        ]

    async def _publish(self, connection: PgConnection, epoch: int, batch: Sequence[Pending]) -> bool:
        """Publish a batch and move what is confirmed; False when the lease was lost meanwhile."""
        results = await asyncio.gather(*(self._publish_one(pending) for pending in batch))
        failed = {pending.subject: error for pending, error in zip(batch, results, strict=True) if error}
        blocked: set[str] = set()
        moved: list[int] = []
        for pending, error in zip(batch, results, strict=True):
            if error:
                blocked.add(pending.subject)
            elif pending.subject not in blocked:  # only the confirmed prefix of each subject moves
                moved.append(pending.id)
                PUBLISHED.labels(pending.type).inc()
        if failed:
            stuck = [pending.id for pending, error in zip(batch, results, strict=True) if error]
            await connection.execute(_FAILED, stuck, next(iter(failed.values())))
            log.warning("events_unconfirmed", count=len(stuck), error=next(iter(failed.values())))
        return bool(await connection.fetchval(_MOVE, epoch, moved, LEASE_SECONDS))

    async def _publish_one(self, pending: Pending) -> str | None:
        try:
            await self._publisher.publish(pending.body, pending.routing_key, pending.event_id, pending.type)
        except Unconfirmed as error:
            return str(error) or repr(error)
        return None
