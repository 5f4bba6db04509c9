"""What the stores have in common: writing a row whether it is there or not, and the database's clock."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import ARRAY, Column, ColumnElement, Table, any_, literal, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.matching.domain import widening

AMSTERDAM = widening.AMSTERDAM

KM_PER_DEGREE = 111.2
"""Of latitude everywhere."""

KM_PER_DEGREE_EAST = 67.0
"""Of longitude at 53° north, where it is shortest in the Netherlands: so that nobody is left out."""

ROWS_AT_ONCE = 1_000
"""The driver takes 32 767 values in a statement, and the widest table has 21 columns."""


def among(column: Column[Any], values: Iterable[Any]) -> ColumnElement[bool]:
    """Whether a column has one of the values: one array parameter, which is planned once, however many there are."""
    wanted: ColumnElement[Any] = literal(list(values), ARRAY(column.type))
    return column == any_(wanted)


async def upsert(session: AsyncSession, table: Table, *rows: Mapping[str, Any]) -> None:
    """Insert rows, or update those with the same primary key; columns that are not given stay as they are.

    All rows name the same columns.
    """
    keys = [column.name for column in table.primary_key]
    for begin in range(0, len(rows), ROWS_AT_ONCE):
        some = rows[begin : begin + ROWS_AT_ONCE]
        statement = insert(table).values([dict(row) for row in some])
        changed = {name: statement.excluded[name] for name in some[0] if name not in keys}
        await session.execute(statement.on_conflict_do_update(index_elements=keys, set_=changed))


async def now(session: AsyncSession) -> datetime:
    """The moment, on the database's clock: the same for all replicas, and not that of the transaction's begin."""
    moment: datetime = (await session.execute(text("select clock_timestamp()"))).scalar_one()
    return moment


async def today(session: AsyncSession) -> date:
    """The Dutch calendar date, on the database's clock."""
    return (await now(session)).astimezone(AMSTERDAM).date()
