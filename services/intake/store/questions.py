"""Questions about employers and their answers in the database; found by who asked and who was asked."""

from collections import defaultdict
from collections.abc import Sequence
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, delete, insert, or_, select, union
from sqlalchemy.ext.asyncio import AsyncSession

from services.intake.domain.employer import Employer
from services.intake.domain.question import Answer, Question
from services.intake.domain.rights import Viewer
from services.intake.store.acting import Capacity, acting_as
from services.intake.store.remark_tables import answers, questions
from services.intake.store.rows import page_of
from services.intake.store.tables import contacts, offers, placements
from shared.api import PageRequest
from shared.errors import NotFound


class Direction(StrEnum):
    """Questions to the own schools, or from them."""

    TO_US = "to-us"
    FROM_US = "from-us"


class QuestionStore:
    """Finds and keeps questions."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def known_by(self, employer: Employer) -> set[UUID]:
        """Schools that know an employer: brought it or an offer in, work or spoke with it, or had students there."""
        among = (
            select(table.c.school_id).where(table.c.employer_id == employer.id) for table in (contacts, placements)
        )
        offering = select(offers.c.brought_in_by).where(offers.c.employer_id == employer.id)
        async with acting_as(self._session, Capacity.SEATS):
            found = set((await self._session.execute(union(*among, offering))).scalars())
        found |= {employer.brought_in_by, *(known.school_id for known in employer.facts.cooperations)}
        return {school for school in found if school is not None}

    async def get(self, question_id: UUID, viewer: Viewer, *, lock: bool = False) -> Question:
        """One that the caller's schools asked or were asked; raises `NotFound`."""
        query = select(questions).where(questions.c.id == question_id, _seen_by(viewer))
        rows = (await self._session.execute(query.with_for_update() if lock else query)).all()
        if not rows:
            raise NotFound("question")
        return (await self._with_answers(rows))[0]

    async def page(
        self, viewer: Viewer, page: PageRequest, direction: Direction | None, *, answered: bool | None
    ) -> list[Question]:
        """Those of the caller's schools; `answered`: by any school, or to us by ours."""
        query = select(questions).where(_seen_by(viewer, direction))
        if answered is not None:
            given = select(answers.c.id).where(answers.c.question_id == questions.c.id)
            if direction is Direction.TO_US:
                given = given.where(answers.c.school_id.in_(viewer.schools))
            query = query.where(given.exists() if answered else ~given.exists())
        return await self._with_answers(await page_of(self._session, query, questions, page))

    async def add(self, question: Question) -> Question:
        """Keep a new one; answers it with the moment at which it was recorded."""
        added = insert(questions).values(
            id=question.id,
            employer_id=question.employer_id,
            school_id=question.school_id,
            author=question.author,
            coach=question.coach,
            question=question.text,
            asked_of=list(question.asked_of),
        )
        return _question((await self._session.execute(added.returning(questions))).one(), ())

    async def answer(self, answer: Answer) -> None:
        """Keep an answer."""
        await self._session.execute(
            insert(answers).values(
                id=answer.id,
                question_id=answer.question_id,
                school_id=answer.school_id,
                author=answer.author,
                coach=answer.coach,
                answer=answer.text,
                remark_id=answer.remark_id,
            )
        )

    async def forget(self, question_id: UUID) -> None:
        """Delete one with its answers; what was shared as a remark stays."""
        await self._session.execute(delete(questions).where(questions.c.id == question_id))

    async def _with_answers(self, rows: Sequence[Row[Any]]) -> list[Question]:
        given = defaultdict[UUID, list[Answer]](list)
        query = select(answers).where(answers.c.question_id.in_([row.id for row in rows])).order_by(answers.c.id)
        for row in (await self._session.execute(query)) if rows else ():
            given[row.question_id].append(
                Answer(
                    row.id,
                    row.question_id,
                    row.school_id,
                    row.author,
                    row.coach,
                    row.answer,
                    row.remark_id,
                    row.recorded_at,
                )
            )
        return [_question(row, tuple(given[row.id])) for row in rows]


def _seen_by(viewer: Viewer, direction: Direction | None = None) -> ColumnElement[bool]:
    ours = questions.c.school_id.in_(viewer.schools)
    asked_of = questions.c.asked_of.overlap(list(viewer.schools))
    if direction is None:
        return or_(ours, asked_of)
    return ours if direction is Direction.FROM_US else asked_of


def _question(row: Row[Any], given: tuple[Answer, ...]) -> Question:
    return Question(
        id=row.id,
        employer_id=row.employer_id,
        school_id=row.school_id,
        author=row.author,
        coach=row.coach,
        text=row.question,
        asked_of=tuple(row.asked_of),
        answers=given,
        recorded_at=row.recorded_at,
        version=row.version,
    )
