"""Questions about adapted work in the database: what a school asks is its own, since it can tell of a student."""

from typing import Any
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.intake.domain.adaptation import AdaptationQuestion, AnswerAdaptation, AskAdaptation
from services.intake.domain.rights import Viewer
from services.intake.store.rows import document, page_of, read, save
from services.intake.store.support_tables import adaptation_questions as questions
from shared.api import PageRequest
from shared.errors import NotFound


class AdaptationStore:
    """Finds and keeps questions about adapted work."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def get(self, question_id: UUID, viewer: Viewer, *, lock: bool = False) -> AdaptationQuestion:
        """One of the caller's schools; raises `NotFound`."""
        query = select(questions).where(questions.c.id == question_id, questions.c.school_id.in_(viewer.schools))
        row = (await self._session.execute(query.with_for_update() if lock else query)).one_or_none()
        if row is None:
            raise NotFound("adaptation")
        return _question(row)

    async def save(self, question: AdaptationQuestion) -> None:
        """Keep a new question, or its answer."""
        values = {
            "id": question.id,
            "offer_id": question.offer_id,
            "employer_id": question.employer_id,
            "school_id": question.school_id,
            "author": question.author,
            "asked": document(question.asked),
            "answer": document(question.answer) if question.answer else None,
            "answered_date": question.answered_date,
        }
        await save(self._session, questions, values)

    async def page(self, viewer: Viewer, page: PageRequest, *, offer_id: UUID | None) -> list[AdaptationQuestion]:
        """Those of the caller's schools, of all offers or of one."""
        query = select(questions).where(questions.c.school_id.in_(viewer.schools))
        if offer_id is not None:
            query = query.where(questions.c.offer_id == offer_id)
        return [_question(row) for row in await page_of(self._session, query, questions, page)]


def _question(row: Row[Any]) -> AdaptationQuestion:
    answer = read(AnswerAdaptation, row.answer) if row.answer else None
    return AdaptationQuestion(
        row.id,
        row.offer_id,
        row.employer_id,
        row.school_id,
        row.author,
        read(AskAdaptation, row.asked),
        answer,
        row.answered_date,
        row.recorded_at,
    )
