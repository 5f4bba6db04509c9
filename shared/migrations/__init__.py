"""Schemas: the kernel's own tables and each service's, both by Alembic with one environment.

Adding to a service: a file `services/<name>/migrations/versions/0002_add_offer_hours.py`.
"""

import asyncio
import functools
import importlib
from collections.abc import Mapping
from pathlib import Path
from typing import TypeAlias

import asyncpg
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy.exc import DBAPIError

from shared.migrations.locks import WouldLock

__all__ = ["LockWaitedFor", "MustEnd", "WouldLock", "heads", "known", "migrate", "revisions", "stops"]

PgConnection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

_PROTECTED = "select oid::regclass::text from pg_class where relrowsecurity and relnamespace = 'public'::regnamespace"

_KEPT_TO_THE_OWNER = """
select tgrelid::regclass::text as name, verb from pg_trigger
join pg_proc on pg_proc.oid = tgfoid and proname = 'only_the_owner' and pronamespace = 'public'::regnamespace,
     (values (4, 'insert'), (8, 'delete'), (16, 'update'), (32, 'truncate')) as event (bit, verb)
where tgtype & bit > 0
"""
"""What a trigger would refuse anyway (`k0008`), bits as pg_trigger.h has them."""

HERE = Path(__file__).parent
KERNEL = "kernel"
MONTHS_AHEAD = 3
"""Partitions that stand ready, made here and by `shared.upkeep`; a default partition takes what has none."""


LOCK_NOT_AVAILABLE = "55P03"

_SCHEMAS = "select oid::regclass::text from pg_class where relname like 'schema_version_%' and relkind = 'r'"

_WORKS = "select exists(select from pg_stat_activity where datname = current_database() and usename = $1)"

STOPS = "STOPS_THE_SERVICE"
"""What a migration says with which the code from before cannot work: `stagebrug upgrade` ends the service first."""


class LockWaitedFor(Exception):
    """Somebody used a table for longer than a migration may keep all others waiting behind it; nothing was changed."""


class MustEnd(Exception):
    """A service runs whose code of before cannot work with what comes: it has to end first; nothing was changed."""


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


def known(service: str) -> dict[str, set[str]]:
    """All revisions that the code can go on from, by version table."""
    return {
        f"schema_version_{branch}": {
            script.revision for script in ScriptDirectory.from_config(_config(branch, "")).walk_revisions()
        }
        for branch in (KERNEL, service)
    }


def stops(service: str, at: Mapping[str, str | None]) -> bool:
    """Whether the code from before cannot work on what comes: `at` is the database's revision, by version table."""
    for branch in (KERNEL, service):
        scripts = ScriptDirectory.from_config(_config(branch, ""))
        since = at.get(f"schema_version_{branch}") or "base"
        if any(getattr(each.module, STOPS, False) for each in scripts.iterate_revisions("heads", since)):
            return True
    return False


async def migrate(service: str, owner_url: str, app_role: str, *, may_lock: bool = False) -> None:
    """Bring a service's database to the head of its migrations and give `app_role` what it needs, and no more.

    `owner_url` is a postgresql:// address of a role that may create tables; `app_role` owns nothing. What would keep
    the running code out of a big table raises `WouldLock`, unless it `may_lock`; `MustEnd` when it cannot go on at all.
    """
    await _refuse_under(service, owner_url, app_role)
    for branch in (KERNEL, service):
        config = _config(branch, owner_url)
        config.attributes["may_lock"] = may_lock
        try:
            await asyncio.to_thread(functools.partial(command.upgrade, config, "head"))
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", "") == LOCK_NOT_AVAILABLE:
                raise LockWaitedFor(branch) from error
            raise
    connection = await asyncpg.connect(owner_url)
    try:
        async with connection.transaction():
            await connection.execute("select make_partitions($1)", MONTHS_AHEAD)
            await _grant(connection, app_role)
    finally:
        await connection.close()


async def revisions(connection: PgConnection) -> dict[str, str]:
    """At which revision a service's database is, by version table."""
    return {
        table: await connection.fetchval(f"select version_num from {table}")  # noqa: S608 — from the catalogue
        for (table,) in await connection.fetch(_SCHEMAS)
    }


async def _refuse_under(service: str, owner_url: str, app_role: str) -> None:
    connection = await asyncpg.connect(owner_url)
    try:
        at = await revisions(connection)
        if at and stops(service, at) and await connection.fetchval(_WORKS, app_role):
            raise MustEnd(service)
    finally:
        await connection.close()


async def _grant(connection: PgConnection, app_role: str) -> None:
    role = '"' + app_role.replace('"', '""') + '"'
    await connection.execute(
        f"grant usage on schema public to {role};"
        f"grant select, insert, update, delete, truncate on all tables in schema public to {role};"
        f"grant usage on all sequences in schema public to {role};"
        f"grant execute on all functions in schema public to {role};"
    )
    for (table,) in await connection.fetch(_PROTECTED):
        await connection.execute(f"revoke truncate on {table} from {role}")  # no row policy holds there
    for table, verb in await connection.fetch(_KEPT_TO_THE_OWNER):
        await connection.execute(f"revoke {verb} on {table} from {role}")
