"""Ledgers of who was erased, by opaque ids: kept apart from backups, and put back under a restored one.

A ledger as a file: `{"persons": [{"id": …, "kind": "student", "erasedAt": …}]}`.
"""

import json
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from deploy.errors import StackError
from deploy.systems import System

Person = dict[str, str]

_ALL = "select id, kind, erased_at from erased order by id"
_NOTE = """
insert into erased (id, kind, erased_at) select * from unnest($1::uuid[], $2::text[], $3::timestamptz[])
on conflict (id) do update set sweeps = 0, sweep_at = clock_timestamp()
"""


async def read(system: System) -> list[Person]:
    """Whom any service of a system erased."""
    found: dict[UUID, Person] = {}
    for service in system.services:
        connection = await system.owner(service)
        try:
            for row in await connection.fetch(_ALL):
                found[row["id"]] = {
                    "id": str(row["id"]),
                    "kind": row["kind"],
                    "erasedAt": row["erased_at"].isoformat(),
                }
        finally:
            await connection.close()
    return list(found.values())


async def note(system: System, persons: Iterable[Person]) -> None:
    """Write them in every service's ledger: who came back goes as soon as the service runs."""
    lines = list(persons)
    columns = (
        [UUID(one["id"]) for one in lines],
        [one["kind"] for one in lines],
        [datetime.fromisoformat(one["erasedAt"]) for one in lines],
    )
    for service in system.services:
        connection = await system.owner(service)
        try:
            await connection.execute(_NOTE, *columns)
        finally:
            await connection.close()


def as_text(persons: Iterable[Person]) -> str:
    """What a file of them holds."""
    return json.dumps({"persons": list(persons)}, indent=1) + "\n"


def load(file: Path) -> list[Person]:
    """The persons of a file; StackError when it is none."""
    try:
        content: Any = json.loads(file.read_text())
        lines: list[Person] = content["persons"]
        for one in lines:
            UUID(one["id"]), datetime.fromisoformat(one["erasedAt"]), one["kind"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StackError(f"{file} is no ledger of `stagebrug erasures export` ({error}).") from None
    return lines
