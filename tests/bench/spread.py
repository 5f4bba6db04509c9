"""Whether one queue or several carry more: what a service whose queue is hot would win by spreading it."""

import asyncio
import dataclasses
import itertools
import statistics
import uuid

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage
from aiormq.abc import FieldTable

from deploy.servers import Servers
from tests.bench.limits import BODY, IN_FLIGHT, PREFETCH
from tests.bench.machine import Meter, Usage
from tests.bench.place import Place
from tests.bench.process import Go, part
from tests.bench.table import Sheet, Table

QUEUES = (1, 2, 4)
ENDS_WITHIN = 180


async def measure(servers: Servers, place: Place, sheet: Sheet, rounds: int) -> None:
    """The same messages through one, two and four queues, in turn; a process publishes, this one consumes."""
    found: dict[int, list[Usage]] = {queues: [] for queues in QUEUES}
    for _ in range(rounds):
        for queues in QUEUES:
            found[queues].append(await _run(servers, dataclasses.replace(place, queues=queues)))
    columns = ("queues", "per second", "publisher ms", "consumer ms", "broker ms", "others")
    table = Table("One hot queue, or several", columns)
    for queues, usages in found.items():
        usage = sorted(usages, key=lambda each: each.seconds)[len(usages) // 2]
        costs = [usage.each(name, place.count) for name in ("publisher", "bench", "broker")]
        table.add(queues, f"{place.count / usage.seconds:.0f}", *costs, f"{usage.others / usage.seconds:.0%}")
    broker = statistics.median(usage.each("broker", place.count) for usage in found[1])
    table.note = (
        "Messages of a kilobyte, quorum queues, confirmed and acknowledged one by one; milliseconds of processor time per "
        "message. A queue is one process of the broker: were all that the broker does for a message done by it, "
        f"one queue would carry {1000 / broker:.0f} a second."
    )
    sheet.show(table)


async def _run(servers: Servers, place: Place) -> Usage:
    connection = await aio_pika.connect(place.admin_amqp)
    async with connection, connection.channel() as channel, part("spread.publisher", place) as publishing:
        await channel.set_qos(PREFETCH)
        taken = _Taken(place.count)
        arguments: FieldTable = {"x-queue-type": "quorum"}
        queues = [await channel.declare_queue(name, durable=True, arguments=arguments) for name in _names(place)]
        tags = [await queue.consume(taken.take) for queue in queues]
        meter = Meter(servers, {"publisher": publishing.pid})
        await publishing.go()
        async with asyncio.timeout(ENDS_WITHIN):
            await taken.all.wait()
        usage = meter.read()
        for queue, tag in zip(queues, tags, strict=True):
            await queue.cancel(tag)
            await queue.delete(if_unused=False, if_empty=False)
    return usage


class _Taken:
    """Acknowledges, and says when it was the last."""

    def __init__(self, count: int) -> None:
        self._left = count
        self.all = asyncio.Event()

    async def take(self, message: AbstractIncomingMessage) -> None:
        await message.ack()
        self._left -= 1
        if not self._left:
            self.all.set()


def _names(place: Place) -> list[str]:
    return [f"spread.{number}" for number in range(place.queues)]


async def publisher(place: Place, go: Go) -> None:
    """Publish `place.count` messages to the queues in turn, confirmed, many at once."""
    async with await aio_pika.connect(place.admin_amqp) as connection, connection.channel() as channel:
        await go()
        numbers = iter(range(place.count))
        await asyncio.gather(
            *(_publish(channel, zip(numbers, itertools.cycle(_names(place)))) for _ in range(IN_FLIGHT))
        )


async def _publish(channel: AbstractChannel, messages: "zip[tuple[int, str]]") -> None:
    for _, queue in messages:
        message = aio_pika.Message(BODY, message_id=str(uuid.uuid4()), delivery_mode=aio_pika.DeliveryMode.PERSISTENT)
        await channel.default_exchange.publish(message, queue)
