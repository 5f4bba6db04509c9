"""Keeping rows: each once, and of a state only the newest."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Table, delete, exists, func, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.analytics.domain.projections import Row
from services.analytics.store.schema import CALLS, metadata


class ProjectionStore:
    """Writes the projections; idempotent, and indifferent to the order of the rows."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def keep(self, rows: Iterable[Row]) -> None:
        """Keep the rows: a fact that is known already and a state that is older change nothing."""
        by_table: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
        for row in rows:
            by_table[row.table].append(row.values)
        for name, values in by_table.items():
            table = metadata.tables[name]
            await self._session.execute(_kept(table), values)

    async def forget_person(self, person_id: UUID) -> int:
        """Put a stand-in in a student's place, the same as in the logs; the number of rows."""
        changed = 0
        stand_in = func.stand_in_of(person_id)
        for table in metadata.tables.values():
            if "student_id" in table.c:
                if "student_id" in table.primary_key.columns:  # heard again after the stand-in had come in its place
                    both = table.alias()
                    again = (both.c.student_id == stand_in) & (both.c.version == table.c.version)
                    await self._session.execute(
                        delete(table).where(table.c.student_id == person_id, exists().where(again))
                    )
                one = update(table).where(table.c.student_id == person_id).values(student_id=stand_in)
                changed += len((await self._session.execute(one.returning(table.c.at))).all())
        named = CALLS.c.students.any(person_id)
        several = update(CALLS).where(named).values(students=func.array_replace(CALLS.c.students, person_id, stand_in))
        return changed + len((await self._session.execute(several.returning(CALLS.c.at))).all())

    async def clear(self) -> None:
        """Empty all projections, and hold off who would write to them until the transaction ends; readers go on."""
        names = ", ".join(metadata.tables)
        await self._session.execute(text(f"lock table {names} in exclusive mode"))
        for table in metadata.sorted_tables:
            await self._session.execute(table.delete())


def _kept(table: Table) -> Any:
    statement = insert(table)
    keys = [column.name for column in table.primary_key]
    if not table.info["state"]:
        return statement.on_conflict_do_nothing(index_elements=keys)
    changed = {c.name: statement.excluded[c.name] for c in table.columns if c.name not in keys}
    newer = table.c.version < statement.excluded.version
    return statement.on_conflict_do_update(index_elements=keys, set_=changed, where=newer)
