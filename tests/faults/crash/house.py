"""One service as a process that can be told, while it runs, where to die; its database and its journal outlive it."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID

import aio_pika
import asyncpg
import httpx
from aio_pika.abc import AbstractExchange, AbstractQueue

from deploy.databases import Database
from deploy.ports import free_ports
from deploy.programs import ROOT
from shared.events import Event
from shared.events.envelope import CONTENT_TYPE, Envelope
from shared.messaging.publishing import EXCHANGE
from shared.settings import TEST_OIN
from tests.faults import under_test
from tests.support.bench import Bench, settings_for

START_WITHIN = 40.0
DIE_WITHIN = 25.0

_COUNT_EFFECTS = """
create table effects (key text not null);
create function note_effect() returns trigger language plpgsql security definer as $$
declare
    row jsonb := to_jsonb(new); found text := ''; name text;
begin
    foreach name in array string_to_array(tg_argv[0], ' ') loop
        found := found || ' ' || coalesce(row ->> name, '');
    end loop;
    insert into effects (key) values (ltrim(found));
    return new;
end $$
"""


def administrators(bench: Bench, database: Database) -> str:
    """The database's address for who may change what its service may not."""
    return urlsplit(bench.servers.postgres_url)._replace(path=urlsplit(database.url).path).geturl()


@dataclass
class Journal:
    """What was asked of a service and what it answered, kept outside of it."""

    promised: Counter[str] = field(default_factory=Counter)
    """Subjects, and how many events of each a 2xx promised."""
    told: dict[UUID, str] = field(default_factory=dict)
    """Events announced to it, and the verdict that each must get."""
    effects: set[str] = field(default_factory=set)
    """Effects that must be there, once each."""
    versions: Counter[UUID] = field(default_factory=Counter)
    wire: set[UUID] = field(default_factory=set)
    """Ids of its own events that were seen on the wire."""


@dataclass
class House:
    """A service under test."""

    name: str
    bench: Bench
    folder: Path
    given: dict[str, str]
    database: Database
    port: int
    journal: Journal = field(default_factory=Journal)
    process: "subprocess.Popen[bytes] | None" = None
    tree: Path | None = None
    """Where the files of another build are, which then runs in place of this one, and cannot be told where to die."""

    @classmethod
    async def built(
        cls, name: str, bench: Bench, folder: Path, given: dict[str, str], effects: dict[str, str]
    ) -> "House":
        """With a fresh database, in which every insert into the tables of `effects` is noted by its key."""
        database = await bench.fresh_database(name)
        connection = await asyncpg.connect(administrators(bench, database))
        await connection.execute(_COUNT_EFFECTS)
        for table, key in effects.items():
            await connection.execute(
                f"create trigger note_effect before insert on {table} for each row "
                f"execute function note_effect('{key}')"
            )
        await connection.close()
        await _purge(bench, name)
        house = cls(name, bench, folder, given, database, free_ports([name])[name])
        house.arm("")
        return house

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def reached(self) -> set[str]:
        """The points that it was at, ever."""
        file = self.folder / f"{self.name}.reached"
        return set(file.read_text().split()) if file.exists() else set()

    def arm(self, crash_at: str) -> None:
        """Let it die at the nth time that it is at a point, counted from now; empty: let it live."""
        (self.folder / f"{self.name}.crash").write_text(crash_at)

    async def start(self, prefix: Iterable[str] = (), **environment: str) -> None:
        """Start the process and wait until it answers."""
        settings = settings_for(self.bench, self.name, self.url, self.database, self.given)
        known = {f"STAGEBRUG_{name.upper()}": str(value) for name, value in settings.items()}
        own = {
            "PATH": os.environ["PATH"],
            "STAGEBRUG_PORT": str(self.port),
            under_test.CRASH_AT: f"@{self.folder / f'{self.name}.crash'}",
            under_test.REACHED_FILE: str(self.folder / f"{self.name}.reached"),
        }
        with (self.folder / f"{self.name}.log").open("ab") as log:
            self.process = subprocess.Popen(
                [*prefix, sys.executable, "-m", "deploy.serve" if self.tree else "tests.faults.under_test", self.name],
                cwd=self.tree or ROOT, env={**known, **own, **environment}, stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                start_new_session=True,
            )  # fmt: skip
        deadline = time.monotonic() + START_WITHIN
        async with httpx.AsyncClient(timeout=2, trust_env=False) as client:
            while time.monotonic() < deadline and self.process.poll() is None:
                with contextlib.suppress(httpx.TransportError):
                    if (await client.get(f"{self.url}/health/live")).is_success:
                        return
                await asyncio.sleep(0.05)  # a poll with a deadline

    async def died(self, within: float = DIE_WITHIN) -> int | None:
        """Wait until the process is dead; its exit code, None when it lives on."""
        assert self.process is not None
        deadline = time.monotonic() + within
        while (code := self.process.poll()) is None and time.monotonic() < deadline:
            await asyncio.sleep(0.02)  # a poll with a deadline
        return code

    def end(self) -> None:
        """SIGKILL, if it still runs."""
        if self.process is not None and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)  # faketime is the parent of what it runs
            self.process.wait()

    def last_lines(self) -> str:
        """The end of its log."""
        return "\n".join((self.folder / f"{self.name}.log").read_text(errors="replace").splitlines()[-25:])


@dataclass
class Visit:
    """A house during one case: connections to its database and to the broker around it."""

    house: House
    sql: "asyncpg.Connection[asyncpg.Record]"
    exchange: AbstractExchange
    queue: AbstractQueue
    parking: AbstractQueue
    tap: AbstractQueue
    default: AbstractExchange

    def client(self, *roles: str, **claims: object) -> httpx.AsyncClient:
        """A client with a token of these roles and claims."""
        headers = {"Authorization": f"Bearer {self.house.bench.token(roles=list(roles), **claims)}"}
        return httpx.AsyncClient(base_url=self.house.url, headers=headers, timeout=10, trust_env=False)

    async def post(self, client: httpx.AsyncClient, path: str, body: object) -> dict[str, str] | None:
        """What a 2xx answered; nothing when the process died meanwhile, which promises nothing."""
        try:
            answer = await client.post(path, json=body)
        except httpx.TransportError:
            return None
        assert answer.is_success, answer.text
        found: dict[str, str] = answer.json()
        return found

    async def announce(self, event: Event, verdict: str = "done", *, effect: str | None = None) -> None:
        """Publish an event as its publisher would; it must get this verdict, and have this effect once."""
        journal = self.house.journal
        journal.versions[event.subject] += 1
        numbered = event.model_copy(update={"version": journal.versions[event.subject]})
        envelope = Envelope.of(numbered, f"urn:nld:oin:{TEST_OIN}:systeem:stagebrug-{event.publisher}")
        # straight into the queue: what other services of the run left bound must not matter
        await self.default.publish(
            aio_pika.Message(
                envelope.to_json().encode(),
                content_type=CONTENT_TYPE,
                delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
            ),
            self.house.name,
        )
        journal.told[envelope.event_id] = verdict
        if effect is not None:
            journal.effects.add(effect)

    async def listen(self) -> None:
        """Write down what the tap has seen of the service's own events."""
        while (message := await self.tap.get(fail=False, no_ack=True)) is not None:
            with contextlib.suppress(ValueError):
                envelope = Envelope.parse(message.body)
                if envelope.source.endswith(f"stagebrug-{self.house.name}"):
                    self.house.journal.wire.add(UUID(envelope.id))


async def _purge(bench: Bench, name: str) -> None:
    async with await aio_pika.connect(bench.amqp_url()) as connection:
        channel = await connection.channel()
        for queue in (name, f"parking.{name}"):
            await (await channel.get_queue(queue)).purge()


@contextlib.asynccontextmanager
async def visiting(house: House) -> AsyncIterator[Visit]:
    """Open the connections for one case."""
    async with contextlib.AsyncExitStack() as stack:
        sql = await asyncpg.connect(administrators(house.bench, house.database))
        stack.push_async_callback(sql.close)
        connection = await aio_pika.connect(house.bench.amqp_url())
        stack.push_async_callback(connection.close)
        channel = await connection.channel(publisher_confirms=True)
        queue, parking = await channel.get_queue(house.name), await channel.get_queue(f"parking.{house.name}")
        exchange = await channel.get_exchange(EXCHANGE)
        tap = await channel.declare_queue(exclusive=True)
        await tap.bind(exchange, f"{house.name}.#")
        yield Visit(house, sql, exchange, queue, parking, tap, channel.default_exchange)
