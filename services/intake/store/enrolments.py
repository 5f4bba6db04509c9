"""Enrolments in the database: by name for the own school, for everybody else as numbers."""

from collections import Counter, defaultdict
from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.intake.domain.enrolment import STANDING, Enrolment, EnrolmentState, Presence, Session, Standing
from services.intake.domain.rights import Viewer
from services.intake.domain.seats import Occupation
from services.intake.store.acting import Capacity, acting_as
from services.intake.store.programme_tables import attendances, enrolments
from services.intake.store.rows import page_of, save
from shared.api import PageRequest
from shared.errors import NotFound
from shared.events.codes import Weekday


class EnrolmentStore:
    """Finds and keeps enrolments and who was there."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def get(self, enrolment_id: UUID, viewer: Viewer, *, lock: bool = False) -> Enrolment:
        """One of a student of the caller's schools; raises `NotFound`."""
        query = select(enrolments).where(enrolments.c.id == enrolment_id, _seen_by(viewer))
        row = (await self._session.execute(query.with_for_update() if lock else query)).one_or_none()
        if row is None:
            raise NotFound("enrolment")
        return _enrolment(row)

    async def find(self, enrolment_id: UUID, *, lock: bool = False) -> Enrolment | None:
        """One, whoever asks: for what the register does itself."""
        query = select(enrolments).where(enrolments.c.id == enrolment_id)
        row = (await self._session.execute(query.with_for_update() if lock else query)).one_or_none()
        return None if row is None else _enrolment(row)

    async def save(self, enrolment: Enrolment) -> None:
        """Keep a new one, or what changed."""
        await save(self._session, enrolments, _values(enrolment))

    async def page(
        self, programme_id: UUID, viewer: Viewer, page: PageRequest, state: EnrolmentState | None = None
    ) -> list[Enrolment]:
        """Those of a programme, of students of the caller's schools."""
        query = select(enrolments).where(enrolments.c.programme_id == programme_id, _seen_by(viewer))
        if state is not None:
            query = query.where(enrolments.c.state == state)
        return [_enrolment(row) for row in await page_of(self._session, query, enrolments, page)]

    async def of_student(self, student_id: UUID, viewer: Viewer, page: PageRequest) -> list[Enrolment]:
        """All of one student of the caller's schools, earlier ones included."""
        query = select(enrolments).where(enrolments.c.student_id == student_id, _seen_by(viewer))
        return [_enrolment(row) for row in await page_of(self._session, query, enrolments, page)]

    async def standing(self, programme_ids: Collection[UUID]) -> dict[UUID, list[Standing]]:
        """Who has a seat or waits in each programme, of all schools and without the students."""
        table = enrolments.c
        query = select(table.programme_id, table.id, table.school_id, table.number, table.state).where(
            table.programme_id.in_(programme_ids), table.state.in_(STANDING)
        )
        found = defaultdict[UUID, list[Standing]](list)
        async with acting_as(self._session, Capacity.SEATS):
            for row in await self._session.execute(query.order_by(table.number)):
                standing = Standing(row.id, row.school_id, row.number, EnrolmentState(row.state))
                found[row.programme_id].append(standing)
        return found

    async def next_number(self, programme_id: UUID) -> int:
        """The place in the order of who comes now; the programme is locked."""
        query = select(func.coalesce(func.max(enrolments.c.number), 0) + 1)
        async with acting_as(self._session, Capacity.SEATS):
            found = await self._session.execute(query.where(enrolments.c.programme_id == programme_id))
        return int(found.scalar_one())

    async def stands(self, programme_id: UUID, student_id: UUID) -> bool:
        """Whether a student has a seat there or waits for one."""
        which = enrolments.c.programme_id == programme_id, enrolments.c.student_id == student_id
        query = select(enrolments.c.id).where(*which, enrolments.c.state.in_(STANDING))
        return (await self._session.execute(query)).first() is not None

    async def programmes_of(self, student_id: UUID) -> list[UUID]:
        """Where a student stands."""
        query = select(enrolments.c.programme_id).where(enrolments.c.student_id == student_id)
        return list((await self._session.execute(query.where(enrolments.c.state.in_(STANDING)))).scalars())

    async def lessons_of(self, student_id: UUID) -> list[Occupation]:
        """When lessons take a student who has a seat: no place can be had on those days."""
        query = select(enrolments).where(
            enrolments.c.student_id == student_id, enrolments.c.state == EnrolmentState.ENROLLED
        )
        found = [_enrolment(row).lessons for row in await self._session.execute(query.order_by(enrolments.c.id))]
        return [lessons for lessons in found if lessons.weekdays]

    async def school_leaves(self, school_id: UUID) -> list[UUID]:
        """The students of a school leave their programmes; which ones those are."""
        return await self._leave(enrolments.c.school_id == school_id)

    async def student_leaves(self, student_id: UUID) -> list[UUID]:
        """The same of one student."""
        return await self._leave(enrolments.c.student_id == student_id)

    async def _leave(self, whose: ColumnElement[bool]) -> list[UUID]:
        left = update(enrolments).where(whose, enrolments.c.state.in_(STANDING))
        left = left.values(state=EnrolmentState.LEFT, held_until=None)
        found = await self._session.execute(left.returning(enrolments.c.programme_id))
        return sorted(set(found.scalars()))

    async def attend(self, enrolment: Enrolment, session: Session, presence: Presence) -> None:
        """Keep whether a student was there; said again, the last one counts."""
        new = insert(attendances).values(
            enrolment_id=enrolment.id,
            session_id=session.id,
            student_id=enrolment.student_id,
            school_id=enrolment.school_id,
            presence=presence,
        )
        keys, changed = ["enrolment_id", "session_id"], {"presence": new.excluded.presence}
        await self._session.execute(new.on_conflict_do_update(index_elements=keys, set_=changed))

    async def attendance(self, enrolment_id: UUID) -> Counter[Presence]:
        """How often a student was there, late, or away."""
        query = select(attendances.c.presence, func.count()).where(attendances.c.enrolment_id == enrolment_id)
        found = await self._session.execute(query.group_by(attendances.c.presence))
        return Counter({Presence(presence): number for presence, number in found})


def _seen_by(viewer: Viewer) -> ColumnElement[bool]:
    return enrolments.c.school_id.in_(viewer.schools)


def _values(enrolment: Enrolment) -> dict[str, Any]:
    lessons = enrolment.lessons
    return {
        "id": enrolment.id,
        "programme_id": enrolment.programme_id,
        "student_id": enrolment.student_id,
        "school_id": enrolment.school_id,
        "number": enrolment.number,
        "state": enrolment.state,
        "begin_date": lessons.begin,
        "free_from": lessons.free_from,
        "lesson_days": [day for day in Weekday if day in lessons.weekdays],
        "held_until": enrolment.held_until,
    }


def _enrolment(row: Row[Any]) -> Enrolment:
    days = frozenset(Weekday(day) for day in row.lesson_days)
    lessons = Occupation(row.school_id, row.begin_date, row.free_from, days)
    state = EnrolmentState(row.state)
    return Enrolment(
        row.id, row.programme_id, row.student_id, row.school_id, row.number, state, lessons, row.held_until
    )
