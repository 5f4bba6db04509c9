"""Keeping rows: each once, and of a state only the newest."""

import functools
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Table, delete, exists, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.analytics.domain.projections import Row
from services.analytics.store.schema import ANEW, metadata


class ProjectionStore:
    """Writes the projections; idempotent, and indifferent to the order of the rows."""

    def __init__(self, session: AsyncSession, *, anew: bool = False) -> None:
        self._session = session
        self._anew = anew

    async def keep(self, rows: Iterable[Row]) -> None:
        """Keep the rows: a fact that is known already and a state that is older change nothing."""
        by_table: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
        for row in rows:
            by_table[row.table].append(row.values)
        for name, values in by_table.items():
            table = ANEW.tables[f"anew_{name}"] if self._anew else metadata.tables[name]
            await self._session.execute(_kept(table), values)

    async def forget_person(self, person_id: UUID) -> int:
        """Put a stand-in in a student's place, the same as in the logs; the number of rows."""
        changed = 0
        for table in metadata.tables.values():
            changed += await self._forget_in(table, person_id)
        for table in ANEW.tables.values():  # read from a log before the stand-in came in its place there
            await self._forget_in(table, person_id)
        return changed

    async def _forget_in(self, table: Table, person_id: UUID) -> int:
        stand_in = func.stand_in_of(person_id)
        if "students" in table.c:
            replaced = func.array_replace(table.c.students, person_id, stand_in)
            several = update(table).where(table.c.students.any(person_id)).values(students=replaced)
            return len((await self._session.execute(several.returning(table.c.at))).all())
        if "student_id" not in table.c:
            return 0
        if "student_id" in table.primary_key.columns:  # heard again after the stand-in had come in its place
            both = table.alias()
            again = (both.c.student_id == stand_in) & (both.c.version == table.c.version)
            await self._session.execute(delete(table).where(table.c.student_id == person_id, exists().where(again)))
        one = update(table).where(table.c.student_id == person_id).values(student_id=stand_in)
        return len((await self._session.execute(one.returning(table.c.at))).all())

    async def hold(self) -> None:
        """Hold off who would write to the projections until the transaction ends; readers go on."""
        await self._session.execute(text(f"lock table {', '.join(metadata.tables)} in exclusive mode"))

    async def forget_anew(self) -> None:
        """Empty what was counted anew."""
        for table in ANEW.tables.values():
            await self._session.execute(table.delete())

    async def switch(self) -> None:
        """Show what was counted anew in place of what was shown; readers see the one or the other."""
        for table in metadata.sorted_tables:
            await self._session.execute(table.delete())
            new = ANEW.tables[f"anew_{table.name}"]
            columns = [column.name for column in table.columns]
            await self._session.execute(table.insert().from_select(columns, select(*(new.c[c] for c in columns))))

    async def differences(self) -> dict[str, int]:
        """Rows that stand only among those shown or only among those counted anew, by table; none where all agree."""
        found = {}
        for table in metadata.sorted_tables:
            columns = ", ".join(column.name for column in table.columns)
            shown, new = f"select {columns} from {table.name}", f"select {columns} from anew_{table.name}"  # noqa: S608 — our names
            only = f"select count(*) from (({shown} except {new}) union all ({new} except {shown})) differing"  # noqa: S608 — our names
            if count := (await self._session.execute(text(only))).scalar_one():
                found[table.name] = int(count)
        return found


@functools.cache
def _kept(table: Table) -> Any:
    """Made once for each table: SQLAlchemy knows a statement that it has seen by what it is, not by what is in it."""
    statement = insert(table)
    keys = [column.name for column in table.primary_key]
    if not table.info["state"]:
        return statement.on_conflict_do_nothing(index_elements=keys)
    changed = {c.name: statement.excluded[c.name] for c in table.columns if c.name not in keys}
    newer = table.c.version < statement.excluded.version
    return statement.on_conflict_do_update(index_elements=keys, set_=changed, where=newer)
