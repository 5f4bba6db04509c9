"""Rows and events leave in one transaction or not at all; nobody else commits."""

import contextlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, TypeVar, cast

from fastapi import Depends, Request
from sqlalchemy import MetaData, Table, text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from shared.events import Event
from shared.events.envelope import Envelope
from shared.telemetry import current_traceparent
from shared.wakeups import CHANNEL

E = TypeVar("E", bound=Event)

OUTBOX = "outbox"

_INSERT = text("""
insert into outbox (event_id, type, routing_key, subject, version, message)
select * from unnest(cast(:ids as uuid[]), cast(:types as text[]), cast(:keys as text[]), cast(:subjects as text[]),
                     cast(:versions as bigint[]), cast(:messages as text[]))
""")
_NOTIFY = text("select pg_notify(:channel, topic) from unnest(cast(:topics as text[])) topic")


class AnnouncedTooEarly(RuntimeError):
    """An event was announced before its subject's row was saved: a bug of the caller."""


@dataclass(frozen=True)
class Publisher:
    """Who announces: a service's CloudEvents source, and which of its tables holds the rows of which subject."""

    source: str
    subjects: dict[str, Table]

    @classmethod
    def of(cls, source: str, metadata: MetaData) -> "Publisher":
        """Read the subjects from the tables' `info={"subject": …}`."""
        return cls(source, {t.info["subject"]: t for t in metadata.tables.values() if "subject" in t.info})


@dataclass
class UnitOfWork:
    """One transaction: its session, the events that leave with it, and who is woken when it is through."""

    session: AsyncSession
    publisher: Publisher
    resources: Any = None
    correlation_id: str | None = None
    causation_id: str | None = None
    _pending: list[tuple[Event, Envelope]] = field(default_factory=list)
    _topics: set[str] = field(default_factory=set)

    async def announce(self, event: E, *, dataref: str | None = None) -> E:
        """Give the event its version and let it leave when the transaction commits; its subject's row must be saved.

        Raises `AnnouncedTooEarly` when that row does not exist.
        """
        table = self.publisher.subjects[event.subject_kind]
        bump = table.update().where(table.c.id == event.subject).values(version=table.c.version + 1)
        version = (await self.session.execute(bump.returning(table.c.version))).scalar_one_or_none()
        if version is None:
            raise AnnouncedTooEarly(f"{type(event).__name__}: no {event.subject_kind} {event.subject}")
        announced = event.model_copy(update={"version": version})
        envelope = Envelope.of(
            announced,
            self.publisher.source,
            dataref=dataref,
            correlation_id=self.correlation_id,
            causation_id=self.causation_id,
            traceparent=current_traceparent(),
        )
        self._pending.append((announced, envelope))
        return announced

    def notify(self, topic: str) -> None:
        """Wake what waits for `topic`, in every process, when the transaction is through."""
        self._topics.add(topic)

    async def flush(self) -> None:
        """Write the outbox rows and the wake-ups; called once, right before the commit."""
        if self._pending:
            await self.session.execute(_INSERT, _columns(self._pending))
            self._topics.add(OUTBOX)
        if self._topics:
            await self.session.execute(_NOTIFY, {"channel": CHANNEL, "topics": sorted(self._topics)})


@dataclass
class MessageWork(UnitOfWork):
    """The unit of work of a handler: its inbox row is part of it."""

    envelope: Envelope = field(kw_only=True)


def _columns(pending: Sequence[tuple[Event, Envelope]]) -> dict[str, list[Any]]:
    return {
        "ids": [envelope.id for _, envelope in pending],
        "types": [envelope.type for _, envelope in pending],
        "keys": [type(event).routing_key() for event, _ in pending],
        "subjects": [envelope.subject for _, envelope in pending],
        "versions": [event.version for event, _ in pending],
        "messages": [envelope.to_json() for _, envelope in pending],
    }


@contextlib.asynccontextmanager
async def begin(
    engine: AsyncEngine, publisher: Publisher, resources: Any, correlation_id: str | None = None
) -> AsyncIterator[UnitOfWork]:
    """A unit of work that commits at the end of the block, or rolls everything back when the block raises."""
    async with AsyncSession(engine, expire_on_commit=False) as session, session.begin():
        work = UnitOfWork(session, publisher, resources, correlation_id)
        yield work
        await work.flush()


async def of_request(request: Request) -> AsyncIterator[UnitOfWork]:
    """The unit of work of an HTTP call: committed before the answer leaves."""
    runtime = request.app.state.runtime
    correlation_id = cast("str | None", request.scope.get("request_id"))
    async with begin(runtime.engine, runtime.publisher, runtime.resources, correlation_id=correlation_id) as work:
        yield work


Work = Annotated[UnitOfWork, Depends(of_request, scope="function")]
