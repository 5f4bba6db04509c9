"""Merges in the database: everything that refers to an employer moves to the one that stays."""

import json
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Table, insert, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from services.intake.domain.employer import EmployerFacts
from services.intake.domain.employer_stop import NOBODY
from services.intake.domain.merging import Merge, MergeReason
from services.intake.importing.columns import ImportKind
from services.intake.store.merge_tables import employer_merges
from services.intake.store.rows import document, read
from services.intake.store.tables import employers, metadata
from shared.api import PageRequest

_KEYS = text("update import_keys set thing_id = :kept where thing_id = :other and kind = :kind")
"""The same row of a school's file again means the one that stays."""

_FORGET = (
    text("update employers set facts = facts || cast(:nobody as jsonb) where merged_into = :employer"),
    text("""update employer_merges set facts = facts || cast(:nobody as jsonb)
    where merged_id in (select id from employers where merged_into = :employer)"""),
)


class MergeStore:
    """Merges employers, and remembers what was merged."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def move(self, other_id: UUID, kept_id: UUID) -> dict[str, int]:
        """Let all that refers to the one refer to the other; how many rows of which table did."""
        tables = [table for table in metadata.sorted_tables if "employer_id" in table.c]
        moved = {table.name: await self._move(table, other_id, kept_id) for table in tables}
        await self._session.execute(_KEYS, {"other": other_id, "kept": kept_id, "kind": ImportKind.EMPLOYERS})
        earlier = update(employers).where(employers.c.merged_into == other_id).values(merged_into=kept_id)
        await self._session.execute(earlier)
        gone = update(employers).where(employers.c.id == other_id).values(merged_into=kept_id, marks=[])
        await self._session.execute(gone)
        return {name: count for name, count in moved.items() if count}

    async def add(self, merge: Merge) -> Merge:
        """Keep what was merged; answers it with the moment."""
        added = insert(employer_merges).values(
            merged_id=merge.merged_id,
            kept_id=merge.kept_id,
            reason=merge.reason,
            merged_by=merge.merged_by,
            facts=document(merge.facts),
            moved=merge.moved,
        )
        return _merge((await self._session.execute(added.returning(employer_merges))).one())

    async def forget_people(self, employer_id: UUID) -> None:
        """Keep nobody to call of those that went up in an employer, also by way of others."""
        for statement in _FORGET:
            await self._session.execute(statement, {"employer": employer_id, "nobody": json.dumps(NOBODY)})

    async def into(self, employer_id: UUID, page: PageRequest) -> list[Merge]:
        """Those that went up in an employer, also by way of others, one more than asked for."""
        query = select(employer_merges).join(employers, employers.c.id == employer_merges.c.merged_id)
        query = query.where(employers.c.merged_into == employer_id)
        if page.after_id is not None:
            query = query.where(employer_merges.c.merged_id > page.after_id)
        found = await self._session.execute(query.order_by(employer_merges.c.merged_id).limit(page.limit + 1))
        return [_merge(row) for row in found]

    async def _move(self, table: Table, other_id: UUID, kept_id: UUID) -> int:
        try:
            async with self._session.begin_nested():
                return await self._moved(table, table.c.employer_id == other_id, kept_id)
        except IntegrityError:  # both have what an employer has once: what stays keeps its own
            return await self._one_by_one(table, other_id, kept_id)

    async def _one_by_one(self, table: Table, other_id: UUID, kept_id: UUID) -> int:
        places = await self._session.execute(
            select(text("ctid::text")).select_from(table).where(table.c.employer_id == other_id).with_for_update()
        )
        moved = 0
        for place in places.scalars().all():
            try:
                async with self._session.begin_nested():
                    moved += await self._moved(table, text("ctid = cast(:p as tid)").bindparams(p=place), kept_id)
            except IntegrityError:
                continue
        return moved

    async def _moved(self, table: Table, which: Any, kept_id: UUID) -> int:
        done: Any = await self._session.execute(update(table).where(which).values(employer_id=kept_id))
        return int(done.rowcount)


def _merge(row: Row[Any]) -> Merge:
    facts, reason = read(EmployerFacts, row.facts), MergeReason(row.reason)
    return Merge(row.merged_id, row.kept_id, reason, row.merged_by, facts, row.moved, row.merged_at)
