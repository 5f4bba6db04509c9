"""Publishing that is confirmed, mandatory and bounded in time, on a connection of its own."""

import asyncio
import contextlib
import time

import aio_pika
import aiormq
from aio_pika.abc import AbstractExchange, AbstractRobustConnection

from shared.events.envelope import CONTENT_TYPE

EXCHANGE = "stagebrug.events"
CONFIRM_WITHIN = 10.0
"""Seconds: a broker that is well confirms in milliseconds; a frozen one is not waited for until its heartbeat ends."""


RENEW_AFTER = 15.0
"""Seconds of nothing but failures after which another connection is made."""

CLOSED_WITHIN = 2.0

LOST = (TimeoutError, aio_pika.exceptions.AMQPError, aiormq.exceptions.AMQPError, OSError, RuntimeError)
"""What aio-pika raises when broker, connection or channel are away."""


class Unconfirmed(Exception):
    """The broker did not confirm: whether it has the message is unknown, so the same id is sent again."""


def with_options(url: str, name: str) -> str:
    """The broker's address with a short heartbeat and a name that its management page shows."""
    return f"{url}{'&' if '?' in url else '?'}heartbeat=10&name={name}"


class ConfirmedPublisher:
    """Publishes to an exchange; consuming has another connection: a memory alarm stops those that publish."""

    def __init__(self, url: str, name: str, exchange: str = EXCHANGE) -> None:
        self._name = name
        self._exchange_name = exchange
        self._url = with_options(url, f"{name}-publish")
        self._connection: AbstractRobustConnection | None = None
        self._exchange: AbstractExchange | None = None
        self._failing_since: float | None = None
        self._renewing = asyncio.Lock()

    async def connect(self) -> None:
        """Connect, once; raises what aio-pika raises when the broker is not there. Later losses mend themselves."""
        if self._connection is None:
            self._connection, self._exchange = await self._connected()

    async def _connected(self) -> tuple[AbstractRobustConnection, AbstractExchange]:
        connection = await aio_pika.connect_robust(self._url, timeout=CONFIRM_WITHIN, reconnect_interval=1)
        try:
            channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
            return connection, await channel.get_exchange(self._exchange_name, ensure=False)
        except BaseException:  # else it would reconnect for ever, unused
            await connection.close()
            raise

    async def _exchange_that_works(self) -> AbstractExchange:
        """The exchange on a connection that is not given up.

        A channel whose reopening was broken off, as the connection was lost once more meanwhile, aio-pika keeps closed
        for good, on a connection that stands: nothing but another connection ends that.
        """
        if self._exchange is None:
            raise Unconfirmed("not connected")
        if self._failing_since is None:
            return self._exchange
        async with self._renewing:
            if self._failing_since is not None and time.monotonic() - self._failing_since > RENEW_AFTER:
                old, (self._connection, self._exchange) = self._connection, await self._connected()
                self._failing_since = None
                if old is not None:
                    with contextlib.suppress(*LOST):
                        async with asyncio.timeout(CLOSED_WITHIN):
                            await old.close()
        return self._exchange

    def _failed(self) -> None:
        self._failing_since = self._failing_since or time.monotonic()

    async def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            await self._connection.close()

    @property
    def connected(self) -> bool:
        """Whether the connection stands (a broker under a memory alarm looks connected, too)."""
        connection = self._connection
        return connection is not None and not connection.is_closed and not connection.reconnecting

    async def publish(self, body: bytes, routing_key: str, message_id: str, event_type: str) -> None:
        """Publish one message and wait for its confirm; raises `Unconfirmed`, also when no queue is bound for it."""
        message = aio_pika.Message(
            body,
            content_type=CONTENT_TYPE,
            message_id=message_id,
            type=event_type,
            delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
        )
        try:
            async with asyncio.timeout(CONFIRM_WITHIN):
                exchange = await self._exchange_that_works()
                confirmed = await exchange.publish(message, routing_key, mandatory=True)
        except aiormq.exceptions.PublishError as error:  # it answered: there is nowhere to put it
            self._failing_since = None
            raise Unconfirmed(repr(error)) from error
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise
            self._failed()
            raise Unconfirmed("the connection died before the confirm") from None
        except LOST as error:
            self._failed()
            raise Unconfirmed(repr(error)) from error
        self._failing_since = None
        if not isinstance(confirmed, aiormq.spec.Basic.Ack):
            raise Unconfirmed(repr(confirmed))

    async def answers(self, within: float) -> bool:
        """Whether the broker confirms now: under a memory or disk alarm it is connected and does not."""
        if self._exchange is None:
            return False
        try:
            async with asyncio.timeout(within):
                probe = aio_pika.Message(b"", delivery_mode=aio_pika.DeliveryMode.NOT_PERSISTENT)
                await self._exchange.publish(probe, f"{self._name}.probe", mandatory=False)  # bound nowhere: dropped
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise
            return False
        except LOST:
            return False
        return True
