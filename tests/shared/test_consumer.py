"""What the consumer does when what it stands on goes away; the broker and the database are real."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import asyncpg
import pytest
from sqlalchemy.ext.asyncio import create_async_engine

from services.toy.handlers import handlers
from services.toy.store import metadata
from shared import topology
from shared.errors import is_infrastructure
from shared.messaging import consumer as consumer_module
from shared.messaging.consumer import Consumer
from shared.messaging.inbox import Inbox
from shared.messaging.records import Records
from shared.unit_of_work import Publisher
from tests.shared.test_inbox import event, notes
from tests.support.bench import PASSWORD
from tests.support.service import RunningService


@contextlib.asynccontextmanager
async def database_away(toy: RunningService) -> AsyncIterator[None]:
    """Nobody but the administrator may connect to the service's database; whoever was connected is not any more."""
    name = urlsplit(toy.database.url).path.lstrip("/")
    administrator = await asyncpg.connect(toy.bench.servers.postgres_url)
    try:
        await administrator.execute(f'alter database "{name}" allow_connections false')
        await administrator.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = $1 and usename = $2",
            name,
            toy.database.role,
        )
        yield
    finally:
        await administrator.execute(f'alter database "{name}" allow_connections true')
        await administrator.close()


async def in_queue(toy: RunningService) -> tuple[int, int]:
    """Messages that wait in the service's queue, and its consumers."""
    queue = await toy.exchange.channel.declare_queue("toy", passive=True)  # type: ignore[attr-defined]
    found = queue.declaration_result
    return found.message_count or 0, found.consumer_count or 0


async def test_while_the_database_is_away_messages_wait_in_the_queue_and_burn_no_attempt(toy: RunningService) -> None:
    await toy.tell(event("ThingHappened", "before"))
    async with database_away(toy):
        envelopes = [await toy.announce(event("ThingHappened", f"{number}")) for number in range(10)]
        async with asyncio.timeout(20):
            while await in_queue(toy) != (10, 0):
                await asyncio.sleep(0.05)  # a poll with a deadline
    assert await toy.handled(*envelopes, within=20) == ["done"] * 10
    assert await toy.sql.fetchval("select count(*) from inbox where attempts > 0") == 0
    assert len(await notes(toy)) == 11


async def test_a_database_that_is_closed_for_a_while_is_away_and_no_messages_fault(toy: RunningService) -> None:
    async with database_away(toy):
        with pytest.raises(asyncpg.PostgresError) as refused:
            await asyncpg.connect(toy.database.url)
    assert is_infrastructure(refused.value)


async def test_a_queue_that_was_deleted_is_consumed_again_once_it_is_declared(toy: RunningService) -> None:
    servers = toy.bench.servers
    async with topology.Management(servers.management_url) as broker:
        await broker.call("DELETE", "queues", toy.bench.name, "toy")
    async with asyncio.timeout(15):
        while (await toy.client.get("/health/ready")).status_code != 503:
            await asyncio.sleep(0.1)  # a poll with a deadline
    await topology.declare(servers.rabbitmq_url, servers.management_url, toy.bench.name, {"toy": PASSWORD})
    async with asyncio.timeout(20):
        while (await toy.client.get("/health/ready")).status_code != 200:
            await asyncio.sleep(0.1)  # a poll with a deadline
    assert await toy.tell(event("ThingHappened", "after")) == "done"


async def test_a_connection_that_the_broker_closed_is_made_again(toy: RunningService) -> None:
    await toy.tell(event("ThingHappened", "before"))
    async with topology.Management(toy.bench.servers.management_url) as broker:
        async with asyncio.timeout(15):
            while not (ours := [c for c in await broker.call("GET", "connections") if toy.bench.name in c["user"]]):
                await asyncio.sleep(0.2)  # the management interface counts every few seconds
        for connection in ours:
            await broker.call("DELETE", "connections", connection["name"], missing_ok=True)
    assert await toy.tell(event("ThingHappened", "after")) == "done"


async def test_an_error_that_nobody_foresaw_ends_a_session_and_not_the_consumer(
    toy: RunningService, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = asyncio.Event()

    async def failing(_: Records) -> bool:
        asked.set()
        raise ZeroDivisionError

    servers = toy.bench.servers
    with monkeypatch.context() as broken:
        broken.setattr(Records, "database_answers", failing)
        async with topology.Management(servers.management_url) as broker:
            await broker.call("DELETE", "queues", toy.bench.name, "toy")
        async with asyncio.timeout(20):
            await asked.wait()
    await topology.declare(servers.rabbitmq_url, servers.management_url, toy.bench.name, {"toy": PASSWORD})
    assert await toy.tell(event("ThingHappened", "after")) == "done"


async def test_what_is_in_hand_when_the_service_stops_gets_its_verdict(toy: RunningService) -> None:
    """Nothing is returned that was untouched: the broker counts deliveries, and too many look like a culprit."""
    async with toy.replica():
        envelopes = [await toy.announce(event("ThingHappened", f"{number}")) for number in range(60)]
    assert await toy.handled(*envelopes) == ["done"] * 60


async def test_a_queue_that_is_not_there_yet_is_waited_for(toy: RunningService) -> None:
    servers = toy.bench.servers
    async with topology.Management(servers.management_url) as broker:
        await broker.call("DELETE", "queues", toy.bench.name, "toy")
    async with second_consumer(toy) as consumer:
        await asyncio.wait_for(consumer.refused.wait(), 15)
        await topology.declare(servers.rabbitmq_url, servers.management_url, toy.bench.name, {"toy": PASSWORD})
        await asyncio.wait_for(consumer.started.wait(), 15)
        assert not consumer.refused.is_set()


async def test_a_queue_with_other_arguments_is_refused_and_says_what_to_do(toy: RunningService) -> None:
    """Without its dead letters, what is delivered too often would be dropped."""
    servers, vhost = toy.bench.servers, toy.bench.name
    async with topology.Management(servers.management_url) as broker:
        await broker.call("DELETE", "queues", vhost, "toy")
        other = {"x-queue-type": "quorum", "x-dead-letter-exchange": "elsewhere"}
        await broker.call("PUT", "queues", vhost, "toy", body={"durable": True, "arguments": other})
        async with second_consumer(toy) as consumer:
            await asyncio.wait_for(consumer.refused.wait(), 15)
            assert "other arguments" in str(consumer.why)
            assert not consumer.started.is_set()
            await broker.call("DELETE", "queues", vhost, "toy")
            await topology.declare(servers.rabbitmq_url, servers.management_url, vhost, {"toy": PASSWORD})
            await asyncio.wait_for(consumer.started.wait(), 15)


async def test_a_consumer_that_cannot_drain_in_time_gives_back_what_it_has(
    toy: RunningService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A connection left open would keep its messages from everybody for half an hour."""
    monkeypatch.setattr(consumer_module, "GRACE_SECONDS", 0.3)
    stuck = event("ThingHappened", "stuck")
    async with second_consumer(toy) as consumer, toy.sql.transaction():
        await toy.sql.execute("select pg_advisory_xact_lock(hashtextextended('toy ' || $1, 0))", str(stuck.thing_id))
        await asyncio.wait_for(consumer.started.wait(), 15)
        for _ in range(2):  # in turn to the service itself and to this one
            await toy.announce(stuck)
        await toy.until("select count(*) = 2 from pg_locks where locktype = 'advisory' and not granted", within=15)
        consumer.stop()
        async with asyncio.timeout(15):
            while (await in_queue(toy))[1] != 1:
                await asyncio.sleep(0.05)  # a poll with a deadline
    await toy.until("select count(*) = 2 from inbox where status = 'done'", within=20)


@contextlib.asynccontextmanager
async def second_consumer(toy: RunningService) -> AsyncIterator[Consumer]:
    """One more beside the service's own, on its database and queue."""
    engine = create_async_engine(toy.database.url.replace("postgresql://", "postgresql+asyncpg://", 1))
    inbox = Inbox(engine, Publisher.of("urn:toy", metadata), handlers, None)
    consumer = Consumer(toy.bench.amqp_url("toy"), handlers, inbox)
    running = asyncio.create_task(consumer.run())
    try:
        yield consumer
    finally:
        consumer.stop()
        await running
        await engine.dispose()
