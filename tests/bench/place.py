"""Where the benchmarks run: the toy service's database and queue, and what every process has to know of them."""

import contextlib
import json
import threading
from collections.abc import AsyncIterator, Iterator
from dataclasses import asdict, dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

import aio_pika
import asyncpg

import services
from tests.support.bench import Bench

TOY = str(Path(__file__).parents[1] / "support" / "services")
BARE_QUEUE = "bare"

BARE_TABLES = """
create table bare_business (id uuid primary key, number bigint not null, note text not null);
create table bare_outbox (
    id bigint generated always as identity primary key, event_id uuid not null unique, topic text not null,
    payload jsonb not null, created_at timestamptz not null default now());
create table bare_inbox (
    consumer text not null, event_id uuid not null, at timestamptz not null default now(),
    primary key (consumer, event_id));
create table bare_effects (event_id uuid primary key, note text not null);
"""

RESET = "truncate bare_business, bare_outbox, bare_inbox, bare_effects, things, notes, outbox, inbox, subject_state"
"""The log stays: it is a chain that nobody may begin anew."""


def with_the_toy() -> None:
    """Let the toy stand beside the real services, as in the tests."""
    if TOY not in services.__path__:
        services.__path__.append(TOY)


@dataclass(frozen=True)
class Place:
    """Addresses for the processes of a chain, and how much they do."""

    database: str
    admin: str
    amqp: str
    admin_amqp: str
    otlp: str
    count: int = 0
    grouped: bool = True
    port: int = 0
    note: int = 560
    """Characters of a note: about a kilobyte on the wire."""
    queues: int = 1
    """Among how many the messages are spread."""

    def to_json(self) -> str:
        """For another process."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Self:
        """As another process was told."""
        return cls(**json.loads(text))

    async def reset(self) -> None:
        """Empty tables and queues, as they are at the beginning."""
        connection = await asyncpg.connect(self.admin)
        await connection.execute(RESET)
        await connection.close()
        broker = await aio_pika.connect(self.admin_amqp)
        async with broker, broker.channel() as channel:
            for queue in (BARE_QUEUE, "toy"):
                await (await channel.get_queue(queue)).purge()


@contextlib.asynccontextmanager
async def opened(bench: Bench) -> AsyncIterator[Place]:
    """A database with the toy's tables and the bare ones, and a queue for each."""
    with_the_toy()
    database = await bench.fresh_database("toy")
    admin = _named_as(bench.servers.postgres_url, database.url)
    connection = await asyncpg.connect(admin)
    await connection.execute(BARE_TABLES)
    await connection.execute(f'grant all on all tables in schema public to "{database.role}"')
    broker = await aio_pika.connect(bench.amqp_url())
    async with broker, broker.channel() as channel:
        await channel.declare_queue(BARE_QUEUE, durable=True, arguments={"x-queue-type": "quorum"})
    with spans_sink() as otlp:
        yield Place(database.url, admin, bench.amqp_url("toy"), bench.amqp_url(), otlp)
    await connection.close()
    await bench.drop(database)


def _named_as(url: str, database: str) -> str:
    return urlsplit(url)._replace(path=urlsplit(database).path).geturl()


@contextlib.contextmanager
def spans_sink() -> Iterator[str]:
    """Something that takes spans and forgets them: recording them must cost what it costs."""

    class Sink(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Nothing: nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Sink)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1/traces"
    finally:
        server.shutdown()
        server.server_close()
