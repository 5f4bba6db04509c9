"""What all tests of a run share: a virtual host of their own, an issuer, and a migrated template database per service."""

import asyncio
import contextlib
import secrets
import tempfile
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import asyncpg
import uvicorn

from deploy import broker, databases, tokens
from deploy.databases import Database
from deploy.issuer import create_app
from deploy.ports import free_ports
from deploy.programs import SCOPES, client_id
from deploy.servers import Servers
from shared import topology
from shared.migrations import migrate

PASSWORD = secrets.token_urlsafe(12)
"""One for everything that the run makes and removes again."""


class QuietServer(uvicorn.Server):
    """A server that leaves the signals of the process to the test runner."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@dataclass
class Bench:
    """Addresses and keys for the tests of one run."""

    servers: Servers
    name: str
    issuer: str
    keys: Path
    templates: dict[str, Database] = field(default_factory=dict)
    made: list[str] = field(default_factory=list)

    def amqp_url(self, user: str | None = None) -> str:
        """The run's virtual host, for one of its services or (without `user`) for the administrator."""
        parts = urlsplit(self.servers.rabbitmq_url)
        place = parts.netloc.rpartition("@")[2]
        login = f"{self.name}-{user}:{PASSWORD}" if user else parts.netloc.rpartition("@")[0]
        return f"{parts.scheme}://{login}@{place}/{quote(self.name, safe='')}"

    def token(self, **claims: Any) -> str:
        """A bearer token with these claims."""
        return tokens.mint(self.keys, self.issuer, {"sub": "somebody", **claims})

    async def fresh_database(self, service: str) -> Database:
        """A copy of the service's migrated template."""
        template = await self.template(service)
        name = f"{template.role}_{secrets.token_hex(4)}"
        connection = await asyncpg.connect(self.servers.postgres_url)
        try:
            await connection.execute(f'create database "{name}" template "{template.role}"')
        finally:
            await connection.close()
        self.made.append(name)
        return Database(service, template.role, _renamed(template.owner_url, name), _renamed(template.url, name))

    async def drop(self, database: Database) -> None:
        """Remove a database of `fresh_database`."""
        name = urlsplit(database.url).path.lstrip("/")
        connection = await asyncpg.connect(self.servers.postgres_url)
        try:
            await connection.execute(f'drop database if exists "{name}" with (force)')
        finally:
            await connection.close()
        self.made.remove(name)

    async def template(self, service: str) -> Database:
        """The service's migrated database, of which there are copies; with it come its queue and its client."""
        return self.templates.get(service) or await self._template(service)

    async def _declare(self, service: str) -> None:
        await topology.declare(self.servers.rabbitmq_url, self.servers.management_url, self.name, {service: PASSWORD})
        tokens.register_client(self.keys, client_id(service), PASSWORD, SCOPES.get(service, ""))

    async def _template(self, service: str) -> Database:
        made = await databases.prepare(self.servers.postgres_url, self.name, service, PASSWORD, PASSWORD)
        self.templates[service] = made
        await migrate(service, made.owner_url, made.role)
        await self._declare(service)
        return made


def _renamed(url: str, name: str) -> str:
    return urlsplit(url)._replace(path=f"/{name}").geturl()


def _renamed_place(url: str, place: str) -> str:
    parts = urlsplit(url)
    return parts._replace(netloc=f"{parts.netloc.rpartition('@')[0]}@{place}").geturl()


@contextlib.contextmanager
def prepared_bench(servers: Servers) -> Iterator[Bench]:
    """Make what the run shares, and remove it again."""
    name = f"test_{secrets.token_hex(3)}"
    with tempfile.TemporaryDirectory() as folder, served_issuer(Path(folder)) as issuer:
        bench = Bench(servers, name, issuer, Path(folder))
        try:
            yield bench
        finally:
            broker.drop(servers.management_url, name, [f"{name}-{service}" for service in bench.templates])
            asyncio.run(_remove(bench))


async def _remove(bench: Bench) -> None:
    for name in list(bench.made):
        connection = await asyncpg.connect(bench.servers.postgres_url)
        await connection.execute(f'drop database if exists "{name}" with (force)')
        await connection.close()
    for service in bench.templates:
        await databases.drop(bench.servers.postgres_url, bench.name, service)


@contextlib.contextmanager
def served_issuer(folder: Path) -> Iterator[str]:
    """The development issuer on a port of its own, in a thread."""
    port = free_ports(["issuer"])["issuer"]
    url = f"http://127.0.0.1:{port}"
    server = QuietServer(uvicorn.Config(create_app(folder, url), port=port, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield url
    finally:
        server.should_exit = True
        thread.join(10)


def settings_for(bench: Bench, service: str, url: str, database: Database, given: Mapping[str, str]) -> dict[str, Any]:
    """The settings of a service on this bench; `pooler`: where one stands in front of the database."""
    given = dict(given)
    pooler = given.pop("pooler", None)
    reached = {"database_url": _renamed_place(database.url, pooler), "listen_url": database.url} if pooler else {}
    return {
        "database_url": database.url,
        "amqp_url": bench.amqp_url(service),
        "issuer": bench.issuer,
        "jwks_url": f"{bench.issuer}/jwks.json",
        "token_url": f"{bench.issuer}/token",
        "client_id": client_id(service),
        "client_secret": PASSWORD,
        "public_url": url,
        "log_format": "console",
        "quiet_hours": "none",  # tests run at night, and on Saturdays
        "quiet_weekends": "false",
        **reached,
        **given,
    }
