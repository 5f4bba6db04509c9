"""Somebody who hears what a service says that runs alone."""

import contextlib
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import aio_pika

from deploy.stack import Stack
from shared.messaging.publishing import EXCHANGE


@contextlib.asynccontextmanager
async def heard(running: Stack) -> AsyncIterator[None]:
    """A queue that takes every event of a stack, and keeps one.

    Without any queue the broker gives each event back, and the relay tries it again and again: that would be measured, too.
    """
    broker = await aio_pika.connect(urlsplit(running.servers.rabbitmq_url)._replace(path=f"/{running.name}").geturl())
    async with broker:
        queue = await (await broker.channel()).declare_queue(exclusive=True, arguments={"x-max-length": 1})
        await queue.bind(EXCHANGE, "#")
        yield
