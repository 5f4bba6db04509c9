"""The migrations make the tables that the code knows."""

from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine

from services.intake.store import metadata
from tests.support.bench import Bench


def differences(connection: Connection) -> list[Any]:
    def is_ours(thing: Any, name: str | None, kind: str, _: bool, __: Any) -> bool:
        return kind != "table" or name in metadata.tables

    options = {"include_object": is_ours, "compare_type": True, "compare_server_default": False}
    found: list[Any] = compare_metadata(MigrationContext.configure(connection, opts=options), metadata)
    return found


async def test_the_migrations_make_the_tables_that_the_code_knows(bench: Bench) -> None:
    database = await bench.fresh_database("intake")
    engine = create_async_engine(database.owner_url.replace("postgresql://", "postgresql+asyncpg://", 1))
    try:
        async with engine.connect() as connection:
            assert await connection.run_sync(differences) == []
    finally:
        await engine.dispose()
        await bench.drop(database)
