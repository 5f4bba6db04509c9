"""Rows and events leave in one transaction or not at all; nobody else commits."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Annotated, Any, TypeAlias, TypeVar, cast

import asyncpg
from fastapi import Depends, Request
from sqlalchemy import Connection, MetaData, Table, text
from sqlalchemy.event import listen
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlalchemy.orm import Session, SessionTransaction

from shared.events import Event
from shared.events.envelope import Envelope
from shared.fail_points import reached
from shared.telemetry import current_traceparent
from shared.wakeups import CHANNEL

E = TypeVar("E", bound=Event)
PgConnection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

OUTBOX = "outbox"

FIRST_VERSION = 1
"""What a row is inserted with that tells of itself with `announce_new`."""

_BEGIN = text("select 1")
_SCOPE = text("""
select set_config('stagebrug.' || name, value, true)
from unnest(cast(:names as text[]), cast(:values as text[])) as setting (name, value)
""")
SCOPE = "scope"
"""Where a session remembers what it told the database of itself."""
_KERNEL = "kernel"
"""Where it remembers its transaction's connection, for statements past SQLAlchemy."""
_KERNELS_SUBJECTS = {"person": "erased"}
"""The ledger of erasures stands in every service (`shared.erasing`)."""

_LEAVE = """
with leaving as (
    insert into outbox (event_id, type, routing_key, subject, version, message)
    select * from unnest($3::uuid[], $4::text[], $5::text[], $6::text[], $7::bigint[], $8::text[])
)
select pg_notify($1, topic) from unnest($2::text[]) topic
"""


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

    @cached_property
    def bumps(self) -> dict[str, str]:
        """For each kind of subject, the statement that counts its events."""
        tables = {kind: table.fullname for kind, table in self.subjects.items()} | _KERNELS_SUBJECTS
        return {
            kind: f"update {table} set version = version + 1 where id = $1 returning version"  # noqa: S608 — our names
            for kind, table in tables.items()
        }

    @cached_property
    def bumps_of_many(self) -> dict[str, str]:
        """The same for several subjects at once."""
        return {
            kind: f"update {table.fullname} set version = version + 1 where id = any($1) returning id, version"  # noqa: S608 — our names
            for kind, table in self.subjects.items()
        }


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
    _connection: "PgConnection | None" = None

    async def announce(self, event: E, *, dataref: str | None = None) -> E:
        """Give the event its version and let it leave when the transaction commits; its subject's row must be saved.

        Raises `AnnouncedTooEarly` when that row does not exist.
        """
        connection = await self.kernel()
        version = await connection.fetchval(self.publisher.bumps[event.subject_kind], event.subject)
        return self._told(event, version, dataref)

    async def announce_all(self, events: Sequence[E]) -> list[E]:
        """`announce` for many events of one kind of subject, each about another one: their versions in one statement.

        Raises `AnnouncedTooEarly` as that does, and `ValueError` when a subject stands there twice.
        """
        if not events:
            return []
        subjects = [event.subject for event in events]
        if len(set(subjects)) < len(subjects):
            raise ValueError("announce_all takes one event of each subject")
        connection = await self.kernel()
        bumped = await connection.fetch(self.publisher.bumps_of_many[events[0].subject_kind], subjects)
        versions = {row["id"]: row["version"] for row in bumped}
        return [self._told(event, versions.get(event.subject), None) for event in events]

    def announce_new(self, event: E, *, dataref: str | None = None) -> E:
        """`announce` for the first event of a row that this transaction inserted with `FIRST_VERSION`.

        Counting it afterwards would write the row, and what stands of it in every index, a second time.
        """
        return self._told(event, FIRST_VERSION, dataref)

    def _told(self, event: E, version: int | None, dataref: str | None) -> E:
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
        self._pending += envelope.versions(announced)
        return announced

    async def act_as(self, name: str) -> None:
        """Say in which role the rest of the transaction works: row-level security asks for it (`stagebrug.acting`)."""
        await set_scope(self.session, acting=name)

    def notify(self, topic: str) -> None:
        """Wake what waits for `topic`, in every process, when the transaction is through."""
        self._topics.add(topic)

    def apart(self) -> AbstractAsyncContextManager["UnitOfWork"]:
        """A transaction of its own beside this one: what waits for an outside system holds none open meanwhile.

        It works for whom this one does, as far as row-level security goes.
        """
        engine = self.session.bind
        assert isinstance(engine, AsyncEngine)
        scope = self.session.info.get(SCOPE)
        return begin(engine, self.publisher, self.resources, self.correlation_id, scope)

    async def flush(self) -> None:
        """Write the outbox rows and the wake-ups; called once, right before the commit."""
        if self._pending:
            self._topics.add(OUTBOX)
        if self._topics:
            connection = await self.kernel()
            await connection.execute(_LEAVE, CHANNEL, sorted(self._topics), *_columns(self._pending))

    async def kernel(self) -> PgConnection:
        """The connection for the kernel's own statements, inside this transaction."""
        if self._connection is None:
            self._connection = await kernel_connection(self.session)
        return self._connection


@dataclass
class MessageWork(UnitOfWork):
    """The unit of work of a handler: its inbox row is part of it."""

    envelope: Envelope = field(kw_only=True)


async def set_scope(session: AsyncSession, **settings: str) -> None:
    """Tell the database for whom the rest of the transaction works: `stagebrug.acting`, `stagebrug.schools`, …"""
    await session.execute(_SCOPE, _arrays(settings))
    session.info[SCOPE] = {**session.info.get(SCOPE, {}), **settings}


def _tell_scope(session: Session, _: SessionTransaction, connection: Connection) -> None:
    connection.execute(_SCOPE, _arrays(session.info[SCOPE]))


def _arrays(settings: Mapping[str, str]) -> dict[str, list[str]]:
    return {"names": list(settings), "values": list(settings.values())}


async def kernel_connection(session: AsyncSession) -> PgConnection:
    """The session's own connection, inside its transaction: the kernel's statements cost a third without the ORM.

    SQLAlchemy begins the transaction with the first statement that it sees; before that, ours would commit by itself.
    """
    transaction, known = cast("tuple[Any, PgConnection]", session.info.get(_KERNEL, (None, None)))
    if transaction is not None and transaction is session.sync_session.get_transaction():
        return known
    proxied = (await session.connection()).sync_connection
    assert proxied is not None
    connection = cast("PgConnection", proxied.connection.driver_connection)
    if not connection.is_in_transaction():
        # and no shorter: it sees a connection that died, and lets the pool drop one on which this was broken off
        await session.execute(_BEGIN)
    session.info[_KERNEL] = session.sync_session.get_transaction(), connection
    return connection


def _columns(pending: Sequence[tuple[Event, Envelope]]) -> tuple[list[Any], ...]:
    return (
        [envelope.id for _, envelope in pending],
        [envelope.type for _, envelope in pending],
        [type(event).routing_key() for event, _ in pending],
        [envelope.subject for _, envelope in pending],
        [event.version for event, _ in pending],
        [envelope.to_json() for _, envelope in pending],
    )


@contextlib.asynccontextmanager
async def begin(
    engine: AsyncEngine,
    publisher: Publisher,
    resources: Any,
    correlation_id: str | None = None,
    scope: Mapping[str, str] | None = None,
) -> AsyncIterator[UnitOfWork]:
    """A unit of work that commits at the end of the block, or rolls everything back when the block raises.

    `scope`: what row-level security is told (`set_scope`) when the transaction begins, with its first statement: who
    only waits, with transactions `apart`, holds none open.
    """
    session = AsyncSession(engine, expire_on_commit=False)
    if scope:
        session.info[SCOPE] = dict(scope)
        listen(session.sync_session, "after_begin", _tell_scope)
    try:  # SQLAlchemy's own two context managers say the same, and cost a tenth of a small transaction
        work = UnitOfWork(session, publisher, resources, correlation_id)
        yield work
        await work.flush()
        reached("work.before-commit")
        await session.commit()
    except BaseException:
        await asyncio.shield(session.close())  # rolls back, also when we are cancelled meanwhile
        raise
    reached("work.after-commit")
    await session.close()


async def of_request(request: Request) -> AsyncIterator[UnitOfWork]:
    """The unit of work of an HTTP call: committed before the answer leaves."""
    runtime = request.app.state.runtime
    correlation_id = cast("str | None", request.scope.get("request_id"))
    async with begin(runtime.engine, runtime.publisher, runtime.resources, correlation_id=correlation_id) as work:
        yield work


Work = Annotated[UnitOfWork, Depends(of_request, scope="function")]
