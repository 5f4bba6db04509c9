"""Facts of a great many events at once: those of a block of events, and the same again under other ids and regions.

What ten million events lead to would take an hour to project one by one; copied within the database it takes minutes.
"""

import hashlib
from collections import defaultdict
from collections.abc import Mapping
from itertools import islice
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy import ARRAY, Table, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

from services.analytics.domain.projections import Row, rows_of
from services.analytics.store import ProjectionStore
from services.analytics.store.schema import metadata
from tests.support.figures import REGIONS, five_years

Sql = asyncpg.Connection  # of any record

BLOCK = 50_000
"""Events that go through the projection functions."""

PIECE = 5_000

NAMED = ("school_id", "employer_id")
"""What JSON names by an id."""

_SECONDARY = """
select indexrelid::regclass::text as name, pg_get_indexdef(indexrelid) as made from pg_index
where not indisunique and indrelid = any($1::regclass[])
"""


async def fill(sql: Sql, url: str, count: int) -> None:
    """Keep what about `count` events lead to; `url` is the same database for SQLAlchemy."""
    await _block(url, min(count, BLOCK))
    copies = count // BLOCK
    if copies > 1:
        await multiply(sql, copies)
    for name in metadata.tables:
        await sql.execute(f"vacuum analyze {name}")


async def _block(url: str, count: int) -> None:
    engine, events = create_async_engine(url), five_years(count)
    try:
        while piece := list(islice(events, PIECE)):
            async with AsyncSession(engine) as session, session.begin():
                await ProjectionStore(session).keep(row for event, at in piece for row in rows_of(event, at))
    finally:
        await engine.dispose()


async def multiply(sql: Sql, copies: int) -> None:
    """Keep the rows that are there as often as that; what is not the key of a table is indexed again at the end."""
    indices = await sql.fetch(_SECONDARY, list(metadata.tables))
    for index in indices:
        await sql.execute(f"drop index {index['name']}")
    for table in metadata.tables.values():
        columns = ", ".join(column.name for column in table.columns)
        copied = ", ".join(_copied(table, column.name) for column in table.columns)
        await sql.execute(
            f"insert into {table.name} ({columns}) select {copied} from (select * from {table.name}) own, "
            f"generate_series(1, {copies - 1}) copy",
            timeout=1200,
        )
    for index in indices:
        await sql.execute(index["made"], timeout=1200)


def _copied(table: Table, name: str) -> str:
    kind = table.columns[name].type
    if isinstance(kind, Uuid):
        return _other(name)
    if isinstance(kind, ARRAY) and isinstance(kind.item_type, Uuid):
        return f"array(select {_other('one')} from unnest({name}) with ordinality as each (one, at) order by at)"
    if isinstance(kind, JSONB) and name in {"cooperations", "employers"}:
        key = NAMED[name == "employers"]
        named = _other(f"(one ->> '{key}')")
        changed = f"jsonb_set(one, '{{{key}}}', to_jsonb({named}))"
        return f"(select coalesce(jsonb_agg({changed}), '[]') from jsonb_array_elements({name}) one)"
    if name == "region":
        return f"'AM' || lpad(((substr(region, 3)::int - 1 + copy) % {len(REGIONS)} + 1)::text, 2, '0')"
    if name == "brin":
        return "lpad((copy % 100)::text, 2, '0') || 'A' || chr(65 + copy / 100) || right(brin, 2)"
    return name


def _other(name: str) -> str:
    return f"md5({name}::text || ':' || copy)::uuid"


def copied(row: Row, copy: int) -> Row:
    """The same as `multiply` makes of a row, the first copy being 1."""
    return Row(row.table, {name: _changed(name, value, copy) for name, value in row.values.items()})


def _changed(name: str, value: Any, copy: int) -> Any:
    if isinstance(value, UUID):
        return UUID(hashlib.md5(f"{value}:{copy}".encode(), usedforsecurity=False).hexdigest())
    if isinstance(value, list):
        return [_changed(name, one, copy) for one in value]
    if isinstance(value, Mapping):
        return {k: str(_changed(k, UUID(v), copy)) if k in NAMED else v for k, v in value.items()}
    if name == "region":
        return REGIONS[(REGIONS.index(value) + copy) % len(REGIONS)]
    return f"{copy % 100:02d}A{chr(65 + copy // 100)}{value[-2:]}" if name == "brin" else value


def by_table(rows: list[Row]) -> dict[str, list[Mapping[str, Any]]]:
    """The values of rows, by table."""
    found: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows:
        found[row.table].append(row.values)
    return found
