"""What was counted beforehand of all regions, and kept until the next time.

An edition is counted in one snapshot, so that its tables agree: what is hidden of one is decided by the others. It
holds what may be asked for without a school: of all time and of whole years.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.analytics.domain.catalogue import TABLES
from services.analytics.domain.counted import Cell
from services.analytics.domain.opinions import OpinionTable
from services.analytics.domain.register import EmployerTable, SchoolTable
from services.analytics.domain.scope import Scope
from services.analytics.domain.table import Table

KEPT = 2
"""Editions: the newest, and the one that somebody may be reading."""

OLDEST = 1
"""Days: one is made each day at least. If it is older, none can be made, and what is asked is counted."""

KNOWN = hashlib.sha256(" ".join(sorted(TABLES)).encode()).hexdigest()
"""Another one when there are other tables: an edition without one of them answers nothing."""

_NEW = text("""
insert into editions (at, day, position, tables, counts, first_year, seconds)
values (:at, :day, :position, :tables, :counts, :first_year, :seconds) returning id
""")
_KEEP = text("insert into edition_answers (edition_id, question, answer) values (:edition, :question, :answer)")
_FORGET = text("delete from editions where id <= :last")
_ANSWER = text("select answer from edition_answers where edition_id = :edition and question = :question")
_TABLE = TypeAdapter(Table)


@dataclass(frozen=True)
class Edition:
    """Which one, of which moment and Dutch day, and which year is the first of it."""

    id: int
    at: datetime
    day: date
    first_year: int

    def answers(self, scope: Scope) -> bool:
        """Whether it holds what is asked about: all time, a year that is over, or this year until now."""
        if scope.school_id is not None or (scope.today - self.day).days > OLDEST:
            return False
        if not scope.period:
            return True
        begin, same = scope.from_date, self.day.year == scope.today.year
        if begin is None or not same or begin.year < self.first_year:
            return False
        return scope.is_closed_year or (begin == date(self.day.year, 1, 1) and scope.to_date is None)


def is_in_editions(name: str, scope: Scope) -> bool:
    """Whether editions hold a table as it is asked for: no opinions, and of the register not a region's."""
    table = TABLES.get(name)
    if isinstance(table, EmployerTable | SchoolTable):
        return scope.region is None
    return not isinstance(table, OpinionTable)


def question(what: str, scope: Scope) -> str:
    """What is asked, as an edition keeps it."""
    return f"{what} {scope.from_date or ''} {scope.to_date or ''}".rstrip()


class EditionStore:
    """Keeps editions and reads their answers."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def keep(self, facts: Mapping[str, Any], answers: Mapping[str, str]) -> int:
        """Keep an edition, and forget the ones that nobody reads any more."""
        made = int((await self._session.execute(_NEW, {**facts, "tables": KNOWN})).scalar_one())
        rows = [{"edition": made, "question": asked, "answer": answer} for asked, answer in answers.items()]
        await self._session.execute(_KEEP, rows)
        await self._session.execute(_FORGET, {"last": made - KEPT})
        return made

    async def answer(self, edition: Edition, asked: str) -> str | None:
        """What an edition says; none when that is not in it."""
        found = await self._session.execute(_ANSWER, {"edition": edition.id, "question": asked})
        answer: str | None = found.scalar_one_or_none()
        return answer


def written(rows: Sequence[Any]) -> str:
    """Counts, measures or waits: the values of each."""
    return json.dumps(
        [row if isinstance(row, tuple) else list(vars(row).values()) for row in rows], separators=(",", ":")
    )


def table_written(table: Table) -> str:
    """A table that was counted."""
    return _TABLE.dump_json(table).decode()


def table_read(answer: str) -> Table:
    """The table again."""
    return _TABLE.validate_json(answer)


def hidden_written(hidden: Mapping[str, frozenset[Cell]], regions: frozenset[str]) -> str:
    """What is hidden of tables, and for which regions that holds: those that stand in each of them."""
    found = {name: sorted(cells) for name, cells in hidden.items()}
    return json.dumps({"regions": sorted(regions), "hidden": found}, separators=(",", ":"))


def hidden_read(answer: str) -> tuple[dict[str, frozenset[Cell]], frozenset[str]]:
    """The same again."""
    read = json.loads(answer)
    hidden = {name: frozenset(Cell(*cell) for cell in cells) for name, cells in read["hidden"].items()}
    return hidden, frozenset(read["regions"])
