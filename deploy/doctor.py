"""Looks for what would keep the stack from running here, and says what to do about it."""

import asyncio
import difflib
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil

from deploy import examining, ports, processes, settings_page
from deploy.errors import StackError
from deploy.findings import Finding
from deploy.plan import PORTS, SERVICES
from deploy.servers import containers, environment, host, postgres, probes, rabbitmq
from deploy.stack import Stack

ENOUGH_DISK = 1_000_000_000
"""Bytes: RabbitMQ stops taking messages below 50 MB, PostgreSQL breaks when there is nothing left."""

ENOUGH_MEMORY = 1_500_000_000
"""Bytes for a broker, a database and four services."""

ENOUGH_MEMORY_BESIDE = 200_000_000
"""Bytes that are left while they run: for commands, and for what a busy hour adds."""


def examine(folder: Path) -> list[Finding]:
    """Everything that can be looked at without changing anything."""
    folder = folder.resolve()
    checks: list[Callable[[Path], Iterator[Finding]]] = [_machine, _settings, _servers, _ports, _system]
    return [finding for check in checks for finding in check(folder)]


def _machine(folder: Path) -> Iterator[Finding]:
    there = next(path for path in (folder, *folder.parents) if path.exists())
    free = shutil.disk_usage(there).free
    advice = "" if free > ENOUGH_DISK else ": make room, RabbitMQ stops taking messages on a full disk"
    yield Finding("disk", free > ENOUGH_DISK, f"{free / 1e9:.1f} GB free at {os.path.relpath(there)}{advice}")
    yield _memory(folder)


def _memory(folder: Path) -> Finding:
    """What a stack needs is asked for before it runs, and afterwards only that something is left."""
    runs = any(processes.find(folder, service) for service in SERVICES)
    enough, purpose = (ENOUGH_MEMORY_BESIDE, "keeps") if runs else (ENOUGH_MEMORY, "needs")
    available = psutil.virtual_memory().available
    advice = "" if available > enough else f": end something, the stack {purpose} about {enough / 1e9:.1f} GB"
    return Finding("memory", available > enough, f"{available / 1e9:.1f} GB available{advice}")


def _settings(folder: Path) -> Iterator[Finding]:
    known = settings_page.names()
    given = sorted(name for name in os.environ if name.startswith("STAGEBRUG_"))
    for name in given:
        if name not in known and name.removesuffix("_FILE") not in known:
            near = difflib.get_close_matches(name, known, 1)
            advice = f": is {near[0]} meant?" if near else ": it does nothing"
            yield Finding("settings", fine=False, says=f"nobody reads {name}{advice}")
    open_to_others = [file for file in secret_files(folder) if file.stat().st_mode & 0o077]
    for file in open_to_others:
        yield Finding("secrets", fine=False, says=f"others on this machine can read {file}: chmod 600 it")


def secret_files(folder: Path) -> list[Path]:
    """Files of a stack that hold passwords or keys."""
    places = ("stack.json", "secrets.json", "issuer/*.json", "*/server.json", "*/node.json")
    return [file for place in places for file in folder.glob(place)]


def _servers(folder: Path) -> Iterator[Finding]:
    try:
        if given := environment.given():
            given.broker()
            given.database()
            yield Finding("servers", fine=True, says="given in the environment, and both answer")
            return
    except StackError as error:
        yield Finding("servers", fine=False, says=str(error))
        return
    if not host.has_data(folder) and containers.answers():
        yield Finding("servers", fine=True, says="in containers: a Docker engine answers")
        return
    yield from _installed()


def _installed() -> Iterator[Finding]:
    for name, found in (("rabbitmq", rabbitmq.installed()), ("postgresql", postgres.installed())):
        advice = (
            "not installed: `stagebrug up` installs it as root; otherwise run `sudo deploy/servers/install-servers`"
        )
        yield Finding(name, fine=found is not None, says=f"private instance of {found}" if found else advice)


def _ports(folder: Path) -> Iterator[Finding]:
    last = Stack.last(folder)
    for part, port in {**PORTS, **(_chosen(last) if last else {})}.items():
        if not processes.find(folder, "mail" if part == "smtp" else part):
            try:
                ports.refuse_taken(part, port)
            except StackError as error:
                yield Finding(f"port of {part}", fine=False, says=str(error))


def _system(folder: Path) -> Iterator[Finding]:
    stack = Stack.last(folder)
    if stack is None:
        yield Finding("system", fine=True, says="never started here: `stagebrug up` starts it")
        return
    broker = probes.rabbitmq_management(stack.servers.management_url)
    if broker.problem:
        yield Finding("system", fine=True, says="not running: `stagebrug up` starts it")
        return
    yield from _topology(stack)
    yield from examining.running(stack)


def _topology(stack: Stack) -> Iterator[Finding]:
    # half a second and every service's handlers: only when there is a broker to compare with
    from shared import topology

    lacking = asyncio.run(topology.drift(stack.servers.management_url, stack.name, list(stack.services)))
    for sentence in lacking:
        yield Finding("topology", fine=False, says=f"{sentence} `stagebrug migrate` mends it.")
    if not lacking:
        yield Finding("topology", fine=True, says="queues, bindings, policies and rights are as declared")
    yield from farewells(stack.servers.management_url, stack.name)


def farewells(management_url: str, vhost: str) -> Iterator[Finding]:
    """Who still hears an event version that will go; not fine any more once its day has come."""
    from shared.deprecation import today
    from shared.deprecation.in_use import deprecated_in_use

    for use in asyncio.run(deprecated_in_use(management_url, vhost)):
        yield Finding("farewell", fine=today() < use.sunset, says=str(use))


def _chosen(stack: Stack) -> dict[str, int]:
    return {part: int(url.rpartition(":")[2]) for part, url in stack.urls.items()}
