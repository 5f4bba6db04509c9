"""Between documents in rows and the domain's objects, and pages of rows."""

import json
from collections.abc import Collection, Sequence
from functools import cache
from typing import Any, TypeVar
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import ColumnElement, Row, Select, Table, any_, literal
from sqlalchemy.dialects.postgresql import ARRAY, Insert, insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.intake.domain.addresses import Situation
from shared.api import PageRequest
from shared.errors import Invalid, Problem
from shared.events.codes import Point
from shared.unit_of_work import FIRST_VERSION, kernel_connection

M = TypeVar("M", bound=BaseModel)


def document(thing: BaseModel) -> dict[str, Any]:
    """A model as a JSON document."""
    return thing.model_dump(mode="json")


def read(model: type[M], stored: Any) -> M:
    """A model from its document; a field that a newer replica wrote is ignored."""
    return model.model_validate(stored, extra="ignore")


def situated(there: Situation | None) -> dict[str, Any] | None:
    """Where something is as a JSON document."""
    if there is None:
        return None
    return {"region": there.region, "municipality": there.municipality, "location": document(there.location)}


def situation_of(stored: Any) -> Situation | None:
    """Where something is, from its document."""
    if stored is None:
        return None
    return Situation(stored["region"], stored["municipality"], read(Point, stored["location"]))


async def save(session: AsyncSession, table: Table, values: dict[str, Any]) -> None:
    """Insert or update a row by its id; `version` is the kernel's and stays as it is."""
    await session.execute(_upsert(table, tuple(values)), values)


async def add(session: AsyncSession, table: Table, values: Sequence[dict[str, Any]]) -> None:
    """Insert rows: as one document, which costs the database two thirds of what as many parameters do."""
    if values:
        connection = await kernel_connection(session)
        await connection.execute(_insert_all(table, tuple(values[0])), json.dumps(values, default=str))


async def add_all(session: AsyncSession, table: Table, values: Sequence[dict[str, Any]]) -> None:
    """The same for rows whose first event leaves in the same transaction (`announce_new`)."""
    await add(session, table, [row | {"version": FIRST_VERSION} for row in values])


@cache
def _insert_all(table: Table, names: tuple[str, ...]) -> str:
    columns = ", ".join(names)
    return (
        f"insert into {table} ({columns}) "  # noqa: S608 — our names
        f"select {columns} from json_populate_recordset(null::{table}, $1::json)"
    )


async def save_all(session: AsyncSession, table: Table, values: Sequence[dict[str, Any]]) -> None:
    """The same for many rows, in the order of their ids, so that two of these never wait for each other."""
    if values:
        rows = sorted(values, key=lambda row: str(row["id"]))
        await session.execute(_upsert(table, tuple(values[0])), rows)


@cache  # building a statement costs as much as running it
def _upsert(table: Table, names: tuple[str, ...]) -> Insert:
    new = insert(table)
    changed = {name: new.excluded[name] for name in names if name != "id"}
    return new.on_conflict_do_update(index_elements=["id"], set_=changed)


def one_of(column: ColumnElement[Any], values: Collection[Any]) -> ColumnElement[bool]:
    """The condition that a column has one of hundreds of values, which are one parameter: `in` writes one for each."""
    return column == any_(literal(list(values), ARRAY(column.type)))


async def page_of(session: AsyncSession, query: Select[Any], table: Table, page: PageRequest) -> Sequence[Row[Any]]:
    """One row more than asked for, in the order of the ids, so that it shows whether there is a next page."""
    if page.after is not None:
        query = query.where(table.c.id > _id_in(page.after))
    found: Sequence[Row[Any]] = (await session.execute(query.order_by(table.c.id).limit(page.limit + 1))).all()
    return found


def _id_in(cursor: str) -> UUID:
    try:
        return UUID(cursor)
    except ValueError:
        problem = Problem(location="query", pointer="cursor", detail="not a cursor of this list")
        raise Invalid(problems=[problem]) from None


def words_of(text: str) -> list[str]:
    """LIKE patterns, one for each word: what a user types is never a pattern itself."""
    return [f"%{like_escaped(word)}%" for word in text.casefold().split()]


def like_escaped(plain: str) -> str:
    """A text as it stands in a LIKE pattern that is to find just it."""
    return plain.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
