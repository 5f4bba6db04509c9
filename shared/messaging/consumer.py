"""The consumer: one quorum queue per service, read through FastStream, acknowledged after the verdict."""

import asyncio

import aio_pika
import aiormq
import structlog
from faststream import AckPolicy
from faststream.rabbit import Channel, QueueType, RabbitBroker, RabbitMessage, RabbitQueue
from faststream.rabbit.annotations import RabbitMessage as Message

from shared.messaging.handlers import Handlers
from shared.messaging.inbox import Inbox
from shared.messaging.publishing import EXCHANGE, with_options

log = structlog.get_logger()

PREFETCH = 20
"""Messages in hand at once: bounds memory and database connections (measured: little gained beyond)."""

GRACE_SECONDS = 15.0


class TopologyMissing(RuntimeError):
    """The queue {queue} does not exist on the broker: run `stagebrug migrate`."""

    def __init__(self, queue: str) -> None:
        super().__init__(f"The queue {queue} does not exist on the broker: run `stagebrug migrate`.")


def parking_queue(service: str) -> str:
    """Where the broker leaves what it delivered too often."""
    return f"parking.{service}"


async def _bytes(message: "RabbitMessage") -> bytes:
    return message.body


class Consumer:
    """Reads a service's queue and its parking queue; on its own connection, which a memory alarm does not stop."""

    def __init__(self, url: str, handlers: Handlers, inbox: Inbox) -> None:
        self._handlers = handlers
        self._inbox = inbox
        self._broker = RabbitBroker(
            with_options(url, f"{handlers.service}-consume"),
            default_channel=Channel(prefetch_count=PREFETCH),
            reconnect_interval=1,
            graceful_timeout=GRACE_SECONDS,
            ack_policy=AckPolicy.MANUAL,
            decoder=_bytes,
            logger=None,
        )
        self._broker.subscriber(_existing(handlers.service))(self._receive)
        self._broker.subscriber(_existing(parking_queue(handlers.service)))(self._receive_dead)
        self.started = False

    @property
    def consuming(self) -> bool:
        """Whether messages can arrive now."""
        connection = getattr(self._broker, "_connection", None)
        return self.started and connection is not None and not connection.is_closed and not connection.reconnecting

    async def _receive(self, body: bytes, message: Message) -> None:
        await self._inbox.receive(body, message.headers)
        await message.ack()

    async def _receive_dead(self, body: bytes, message: Message) -> None:
        await self._inbox.park_dead(body, message.headers)
        await message.ack()

    async def start(self) -> None:
        """Consume; waits for a broker that is not there, raises `TopologyMissing` when the queue is not."""
        while not self.started:
            try:
                await self._bind()
                await self._broker.start()
                self.started = True
            except aiormq.exceptions.ChannelNotFoundEntity:
                raise TopologyMissing(self._handlers.service) from None
            except (aio_pika.exceptions.AMQPError, aiormq.exceptions.AMQPError, OSError) as error:
                log.warning("consumer_has_no_broker", error=repr(error))
                await asyncio.sleep(1)

    async def _bind(self) -> None:
        """Bind the queue to what there are handlers for; at each start, so that a lost binding mends."""
        await self._broker.connect()
        queue = await self._broker.declare_queue(_existing(self._handlers.service))
        for routing_key in sorted(self._handlers.routing_keys):
            await queue.bind(EXCHANGE, routing_key=routing_key)

    async def stop(self) -> None:
        """Stop taking messages, then finish those in hand."""
        self.started = False
        for subscriber in self._broker.subscribers:
            queue, tag = getattr(subscriber, "_queue_obj", None), getattr(subscriber, "_consumer_tag", None)
            # FastStream cancels only after it waited, so that each stop would return untouched messages as delivered
            if queue is not None and tag is not None and not queue.channel.is_closed:
                await queue.cancel(tag)
                setattr(subscriber, "_consumer_tag", None)  # noqa: B010 — FastStream offers no public way
        await self._broker.stop()


def _existing(name: str) -> RabbitQueue:
    return RabbitQueue(name, queue_type=QueueType.QUORUM, durable=True, declare=False)
