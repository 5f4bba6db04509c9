"""What the client libraries reach here by themselves: no chain can be faster than its slowest part."""

import asyncio
import uuid
from collections.abc import Awaitable, Callable

import aio_pika
import asyncpg
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage

from deploy.servers import Servers
from tests.bench.machine import Meter
from tests.bench.place import BARE_QUEUE, Place
from tests.bench.table import Sheet, Table

IN_FLIGHT = 200
PREFETCH = 100
WRITERS = 8
BODY = b"x" * 1000


async def measure(servers: Servers, place: Place, sheet: Sheet) -> None:
    """Publish, consume, insert; each alone on the machine."""
    table = Table("Limits of the parts", ("part", "per second", "client ms", "broker ms", "postgres ms", "others"))
    await place.reset()
    broker = await aio_pika.connect(place.admin_amqp)
    async with broker, await broker.channel(on_return_raises=True) as channel:
        cases: dict[str, Callable[[], Awaitable[None]]] = {
            f"aio-pika: publish, confirmed, {IN_FLIGHT} in flight": lambda: _publish(channel, place.count),
            f"aio-pika: consume and acknowledge, prefetch {PREFETCH}": lambda: _consume(channel, place.count),
            f"asyncpg: transaction of two rows, {WRITERS} connections": lambda: _insert(place),
        }
        for name, case in cases.items():
            meter = Meter(servers)
            await case()
            usage = meter.read()
            costs = [usage.each(part, place.count) for part in ("bench", "broker", "postgres")]
            table.add(name, f"{place.count / usage.seconds:.0f}", *costs, f"{usage.others / usage.seconds:.0%}")
    table.note = "Messages of a kilobyte on a quorum queue; milliseconds of processor time per message."
    sheet.show(table)


async def _publish(channel: AbstractChannel, count: int) -> None:
    numbers = iter(range(count))

    async def publish() -> None:
        for _ in numbers:
            message = aio_pika.Message(
                BODY, message_id=str(uuid.uuid4()), delivery_mode=aio_pika.DeliveryMode.PERSISTENT
            )
            await channel.default_exchange.publish(message, BARE_QUEUE)

    await asyncio.gather(*(publish() for _ in range(IN_FLIGHT)))


async def _consume(channel: AbstractChannel, count: int) -> None:
    await channel.set_qos(PREFETCH)
    done, seen = asyncio.Event(), 0

    async def take(message: AbstractIncomingMessage) -> None:
        nonlocal seen
        await message.ack()
        seen += 1
        if seen == count:
            done.set()

    queue = await channel.get_queue(BARE_QUEUE)
    tag = await queue.consume(take)
    async with asyncio.timeout(120):
        await done.wait()
    await queue.cancel(tag)


async def _insert(place: Place) -> None:
    numbers, payload = iter(range(place.count)), '{"note": "' + "x" * 980 + '"}'
    async with asyncpg.create_pool(place.database, min_size=WRITERS, max_size=WRITERS) as pool:

        async def write() -> None:
            async with pool.acquire() as connection:
                for number in numbers:
                    async with connection.transaction():
                        await connection.execute("insert into bare_business values ($1, $2, 'n')", uuid.uuid4(), number)
                        await connection.execute(
                            "insert into bare_outbox (event_id, topic, payload) values ($1, 't', $2)",
                            uuid.uuid4(),
                            payload,
                        )

        await asyncio.gather(*(write() for _ in range(WRITERS)))
