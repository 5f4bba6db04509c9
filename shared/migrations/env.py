"""Alembic's environment: the address comes from `shared.migrations`, never from a file."""

import asyncio
from typing import Any

from alembic import context
from sqlalchemy import Connection, pool, text
from sqlalchemy.ext.asyncio import create_async_engine

from shared.migrations.locks import guard
from shared.pools import by_asyncpg

config = context.config


def run(connection: Connection) -> None:
    """Run the migrations of one branch, each in a transaction of its own: some are to leave it (`autocommit_block`)."""
    connection.execute(text("select set_config('stagebrug.acting', 'owner', false)"))  # row-level security is forced
    if not config.attributes["may_lock"]:
        guard(connection)
    connection.commit()
    version_table = config.attributes["version_table"]
    context.configure(connection=connection, version_table=version_table, transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()


async def main() -> None:
    """Connect and migrate."""
    url: Any = config.attributes["url"]
    engine = create_async_engine(by_asyncpg(url), poolclass=pool.NullPool)
    async with engine.connect() as connection:
        await connection.run_sync(run)
    await engine.dispose()


asyncio.run(main())
