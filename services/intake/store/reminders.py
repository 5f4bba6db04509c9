"""Of which employers schools were reminded, and when."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from sqlalchemy import Column, Date, ForeignKey, Index, Table, Uuid, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.intake.store.tables import metadata

relation_reminders = Table(
    "relation_reminders",
    metadata,
    Column("school_id", Uuid, ForeignKey("schools.id"), primary_key=True),
    Column("employer_id", Uuid, ForeignKey("employers.id"), primary_key=True),
    Column("reminded_date", Date, nullable=False),
    Index("relation_reminders_employer", "employer_id"),
)
"""The last reminder of each relation."""


class ReminderStore:
    """Finds and keeps reminders."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def of(self, school_id: UUID) -> dict[UUID, date]:
        """When a school was reminded last, by employer."""
        query = select(relation_reminders).where(relation_reminders.c.school_id == school_id)
        return {row.employer_id: row.reminded_date for row in await self._session.execute(query)}

    async def note(self, school_id: UUID, employer_ids: Collection[UUID], on: date) -> None:
        """A school is reminded of some employers on a day."""
        rows = [{"school_id": school_id, "employer_id": one, "reminded_date": on} for one in sorted(employer_ids)]
        new = insert(relation_reminders)
        keys, changed = ["school_id", "employer_id"], {"reminded_date": new.excluded.reminded_date}
        await self._session.execute(new.on_conflict_do_update(index_elements=keys, set_=changed), rows)
