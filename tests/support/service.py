"""One service under test: really served, really consuming; the test plays its neighbours on the same broker."""

import asyncio
import contextlib
import importlib
import time
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID

import aio_pika
import asyncpg
import httpx
import uvicorn
from aio_pika.abc import AbstractExchange, AbstractQueue

from deploy.databases import Database
from deploy.ports import free_ports
from shared.events import Event
from shared.events.envelope import CONTENT_TYPE, Envelope
from shared.messaging.publishing import EXCHANGE
from shared.settings import TEST_OIN
from tests.support.bench import Bench, QuietServer, settings_for

E = TypeVar("E", bound=Event)

KERNEL_PATHS = (
    "/v1/events",
    "/v1/parked",
    "/v1/unreadable",
    "/v1/progress",
    "/v1/republications",
    "/v1/log-verification",
    "/v1/replays",
    "/v1/timers",
    "/v1/erased-persons",
)
"""What every service serves to operators beside its own API."""


@dataclass
class RunningService:
    """The service's address, its database, and the broker seen from outside."""

    bench: Bench
    name: str
    url: str
    client: httpx.AsyncClient
    database: Database
    given: Mapping[str, str]
    sql: "asyncpg.Connection[asyncpg.Record]"
    exchange: AbstractExchange
    tap: AbstractQueue
    versions: Counter[UUID] = field(default_factory=Counter)
    seen: list[Envelope] = field(default_factory=list)

    def as_(self, *roles: str, **claims: Any) -> httpx.AsyncClient:
        """A client with a token of these roles and claims: `as_("coordinator", schools=["01AB00"])`."""
        token = self.bench.token(roles=list(roles), **claims)
        return httpx.AsyncClient(
            base_url=self.url, headers={"Authorization": f"Bearer {token}"}, timeout=20, verify=False
        )

    async def announce(self, event: Event, *, version: int | None = None, dataref: str | None = None) -> Envelope:
        """Publish an event as its publisher would; versions count up unless one is given."""
        self.versions[event.subject] += 1
        numbered = event.model_copy(update={"version": version or self.versions[event.subject]})
        source = f"urn:nld:oin:{TEST_OIN}:systeem:stagebrug-{event.publisher}"
        envelope = Envelope.of(numbered, source, dataref=dataref)
        await self.deliver(envelope, type(event).routing_key())
        return envelope

    async def deliver(self, envelope: Envelope | bytes, routing_key: str) -> None:
        """Put a message on the exchange, well-formed or not."""
        body = envelope if isinstance(envelope, bytes) else envelope.to_json().encode()
        await self.exchange.publish(aio_pika.Message(body, content_type=CONTENT_TYPE), routing_key)

    async def handled(self, *envelopes: Envelope, within: float = 10) -> list[str]:
        """Wait until each has its verdict; the verdicts."""
        verdicts = []
        for envelope in envelopes:
            async with asyncio.timeout(within):
                while (found := await self._verdict(envelope)) is None:
                    await asyncio.sleep(0.01)  # a poll with a deadline
            verdicts.append(found)
        return verdicts

    async def tell(self, event: Event, *, version: int | None = None, dataref: str | None = None) -> str:
        """Announce and wait for the verdict."""
        return (await self.handled(await self.announce(event, version=version, dataref=dataref)))[0]

    async def next_event(self, event: type[E], *, within: float = 10) -> E:
        """The next event of a class that the service publishes; others are kept for later calls."""
        deadline = time.monotonic() + within
        while True:
            for envelope in self.seen:
                if envelope.type == event.event_type() and envelope.source.endswith(f"stagebrug-{self.name}"):
                    self.seen.remove(envelope)
                    found = envelope.event()
                    assert isinstance(found, event)
                    return found
            await self._receive(deadline)

    async def until(self, query: str, *arguments: object, within: float = 10) -> Any:
        """Wait until a query answers with something true; what it answers."""
        async with asyncio.timeout(within):
            while not (found := await self.sql.fetchval(query, *arguments)):
                await asyncio.sleep(0.01)  # a poll with a deadline
        return found

    async def published_everything(self, within: float = 10) -> None:
        """Wait until the outbox is empty."""
        await self.until("select count(*) = 0 from outbox", within=within)

    @contextlib.asynccontextmanager
    async def replica(self) -> AsyncIterator[str]:
        """A second process's worth of the service on the same database and queue; its address."""
        async with contextlib.AsyncExitStack() as stack:
            yield await served(stack, self.bench, self.name, self.database, self.given)

    async def _receive(self, deadline: float) -> None:
        while (message := await self.tap.get(fail=False, no_ack=True, timeout=20)) is None:
            if time.monotonic() > deadline:
                raise TimeoutError(f"seen meanwhile: {[envelope.type for envelope in self.seen]}")
            await asyncio.sleep(0.01)  # a poll with a deadline
        with contextlib.suppress(ValueError):
            self.seen.append(Envelope.parse(message.body))

    async def _verdict(self, envelope: Envelope) -> str | None:
        query = "select status from inbox where consumer = $1 and event_id = $2"
        found: str | None = await self.sql.fetchval(query, self.name, envelope.event_id)
        return found


@contextlib.asynccontextmanager
async def running_service(
    bench: Bench, name: str, database: Database | None = None, /, **given: str
) -> AsyncIterator[RunningService]:
    """Serve one service in this event loop; its queues are emptied first. `database`: one that stays afterwards."""
    async with contextlib.AsyncExitStack() as stack:
        await bench.template(name)
        if database is None:
            database = await bench.fresh_database(name)
            stack.push_async_callback(bench.drop, database)
        exchange, tap = await _broker(stack, bench)
        url = await served(stack, bench, name, database, given)
        sql = await asyncpg.connect(database.owner_url)
        stack.push_async_callback(sql.close)
        await sql.execute("set stagebrug.acting = 'owner'")  # row-level security holds for the owner, too
        client = await stack.enter_async_context(httpx.AsyncClient(base_url=url, timeout=20))
        yield RunningService(bench, name, url, client, database, given, sql, exchange, tap)


async def served(
    stack: contextlib.AsyncExitStack, bench: Bench, name: str, database: Database, given: Mapping[str, str]
) -> str:
    """Serve the app of a service on a free port until the stack unwinds; its address."""
    port = free_ports([name])[name]
    url = f"http://127.0.0.1:{port}"
    settings_class = importlib.import_module(f"services.{name}.settings").Settings
    app = importlib.import_module(f"services.{name}.app").create_app(
        settings_class(**settings_for(bench, name, url, database, given))
    )
    server = QuietServer(uvicorn.Config(app, port=port, log_config=None, lifespan="on", timeout_graceful_shutdown=3))
    task = asyncio.create_task(server.serve())

    async def stop() -> None:
        server.should_exit = True
        await task

    stack.push_async_callback(stop)
    async with asyncio.timeout(30):
        while not server.started:
            if task.done():
                await task
                raise RuntimeError(f"{name} did not start")
            await asyncio.sleep(0.01)  # a poll with a deadline
    return url


async def _broker(stack: contextlib.AsyncExitStack, bench: Bench) -> tuple[AbstractExchange, AbstractQueue]:
    connection = await aio_pika.connect(bench.amqp_url())
    stack.push_async_callback(connection.close)
    channel = await connection.channel()
    for service in bench.templates:
        for queue in (service, f"parking.{service}"):
            await (await channel.get_queue(queue)).purge()
    exchange = await channel.get_exchange(EXCHANGE)
    tap = await channel.declare_queue(exclusive=True)
    await tap.bind(exchange, "#")
    return exchange, tap
