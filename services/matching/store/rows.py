"""What the stores have in common: writing a row whether it is there or not, and the database's clock."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import (
    ARRAY,
    ClauseElement,
    Column,
    ColumnElement,
    Table,
    any_,
    literal,
    literal_column,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, Insert, insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.matching.domain import widening
from shared.unit_of_work import kernel_connection

AMSTERDAM = widening.AMSTERDAM

KM_PER_DEGREE = 111.2
"""Of latitude everywhere."""

KM_PER_DEGREE_EAST = 67.0
"""Of longitude at 53° north, where it is shortest in the Netherlands: so that nobody is left out."""


_ROWS = TypeAdapter(list[Mapping[str, Any]])

_MOMENT = "moment of planning"
"""Where a session remembers when its locks were granted."""


def among(column: Column[Any], values: Iterable[Any]) -> ColumnElement[bool]:
    """Whether a column has one of the values: one array parameter, however many there are.

    A single one is compared as such: PostgreSQL plans that once and keeps the plan, while it takes an array for ten
    values and plans anew each time. Most events are about one student or one offer.
    """
    some = list(values)
    if len(some) == 1:
        return column == literal(some[0], column.type)
    wanted: ColumnElement[Any] = literal(some, ARRAY(column.type))
    return column == any_(wanted)


def asked_for(number: int, ids: Sequence[UUID]) -> str:
    """The same for a statement that is written out: how a column is compared with the parameter of that number."""
    return f"= ${number}::uuid" if len(ids) == 1 else f"= any(${number}::uuid[])"


def as_asked(ids: Sequence[UUID]) -> Any:
    """That parameter."""
    return ids[0] if len(ids) == 1 else ids


def rows_beside(columns: str, found: str) -> str:
    """What stands elsewhere of each row that is read, as a list of JSON rows; none is null.

    In an order of their own, so that what did not change reads the same.
    """
    beside = f"(select jsonb_build_array({columns}) as one from {found}) as beside"  # noqa: S608 — our own names
    return f"(select jsonb_agg(one order by one) from {beside})"  # noqa: S608 — as above


def as_columns(beside: Mapping[str, str]) -> tuple[ColumnElement[Any], ...]:
    """The same for a statement that SQLAlchemy puts together."""
    return tuple(literal_column(sql, JSONB).label(name) for name, sql in beside.items())


def as_text(beside: Mapping[str, str]) -> str:
    """The same for a statement that is written out."""
    return ", ".join(f"{sql} as {name}" for name, sql in beside.items())


async def fetch(session: AsyncSession, statement: str, *arguments: Any) -> list[Any]:
    """The rows of a statement that goes to the driver itself, which costs a third; SQLAlchemy's codec reads JSON."""
    connection = await kernel_connection(session)
    return [SimpleNamespace(**record) for record in await connection.fetch(statement, *arguments)]


async def upsert(session: AsyncSession, table: Table, *rows: Mapping[str, Any]) -> None:
    """Insert rows, or update those with the same primary key; columns that are not given stay as they are.

    All rows name the same columns; values may be expressions when there is one row.
    """
    if len(rows) == 1 and any(isinstance(value, ClauseElement) for value in rows[0].values()):
        await session.execute(_upsert(table, tuple(rows[0])).values(**rows[0]))
    elif rows:
        connection = await kernel_connection(session)
        await connection.execute(upserting(table, tuple(rows[0])).format(rows="$1"), as_json(rows))


def as_json(rows: Iterable[Mapping[str, Any]]) -> str:
    """Rows as one parameter, however many and of whatever columns."""
    return _ROWS.dump_json(list(rows)).decode()


@cache
def upserting(table: Table, names: tuple[str, ...]) -> str:
    """The statement that writes these columns of `{rows}`, a parameter as of `as_json`."""
    keys, columns = [column.name for column in table.primary_key], ", ".join(names)
    changed = ", ".join(f"{name} = excluded.{name}" for name in names if name not in keys)
    return f"""
insert into {table.name} ({columns})
select {columns} from jsonb_populate_recordset(null::{table.name}, cast(cast({{rows}} as text) as jsonb))
on conflict ({", ".join(keys)}) do update set {changed}
"""  # noqa: S608 — our own names


@cache  # building the statement costs more than running it
def _upsert(table: Table, names: tuple[str, ...]) -> Insert:
    keys = [column.name for column in table.primary_key]
    new = insert(table)
    changed = {name: new.excluded[name] for name in names if name not in keys}
    return new.on_conflict_do_update(index_elements=keys, set_=changed)


async def now(session: AsyncSession) -> datetime:
    """The moment, on the database's clock: the same for all replicas, and not that of the transaction's begin.

    Who plans asks once: it is the moment at which the locks of planning were granted.
    """
    planned: datetime | None = session.info.get(_MOMENT)
    if planned is not None:
        return planned
    moment: datetime = (await session.execute(text("select clock_timestamp()"))).scalar_one()
    return moment


def remember_now(session: AsyncSession, moment: datetime) -> None:
    """From here on it is this moment, for the rest of the transaction."""
    session.info[_MOMENT] = moment


async def today(session: AsyncSession) -> date:
    """The Dutch calendar date, on the database's clock."""
    return (await now(session)).astimezone(AMSTERDAM).date()
