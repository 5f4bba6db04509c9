"""The consumer: one quorum queue per service, read through FastStream, acknowledged after the verdict.

It lives in sessions. One ends when the database is away (its messages go back to the queue), when the broker lost our
consumer, or when the service stops; the next begins when there is somebody to work for. Stopping cancels first and then
finishes what is in hand, so that no message is returned that could have had its verdict.
"""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable

import aio_pika
import aiormq
import structlog
from faststream import AckPolicy
from faststream.rabbit import Channel, QueueType, RabbitBroker, RabbitMessage, RabbitQueue
from faststream.rabbit.schemas.queue import QuorumQueueArgs

from shared.fail_points import reached
from shared.jobs import stop_if_cancelled
from shared.messaging.handlers import Handlers
from shared.messaging.inbox import Inbox
from shared.messaging.publishing import EXCHANGE, with_options
from shared.messaging.records import DatabaseAway
from shared.telemetry import QUEUE_MESSAGES

log = structlog.get_logger()

PREFETCH = 200
"""Messages in hand at once, 64 KB each at most: what groups are made of, and the bound of memory."""

WATCH_SECONDS = 3.0
ANSWERS_WITHIN = 5.0
"""Together less than the 15 seconds within which health must be red."""

BIND_SECONDS = 30.0
"""A binding that somebody removed is a silent gap, since only the management interface shows bindings: made again."""

GRACE_SECONDS = 15.0
CLOSE_WITHIN = 5.0
"""After what is in hand has its verdict, only its acknowledgement is left; a connection is never left open."""

CONNECT_WITHIN = 20.0
PAUSE_SECONDS = 1.0

GONE = (aio_pika.exceptions.AMQPError, aiormq.exceptions.AMQPError, OSError, TimeoutError, RuntimeError)
"""What a broker that went away looks like; aio-pika says RuntimeError where a channel is not open yet."""


class TopologyWrong(Exception):
    """A service's queue is not on the broker, or is not the queue that it should be; the message says what to do."""


PARKING = "stagebrug.parking"
"""The exchange to which the broker gives what it delivered too often."""


def parking_queue(service: str) -> str:
    """Where the broker leaves what it delivered too often."""
    return f"parking.{service}"


def arguments_of_queues(service: str) -> dict[str, QuorumQueueArgs]:
    """A service's queues, all of type quorum, with the further arguments of each; nobody can change them afterwards."""
    dead_letters: QuorumQueueArgs = {
        "x-dead-letter-exchange": PARKING,
        "x-dead-letter-routing-key": parking_queue(service),
        "x-dead-letter-strategy": "at-least-once",
        "x-overflow": "reject-publish",  # at-least-once dead-lettering asks for it; no maximum length goes with it
    }
    return {parking_queue(service): {}, service: dead_letters}


async def _whole(message: RabbitMessage) -> RabbitMessage:
    return message


class Consumer:
    """Reads a service's queue and its parking queue; on its own connection, which a memory alarm does not stop."""

    def __init__(self, url: str, handlers: Handlers, inbox: Inbox) -> None:
        self._url = url
        self._handlers = handlers
        self._inbox = inbox
        self._trouble = asyncio.Event()
        self._stopping = False
        self.started = asyncio.Event()
        self.refused = asyncio.Event()
        """Set when the queue was not there, or not as it should be, the last time; `why` says what to do."""
        self.why: TopologyWrong | None = None
        self.consuming = False
        """Whether messages arrive and are handled, as of the last look, `WATCH_SECONDS` ago at most."""

    async def run(self) -> None:
        """Consume until `stop`, whatever fails meanwhile."""
        while not self._stopping:
            try:
                await self._session()
            except TopologyWrong as error:
                self.why = error
                self.refused.set()
                log.error("topology_is_wrong", error=str(error))  # noqa: TRY400 — for the operator, no bug of ours
            except (*GONE, asyncio.CancelledError) as error:
                stop_if_cancelled()  # else it is aio-pika's way to say that the connection died
                log.warning("consumer_has_no_broker", error=repr(error))
            except Exception:  # else the service would live on and never hear of anything again
                log.exception("consumer_failed")
            if not self._stopping:
                await asyncio.sleep(PAUSE_SECONDS)

    @property
    def queue(self) -> str:
        """The service's queue."""
        return self._handlers.service

    def stop(self) -> None:
        """Let `run` come to its end: nothing new is taken, what is in hand gets its verdict."""
        self._stopping = True
        self._trouble.set()

    async def _session(self) -> None:
        self._trouble.clear()
        if self._stopping or not await self._inbox.records.database_answers():
            return
        broker = self._broker()
        try:
            async with asyncio.timeout(CONNECT_WITHIN):
                await self._begin(broker)
            self.refused.clear()
            self.started.set()
            self.consuming = True
            log.info("consuming", queue=self._handlers.service)
            await self._watch(broker)
        finally:
            self.consuming = False
            await self._end(broker)

    def _broker(self) -> RabbitBroker:
        broker = RabbitBroker(
            with_options(self._url, f"{self._handlers.service}-consume"),
            default_channel=Channel(prefetch_count=PREFETCH),
            reconnect_interval=1,
            graceful_timeout=CLOSE_WITHIN / 2,
            ack_policy=AckPolicy.MANUAL,
            decoder=_whole,
            apply_types=False,  # resolving a handler's annotations costs a thread hop per message, and we have none
            logger=None,
        )
        broker.subscriber(_existing(self._handlers.service))(self._receive)
        alone = Channel(prefetch_count=1)
        broker.subscriber(_existing(parking_queue(self._handlers.service)), channel=alone)(self._receive_dead)
        return broker

    async def _begin(self, broker: RabbitBroker) -> None:
        """Bind the queue to what there are handlers for, each time anew so that a lost binding mends, and consume."""
        try:
            await broker.connect()
            await self._bind(broker)
            await self._compare(broker)
            await broker.start()
        except aiormq.exceptions.ChannelNotFoundEntity:
            raise TopologyWrong(
                f"The queue {self.queue} does not exist on the broker: run `stagebrug migrate`."
            ) from None
        except aiormq.exceptions.ChannelPreconditionFailed as error:
            raise TopologyWrong(
                f"A queue of {self.queue} was declared with other arguments ({error}): let the build that declared it "
                "work it off, delete it, and run `stagebrug migrate`."
            ) from None

    async def _compare(self, broker: RabbitBroker) -> None:
        """Ask for the queues as they should be: one without its dead letters would drop what is delivered too often."""
        for name, arguments in arguments_of_queues(self.queue).items():
            await broker.declare_queue(RabbitQueue(name, QueueType.QUORUM, durable=True, arguments=arguments))

    async def _bind(self, broker: RabbitBroker) -> None:
        queue = await broker.declare_queue(_existing(self._handlers.service))
        for routing_key in sorted(self._handlers.routing_keys):
            await queue.bind(EXCHANGE, routing_key=routing_key)

    async def _watch(self, broker: RabbitBroker) -> None:
        """Look after the consumer until there is trouble that a new session mends."""
        misses, bound_at = 0, time.monotonic()
        while misses < 2:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(WATCH_SECONDS):
                    await self._trouble.wait()
            if self._trouble.is_set():
                return
            self.consuming = await self._receives(broker)
            misses = 0 if self.consuming else misses + 1
            if self.consuming and time.monotonic() - bound_at > BIND_SECONDS:
                async with asyncio.timeout(CONNECT_WITHIN):
                    await self._bind(broker)
                bound_at = time.monotonic()
        log.warning("consumer_lost", queue=self._handlers.service)

    async def _receives(self, broker: RabbitBroker) -> bool:
        """Whether the broker answers, and still has our consumers."""
        try:
            async with asyncio.timeout(ANSWERS_WITHIN):
                connection = await broker.connect()
                async with connection.channel() as channel:
                    queue = await channel.declare_queue(self._handlers.service, passive=True)
                QUEUE_MESSAGES.set(queue.declaration_result.message_count or 0)
                for consumed, tag in _consumers(broker):
                    underlay = await consumed.channel.get_underlay_channel()
                    if tag not in getattr(underlay, "consumers"):  # noqa: B009 — aiormq has it, its protocol does not
                        return False
        except (*GONE, asyncio.CancelledError):
            stop_if_cancelled()
            return False
        return True

    async def _receive(self, message: RabbitMessage) -> None:
        deliveries = int(str(message.headers.get("x-delivery-count") or 0))
        await self._handled(message, deliveries)

    async def _receive_dead(self, message: RabbitMessage) -> None:
        """What the broker gave up on may be healthy, a neighbour of what ends the process: it is handled alone."""
        await self._handled(message, GIVEN_UP)

    async def _handled(self, message: RabbitMessage, deliveries: int) -> None:
        try:
            await self._inbox.receive(message.body, message.headers, deliveries)
        except DatabaseAway as away:
            log.warning("consumer_pauses", error=repr(away.__cause__))
            self._trouble.set()
            return  # unacknowledged: it goes back to the queue with the session's end
        except (Exception, asyncio.CancelledError):
            stop_if_cancelled()  # else a handler's own connection died, and it was told by a cancellation
            log.exception("message_without_verdict")
            self._trouble.set()
            return
        with contextlib.suppress(*GONE):  # a broker that is gone by now delivers it again, and the inbox knows it
            await message.ack()
        reached("inbox.acknowledged")

    async def _end(self, broker: RabbitBroker) -> None:
        """Cancel, finish what is in hand, close, whether or not there was time for the rest."""
        try:
            async with asyncio.timeout(GRACE_SECONDS):
                for queue, tag in _consumers(broker):
                    # FastStream drops what arrives while it stops: cancelled first, nothing does
                    with contextlib.suppress(*GONE):
                        await queue.cancel(tag, timeout=ANSWERS_WITHIN)
                await self._inbox.lanes.empty()
        except (*GONE, asyncio.CancelledError) as error:
            stop_if_cancelled()
            log.warning("consumer_not_drained", error=repr(error))
        finally:
            await self._close(broker)

    async def _close(self, broker: RabbitBroker) -> None:
        """Let go of the connection: one left open keeps its messages from everybody, and would consume again."""
        for subscriber in broker.subscribers:
            setattr(subscriber, "_consumer_tag", None)  # noqa: B010 — cancelled; FastStream has no public way
        connection = getattr(broker, "_connection", None)
        if not await _closed(broker.stop) and connection is not None:
            await _closed(connection.close)


GIVEN_UP = 1_000
"""Deliveries assumed of a message that the broker gave up on."""


def _consumers(broker: RabbitBroker) -> list[tuple[aio_pika.abc.AbstractQueue, str]]:
    """The queues that are consumed, with our consumers' tags; FastStream has no public way to them."""
    pairs = [(getattr(s, "_queue_obj", None), getattr(s, "_consumer_tag", None)) for s in broker.subscribers]
    return [(queue, tag) for queue, tag in pairs if queue is not None and tag is not None]


async def _closed(close: Callable[[], Awaitable[object]]) -> bool:
    try:
        async with asyncio.timeout(CLOSE_WITHIN):
            await close()
    except (*GONE, asyncio.CancelledError) as error:
        stop_if_cancelled()
        log.warning("consumer_not_closed", error=repr(error))
        return False
    return True


def _existing(name: str) -> RabbitQueue:
    return RabbitQueue(name, queue_type=QueueType.QUORUM, durable=True, declare=False)
