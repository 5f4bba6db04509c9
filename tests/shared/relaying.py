"""A service's database and a broker, without the service: for tests that run the relay themselves."""

import asyncio
import contextlib
import json
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import aio_pika
import asyncpg
from aio_pika.abc import AbstractQueue

from deploy.databases import Database
from shared.ids import new_id
from shared.messaging.publishing import EXCHANGE, ConfirmedPublisher
from shared.messaging.relay import Relay
from tests.faults.proxy import links
from tests.support.bench import Bench

INSERT = """
insert into outbox (event_id, type, routing_key, subject, version, message)
select * from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::text[])
"""


@dataclass
class Outbox:
    """What a relay reads and where it publishes to."""

    bench: Bench
    database: Database
    sql: "asyncpg.Connection[asyncpg.Record]"
    tap: AbstractQueue

    async def put(self, number: int, *, key: str = "toy.thing-happened.v1", subject: UUID | None = None) -> list[UUID]:
        """Commit so many events at once; without a subject each has its own."""
        ids = [new_id() for _ in range(number)]
        subjects = [str(subject or new_id()) for _ in ids]
        messages = [json.dumps({"id": str(each), "text": "x" * 200}) for each in ids]
        await self.sql.execute(
            INSERT, ids, ["t"] * number, [key] * number, subjects, list(range(1, number + 1)), messages
        )
        return ids

    async def until(self, query: str, *arguments: object, within: float = 10) -> Any:
        """Wait until a query answers with something true; what it answers."""
        async with asyncio.timeout(within):
            while not (found := await self.sql.fetchval(query, *arguments)):
                await asyncio.sleep(0.01)  # a poll with a deadline
        return found

    async def emptied(self, within: float = 10) -> None:
        await self.until("select not exists (select from outbox)", within=within)

    async def led(self, after: int = 0, within: float = 10) -> int:
        """Wait until somebody leads with a later epoch; the epoch."""
        query = "select epoch from relay_lease where epoch > $1 and until > clock_timestamp()"
        return int(await self.until(query, after, within=within))

    async def arrived(self) -> list[UUID]:
        """The ids that came over the wire since last time, doubled ones included."""
        found = []
        while (message := await self.tap.get(fail=False, no_ack=True)) is not None:
            found.append(UUID(message.message_id))
        return found

    @contextlib.asynccontextmanager
    async def relay(self, amqp_url: str = "") -> AsyncIterator["Running"]:
        """A relay in this process."""
        publisher = ConfirmedPublisher(amqp_url or self.bench.amqp_url("toy"), "toy")
        wake = asyncio.Event()
        relay = Relay(self.database.url, publisher, wake)
        running = Running(relay, wake, asyncio.create_task(relay.run()))
        try:
            yield running
        finally:
            running.task.cancel()
            await asyncio.gather(running.task, return_exceptions=True)
            await publisher.close()

    @contextlib.asynccontextmanager
    async def process(self) -> AsyncIterator[asyncio.subprocess.Process]:
        """A relay in a process of its own, which may be stopped and killed."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.shared.relay_process", self.database.url, self.bench.amqp_url("toy")
        )
        try:
            yield process
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()


@dataclass
class Running:
    """A relay and what wakes it."""

    relay: Relay
    wake: asyncio.Event
    task: "asyncio.Task[None]"


@contextlib.asynccontextmanager
async def outbox_on(bench: Bench) -> AsyncIterator[Outbox]:
    """An empty outbox and a queue that gets everything."""
    async with contextlib.AsyncExitStack() as stack:
        database = await bench.fresh_database("toy")
        stack.push_async_callback(bench.drop, database)
        connection = await aio_pika.connect(bench.amqp_url())
        stack.push_async_callback(connection.close)
        channel = await connection.channel()
        tap = await channel.declare_queue(exclusive=True)
        await tap.bind(EXCHANGE, "#")
        sql = await asyncpg.connect(database.owner_url)
        stack.push_async_callback(sql.close)
        yield Outbox(bench, database, sql, tap)


@contextlib.asynccontextmanager
async def broken_link(url: str) -> AsyncIterator[tuple[Any, str]]:
    """A link to the broker that can fail, and the address that leads through it."""
    parts = urlsplit(url)
    async with links(broker=parts.port or 5672) as made:
        link = made["broker"]
        login = parts.netloc.rpartition("@")[0]
        yield link, parts._replace(netloc=f"{login}@127.0.0.1:{link.port}").geturl()
