"""Alembic's environment: the address comes from `shared.migrations`, never from a file."""

import asyncio
from typing import Any

from alembic import context
from sqlalchemy import Connection, pool, text
from sqlalchemy.ext.asyncio import create_async_engine

config = context.config


def run(connection: Connection) -> None:
    """Run the migrations of one branch in one transaction."""
    context.configure(connection=connection, version_table=config.attributes["version_table"])
    connection.execute(text("select set_config('stagebrug.acting', 'owner', true)"))  # row-level security is forced
    with context.begin_transaction():
        context.run_migrations()


async def main() -> None:
    """Connect and migrate."""
    url: Any = config.attributes["url"]
    engine = create_async_engine(url.replace("postgresql://", "postgresql+asyncpg://", 1), poolclass=pool.NullPool)
    async with engine.begin() as connection:
        await connection.run_sync(run)
    await engine.dispose()


asyncio.run(main())
