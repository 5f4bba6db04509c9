"""A database server that stops, dies, freezes, throws everybody out, or refuses one thing at a time."""

import asyncio
import contextlib
from random import Random

import asyncpg

from deploy.plan import SERVICES
from deploy.servers import postgres
from tests.faults.strikes.clock import Until
from tests.faults.system import System

COLLISIONS = """
create or replace function collide() returns trigger language plpgsql as $$
begin
    if random() < 0.05 then
        raise exception 'injected' using errcode = case when random() < 0.5 then '40001' else '40P01' end;
    end if;
    return new;
end $$;
create trigger collide before insert on inbox for each row execute function collide();
"""
NO_COLLISIONS = "drop trigger collide on inbox"
DEADLOCKS = 20
"""Tries for a change of a table in use."""


async def break_database(system: System, chance: Random, until: Until) -> None:
    """F9: every way, one after the other in an order of chance."""
    ways = [_stop_at_once, _kill, _storm, _freeze, _exhaust, _collide, _time_out]
    chance.shuffle(ways)
    while not until.up:
        ways.append(way := ways.pop(0))
        await way(system)
        await until.pause(chance.uniform(2, 4))


async def _stop_at_once(system: System) -> None:
    async with system.journal.fault("database stopped at once, started"):
        await system.servers.stop_postgres_at_once()
        await system.servers.start_postgres()
        system.aim()


async def _kill(system: System) -> None:
    async with system.journal.fault("database kill -9, started"):
        await system.servers.kill_postgres()
        await system.servers.start_postgres()
        system.aim()


async def _storm(system: System) -> None:
    async with system.journal.fault("all sessions terminated, five times"):
        for _ in range(5):
            await _throw_out(system)
            await asyncio.sleep(0.5)


async def _freeze(system: System) -> None:
    async with system.journal.fault("database frozen for 20 s", reddens=SERVICES):
        system.servers.freeze(postgres.NAME)
        try:
            await asyncio.sleep(20)
        finally:
            system.servers.thaw(postgres.NAME)


async def _exhaust(system: System) -> None:
    async with system.journal.fault("two connections left for each service"):
        await _everywhere(system, "alter database {database} connection limit 2")
        await _throw_out(system)
        await asyncio.sleep(8)
        await _everywhere(system, "alter database {database} connection limit -1")


async def _collide(system: System) -> None:
    async with system.journal.fault("one in twenty transactions collides"):
        for name in SERVICES:
            await _script(system, name, COLLISIONS)
        await asyncio.sleep(10)
        for name in SERVICES:
            await _script(system, name, NO_COLLISIONS)


async def _time_out(system: System) -> None:
    async with system.journal.fault("statements may take 5 ms"):
        await _everywhere(system, "alter database {database} set statement_timeout = '5ms'")
        await _throw_out(system)
        await asyncio.sleep(8)
        await _everywhere(system, "alter database {database} reset statement_timeout")
        await _throw_out(system)


async def _everywhere(system: System, statement: str) -> None:
    for name in SERVICES:
        await system.servers.sql(statement.format(database=f'"{system.plan.name}_{name}"'))


async def _throw_out(system: System) -> None:
    query = "select pg_terminate_backend(pid) from pg_stat_activity where datname like $1 and pid <> pg_backend_pid()"
    await system.servers.sql(query, f"{system.plan.name}%")


async def _script(system: System, name: str, script: str) -> str:
    """Statements as the administrator: services may not change their tables, and work on while these are changed."""
    address = system.servers.postgres_url.rpartition("/")[0] + f"/{system.plan.name}_{name}"
    connection = await asyncpg.connect(address, timeout=10)
    try:
        for _ in range(DEADLOCKS):
            with contextlib.suppress(asyncpg.DeadlockDetectedError):
                return await connection.execute(script)
        raise RuntimeError(f"{name} is too busy for: {script}")
    finally:
        await connection.close()
