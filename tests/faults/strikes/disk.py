"""A database whose disk is full: its tables on a small file system of their own, filled to the last byte."""

import asyncio
import os
from pathlib import Path
from random import Random

from deploy.servers import postgres
from tests.faults.strikes.clock import Until
from tests.faults.system import System

SERVICE = "analytics"
SIZE = "48m"
FULL_FOR = 18.0


async def fill_disk(system: System, chance: Random, until: Until) -> None:
    """F9, full disk; where we are not root there is no file system to fill, and that is noted."""
    if os.geteuid() != 0:
        system.journal.note("not-here", fault="full disk", why="only root mounts a file system")
        await until.rest()
        return
    place = Path(system.servers.folder) / f"small-{system.plan.name}"
    user = postgres._unprivileged_user()
    await _mount(place, user)
    try:
        await system.servers.sql(f"create tablespace {system.plan.name} location '{place}/space'")
        await _move(system, system.plan.name)
        while True:
            async with system.journal.fault(f"the disk of {SERVICE} is full", reddens=[SERVICE]):
                filler = place / "filler"
                await asyncio.to_thread(_fill, filler)
                await asyncio.sleep(FULL_FOR)
                filler.unlink()
            await until.pause(chance.uniform(5, 8))
            if until.up:  # moving a database takes longer than what one fault of many may have
                break
    finally:
        await _move(system, "pg_default")
        await system.servers.sql(f"drop tablespace {system.plan.name}")
        await _run("umount", str(place))


async def _mount(place: Path, user: str) -> None:
    place.mkdir()
    await _run("mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(place))
    space = place / "space"
    space.mkdir()
    await _run("chown", user, str(space))
    place.chmod(0o755)


async def _move(system: System, where: str) -> None:
    """Only an unused database can be moved."""
    database = f"{system.plan.name}_{SERVICE}"
    async with system.journal.fault(f"{database} moved"):
        await system.servers.sql(f'alter database "{database}" allow_connections false')
        async with asyncio.timeout(20):
            while await system.servers.sql(
                "select pg_terminate_backend(pid) from pg_stat_activity where datname = $1", database
            ):
                await asyncio.sleep(0.1)  # a poll with a deadline
        await system.servers.sql(f'alter database "{database}" set tablespace {where}')
        await system.servers.sql(f'alter database "{database}" allow_connections true')


def _fill(file: Path) -> None:
    with file.open("wb", buffering=0) as filling:
        try:
            while True:
                filling.write(b"\0" * 4096)
        except OSError:
            return


async def _run(*command: str) -> None:
    ran = await asyncio.create_subprocess_exec(*command)
    if await ran.wait():
        raise RuntimeError(f"{' '.join(command)} failed")
