"""What schools ask UWV for students, in the database."""

from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.intake.domain.ground import Purpose, RecipientKind
from services.intake.domain.request import RequestState, RequestStep
from services.intake.domain.student_request import STEPS, AnswerIndication, AskIndication, StudentRequest
from services.intake.store.ground_tables import grounds
from services.intake.store.request_tables import student_requests as table
from services.intake.store.rows import document, page_of, read, save
from shared.api import PageRequest
from shared.errors import NotFound


class StudentRequestStore:
    """Finds and keeps requests for students."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def of_student(self, student_id: UUID, request_id: UUID, *, lock: bool = False) -> StudentRequest:
        """One of a student that the caller may see; raises `NotFound`."""
        query = select(table).where(table.c.id == request_id, table.c.student_id == student_id)
        return await self._one(query, lock=lock)

    async def of_schools(self, request_id: UUID, schools: Collection[UUID]) -> StudentRequest:
        """One of these schools' students; raises `NotFound`."""
        query = select(table).where(table.c.id == request_id, table.c.school_id.in_(schools))
        return await self._one(query, lock=False)

    async def of_regions(self, request_id: UUID, regions: Collection[str], *, lock: bool = False) -> StudentRequest:
        """One of these regions, whoever asks; raises `NotFound`."""
        query = select(table).where(table.c.id == request_id, table.c.region.in_(regions))
        return await self._one(query, lock=lock)

    async def page(self, student_id: UUID, page: PageRequest) -> list[StudentRequest]:
        """Those of a student."""
        query = select(table).where(table.c.student_id == student_id)
        return [_request(row) for row in await page_of(self._session, query, table, page)]

    async def page_of_regions(
        self, regions: Collection[str], state: RequestState | None, today: date, page: PageRequest
    ) -> list[StudentRequest]:
        """Those of these regions for which a ground holds on a day, whoever asks: in a state, or not at their end."""
        query = select(table).where(table.c.region.in_(regions), _on_a_ground(today))
        query = query.where(table.c.state == state if state else table.c.state.in_(STEPS))
        return [_request(row) for row in await page_of(self._session, query, table, page)]

    async def save(self, request: StudentRequest) -> None:
        """Keep a new one, or its next step."""
        names = ("id", "student_id", "school_id", "region", "ground_id", "author", "state", "accepted_date")
        values = {name: getattr(request, name) for name in names}
        answer = document(request.answer) if request.answer else None
        steps = [document(step) for step in request.steps]
        await save(self._session, table, values | {"asked": document(request.asked), "steps": steps, "answer": answer})

    async def _one(self, query: Select[Any], *, lock: bool) -> StudentRequest:
        row = (await self._session.execute(query.with_for_update() if lock else query)).one_or_none()
        if row is None:
            raise NotFound("request")
        return _request(row)


def _on_a_ground(day: date) -> ColumnElement[bool]:
    """As `ground_to_ask` looks for one."""
    facts = grounds.c.facts
    holds = (
        grounds.c.student_id == table.c.student_id,
        facts["recipient_kind"].astext == RecipientKind.UWV,
        facts["purpose"].astext == Purpose.INDICATION,
        facts["given_date"].astext <= day.isoformat(),
        grounds.c.end_date >= day,
        or_(grounds.c.withdrawn_date.is_(None), grounds.c.withdrawn_date > day),
        or_(grounds.c.objected_date.is_(None), grounds.c.kept_because.is_not(None)),
    )
    return select(grounds.c.id).where(*holds).exists()


def _request(row: Row[Any]) -> StudentRequest:
    steps = tuple(read(RequestStep, step) for step in row.steps)
    about = (row.id, row.student_id, row.school_id, row.region, row.ground_id, row.author)
    answer = read(AnswerIndication, row.answer) if row.answer else None
    return StudentRequest(*about, read(AskIndication, row.asked), steps, answer, row.accepted_date, row.version)
