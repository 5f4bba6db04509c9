"""What a restore refuses, and what it makes of databases of an older version."""

import asyncio
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import aio_pika
import asyncpg
import pytest
from alembic import command

from deploy import backups, broker, databases, erasures, ledgers, processes, records, restoring, stack, upgrading
from deploy.errors import StackError
from deploy.passwords import Passwords
from deploy.plan import MARK, Plan
from deploy.rising import LEAP
from deploy.servers import Servers
from deploy.systems import System
from shared import migrations, topology

OLDER = {"kernel": "k0004", "matching": "0001"}
"""Before there was a ledger of erasures, and most of what the service keeps."""

PERSON = {"id": str(UUID(int=7)), "kind": "student", "erasedAt": "2026-11-01T00:00:00+00:00"}


@pytest.fixture
def system(folder: Path, servers: Servers) -> Iterator[System]:
    """Databases of a system whose services do not run, at an older version."""
    name = f"t_{secrets.token_hex(4)}"
    plan = Plan(folder, name, {}, tuple(service for service in OLDER if service != migrations.KERNEL))
    plan.keep(servers, borrowed=True)
    made = System(folder, name, plan.services, servers)
    for service in plan.services:
        passwords = [Passwords(stack.passwords_file(folder)).of(service, use) for use in ("owner", "database")]
        database = asyncio.run(databases.prepare(servers.postgres_url, name, service, *passwords))
        for branch, revision in OLDER.items():
            config = migrations._config(branch, database.owner_url)
            config.attributes["may_lock"] = True
            command.upgrade(config, revision)
    yield made
    stack.down(folder, erase=True)


def test_a_backup_of_an_older_version_is_migrated_and_its_erasures_are_noted(system: System, tmp_path: Path) -> None:
    assert asyncio.run(backups.schemas(system))["matching"] != migrations.heads("matching")
    for _ in range(2):  # twice does no harm
        restoring._mend(system, [PERSON], lambda _: None)
    assert asyncio.run(backups.schemas(system))["matching"] == migrations.heads("matching")
    assert asyncio.run(_first(system, "select version from erased")) >= LEAP

    earlier = PERSON | {"id": str(UUID(int=8))}
    ledger = tmp_path / "erasures.json"
    ledger.write_text(ledgers.as_text([earlier]))
    erasures.export(ledger, folder=system.folder)
    assert {one["id"] for one in ledgers.load(ledger)} == {PERSON["id"], earlier["id"]}


def test_an_upgrade_ends_a_service_whose_code_of_before_cannot_work_with_what_comes(system: System) -> None:
    assert upgrading._to_be_stopped(system) == ["matching"]
    asyncio.run(_refused_under_a_service(system))
    restoring._mend(system, [], lambda _: None)
    assert upgrading._to_be_stopped(system) == []


async def _refused_under_a_service(system: System) -> None:
    role, password = (
        f"{system.name}_matching",
        Passwords(stack.passwords_file(system.folder)).of("matching", "database"),
    )
    place = urlsplit(system.servers.postgres_url)
    address = place._replace(netloc=f"{role}:{password}@{place.hostname}:{place.port}", path=f"/{role}").geturl()
    working = await asyncpg.connect(address)
    with pytest.raises(StackError, match="End it first"):
        await asyncio.to_thread(restoring._mend, system, [], lambda _: None)
    await working.close()


async def _first(system: System, query: str) -> Any:
    connection = await system.owner("matching")
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


def test_what_services_work_on_is_not_restored_under_them(system: System) -> None:
    restoring._refuse_running(system)
    asyncio.run(_first(system, "update relay_lease set until = 'infinity'"))
    with pytest.raises(StackError, match="matching publishes"):
        restoring._refuse_running(system)
    asyncio.run(_first(system, "update relay_lease set until = '-infinity'"))
    asyncio.run(_connected(system))
    restoring._refuse_running(system)


async def _connected(system: System) -> None:
    """Refused as long as somebody is connected to the virtual host."""
    users = dict.fromkeys(system.services, "word")
    await topology.declare(system.servers.rabbitmq_url, system.servers.management_url, system.name, users)
    async with await aio_pika.connect(urlsplit(system.servers.rabbitmq_url)._replace(path=f"/{system.name}").geturl()):
        async with asyncio.timeout(20):
            while not broker.connections(system.servers.management_url, system.name):
                await asyncio.sleep(0.1)  # a poll with a deadline
        with pytest.raises(StackError, match="the virtual host has 1 connections"):
            await asyncio.to_thread(restoring._refuse_running, system)
    async with asyncio.timeout(20):
        while broker.connections(system.servers.management_url, system.name):
            await asyncio.sleep(0.1)  # a poll with a deadline


def test_nothing_is_started_in_a_folder_that_is_half_restored(folder: Path) -> None:
    backup = folder / "backup"
    records.write(folder / MARK, {"backup": str(backup), "done": False})
    for start in (stack.up, upgrading.upgrade):
        with pytest.raises(StackError, match="was interrupted: give `stagebrug restore"):
            start(folder)
    restoring._refuse_data(folder, backup)
    log = processes.log_file(folder, "intake")
    log.parent.mkdir()
    log.touch()
    os.utime(log, (log.stat().st_mtime + 60,) * 2)
    with pytest.raises(StackError, match="Services ran in"):
        restoring._refuse_data(folder, backup)
    stack.down(folder, erase=True)
    assert not (folder / MARK).exists()
