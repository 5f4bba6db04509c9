"""A migration does not stop those who work: what would lock a big table is refused, and busy tables are not waited for."""

import asyncio
import io
import re
import secrets
from collections.abc import AsyncIterator

import asyncpg
import pytest
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from deploy import databases
from deploy.databases import Database
from deploy.servers import Servers
from shared.migrations import _config, locks, migrate
from shared.migrations.locks import WouldLock, guard

LOCKING = [
    "create index people_name on people (name)",
    "create unique index if not exists people_name on public.people (name)",
    "alter table people alter column name type varchar(80)",
    "alter table only people\n    alter name set not null",
    "alter table people add constraint named check (name <> '')",
    "alter table people add constraint one_name unique (name)",
    "alter table people add column made_at timestamptz not null default clock_timestamp()",
    "update people set name = 'x'",
]
QUICK = [
    "create index concurrently people_name on people (name)",
    "alter table people add constraint named check (name <> '') not valid",
    "alter table people add column age int not null default 0",
    "alter table people drop column name",
    "alter table people validate constraint named",
    "alter table people add constraint one_name unique using index people_name",
    "create table others (id int primary key, at timestamptz default clock_timestamp())",
    "insert into people select 'update people set name'",
]

BEFORE = {
    "kernel": "k0007",
    "intake": "0023_objections",
    "matching": "0011_delegations",
    "notifications": "n0009",
    "analytics": "0007_anew",
}
"""The last ones from before statements were refused."""


@pytest.fixture
async def database(servers: Servers) -> AsyncIterator[Database]:
    name = f"t_{secrets.token_hex(4)}"
    yield await databases.prepare(servers.postgres_url, name, "toy", "owner's", "word")
    await databases.drop(servers.postgres_url, name, "toy")


@pytest.fixture
async def connection(database: Database) -> AsyncIterator[AsyncConnection]:
    engine = create_async_engine(database.owner_url.replace("postgresql:", "postgresql+asyncpg:"))
    async with engine.connect() as opened:
        yield opened
    await engine.dispose()


@pytest.mark.parametrize("statement", LOCKING)
def test_a_statement_that_keeps_others_out_is_known_as_such(statement: str) -> None:
    assert [table for table, _ in locks.stopping(statement)] == ["people"]


@pytest.mark.parametrize("statement", QUICK)
def test_a_statement_that_does_not_is_let_through(statement: str) -> None:
    assert locks.stopping(statement) == []


@pytest.mark.parametrize("branch", BEFORE)
def test_our_own_migrations_keep_nobody_out_of_a_table_that_was_there(branch: str) -> None:
    scripts = ScriptDirectory.from_config(_config(branch, ""))
    for script in scripts.iterate_revisions("head", BEFORE[branch]):
        written = io.StringIO()
        context = MigrationContext.configure(dialect_name="postgresql", opts={"as_sql": True, "output_buffer": written})
        with Operations.context(context):
            script.module.upgrade()
        statements = written.getvalue().split(";\n\n")
        made = {name for each in statements for name in re.findall(r"^\s*create table (\w+)", each)}
        locked = [found for each in statements for found in locks.stopping(each) if found[0] not in made]
        assert not locked, (script.revision, locked)


async def test_a_big_table_is_not_locked_and_a_busy_one_not_waited_for(
    database: Database, connection: AsyncConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locks, "WAIT_SECONDS", 1)
    user = await asyncpg.connect(database.owner_url)
    await user.execute("create table people as select 'x' as name from generate_series(1, 2000); analyze people")

    def migrated(sync: Connection) -> None:
        guard(sync, limit=1000)
        sync.exec_driver_sql("create table few (name text)")
        sync.exec_driver_sql("create index few_name on few (name)")
        with pytest.raises(WouldLock, match="would lock people, which has about 2000 rows: create the index concurr"):
            sync.exec_driver_sql(LOCKING[0])
        sync.exec_driver_sql("alter table people add column age int")

    async with connection.begin():
        await connection.run_sync(migrated)
    async with user.transaction(), asyncio.timeout(20):
        await user.execute("select * from people limit 1")
        with pytest.raises(DBAPIError, match="lock timeout"):
            await connection.run_sync(migrated_again)
    await connection.rollback()
    await user.close()


def migrated_again(sync: Connection) -> None:
    guard(sync, limit=1000)
    sync.exec_driver_sql("alter table people add column since date")


async def test_the_rows_of_all_partitions_count(database: Database, connection: AsyncConnection) -> None:
    user = await asyncpg.connect(database.owner_url)
    await user.execute("create table people (name int) partition by range (name)")
    await user.execute("create table few partition of people for values from (1) to (1001)")
    await user.execute("create table rest partition of people default")
    await user.execute("insert into people select generate_series(1, 2000); analyze few, rest")
    await user.close()

    def migrated(sync: Connection) -> None:
        guard(sync, limit=1000)
        with pytest.raises(WouldLock, match="would lock people, which has about 2000 rows"):
            sync.exec_driver_sql("create index people_name on people (name)")

    await connection.run_sync(migrated)


async def test_what_keeps_nobody_out_waits_for_all_who_work(
    database: Database, connection: AsyncConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locks, "WAIT_SECONDS", 1)
    user, other = await asyncpg.connect(database.owner_url), await asyncpg.connect(database.owner_url)
    await user.execute("create table people (name text)")
    await connection.execution_options(isolation_level="AUTOCOMMIT")

    def migrated(sync: Connection) -> str:
        guard(sync)
        sync.exec_driver_sql(QUICK[0])
        return str(sync.exec_driver_sql("show lock_timeout").scalar())

    async with user.transaction(), asyncio.timeout(30):
        await user.execute("insert into people values ('x')")
        migrating = asyncio.create_task(connection.run_sync(migrated))
        while not migrating.done() and not await other.fetchval(_WAITS_LONGER):
            await asyncio.sleep(0.05)  # a poll with a deadline
    assert await migrating == "1s"
    await user.close()
    await other.close()


_WAITS_LONGER = """
select true from pg_stat_activity
where query like 'create index concurrently people%' and clock_timestamp() - query_start > interval '1.5 s'
"""


async def test_an_index_is_made_while_others_work(database: Database) -> None:
    await migrate("toy", database.owner_url, database.role)
    connection = await asyncpg.connect(database.owner_url)
    assert await connection.fetchval("select indisvalid from pg_index where indexrelid = 'notes_id'::regclass")
    assert await connection.fetchval("select version_num from schema_version_toy") == "toy2"
    await connection.close()
