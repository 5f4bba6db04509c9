"""What may have ended the process: counted when it is begun, not while it waits beside something that did."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import timedelta

import asyncpg
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from services.toy.handlers import ThingHappened, handlers
from services.toy.store import metadata
from shared.events.envelope import Envelope
from shared.ids import new_id
from shared.messaging import statements
from shared.messaging.inbox import SUSPECT_AFTER, Inbox
from shared.messaging.records import DUE_AT_ONCE, Records
from shared.unit_of_work import Publisher
from tests.shared.relaying import Outbox, outbox_on
from tests.support.bench import Bench

RETRY = """
insert into inbox (consumer, event_id, source, type, subject, version, status, attempts, next_attempt_at, message)
values ('toy', $1, 'urn:toy', $2, $3, 1, 'retry', 1, clock_timestamp(), $4)
"""


@pytest.fixture
async def place(bench: Bench) -> AsyncIterator[Outbox]:
    async with outbox_on(bench) as made:
        yield made


@pytest.fixture
async def engine(place: Outbox) -> AsyncIterator[AsyncEngine]:
    made = create_async_engine(place.database.url.replace("postgresql://", "postgresql+asyncpg://", 1))
    yield made
    await made.dispose()


def happened() -> Envelope:
    return Envelope.of(ThingHappened(thing_id=new_id(), note="healthy", version=1), "urn:toy")


@contextlib.asynccontextmanager
async def held(place: Outbox, envelope: Envelope) -> AsyncIterator[None]:
    """Whoever handles this message waits: it is begun, and has no verdict."""
    other = await asyncpg.connect(place.database.owner_url)
    try:
        await other.execute("select pg_advisory_lock(hashtextextended('toy ' || $1, 0))", envelope.subject)
        yield
    finally:
        await other.close()


async def begun(place: Outbox) -> dict[str, int]:
    found = await place.sql.fetch("select event_id, starts from begun where starts > 0")
    return {str(row["event_id"]): row["starts"] for row in found}


async def test_those_that_wait_beside_what_ends_the_process_are_not_counted(place: Outbox, engine: AsyncEngine) -> None:
    inbox = Inbox(engine, Publisher.of("urn:toy", metadata), handlers, None)
    killer, neighbours = happened(), [happened() for _ in range(50)]
    async with held(place, killer):
        hands = [asyncio.create_task(inbox.receive(killer.to_json().encode(), {}, SUSPECT_AFTER))]
        await place.until("select true from begun")
        hands += [asyncio.create_task(inbox.receive(each.to_json().encode(), {}, SUSPECT_AFTER)) for each in neighbours]
        await asyncio.wait(hands, timeout=0.5)
        assert await begun(place) == {killer.id: 1}
    assert await asyncio.gather(*hands) == ["done"] * 51
    assert await begun(place) == {}


async def test_what_one_replica_took_to_try_again_the_others_leave_alone(place: Outbox, engine: AsyncEngine) -> None:
    for _ in range(2 * DUE_AT_ONCE):
        envelope = happened()
        await place.sql.execute(RETRY, envelope.event_id, envelope.type, envelope.subject, envelope.to_json().encode())
    replicas = [Records(engine, "toy") for _ in range(3)]
    taken = [bytes(row.message) for replica in replicas for row in await replica.due()]
    assert len(taken) == len(set(taken)) == 2 * DUE_AT_ONCE
    assert await begun(place) == {}, "taken is not yet begun"
    hands_off = timedelta(seconds=statements.HANDS_OFF)
    await place.sql.execute("update begun set begun_at = clock_timestamp() - $1::interval", hands_off)
    assert len(await replicas[0].due()) == DUE_AT_ONCE, "whoever had it is dead by now"


async def test_what_was_begun_by_a_dead_process_is_tried_alone_next_time(place: Outbox, engine: AsyncEngine) -> None:
    envelope = happened()
    await place.sql.execute(RETRY, envelope.event_id, envelope.type, envelope.subject, envelope.to_json().encode())
    await place.sql.execute(
        "insert into begun (consumer, event_id, starts, begun_at) values ('toy', $1, 3, '-infinity')", envelope.event_id
    )
    inbox = Inbox(engine, Publisher.of("urn:toy", metadata), handlers, None)
    await inbox.handle_due()
    assert await place.sql.fetchval("select status from inbox") == "parked"
    assert "ended the process 3 times" in await place.sql.fetchval("select error from inbox")
