"""The system under test: four services as processes, every link of theirs through a proxy, an outside world beside it."""

import asyncio
import contextlib
import shutil
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

import httpx
import psutil

from deploy import processes, programs, stack, tokens
from deploy.databases import Database
from deploy.passwords import Passwords
from deploy.plan import SERVICES, Plan, free_stack_ports
from deploy.ports import LOOPBACK
from deploy.processes import Program
from deploy.servers import Broker
from shared import topology
from tests.faults.effects import watch_effects
from tests.faults.journal import Journal
from tests.faults.proxy import Link, links
from tests.faults.servers import PrivateServers, fresh_name
from tests.support.smtp_catcher import SmtpCatcher
from tests.support.webhook_receiver import WebhookReceiver

START_WITHIN = 60.0
SABOTAGE = "STAGEBRUG_SABOTAGE"
QUICK = ",".join(["0", "1", "2", *["5"] * 40])
"""Pauses between the tries of webhooks and mails: a test cannot wait for a night."""

TEMPLATE = "faults"
"""The stack whose databases are copied for each trial."""


@dataclass
class System:
    """Everything of one trial."""

    servers: PrivateServers
    plan: Plan
    passwords: Passwords
    databases: Mapping[str, Database]
    journal: Journal
    links: dict[str, Link]
    receiver: WebhookReceiver
    post: SmtpCatcher
    sabotage: Mapping[str, str] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    exits: list[tuple[str, int | None, float]] = field(default_factory=list)
    """Service, exit code and seconds of every stop that was asked for."""
    wanted: set[str] = field(default_factory=set)
    """Services that should be running."""

    @property
    def folder(self) -> Path:
        """Where logs and records are."""
        return self.plan.folder

    @property
    def urls(self) -> dict[str, str]:
        """Where each service answers."""
        return self.plan.urls

    def token(self, **claims: object) -> str:
        """A bearer token of the trial's issuer."""
        return tokens.mint(self.folder, self.plan.url("issuer"), claims)

    def process(self, name: str) -> psutil.Process | None:
        """The running process of a service."""
        return processes.find(self.folder, name)

    async def start(self, *names: str) -> None:
        """Start services and wait until they answer at all."""
        for name in names:
            self.wanted.add(name)
            await asyncio.to_thread(processes.start, self.folder, self._program(name))
        async with asyncio.timeout(START_WITHIN):
            await asyncio.gather(*(self.answers(name) for name in names))

    def spawn(self, name: str) -> None:
        """Start a service and do not wait for it."""
        self.wanted.add(name)
        processes.start(self.folder, self._program(name))

    async def redelivered(self, queue: str) -> int:
        """How often the broker handed messages of a queue out again, ever."""
        async with topology.Management(self.servers.broker.management_url) as management:
            found = await management.call("GET", "queues", self.plan.name, queue)
        return int(found.get("message_stats", {}).get("redeliver", 0))

    async def answers(self, name: str) -> None:
        """Wait until a service answers; one that ended meanwhile is an error with the end of its log."""
        async with httpx.AsyncClient(timeout=2, trust_env=False) as client:
            while True:
                with contextlib.suppress(httpx.TransportError):
                    if (await client.get(self.urls[name] + "/health/live")).is_success:
                        return
                if self.process(name) is None:
                    log = processes.log_file(self.folder, name)
                    raise RuntimeError(f"{name} ended while it was starting:\n{processes.last_lines(log)}")
                await asyncio.sleep(0.1)  # a poll with a deadline

    async def kill(self, name: str) -> None:
        """SIGKILL, as a power cut would."""
        self.wanted.discard(name)
        if process := self.process(name):
            process.kill()
            await asyncio.to_thread(psutil.wait_procs, [process], 10)

    async def stop(self, name: str, within: float = 40.0) -> int | None:
        """SIGTERM; the exit code, None when it had to be killed."""
        self.wanted.discard(name)
        process = self.process(name)
        if process is None:
            return None
        child = processes._children.get(process.pid)
        began = asyncio.get_running_loop().time()
        process.send_signal(signal.SIGTERM)
        try:
            code = await asyncio.to_thread(child.wait, within) if child else None
        except TimeoutError:
            code = None
        except Exception:  # noqa: BLE001 — subprocess.TimeoutExpired: it did not end in time
            code = None
            process.kill()
        self.exits.append((name, code, asyncio.get_running_loop().time() - began))
        return code

    async def restart_with(self, sabotage: Mapping[str, str]) -> None:
        """The same services, each broken as told."""
        await asyncio.gather(*(self.stop(name) for name in SERVICES))
        self.sabotage = sabotage
        await self.start(*SERVICES)

    def links_of(self, kind: str) -> list[Link]:
        """The links to the `broker` or the `database`."""
        return [link for name, link in self.links.items() if name.endswith(f"_{kind}")]

    def aim(self) -> None:
        """Let the links lead to where the servers listen now."""
        for link in self.links_of("broker"):
            link.target = self.servers.amqp_port
        for link in self.links_of("database"):
            link.target = self.servers.postgres_port

    async def declare(self) -> None:
        """What `stagebrug migrate` declares on the broker."""
        broker = self.servers.broker
        users = {name: self.passwords.of(name, "broker") for name in SERVICES}
        await topology.declare(broker.url, broker.management_url, self.plan.name, users)

    def _program(self, name: str) -> Program:
        through = self.links[f"{name}_broker"].port, self.links[f"{name}_database"].port
        broker = Broker(_at_port(self.servers.broker.url, through[0]), "")
        database = self.databases[name]
        database = replace(database, url=_at_port(database.url, through[1]))
        program = programs.service(self.plan, database, broker, self.passwords)
        more = {
            "STAGEBRUG_SMTP_URL": self.post.url,
            "STAGEBRUG_WEBHOOK_PAUSES": QUICK,
            "STAGEBRUG_HANDSHAKE_PAUSES": QUICK,
            "STAGEBRUG_MAIL_PAUSES": QUICK,
            "STAGEBRUG_WEBHOOK_SECONDS": "5",
            **({SABOTAGE: self.sabotage[name]} if name in self.sabotage else {}),
            **self.environment,
        }
        command = [sys.executable, "-m", "tests.faults.under_test", name]
        return replace(program, command=command, environment={**program.environment, **more})


class Rig:
    """Servers and an issuer that several trials share, each with databases and a virtual host of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self.servers = PrivateServers(self.folder)
        self.ports = free_stack_ports()
        self.passwords = Passwords(stack.passwords_file(self.folder))
        self.templates: dict[str, Database] = {}

    async def __aenter__(self) -> Self:
        await self.servers.start()
        plan = Plan(self.folder, TEMPLATE, self.ports, SERVICES)
        for name in SERVICES:
            secret = self.passwords.of(name, "client")
            tokens.register_client(self.folder, programs.client_id(name), secret, programs.SCOPES[name])
        made = await stack.migrate(self.servers.postgres_url, plan, self.passwords)
        self.templates = {database.service: database for database in made}
        tokens.signing_key(self.folder)
        await asyncio.to_thread(processes.start, self.folder, programs.issuer(plan))
        jwks = plan.url("issuer") + "/jwks.json"
        await asyncio.to_thread(processes.wait_until, self.folder, "issuer", lambda: processes.answers(jwks))
        return self

    async def __aexit__(self, *_: object) -> None:
        await asyncio.gather(*(asyncio.to_thread(processes.stop, self.folder, n, within=10) for n in self._ours()))
        await self.servers.stop()

    def keep_logs(self, folder: Path) -> None:
        """Copy what the services wrote, for whoever has to understand a violation."""
        for name in SERVICES:
            shutil.copy(processes.log_file(self.folder, name), folder)

    def _ours(self) -> list[str]:
        return [name for name in processes.names(self.folder) if name in {*SERVICES, "issuer"}]

    @contextlib.asynccontextmanager
    async def trial(
        self, journal: Journal, *, sabotage: Mapping[str, str] | None = None, **environment: str
    ) -> AsyncIterator[System]:
        """The four services on fresh databases and a fresh virtual host; all of it ends with the block."""
        name = fresh_name()
        plan = Plan(self.folder, name, self.ports, SERVICES)
        databases = {service: await self._copy(name, service) for service in SERVICES}
        ports = {f"{service}_broker": self.servers.amqp_port for service in SERVICES}
        ports |= {f"{service}_database": self.servers.postgres_port for service in SERVICES}
        async with SmtpCatcher() as post, WebhookReceiver() as receiver, links(**ports) as made:
            port = urlsplit(receiver.url).port
            made["webhook"] = Link("webhook", port or 0)
            await made["webhook"].open()
            system = System(self.servers, plan, self.passwords, databases, journal, made, receiver, post)
            for name in SERVICES:
                processes.log_file(self.folder, name).unlink(missing_ok=True)
            system.sabotage, system.environment = sabotage or {}, environment
            await system.declare()
            try:
                await system.start(*SERVICES)
                yield system
            finally:
                # the evidence is gathered: nothing is gained by draining
                for each in SERVICES:
                    await asyncio.to_thread(processes.stop, self.folder, each, by=signal.SIGKILL, within=10)

    async def _copy(self, name: str, service: str) -> Database:
        """A copy of the migrated template, in which every effect is counted beside the rows."""
        template, copy = self.templates[service], f"{name}_{service}"
        await self.servers.sql(f'create database "{copy}" template "{template.role}"')
        made = replace(template, url=_renamed(template.url, copy), owner_url=_renamed(template.owner_url, copy))
        await watch_effects(self.servers, copy, service)
        return made


def _at_port(url: str, port: int) -> str:
    parts = urlsplit(url)
    login = parts.netloc.rpartition("@")[0]
    return parts._replace(netloc=f"{login}@{LOOPBACK}:{port}").geturl()


def _renamed(url: str, database: str) -> str:
    return urlsplit(url)._replace(path=f"/{database}").geturl()
