"""The chain with the kernel: outbox, log, inbox, sampled telemetry, as every service has them."""

import asyncio
from collections.abc import Iterator
from typing import ClassVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from services.toy.store import metadata, notes, things
from shared.events import Event
from shared.ids import new_id
from shared.messaging import Handlers, Kind, lanes
from shared.messaging.consumer import Consumer
from shared.messaging.inbox import Inbox
from shared.messaging.publishing import ConfirmedPublisher
from shared.messaging.relay import Relay
from shared.telemetry import configure_telemetry, tracer
from shared.unit_of_work import OUTBOX, MessageWork, Publisher, begin
from shared.wakeups import Wakeups
from tests.bench.bare import WRITERS
from tests.bench.place import Place
from tests.bench.process import Go

SOURCE = "urn:nld:oin:00000099000000000001:systeem:stagebrug-toy"
SAMPLED = 0.05
"""What a service records of its traces unless it is told otherwise."""

handlers = Handlers("toy")


class ThingMeasured(Event):
    """What the chain carries."""

    publisher: ClassVar[str] = "toy"
    subject_kind: ClassVar[str] = "thing"
    thing_id: UUID
    note: str


@handlers.on(ThingMeasured, Kind.FACT)
async def note(event: ThingMeasured, work: MessageWork) -> None:
    """One row, written the way a service writes it."""
    await work.session.execute(notes.insert().values(id=event.thing_id, note=event.note))


async def writer(place: Place, go: Go) -> None:
    """A thing and its event in a unit of work each."""
    configure_telemetry("toy", place.otlp, SAMPLED)
    engine, publisher = _engine(place), Publisher.of(SOURCE, metadata)
    async with engine.connect() as connection:
        await connection.execute(sa.text("select 1"))
    await go()
    numbers = iter(range(place.count))
    await asyncio.gather(*(_write(engine, publisher, numbers, "n" * place.note) for _ in range(WRITERS)))
    await engine.dispose()


async def _write(engine: AsyncEngine, publisher: Publisher, numbers: Iterator[int], note: str) -> None:
    for number in numbers:
        with tracer.start_as_current_span("make a thing"):
            async with begin(engine, publisher, None, correlation_id=f"call-{number}") as work:
                thing = new_id()
                await work.session.execute(things.insert().values(id=thing))
                await work.announce(ThingMeasured(thing_id=thing, note=note))


async def relay(place: Place, go: Go) -> None:
    """The relay as it is."""
    configure_telemetry("toy", place.otlp, SAMPLED)
    wakeups, publishing = Wakeups(place.database), ConfirmedPublisher(place.amqp, "toy")
    relaying = Relay(place.database, publishing, wakeups.subscribe(OUTBOX))
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(wakeups.run())
        tasks.create_task(relaying.run())
        while not (relaying.leading and wakeups.connected):
            await asyncio.sleep(0.02)  # a poll; the starter has the deadline
        await go()


async def consumer(place: Place, go: Go) -> None:
    """Consumer and inbox as they are; without groups, every message has its own transaction as before."""
    configure_telemetry("toy", place.otlp, SAMPLED)
    if not place.grouped:
        lanes.LARGEST_GROUP = 1
    inbox = Inbox(_engine(place), Publisher.of(SOURCE, metadata), handlers, None)
    consuming = Consumer(place.amqp, handlers, inbox)
    running = asyncio.create_task(consuming.run())
    await asyncio.wait([running, asyncio.create_task(consuming.started.wait())], return_when=asyncio.FIRST_COMPLETED)
    await go()
    await running


def _engine(place: Place) -> AsyncEngine:
    return create_async_engine(
        place.database.replace("postgresql://", "postgresql+asyncpg://", 1),
        pool_size=10,
        max_overflow=20,
        hide_parameters=True,
    )
