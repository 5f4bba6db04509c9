"""Publishing that is confirmed, mandatory and bounded in time, on a connection of its own."""

import asyncio

import aio_pika
import aiormq
from aio_pika.abc import AbstractExchange, AbstractRobustConnection

from shared.events.envelope import CONTENT_TYPE

EXCHANGE = "stagebrug.events"
CONFIRM_WITHIN = 10.0
"""Seconds: a broker that is well confirms in milliseconds; a frozen one is not waited for until its heartbeat ends."""


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

    async def connect(self) -> None:
        """Connect, once; raises what aio-pika raises when the broker is not there. Later losses mend themselves."""
        if self._connection is not None:
            return
        connection = await aio_pika.connect_robust(self._url, timeout=CONFIRM_WITHIN, reconnect_interval=1)
        try:
            channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
            self._exchange = await channel.get_exchange(self._exchange_name, ensure=False)
        except BaseException:  # else it would reconnect for ever, unused
            await connection.close()
            raise
        self._connection = connection

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
        if self._exchange is None:
            raise Unconfirmed("not connected")
        message = aio_pika.Message(
            body,
            content_type=CONTENT_TYPE,
            message_id=message_id,
            type=event_type,
            delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
        )
        try:
            async with asyncio.timeout(CONFIRM_WITHIN):
                confirmed = await self._exchange.publish(message, routing_key, mandatory=True)
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise
            raise Unconfirmed("the connection died before the confirm") from None
        except (
            TimeoutError,
            aio_pika.exceptions.AMQPError,
            aiormq.exceptions.AMQPError,
            OSError,
            RuntimeError,
        ) as error:
            raise Unconfirmed(repr(error)) from error
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
        except (TimeoutError, aio_pika.exceptions.AMQPError, aiormq.exceptions.AMQPError, OSError, RuntimeError):
            return False
        return True
