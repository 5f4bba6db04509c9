"""The same chain without any of our kernel: what asyncpg and aio-pika give, and none of the promises beyond once."""

import asyncio
import contextlib
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TypeAlias

import aio_pika
import asyncpg
from aio_pika.abc import AbstractExchange, AbstractIncomingMessage
from pydantic import BaseModel

from tests.bench.place import BARE_QUEUE, Place
from tests.bench.process import Go

WRITERS = 8
BATCH = 200
GROUP = 100
GATHER_SECONDS = 0.005
PREFETCH = {False: 100, True: 400}

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"
Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"


class Fact(BaseModel):
    """As large as our events are with their envelope."""

    event_id: uuid.UUID
    kind: str = "nl.stagebrug.thing-happened.v1"
    version: int = 1
    occurred_at: datetime
    number: int
    skills: list[str]
    note: str


async def writer(place: Place, go: Go) -> None:
    """Business row, outbox row and wake-up in a transaction each."""
    async with asyncpg.create_pool(place.database, min_size=WRITERS, max_size=WRITERS) as pool:
        await go()
        numbers = iter(range(place.count))
        await asyncio.gather(*(_write(pool, numbers, "n" * (place.note + 230)) for _ in range(WRITERS)))


async def _write(pool: Pool, numbers: Iterator[int], note: str) -> None:
    for number in numbers:
        fact = Fact(event_id=uuid.uuid4(), occurred_at=datetime.now(UTC), number=number, skills=["a", "b"], note=note)
        async with pool.acquire() as connection, connection.transaction():
            await connection.execute("insert into bare_business values ($1, $2, 'n')", uuid.uuid4(), number)
            await connection.execute(
                "insert into bare_outbox (event_id, topic, payload) values ($1, 't', $2)",
                fact.event_id,
                fact.model_dump_json(),
            )
            await connection.execute("select pg_notify('bare', '')")


async def relay(place: Place, go: Go) -> None:
    """Take a batch, publish it with confirms, delete it, commit; woken by the writer."""
    connection, listening = await asyncpg.connect(place.database), await asyncpg.connect(place.database)
    wake = asyncio.Event()
    await listening.add_listener("bare", lambda *_: wake.set())
    broker = await aio_pika.connect_robust(place.admin_amqp)
    exchange = (await broker.channel(on_return_raises=True)).default_exchange
    await go()
    while True:
        if await _relayed(connection, exchange) < BATCH:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(0.5):
                    await wake.wait()
            wake.clear()


async def _relayed(connection: Connection, exchange: AbstractExchange) -> int:
    async with connection.transaction():
        rows = await connection.fetch(
            "select id, event_id, payload from bare_outbox order by id limit $1 for update skip locked", BATCH
        )
        if rows:
            await asyncio.gather(*(exchange.publish(_message(row), BARE_QUEUE, timeout=10) for row in rows))
            await connection.execute("delete from bare_outbox where id = any($1)", [row["id"] for row in rows])
    return len(rows)


def _message(row: asyncpg.Record) -> aio_pika.Message:
    return aio_pika.Message(
        row["payload"].encode(),
        message_id=str(row["event_id"]),
        delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
    )


async def consumer(place: Place, go: Go) -> None:
    """One inbox row and one effect each, in a transaction per message or per group."""
    async with asyncpg.create_pool(place.database, min_size=8, max_size=8) as pool:
        broker = await aio_pika.connect_robust(place.admin_amqp)
        channel = await broker.channel()
        await channel.set_qos(PREFETCH[place.grouped])
        queue = await channel.get_queue(BARE_QUEUE)
        arrived: asyncio.Queue[AbstractIncomingMessage] = asyncio.Queue()

        async def one(message: AbstractIncomingMessage) -> None:
            await _effect(pool, message)

        await go()
        await queue.consume(arrived.put if place.grouped else one)
        while True:
            await _effects(pool, await gathered(arrived))


async def _effect(pool: Pool, message: AbstractIncomingMessage) -> None:
    fact = Fact.model_validate_json(message.body)
    async with pool.acquire() as connection, connection.transaction():
        claim = "insert into bare_inbox values ('toy', $1) on conflict do nothing returning true"
        if await connection.fetchval(claim, fact.event_id):
            await connection.execute("insert into bare_effects values ($1, $2)", fact.event_id, fact.note)
    await message.ack()


async def gathered(arrived: "asyncio.Queue[AbstractIncomingMessage]") -> list[AbstractIncomingMessage]:
    """Those that came together, at most a group."""
    group = [await arrived.get()]
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(GATHER_SECONDS):
            while len(group) < GROUP:
                group.append(await arrived.get())
    return group


async def _effects(pool: Pool, group: list[AbstractIncomingMessage]) -> None:
    facts = {fact.event_id: fact for fact in (Fact.model_validate_json(message.body) for message in group)}
    async with pool.acquire() as connection, connection.transaction():
        claim = (
            "insert into bare_inbox select 'toy', e from unnest($1::uuid[]) e on conflict do nothing returning event_id"
        )
        new = [facts[row["event_id"]] for row in await connection.fetch(claim, list(facts))]
        effect = "insert into bare_effects select * from unnest($1::uuid[], $2::text[])"
        await connection.execute(effect, [fact.event_id for fact in new], [fact.note for fact in new])
    await group[-1].ack(multiple=True)
