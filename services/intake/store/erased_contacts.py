"""Taking contact people out of everything that is kept of an employer, and remembering by which marks they go again."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Table, Text, and_, bindparam, insert, or_, select, text, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession

from services.intake.domain.contact_person import ContactMarks, ErasedContact, Remembered
from services.intake.domain.employer import ContactPerson, Employer
from services.intake.domain.erasure import ErasureReason
from services.intake.store.erased_contact_tables import erased_contacts
from services.intake.store.location_tables import locations
from services.intake.store.merge_tables import employer_merges
from services.intake.store.rows import like_escaped, one_of, page_of, read
from services.intake.store.tables import employers, metadata
from shared.api import PageRequest

_LEDGER = [column for column in erased_contacts.c if column.name not in {"key", "marks"}]
_ABOUT_US = frozenset({"author", "coach", "merged_by", "decided_by"})
"""Columns that name people of schools."""

_WAITING = text("""
select import_id, row, cells from import_rows join imports on imports.id = import_id
where imports.kind = 'employers' and replace(upper(array_to_string(cells, ' ')), ' ', '') like any (:company)
order by import_id, row for update of import_rows
""").bindparams(bindparam("company"))
_EMPTIED = text("update import_rows set cells = :cells where import_id = :import_id and row = :row")


class ErasedContactStore:
    """Takes contact people out, and keeps that it was done."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def people_of(self, employer_id: UUID) -> list[ContactPerson]:
        """Everybody whom an employer's record, its locations and what went up in it name as somebody to call."""
        found = []
        for table in (employers, locations, employer_merges):
            if (which := _refers(table, employer_id)) is not None:
                people = await self._session.execute(select(table.c.facts["contact_persons"]).where(which))
                found += [one for several in people.scalars() for one in several or ()]
        return [read(ContactPerson, one) for one in found]

    async def take_out(self, employer_id: UUID, marks: ContactMarks) -> int:
        """Take a person out of all that refers to an employer, in the capacity of retention; the number of rows."""
        found = ((table, _refers(table, employer_id)) for table in metadata.sorted_tables)
        return sum([await self._from(table, which, marks) for table, which in found if which is not None])

    async def take_out_of_files(self, employer: Employer, marks: ContactMarks) -> int:
        """The same of files that are not taken in yet: in rows about this employer, cells that name nobody else."""
        said = {"company": [f"%{_squeezed(name)}%" for name in _names(employer)]}
        changed = 0
        for row in (await self._session.execute(_WAITING, said)).all():
            if (cells := ["" if marks.names(cell) else cell for cell in row.cells]) != row.cells:
                emptied = {"cells": cells, "import_id": row.import_id, "row": row.row}
                await self._session.execute(_EMPTIED, emptied)
                changed += 1
        return changed

    async def add(self, erased: ErasedContact, marks: ContactMarks) -> ErasedContact:
        """Keep that it was done; answers it with the moment."""
        columns = ("id", "employer_id", "reason", "role", "author", "row_count")
        values = {name: getattr(erased, name) for name in columns}
        added = insert(erased_contacts).values(**values, key=marks.key, marks=sorted(marks.marks))
        return _erased((await self._session.execute(added.returning(*_LEDGER))).one())

    async def page(self, employer_id: UUID, page: PageRequest) -> list[ErasedContact]:
        """Those of an employer, oldest first."""
        query = select(*_LEDGER).where(erased_contacts.c.employer_id == employer_id)
        return [_erased(row) for row in await page_of(self._session, query, erased_contacts, page)]

    async def marks_of(self, employer_id: UUID) -> list[ContactMarks]:
        """By what the erased people of an employer are known again."""
        query = select(erased_contacts).where(erased_contacts.c.employer_id == employer_id)
        return [_marks(row) for row in await self._session.execute(query.order_by(erased_contacts.c.id))]

    async def remembered(self, coming: Collection[Employer]) -> list[Remembered]:
        """The same of these employers, and of all with the KvK number or the postcode of one of them."""
        facts = [employer.facts for employer in coming]
        near = or_(
            one_of(employers.c.id, {employer.id for employer in coming}),
            one_of(employers.c.kvk_number, {one.kvk_number for one in facts if one.kvk_number}),
            one_of(employers.c.postcode, {one.address.postcode for one in facts if one.address}),
        )
        query = select(erased_contacts, employers.c.kvk_number, employers.c.postcode).join(employers).where(near)
        return [
            Remembered(row.employer_id, row.kvk_number, row.postcode, _marks(row))
            for row in await self._session.execute(query.order_by(erased_contacts.c.id))
        ]

    async def _from(self, table: Table, which: ColumnElement[bool], marks: ContactMarks) -> int:
        """Lock only what changes: most rows of an employer name nobody."""
        keys, columns = list(table.primary_key.columns), _said_in(table)
        if not columns:
            return 0
        named = [
            row for row in await self._session.execute(select(*keys, *columns).where(which)) if _changed(row, marks)
        ]
        for row in named:
            this = and_(*(key == row._mapping[key] for key in keys))  # noqa: SLF001 — SQLAlchemy's public way to a column
            now = (await self._session.execute(select(*columns).where(this).with_for_update())).one_or_none()
            if now is not None and (values := _changed(now, marks)):
                await self._session.execute(update(table).where(this).values(values))
        return len(named)


def _refers(table: Table, employer_id: UUID) -> ColumnElement[bool] | None:
    """Which rows of a table are about an employer, by themselves or as part of what is; None: none can be."""
    if table is employers:
        return or_(employers.c.id == employer_id, employers.c.merged_into == employer_id)
    if table is employer_merges:
        return employer_merges.c.merged_id.in_(select(employers.c.id).where(employers.c.merged_into == employer_id))
    if "employer_id" in table.c:
        own: ColumnElement[bool] = table.c.employer_id == employer_id
        return own
    parents = [(key.parent, key.column, _refers(key.column.table, employer_id)) for key in table.foreign_keys]
    within = [column.in_(select(of).where(which)) for column, of, which in parents if which is not None]
    return or_(*within) if within else None


def _said_in(table: Table) -> list[Any]:
    """Columns in which somebody may have been named; what employers are searched by follows from their facts."""
    kinds = (JSONB,) if table is employers else (JSONB, Text)
    return [
        column
        for column in table.c
        if isinstance(column.type, kinds) and not column.primary_key and column.name not in _ABOUT_US
    ]


def _changed(row: Row[Any], marks: ContactMarks) -> dict[str, Any]:
    said = {name: value for name, value in row._mapping.items() if isinstance(value, str | dict | list)}  # noqa: SLF001
    return {name: now for name, value in said.items() if (now := marks.taken_out(value, name)) != value}


def _names(employer: Employer) -> list[str]:
    """By what a row of a file is recognised as about an employer."""
    facts = employer.facts
    known = (facts.name, facts.kvk_number and facts.kvk_number.lstrip("0"), facts.address and facts.address.postcode)
    return [name for name in known if name]


def _squeezed(name: str) -> str:
    return like_escaped(name.upper().replace(" ", ""))


def _marks(row: Row[Any]) -> ContactMarks:
    return ContactMarks(row.key, frozenset(row.marks))


def _erased(row: Row[Any]) -> ErasedContact:
    reason = ErasureReason(row.reason)
    return ErasedContact(row.id, row.employer_id, reason, row.role, row.author, row.row_count, row.erased_at)
