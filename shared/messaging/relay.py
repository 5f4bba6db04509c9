"""The relay: publishes what the outbox holds and moves what is confirmed to the event log, in gapless positions.

One replica leads (see `lease`); the statement that moves rows checks its epoch, and seals them: the log's digest is
made of the digest before and of the rows that came.
"""

import asyncio
import contextlib
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import aio_pika
import aiormq
import asyncpg
import structlog

from shared.fail_points import reached
from shared.jobs import stop_if_cancelled
from shared.log_republish import Republisher
from shared.messaging.lease import LEASE_SECONDS, Lease, LeaseLost
from shared.messaging.publishing import ConfirmedPublisher, Unconfirmed
from shared.telemetry import OUTBOX_SECONDS, PUBLISHED, RELAY_LEADS
from shared.wakeups import wait

PgConnection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

log = structlog.get_logger()

BATCH = 200
"""Events published at once: enough to keep the connection full (measured: nothing gained beyond)."""

TAKEOVER_SECONDS = 0.25
"""How often those that do not lead look whether somebody does."""

RETRY_SECONDS = 0.5
STEP_DOWN_SECONDS = 10.0
"""A leader that reaches no broker for so long lets others try: theirs may be another node."""

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
    delete from outbox using lease where outbox.id = any($2)
    returning outbox.*, sha256(convert_to(
        concat_ws(' ', event_id, type, routing_key, subject, version, message), 'UTF8')) as digest
), batch as (
    select count(*) as number, string_agg(digest, ''::bytea order by id) as digests from gone
), head as (
    update log_head set position = position + batch.number, digest = sha256(digest || batch.digests) from batch
    where batch.number > 0 returning log_head.position, log_head.digest, batch.number
), sealed as (
    insert into event_log_seal (position, digest) select position, digest from head
), logged as (
    insert into event_log (event_id, position, type, routing_key, subject, version, message, recorded_at, digest)
    select event_id, head.position - head.number + row_number() over (order by id),
           type, routing_key, subject, version, message, created_at, gone.digest
    from gone, head
)
select count(*) from lease
"""

_FAILED = """
update outbox set attempts = attempts + 1, last_error = $2,
    next_attempt_at = clock_timestamp() + least(interval '15 seconds', interval '1 second' * (2 ^ least(attempts, 6)))
where id = any($1)
"""
_LEFT = "select exists (select from outbox)"

_SESSION_ERRORS = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError)
_BROKER_ERRORS = (aio_pika.exceptions.AMQPError, aiormq.exceptions.AMQPError)


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
        """`database_url` is the direct address where there is a pooler: the lease knows its holder's session."""
        self._url = database_url
        self._publisher = publisher
        self._wake = wake
        self._limit = BATCH
        self._reached_broker = time.monotonic()
        self._troubled = False
        self._draining = False
        self._left = True
        self._told = ""
        self._over = asyncio.Event()
        self._over.set()
        self.leading = False

    async def run(self) -> None:
        """Lead or wait to lead until cancelled or drained; whatever dies is tried again."""
        self._over.clear()
        try:
            while not await self._tried():  # noqa: ASYNC110 — nothing tells that what died is back
                await asyncio.sleep(RETRY_SECONDS)
        finally:
            self._over.set()

    async def drain(self, seconds: float) -> bool:
        """Publish what is committed, for so many seconds at most, and let another replica lead at once.

        To be called when this process commits nothing more, while `run` goes on or after it was cancelled; `run` ends
        by it. True when nothing waits any more or another replica leads already; False when the time was too short:
        what is left stays in the outbox, and `run` (unless it was cancelled) is still to be cancelled.
        """
        self._draining = True
        self._wake.set()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                if self._over.is_set():
                    await self.run()
                await self._over.wait()
        return not self._left

    async def _tried(self) -> bool:
        """Lead for a term; True when there is to be none after it."""
        try:
            await self._session()
        except (*_SESSION_ERRORS, *_BROKER_ERRORS, LeaseLost) as error:
            if repr(error) != self._told:  # once, not twice a second for as long as it lasts
                log.warning("relay_interrupted", error=repr(error))
            self._told = repr(error)
            return False
        except (Exception, asyncio.CancelledError):  # else the service would live on and publish nothing any more
            stop_if_cancelled()
            log.exception("relay_failed")
            return False
        self._told = ""
        return self._draining

    async def _session(self) -> None:
        await self._publisher.connect()
        if not self._publisher.connected:
            raise ConnectionError("the broker is away")
        connection = await asyncpg.connect(self._url, timeout=10, command_timeout=10)
        try:
            connection.add_termination_listener(lambda _: self._wake.set())
            while (lease := await Lease.take(connection)) is None:
                if self._draining:  # the one that leads publishes
                    self._left = False
                    return
                await asyncio.sleep(TAKEOVER_SECONDS)
            await self._lead(lease)
        finally:
            with contextlib.suppress(*_SESSION_ERRORS):
                await connection.close(timeout=2)

    async def _lead(self, lease: Lease) -> None:
        log.info("relay_leads", epoch=lease.epoch)
        self.leading, self._reached_broker, self._limit = True, time.monotonic(), BATCH
        RELAY_LEADS.set(1)
        republisher = Republisher(self._url, self._publisher)
        try:
            while await self._go_on(lease, republisher):
                pass
        finally:
            self.leading = False
            RELAY_LEADS.set(0)
            await republisher.stop()
            await lease.release()

    async def _go_on(self, lease: Lease, republisher: Republisher) -> bool:
        """Publish a batch, or wait for one; False when this term is over."""
        if not lease.seconds_to_renewal:
            await lease.renew()
            OUTBOX_SECONDS.set(lease.outbox_age)
            republisher.look(lease.republishing)
        batch = await self._pending(lease.connection)
        if batch:
            reached("relay.taken")
            await self._publish(lease, batch)
            return time.monotonic() - self._reached_broker < STEP_DOWN_SECONDS
        if self._draining:
            self._left = await lease.connection.fetchval(_LEFT)
            return False
        await wait(self._wake, RETRY_SECONDS if self._troubled else lease.seconds_to_renewal)
        return True

    async def _pending(self, connection: PgConnection) -> list[Pending]:
        rows = await connection.fetch(_PENDING, self._limit)
        return [
            Pending(r["id"], str(r["event_id"]), r["type"], r["routing_key"], r["subject"], r["message"].encode())
            for r in rows
        ]

    async def _publish(self, lease: Lease, batch: Sequence[Pending]) -> None:
        """Publish a batch and move what is confirmed."""
        reached("relay.before-publish")
        errors = await self._confirmed(lease, batch)
        reached("relay.confirmed")
        moved = _confirmed_prefixes(batch, errors)
        failed = {pending.id: error for pending, error in zip(batch, errors, strict=True) if error}
        if failed:
            await self._put_off(lease.connection, failed)
        if moved:
            ids = [pending.id for pending in moved]
            if not await lease.connection.fetchval(_MOVE, lease.epoch, ids, LEASE_SECONDS):
                raise LeaseLost
            reached("relay.moved")
        for pending in moved:
            PUBLISHED.labels(pending.type).inc()
        await self._remember(errors)

    async def _confirmed(self, lease: Lease, batch: Sequence[Pending]) -> list[Unconfirmed | None]:
        """The broker's answer to each; the lease is held however long that takes."""
        publishing = asyncio.gather(*(self._publish_one(pending) for pending in batch))
        try:
            while not publishing.done():
                await asyncio.wait([publishing], timeout=lease.seconds_to_renewal)
                if not publishing.done():
                    await lease.renew()
            return publishing.result()
        finally:
            publishing.cancel()

    async def _publish_one(self, pending: Pending) -> Unconfirmed | None:
        try:
            await self._publisher.publish(pending.body, pending.routing_key, pending.event_id, pending.type)
        except Unconfirmed as error:
            return error
        reached("relay.published-one")
        return None

    async def _put_off(self, connection: PgConnection, failed: dict[int, Unconfirmed]) -> None:
        """Let those wait that the broker refused; when it is away, only the one that was tried alone."""
        stuck = [id_ for id_, error in failed.items() if _refused(error) or self._limit == 1]
        error = next(iter(failed.values()))
        log.warning("events_unconfirmed", count=len(failed), put_off=len(stuck), error=repr(error))
        if stuck:
            await connection.execute(_FAILED, stuck, str(error) or repr(error))

    async def _remember(self, errors: Sequence[Unconfirmed | None]) -> None:
        """Try one event at a time while the broker is away, then more and more: each one may wait for its timeout."""
        self._troubled = any(errors)
        if any(error and not _refused(error) for error in errors):
            self._limit = 1
            await asyncio.sleep(RETRY_SECONDS)
        else:
            self._limit = min(BATCH, self._limit * 4)
        if any(error is None or _refused(error) for error in errors):
            self._reached_broker = time.monotonic()


def _confirmed_prefixes(batch: Sequence[Pending], errors: Sequence[Unconfirmed | None]) -> list[Pending]:
    """What may move: of each subject only what comes before the first that failed."""
    blocked: set[str] = set()
    moved = []
    for pending, error in zip(batch, errors, strict=True):
        if error:
            blocked.add(pending.subject)
        elif pending.subject not in blocked:
            moved.append(pending)
    return moved


def _refused(error: Unconfirmed) -> bool:
    """Whether the broker answered that it cannot take this one, so that others may go on."""
    return isinstance(error.__cause__, aiormq.exceptions.DeliveryError)
