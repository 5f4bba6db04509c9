"""Evaluations of placements in the database: of the student's own school."""

from typing import Any
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.intake.domain.evaluation import Evaluate, Evaluation, Party
from services.intake.store.guidance_tables import evaluations
from services.intake.store.rows import document, read, save


class EvaluationStore:
    """Finds and keeps evaluations."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def of(self, placement_id: UUID) -> list[Evaluation]:
        """What each party said of a placement."""
        query = select(evaluations).where(evaluations.c.placement_id == placement_id).order_by(evaluations.c.party)
        return [_evaluation(row) for row in await self._session.execute(query)]

    async def find(self, placement_id: UUID, party: Party, *, lock: bool = False) -> Evaluation | None:
        """What a party said."""
        query = select(evaluations).where(evaluations.c.placement_id == placement_id, evaluations.c.party == party)
        row = (await self._session.execute(query.with_for_update() if lock else query)).one_or_none()
        return None if row is None else _evaluation(row)

    async def save(self, evaluation: Evaluation) -> None:
        """Keep what a party said."""
        values = {
            "id": evaluation.id,
            "placement_id": evaluation.placement_id,
            "student_id": evaluation.student_id,
            "school_id": evaluation.school_id,
            "party": evaluation.party,
            "author": evaluation.author,
            "given_date": evaluation.given_date,
            "said": document(evaluation.said),
        }
        await save(self._session, evaluations, values)


def _evaluation(row: Row[Any]) -> Evaluation:
    said, party = read(Evaluate, row.said), Party(row.party)
    return Evaluation(row.id, row.placement_id, row.student_id, row.school_id, party, row.author, row.given_date, said)
