"""The stack's own parts: databases with their roles, and what `down` takes away again."""

import asyncio
import secrets
import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import httpx
import pytest
from typer.testing import CliRunner

from deploy import broker, cli, databases, doctor, processes, records, stack, status
from deploy.errors import StackError
from deploy.passwords import Passwords
from deploy.ports import LOOPBACK
from deploy.servers import Servers
from deploy.systems import System
from shared import topology


@pytest.fixture
def name() -> str:
    return f"t_{secrets.token_hex(4)}"


@pytest.fixture
def lines(folder: Path) -> Iterator[list[str]]:
    said: list[str] = []
    yield said
    stack.down(folder, said.append)


async def test_a_service_owns_nothing_of_its_database_and_may_enter_no_other(servers: Servers, name: str) -> None:
    one = await databases.prepare(servers.postgres_url, name, "intake", "owner's", "word")
    two = await databases.prepare(servers.postgres_url, name, "matching", "owner's", "word")
    try:
        again = await databases.prepare(servers.postgres_url, name, "intake", "owner's", "other")
        assert again.role == one.role
        connection = await asyncpg.connect(again.url)
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute("create table public.mine ()")
        await connection.close()
        neighbour = urlunsplit(urlsplit(again.url)._replace(path=urlsplit(two.url).path))
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await asyncpg.connect(neighbour)
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(one.url)
    finally:
        for service in ("intake", "matching"):
            await databases.drop(servers.postgres_url, name, service)
    with pytest.raises(asyncpg.PostgresError):
        await asyncpg.connect(one.owner_url)


async def test_a_name_that_could_be_more_than_a_name_is_refused(servers: Servers) -> None:
    with pytest.raises(StackError, match="A stack cannot be called"):
        await databases.prepare(servers.postgres_url, 'x"; drop database postgres; --', "intake", "a", "b")


def test_passwords_are_made_once_kept_private_and_given_way_to_the_environment(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = folder / "secrets.json"
    made = Passwords(file).of("intake", "broker")
    assert Passwords(file).of("intake", "broker") == made
    assert Passwords(file).of("intake", "owner") != made
    assert file.stat().st_mode & 0o077 == 0
    monkeypatch.setenv("STAGEBRUG_INTAKE_BROKER_PASSWORD", "given")
    assert Passwords(file).of("intake", "broker") == "given"
    assert "given" not in file.read_text()


def test_a_taken_port_is_refused_before_anything_starts(folder: Path, servers: Servers, name: str) -> None:
    with socket.socket() as other:
        other.bind((LOOPBACK, 0))
        other.listen()
        ports = {**stack.free_stack_ports(), "matching": other.getsockname()[1]}
        with pytest.raises(StackError, match=r"wanted for matching, is taken by"):
            stack.up(folder, ports=ports, name=name, servers=servers)
    assert processes.names(folder) == []


def _secrets(running: stack.Stack) -> set[str]:
    """Everything that nobody is to read: passwords of services and administrators, the issuer's key."""
    kept = records.read(stack.passwords_file(running.folder))
    made = {word for words in kept.values() for word in words.values()}
    addresses = (running.servers.rabbitmq_url, running.servers.management_url, running.servers.postgres_url)
    of_administrators = {urlsplit(address).password or "" for address in addresses}
    return {*made, *of_administrators, records.read(running.folder / "issuer/key.json")["d"]} - {""}


def _said(running: stack.Stack) -> str:
    """What operators and their programs see: status, doctor, logs, what services tell of themselves."""
    runner, found = CliRunner(), [*(file.read_text() for file in (running.folder / "logs").glob("*.log"))]
    commands = (("status",), ("status", "--json"), ("doctor", "--json"))
    found += [runner.invoke(cli.app, [*each, "--folder", str(running.folder)]).output for each in commands]
    for service in running.services:
        found += [httpx.get(running.urls[service] + path).text for path in ("/health/ready", "/metrics")]
    return "\n".join(found)


def _complaints(folder: Path) -> set[tuple[str, str]]:
    machine = {"disk", "memory", "farewell"}  # of whoever runs this test, and of the calendar
    return {(each.what, each.says) for each in doctor.examine(folder) if not each.fine and each.what not in machine}


async def _break(running: stack.Stack) -> None:
    async with topology.Management(running.servers.management_url) as there:
        await there.call("DELETE", "policies", running.name, "parking-limit")
        too_much = {"configure": ".*", "write": ".*", "read": ".*"}
        user = topology.user_of(running.name, "matching")
        await there.call("PUT", "permissions", running.name, user, body=too_much)
    connection = await System.of(running.folder).owner("analytics")
    await connection.execute("update schema_version_analytics set version_num = '0001'")
    await connection.execute("insert into unreadable (consumer, body, headers, error) values ('analytics', '', '', '')")
    await connection.close()


def test_a_stack_on_others_servers_runs_twice_says_how_it_is_and_leaves_nothing(
    folder: Path, servers: Servers, name: str, lines: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ports = stack.free_stack_ports()
    running = stack.up(folder, lines.append, ports=ports, name=name, servers=servers)
    pids = {part: records.read(folder / "run" / f"{part}.json")["pid"] for part in processes.names(folder)}
    assert stack.up(folder, servers=servers) == running
    assert {part: records.read(folder / "run" / f"{part}.json")["pid"] for part in pids} == pids

    found = status.look(running)
    assert found.ready, found.parts
    assert {queue.name for queue in found.queues} >= {*stack.SERVICES}
    assert not any(each.why for each in found.messages)
    assert all(each.led and each.bytes and each.behind < 30 for each in found.messages)
    said = _said(running)
    assert not {secret for secret in _secrets(running) if secret in said}

    assert _complaints(folder) == set()
    asyncio.run(_break(running))
    monkeypatch.setenv("STAGEBRUG_LOG_FROMAT", "json")
    (folder / "secrets.json").chmod(0o644)
    complaints = _complaints(folder)
    assert {what for what, _ in complaints} == {"topology", "schemas", "parked", "settings", "secrets"}
    sentences = " ".join(says for _, says in complaints)
    for sentence in ("The policy parking-limit is not there", "matching has other rights", "analytics is at 0001"):
        assert sentence.replace("matching has", f"{name}-matching has") in sentences
    assert "is STAGEBRUG_LOG_FORMAT meant?" in sentences

    stack.down(folder, lines.append)
    assert processes.names(folder) == []
    with pytest.raises(httpx.HTTPStatusError):
        broker.queues(servers.management_url, name)
    assert not records.read(folder / "stack.json")


def test_what_a_failed_start_made_on_others_servers_goes_with_down(
    folder: Path, servers: Servers, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(*_: object, **__: object) -> None:
        raise StackError("The schema cannot be migrated.")

    monkeypatch.setattr(stack, "migrate", refuse)
    with pytest.raises(StackError, match="cannot be migrated"):
        stack.up(folder, services=(), ports=stack.free_stack_ports(), name=name, servers=servers)
    assert broker.queues(servers.management_url, name) == []
    stack.down(folder)
    with pytest.raises(httpx.HTTPStatusError):
        broker.queues(servers.management_url, name)
