"""Who guides whom, in the database: of placements that the caller may see."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.intake.domain.placement import Placement
from services.intake.domain.supervision import Supervise
from services.intake.store.agreement_tables import supervisions
from services.intake.store.rows import document, read


class SupervisionStore:
    """Finds and keeps who guides a student at a placement."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def of(self, placement_id: UUID) -> Supervise | None:
        """Who guides there, or None while it was not said."""
        query = select(supervisions.c.facts).where(supervisions.c.placement_id == placement_id)
        facts = (await self._session.execute(query)).scalar_one_or_none()
        return None if facts is None else read(Supervise, facts)

    async def save(self, placement: Placement, facts: Supervise, author: str) -> None:
        """From now on it is so."""
        values = {"author": author, "facts": document(facts)}
        new = insert(supervisions).values(
            placement_id=placement.id,
            student_id=placement.student_id,
            school_id=placement.school_id,
            employer_id=placement.employer_id,
            **values,
        )
        await self._session.execute(new.on_conflict_do_update(index_elements=["placement_id"], set_=values))
