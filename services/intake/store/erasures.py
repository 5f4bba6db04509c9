"""Erasing in the register's database, and the ledger of it."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, literal, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.intake.domain.erasure import STUDENT, Erasure, ErasureReason, Proof
from services.intake.store.erasure_tables import erasure_proofs, erasures
from services.intake.store.rows import page_of
from services.intake.store.tables import students
from shared.api import PageRequest
from shared.errors import NotFound

_ERASE = text("select erase_student(:id)")
_HOLD = text("""
select from imports join students on students.school_id = imports.school_id
where students.id = :id and imports.state in ('checking', 'running') order by imports.id for update of imports
""")


class ErasureStore:
    """Takes students out, and keeps by which id and with which proof."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, erasure: Erasure) -> None:
        """Write in the ledger that a person is erased."""
        columns = ("id", "school_id", "kind", "reason", "role")
        values = {name: getattr(erasure, name) for name in columns}
        await self._session.execute(insert(erasures).values(values).on_conflict_do_nothing())

    async def add_restored(self, person_id: UUID, role: str) -> None:
        """The same of a student who is there and stands in no ledger of ours."""
        said = literal(STUDENT), literal(ErasureReason.RESTORED.value), literal(role)
        there = select(students.c.id, students.c.school_id, *said).where(students.c.id == person_id)
        columns = ["id", "school_id", "kind", "reason", "role"]
        await self._session.execute(insert(erasures).from_select(columns, there).on_conflict_do_nothing())

    async def hold_imports(self, person_id: UUID) -> None:
        """Let no import of the student's school go on until the transaction ends: they lock theirs before students."""
        await self._session.execute(_HOLD, {"id": person_id})

    async def erase(self, person_id: UUID) -> int:
        """Take a student out of every table, in the capacity of retention; the number of rows."""
        return int((await self._session.execute(_ERASE, {"id": person_id})).scalar_one())

    async def prove(self, erasure_id: UUID, service: str, rows: int, messages: int) -> None:
        """Keep that a service confirmed; a later sweep adds to what it took out. Unknown here: nothing is kept."""
        if (await self._session.execute(select(erasures.c.id).where(erasures.c.id == erasure_id))).first() is None:
            return
        new = insert(erasure_proofs).values(
            erasure_id=erasure_id, service=service, row_count=rows, message_count=messages
        )
        added = {
            "row_count": erasure_proofs.c.row_count + rows,
            "message_count": erasure_proofs.c.message_count + messages,
            "confirmed_at": func.clock_timestamp(),
        }
        await self._session.execute(new.on_conflict_do_update(index_elements=["erasure_id", "service"], set_=added))

    async def get(self, erasure_id: UUID) -> Erasure:
        """One that the caller may see (row-level security); raises `NotFound`."""
        row = (await self._session.execute(select(erasures).where(erasures.c.id == erasure_id))).one_or_none()
        if row is None:
            raise NotFound("erasure")
        return _erasure(row, (await self._proofs([erasure_id])).get(erasure_id, []))

    async def page(self, page: PageRequest) -> list[Erasure]:
        """Those that the caller may see."""
        rows = await page_of(self._session, select(erasures), erasures, page)
        proofs = await self._proofs([row.id for row in rows])
        return [_erasure(row, proofs.get(row.id, [])) for row in rows]

    async def _proofs(self, ids: Collection[UUID]) -> dict[UUID, list[Proof]]:
        query = select(erasure_proofs).where(erasure_proofs.c.erasure_id.in_(ids)).order_by(erasure_proofs.c.service)
        found: dict[UUID, list[Proof]] = {}
        for row in await self._session.execute(query):
            proof = Proof(row.service, row.confirmed_at, row.row_count, row.message_count)
            found.setdefault(row.erasure_id, []).append(proof)
        return found


def _erasure(row: Row[Any], proofs: list[Proof]) -> Erasure:
    return Erasure(row.id, row.school_id, ErasureReason(row.reason), row.role, row.kind, row.requested_at, proofs)
