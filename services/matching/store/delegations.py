"""Who acts for other schools, or for some of their students, for a while."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from sqlalchemy import Uuid, any_, delete, func, literal, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.matching.store.rows import upsert
from services.matching.store.tables import delegations
from shared.events.intake import DelegationChanged


class DelegationStore:
    """Delegations that hold, or will."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def save(self, event: DelegationChanged, email: str, student_ids: Collection[UUID]) -> None:
        """Remember one."""
        row = {
            "id": event.delegation_id,
            "school_id": event.school_id,
            "email": email.casefold(),
            "student_ids": list(student_ids),
            "from_date": event.from_date,
            "until_date": event.until_date,
        }
        await upsert(self.session, delegations, row)

    async def forget_past(self, day: date) -> None:
        """Forget the addresses of those whose last day lies before a day."""
        await self.session.execute(delete(delegations).where(delegations.c.until_date < day))

    async def forget(self, delegation_id: UUID) -> None:
        """It was taken back."""
        await self.session.execute(delete(delegations).where(delegations.c.id == delegation_id))

    async def forget_person(self, person_id: UUID) -> int:
        """Nobody acts for an erased student; who acted for no other acts for nobody. The number of rows.

        Without students a delegation would be one for the whole school.
        """
        named = literal(person_id, Uuid) == any_(delegations.c.student_ids)
        left = func.array_remove(delegations.c.student_ids, person_id)
        alone = delete(delegations).where(named, func.cardinality(left) == 0)
        others = update(delegations).where(named).values(student_ids=left)
        done = [await self.session.execute(each.returning(delegations.c.id)) for each in (alone, others)]
        return sum(len(each.all()) for each in done)
