"""The whole system on one machine: servers, databases, topology, issuer, mail catcher and the services."""

import asyncio
import importlib
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any, Self

import asyncpg
import httpx

from deploy import broker, databases, people, processes, programs, records, tokens
from deploy.databases import Database
from deploy.errors import StackError
from deploy.passwords import Passwords
from deploy.plan import (
    MARK,
    PORTS,
    SERVICES,
    SUPPORT,
    Plan,
    free_stack_ports,
    name_of_its_own,
    plan_file,
    refuse_half_restored,
)
from deploy.progress import Report, quiet, step
from deploy.servers import Broker, Servers, Source, source_for, stop_servers
from deploy.servers.environment import Environment

__all__ = ["PORTS", "SERVICES", "Stack", "down", "free_stack_ports", "up"]

TOPOLOGY = "shared.topology"
"""Imported while the broker starts: more than a second, with every service's handlers."""

MIGRATIONS = "shared.migrations"
_importing = threading.Lock()

READY = "/health/ready"
"""Where a service says whether it can do its work."""


@dataclass(frozen=True)
class Stack:
    """A running system: `urls` has an address for each service, `issuer`, `mail` (its view) and `smtp`."""

    folder: Path
    name: str
    servers: Servers
    urls: dict[str, str]
    services: tuple[str, ...]

    @classmethod
    def last(cls, folder: Path) -> Self | None:
        """The stack that was started in this folder last, whether or not it runs."""
        folder = folder.resolve()
        if not (known := records.read(plan_file(folder))):
            return None
        plan = Plan(folder, known["name"], {**PORTS, **known["ports"]}, tuple(known["services"]))
        return cls(folder, plan.name, Servers(**known["servers"]), plan.urls, plan.services)


def up(
    folder: Path,
    report: Report = quiet,
    *,
    services: Sequence[str] = SERVICES,
    ports: Mapping[str, int] | None = None,
    name: str | None = None,
    servers: Servers | None = None,
) -> Stack:
    """Start what does not run yet, in the order that it needs one another, and wait until all is ready.

    With `servers` the stack lives on those, beside others: give it a `name` and `free_stack_ports()`.
    Raises StackError with what to do about it.
    """
    folder = folder.resolve()
    with records.locked(folder / "stack.lock"):
        refuse_half_restored(folder)
        source = Borrowed(servers) if servers else source_for(folder, report)
        if name is None and source.origin == "environment":
            name = records.read(plan_file(folder)).get("name") or name_of_its_own(folder)
        plan = Plan.of(folder, services, ports, name)
        plan.refuse_taken_ports()
        return _start(plan, source, report)


def down(folder: Path, report: Report = quiet, *, erase: bool | None = None) -> None:
    """End everything that was started here.

    Own servers keep their data unless `erase`; on servers that others run, the stack's virtual host, databases
    and users are removed unless `erase` is False.
    """
    folder = folder.resolve()
    with records.locked(folder / "stack.lock"):
        known = records.read(plan_file(folder))
        with step(report, "services stopped"):
            _stop_processes(folder, known.get("services", SERVICES))
        if known.get("borrowed") and erase is not False:
            with step(report, "virtual host, databases and users removed"):
                _remove(known["name"], known["services"], Servers(**known["servers"]), report)
        with step(report, "servers stopped"):
            stop_servers(folder, erase=bool(erase))
        if erase or (known.get("borrowed") and erase is not False):
            for file in (plan_file(folder), passwords_file(folder), folder / MARK):
                file.unlink(missing_ok=True)


def prepare(
    folder: Path,
    report: Report = quiet,
    *,
    services: Sequence[str] = SERVICES,
    name: str | None = None,
    may_lock: bool = False,
) -> None:
    """Databases, schemas, queues and users of a system whose services run elsewhere, as this code expects them.

    A migration that would lock a big table is refused, unless it `may_lock`.
    """
    folder = folder.resolve()
    with records.locked(folder / "stack.lock"):
        made_ready(folder, report, services=services, name=name, may_lock=may_lock)


def made_ready(
    folder: Path, report: Report, *, services: Sequence[str], name: str | None, may_lock: bool = False
) -> None:
    """As `prepare`, for who has locked the folder."""
    plan, source = Plan.of(folder, services, None, name), source_for(folder, report)
    passwords = Passwords(passwords_file(folder))
    ready_databases(plan, source, passwords, report, may_lock=may_lock)
    ready_broker(plan, source, passwords, report)


def passwords_file(folder: Path) -> Path:
    """Where the passwords of a stack's services are kept."""
    return folder / "secrets.json"


class Borrowed:
    """Servers that somebody else started and will stop."""

    def __init__(self, servers: Servers) -> None:
        self.addresses = servers
        self.origin = servers.origin

    def broker(self) -> Broker:
        return Broker(self.addresses.rabbitmq_url, self.addresses.management_url)

    def database(self) -> str:
        return self.addresses.postgres_url


def _start(plan: Plan, source: Source, report: Report) -> Stack:
    """The broker takes longest to start: databases, issuer and mail catcher are made ready beside it."""
    passwords = Passwords(passwords_file(plan.folder))
    if borrowed := isinstance(source, Borrowed | Environment):
        # first of all, so that `down` finds what a failed start made on them
        plan.keep(source.addresses, borrowed=True)
    with ThreadPoolExecutor(4) as pool:
        node = pool.submit(ready_broker, plan, source, passwords, report)
        data = pool.submit(ready_databases, plan, source, passwords, report)
        support = pool.submit(ready_support, plan, passwords, report)
        ahead = pool.submit(_imported, TOPOLOGY)
        _all(node, data, support, ahead)
    address, ready = data.result()
    servers = Servers.of(source.origin, node.result(), address)
    plan.keep(servers, borrowed=borrowed)
    _services(plan, ready, node.result(), passwords, report)
    return Stack(plan.folder, plan.name, servers, plan.urls, plan.services)


def ready_broker(plan: Plan, source: Source, passwords: Passwords, report: Report) -> Broker:
    """The broker of a plan, with everything declared that this code needs."""
    with step(report, f"broker ready ({source.origin})"):
        node = source.broker()
    topology = _imported(TOPOLOGY)
    with step(report, "exchange, queues and broker users declared"):
        users = {service: passwords.of(service, "broker") for service in plan.services}
        try:
            asyncio.run(topology.declare(node.url, node.management_url, plan.name, users))
        except topology.TopologyRefused as error:
            raise StackError(str(error)) from error
    return node


def ready_databases(
    plan: Plan, source: Source, passwords: Passwords, report: Report, *, may_lock: bool = False
) -> tuple[str, list[Database]]:
    """The address of a plan's database server, and its databases at this code's schemas."""
    with step(report, f"database server ready ({source.origin})"):
        address = source.database()
    with step(report, "databases made and migrated"):
        return address, asyncio.run(migrate(address, plan, passwords, may_lock=may_lock))


async def migrate(postgres_url: str, plan: Plan, passwords: Passwords, *, may_lock: bool = False) -> list[Database]:
    """Bring the databases of a plan's services to the version of this code, making those that are not there."""
    _imported(TOPOLOGY)  # first: migrations import more while they run
    migrations = _imported(MIGRATIONS)
    made = []
    # one after another: Alembic keeps what it works on in globals
    for service in plan.services:
        owner, own = passwords.of(service, "owner"), passwords.of(service, "database")
        database = await databases.prepare(postgres_url, plan.name, service, owner, own)
        try:
            await migrations.migrate(service, database.owner_url, database.role, may_lock=may_lock)
        except migrations.WouldLock as error:
            raise StackError(
                f"{service} is not migrated. {error} Or, when nobody works: `stagebrug migrate --may-lock`."
            ) from None
        except migrations.MustEnd:
            raise StackError(
                f"{service} is not migrated: it runs, and its code of before cannot work with what comes. End it first "
                "(all its replicas); of a stack that `up` started, `stagebrug upgrade` does so."
            ) from None
        except migrations.LockWaitedFor:
            raise StackError(
                f"{service} is not migrated: a table stayed in use for longer than a migration may wait. Nothing was "
                "changed by what waited: end what works long (it stands in pg_stat_activity), and try again."
            ) from None
        made.append(database)
    return made


def ready_support(plan: Plan, passwords: Passwords, report: Report) -> None:
    """The processes beside the services, and who logs in at the issuer, as this code knows them."""
    for service in plan.services:
        tokens.register_client(
            plan.folder, programs.client_id(service), passwords.of(service, "client"), programs.SCOPES[service]
        )
    with step(report, "token issuer, mail catcher and gateway ready"):
        tokens.signing_key(plan.folder)
        processes.start(plan.folder, programs.issuer(plan))
        people.allow(plan.folder, f"{plan.url('gateway')}/app", f"{plan.url('analytics')}/dashboard")
        for program in (programs.mail(plan), programs.gateway(plan)):
            processes.start(plan.folder, program)
        issuer, mail, gateway = plan.url("issuer"), plan.url("mail"), plan.url("gateway")
        processes.wait_until(plan.folder, "issuer", lambda: processes.answers(f"{issuer}/jwks.json"))
        processes.wait_until(plan.folder, "mail", lambda: processes.answers(f"{mail}/messages"))
        processes.wait_until(plan.folder, "gateway", lambda: processes.answers(f"{gateway}/app/settings.json"))


def _services(plan: Plan, ready: list[Database], node: Broker, passwords: Passwords, report: Report) -> None:
    with step(report, f"{', '.join(plan.services)} ready"):
        for database in ready:
            processes.start(plan.folder, programs.service(plan, database, node, passwords))
        for service in plan.services:
            processes.wait_until(plan.folder, service, partial(processes.answers, plan.url(service) + READY))


def _stop_processes(folder: Path, services: Sequence[str]) -> None:
    """Side by side: each may drain for a while."""
    with ThreadPoolExecutor() as pool:
        _all(*(pool.submit(processes.stop, folder, name) for name in (*services, *SUPPORT)))


def _remove(name: str, services: Sequence[str], servers: Servers, report: Report) -> None:
    """Take what is ours from servers that others run; one that does not answer is named and left."""
    try:
        broker.drop(servers.management_url, name, [programs.broker_user(name, service) for service in services])
    except httpx.HTTPError as error:
        report(f"The broker does not answer ({error}): virtual host {name} may still be there.")
    try:
        for service in services:
            asyncio.run(databases.drop(servers.postgres_url, name, service))
    except (OSError, TimeoutError, asyncpg.PostgresError) as error:
        report(f"The database server does not answer ({error}): databases {name}_… may still be there.")


def _imported(name: str) -> ModuleType:
    """Two threads that import the same packages at once can each see half of one."""
    with _importing:
        return importlib.import_module(name)


def _all(*futures: Future[Any]) -> None:
    """Wait for all, then raise the first error: nothing goes on behind the back of whoever reads it."""
    wait(futures)
    for future in futures:
        future.result()
