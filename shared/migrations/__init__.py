"""Schemas: the kernel's own tables and each service's, both by Alembic with one environment.

Adding to a service: a file `services/<name>/migrations/versions/0002_add_offer_hours.py`.
"""

import asyncio
import calendar
import functools
import importlib
import time
from pathlib import Path
from typing import TypeAlias

import asyncpg
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from shared.ids import first_id_of

PgConnection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

HERE = Path(__file__).parent
KERNEL = "kernel"
PARTITIONED = ("inbox", "event_log")
MONTHS_AHEAD = 3
"""Partitions that stand ready; a default partition takes what comes after them, should nobody migrate for so long."""


def _config(branch: str, url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(HERE))
    home = HERE if branch == KERNEL else _home(branch) / "migrations"
    config.set_main_option("version_locations", str(home / "versions"))
    config.set_main_option("path_separator", "newline")
    config.attributes["url"] = url
    config.attributes["version_table"] = f"schema_version_{branch}"
    return config


def _home(service: str) -> Path:
    return Path(next(iter(importlib.import_module(f"services.{service}").__path__)))


def heads(service: str) -> dict[str, str]:
    """The revision that the code expects, by version table."""
    found = {}
    for branch in (KERNEL, service):
        head = ScriptDirectory.from_config(_config(branch, "")).get_current_head()
        found[f"schema_version_{branch}"] = head or ""
    return found


async def migrate(service: str, owner_url: str, app_role: str) -> None:
    """Bring a service's database to the head of its migrations and give `app_role` what it needs, and no more.

    `owner_url` is a postgresql:// address of a role that may create tables; `app_role` owns nothing.
    """
    for branch in (KERNEL, service):
        await asyncio.to_thread(functools.partial(command.upgrade, _config(branch, owner_url), "head"))
    connection = await asyncpg.connect(owner_url)
    try:
        async with connection.transaction():
            await _make_partitions(connection)
            await _grant(connection, app_role)
    finally:
        await connection.close()


async def _make_partitions(connection: PgConnection) -> None:
    year, month = time.gmtime()[:2]
    for ahead in range(MONTHS_AHEAD + 1):
        first, after = _month(year, month + ahead), _month(year, month + ahead + 1)
        for table in PARTITIONED:
            name = f"{table}_{time.strftime('%Y_%m', time.gmtime(first / 1000))}"
            await connection.execute(
                f"create table if not exists {name} partition of {table} "
                f"for values from ('{first_id_of(first)}') to ('{first_id_of(after)}')"
            )


def _month(year: int, month: int) -> int:
    """The first millisecond of a month; `month` may run beyond 12."""
    return calendar.timegm((year + (month - 1) // 12, (month - 1) % 12 + 1, 1, 0, 0, 0)) * 1000


async def _grant(connection: PgConnection, app_role: str) -> None:
    role = '"' + app_role.replace('"', '""') + '"'
    await connection.execute(
        f"grant usage on schema public to {role};"
        f"grant select, insert, update, delete, truncate on all tables in schema public to {role};"
        f"grant usage on all sequences in schema public to {role};"
        f"grant execute on all functions in schema public to {role};"
    )
