"""Services of an earlier build and of this one side by side: each hears what the other announces.

Shown is what a rolling upgrade needs between services: an old publisher with a new consumer, and the other way round,
each on a database of its own build. Not shown: two builds of one service on one database, which the services refuse
by themselves (a build that does not know the schema does not start), and an upgrade of the broker.
"""

import asyncio
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import asyncpg
import pytest

from deploy import databases
from deploy.databases import Database
from deploy.ports import free_ports
from deploy.programs import ROOT
from tests.faults.crash.checks import drained
from tests.faults.crash.histories import HISTORIES, intake
from tests.faults.crash.house import House, visiting
from tests.support.bench import PASSWORD, Bench

MIGRATE = """
import asyncio, sys
from shared.migrations import migrate
asyncio.run(migrate(*sys.argv[1:]))
"""


def old_revision() -> str:
    """The build before this one: what STAGEBRUG_OLD_REVISION names, else the newest tag; empty when there is none."""
    if not shutil.which("git") or not (ROOT / ".git").exists():
        return ""
    if named := os.environ.get("STAGEBRUG_OLD_REVISION"):
        return named
    found = subprocess.run(
        ["git", "describe", "--tags", "--abbrev=0", "HEAD^"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return found.stdout.strip()


pytestmark = pytest.mark.skipif(
    not old_revision(), reason="no tag before this commit: set STAGEBRUG_OLD_REVISION to the build to try beside it"
)


@pytest.fixture(scope="module")
def old_tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of the earlier build."""
    folder = tmp_path_factory.mktemp("old")
    archive = subprocess.run(["git", "archive", old_revision()], cwd=ROOT, capture_output=True, check=True).stdout
    subprocess.run(["tar", "-x", "-C", str(folder)], input=archive, check=True)
    return folder


async def old_house(name: str, bench: Bench, tree: Path, folder: Path) -> House:
    """A service of the earlier build, on a database that its own migrations made."""
    bench.templates.get(name) or await bench._template(name)  # its queues and its broker user
    made: Database = await databases.prepare(bench.servers.postgres_url, f"{bench.name}_old", name, PASSWORD, PASSWORD)
    arguments = [name, made.owner_url, made.role]
    subprocess.run([sys.executable, "-c", MIGRATE, *arguments], cwd=tree, check=True, env=_environment(tree))
    house = House(name, bench, folder, {}, made, free_ports([name])[name])
    house.arm("")
    house.tree = tree
    return house


def _environment(tree: Path) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "PYTHONPATH": str(tree)}


@pytest.mark.parametrize("older", ["intake", "analytics"])
async def test_an_old_and_a_new_service_understand_each_other(
    older: str, bench: Bench, old_tree: Path, tmp_path: Path
) -> None:
    houses: dict[str, House] = {}
    try:
        for name in ("intake", "analytics"):
            if name == older:
                houses[name] = await old_house(name, bench, old_tree, tmp_path)
            else:
                houses[name] = await House.built(name, bench, tmp_path, {}, HISTORIES[name].effects)
            await houses[name].start()
        async with visiting(houses["intake"]) as speaking, visiting(houses["analytics"]) as listening:
            await intake(speaking)
            assert len(houses["intake"].journal.promised) == 3
            if older != "intake":
                await drained(speaking)
            for school in houses["intake"].journal.promised:
                found = await _until_counted(listening.sql, school)
                assert json.loads(found)["id"] == school
    finally:
        for house in houses.values():
            house.end()
        await databases.drop(bench.servers.postgres_url, f"{bench.name}_old", older)


async def _until_counted(sql: "asyncpg.Connection[asyncpg.Record]", school: str) -> str:
    async with asyncio.timeout(30):
        while (
            found := await sql.fetchval("select row_to_json(s)::text from schools s where id::text = $1", school)
        ) is None:
            await asyncio.sleep(0.05)  # a poll with a deadline
    return str(found)
