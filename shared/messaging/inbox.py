"""The inbox: every event has its effect once, and what cannot be handled is retried, waits or is parked, never lost.

A message's verdict is committed with its effect; only then is it acknowledged. A message that fails for its own reason
is recorded here and acknowledged: these tables count failures, not the broker.
"""

import asyncio
import weakref
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import structlog
from opentelemetry import trace
from pydantic import ValidationError
from sqlalchemy import CursorResult, text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from shared.errors import described, is_infrastructure, is_transient
from shared.events import Event
from shared.events.envelope import Envelope, Unreadable
from shared.messaging.handlers import Handler, Handlers
from shared.telemetry import END_TO_END_SECONDS, HANDLED, context_of, tracer
from shared.unit_of_work import MessageWork, Publisher

log = structlog.get_logger()

IMMEDIATE_TRIES = 3
"""A collision of transactions or a dropped connection is most often over at once."""

PAUSES = (5, 30, 120, 600, 3_600, 14_400, 64_800)
"""Seconds between the eight attempts: about a day, so that a neighbour may be away overnight."""

DUE_AT_ONCE = 20
LONGEST_ERROR = 2_000

_CLAIM = text(
    "select inbox_claim(:consumer, :event_id, :source, :type, :subject, :version, :state_group, :in_order, :again)"
)
_WAIT = text(
    "update inbox set status = 'waiting', message = :message where consumer = :consumer and event_id = :event_id"
)
_RECORD = text("""
insert into inbox as known (consumer, event_id, source, type, subject, version, status, attempts, next_attempt_at,
                            message, error)
values (:consumer, :event_id, :source, :type, :subject, :version, :status, 1,
        clock_timestamp() + make_interval(secs => (cast(:pauses as float[]))[1]), :message, :error)
on conflict (consumer, event_id) do update set
    status = case when known.attempts >= cardinality(cast(:pauses as float[])) then 'parked' else excluded.status end,
    attempts = known.attempts + 1,
    next_attempt_at = clock_timestamp() + make_interval(
        secs => (0.8 + 0.4 * random()) * coalesce((cast(:pauses as float[]))[known.attempts + 1], 0)),
    message = excluded.message, error = excluded.error
where known.status in ('retry', 'waiting')
returning status
""")
_UNREADABLE = text(
    "insert into unreadable (consumer, body, headers, error) values (:consumer, :body, :headers, :error)"
)
_DUE = text("""
select event_id, message from inbox where consumer = :consumer
  and ((status = 'retry' and next_attempt_at <= clock_timestamp())
       or (status = 'waiting' and not exists (
           select 1 from inbox earlier where earlier.consumer = inbox.consumer and earlier.subject = inbox.subject
             and earlier.source = inbox.source and earlier.version < inbox.version
             and earlier.status in ('retry', 'waiting', 'parked'))))
order by received_at limit :limit
""")


class Inbox:
    """Gives every message that reaches a service its verdict."""

    def __init__(self, engine: AsyncEngine, publisher: Publisher, handlers: Handlers, resources: Any) -> None:
        self._engine = engine
        self._publisher = publisher
        self._handlers = handlers
        self._resources = resources
        self._turns: weakref.WeakValueDictionary[str, asyncio.Lock] = weakref.WeakValueDictionary()

    async def receive(self, body: bytes, headers: Mapping[str, Any]) -> None:
        """Handle one message; returns when its verdict is committed, however long the database is away."""
        try:
            envelope = Envelope.parse(body)
        except Unreadable as error:
            await self._keep_unreadable(body, headers, str(error))
            return
        await self._handle(envelope, body, again=False)

    async def park_dead(self, body: bytes, headers: Mapping[str, Any]) -> None:
        """Park what the broker gave up on: delivered too often without a verdict, it most likely kills the process."""
        try:
            envelope = Envelope.parse(body)
        except Unreadable as error:
            await self._keep_unreadable(body, headers, str(error))
            return
        await self._record(envelope, body, "parked", "delivered too often without a verdict")

    async def handle_due(self) -> bool:
        """Try again what is due; True when there may be more."""
        async with AsyncSession(self._engine) as session:
            found = await session.execute(_DUE, {"consumer": self._handlers.service, "limit": DUE_AT_ONCE})
            rows = found.all()
        messages = [bytes(row.message) for row in rows]
        await asyncio.gather(*(self._handle(Envelope.parse(body), body, again=True) for body in messages))
        return len(rows) == DUE_AT_ONCE

    async def _handle(self, envelope: Envelope, body: bytes, *, again: bool) -> None:
        turn = self._turns.setdefault(envelope.subject, asyncio.Lock())
        with structlog.contextvars.bound_contextvars(event_id=envelope.id, event_type=envelope.type):
            async with turn:
                with tracer.start_as_current_span(
                    f"handle {envelope.type}", context=context_of(envelope.traceparent), kind=trace.SpanKind.CONSUMER
                ):
                    verdict = await self._verdict(envelope, body, again=again)
        HANDLED.labels(envelope.type if envelope.type in self._handlers.by_type else "unknown", verdict).inc()

    async def _verdict(self, envelope: Envelope, body: bytes, *, again: bool) -> str:
        handler = self._handlers.by_type.get(envelope.type)
        if handler is None:
            return await self._record(envelope, body, "parked", f"no handler for {envelope.type} in this service")
        try:
            event = envelope.event()
        except ValidationError as error:
            return await self._record(envelope, body, "parked", f"the data does not fit its type: {error}")
        tried = 0
        while True:
            try:
                return await self._apply(handler, event, envelope, body, again=again)
            except Exception as error:
                if is_infrastructure(error) and await self._waited_for_database(error):
                    continue
                tried += 1
                if not (is_transient(error) or is_infrastructure(error)):
                    log.exception("event_parked")
                    return await self._record(envelope, body, "parked", described(error))
                if tried >= IMMEDIATE_TRIES:
                    log.warning("event_to_be_retried", error=described(error))
                    return await self._record(envelope, body, "retry", described(error))

    async def _apply(self, handler: Handler, event: Event, envelope: Envelope, body: bytes, *, again: bool) -> str:
        async with AsyncSession(self._engine, expire_on_commit=False) as session, session.begin():
            claim = await session.execute(_CLAIM, self._claim(handler, envelope, again=again))
            verdict: str = claim.scalar_one()
            if verdict == "waiting":
                key = {"consumer": self._handlers.service, "event_id": envelope.event_id}
                await session.execute(_WAIT, {**key, "message": body})
            if verdict != "new":
                return verdict
            work = MessageWork(
                session,
                self._publisher,
                self._resources,
                correlation_id=envelope.correlationid,
                causation_id=envelope.id,
                envelope=envelope,
            )
            await handler.call(event, work)
            await work.flush()
        END_TO_END_SECONDS.labels(envelope.type).observe(_age(envelope))
        return "done"

    def _claim(self, handler: Handler, envelope: Envelope, *, again: bool) -> dict[str, Any]:
        return {
            **self._key(envelope),
            "state_group": handler.state_group,
            "in_order": handler.in_order,
            "again": again,
        }

    def _key(self, envelope: Envelope) -> dict[str, Any]:
        return {
            "consumer": self._handlers.service,
            "event_id": envelope.event_id,
            "source": envelope.source,
            "type": envelope.type,
            "subject": envelope.subject,
            "version": envelope.version,
        }

    async def _record(self, envelope: Envelope, body: bytes, status: str, error: str) -> str:
        values = {
            **self._key(envelope),
            "status": status,
            "pauses": list(PAUSES),
            "message": body,
            "error": error[:LONGEST_ERROR].replace("\x00", ""),
        }
        recorded = await self._write(_RECORD, values)
        return str(recorded or status)

    async def _keep_unreadable(self, body: bytes, headers: Mapping[str, Any], error: str) -> None:
        values = {"body": body, "headers": repr(dict(headers)).replace("\x00", ""), "error": error[:LONGEST_ERROR]}
        await self._write(_UNREADABLE, {"consumer": self._handlers.service, **values})
        log.warning("message_unreadable", error=error)
        HANDLED.labels("unreadable", "parked").inc()

    async def _write(self, statement: Any, values: dict[str, Any]) -> object:
        while True:
            try:
                async with AsyncSession(self._engine) as session, session.begin():
                    result = await session.execute(statement, values)
                    return result.scalar() if isinstance(result, CursorResult) and result.returns_rows else None
            except Exception as error:
                if not is_infrastructure(error):
                    raise
                if not await self._waited_for_database(error):
                    await asyncio.sleep(1)

    async def _waited_for_database(self, error: BaseException) -> bool:
        """Whether the database was away; if so, returns when it is back: messages are held, the consumer pauses."""
        away = False
        while not await self._database_answers():
            if not away:
                log.warning("consumer_waits_for_database", error=repr(error))
            away = True
            await asyncio.sleep(1)
        return away

    async def _database_answers(self) -> bool:
        try:
            async with asyncio.timeout(5), AsyncSession(self._engine) as session:
                await session.execute(text("select 1"))
        except Exception as error:
            if not is_infrastructure(error):
                raise
            return False
        return True


def _age(envelope: Envelope) -> float:
    return max(0.0, (datetime.now(UTC) - envelope.time).total_seconds())
