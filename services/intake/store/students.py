"""Students in the database. Every way to a student's facts leads through here, and leaves a line in the access log."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.intake.domain.addresses import Situation
from services.intake.domain.rights import Viewer
from services.intake.domain.student import Student, StudentFacts, StudentState
from services.intake.store.people_tables import student_coaches
from services.intake.store.rows import add, document, page_of, read, save, save_all, words_of
from services.intake.store.tables import student_accesses, students
from shared.api import PageRequest
from shared.errors import Forbidden, NotFound
from shared.events.codes import Point


class Action(StrEnum):
    """What somebody did with a student's data."""

    LISTED = "listed"
    READ = "read"
    CHANGED = "changed"
    MATCHED = "matched"
    """Read by matching, while a place is looked for."""
    COUNTED = "counted"
    """Coarse codes read by analytics, for figures."""
    PLACEMENT_READ = "placement-read"
    HANDED_OVER = "handed-over"
    """Fetched by a municipality, on a ground that held."""


@dataclass(frozen=True)
class Access:
    """A line of the access log."""

    id: int
    student_id: UUID
    accessed_at: datetime
    subject: str
    action: str


class StudentStore:
    """Finds and keeps students for the coordinators of their own school; for anybody else there are none."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def read(self, student_id: UUID, viewer: Viewer) -> Student:
        """One student of the caller's schools; raises `NotFound`."""
        student = await self._own(student_id, viewer, lock=False)
        await self.log([student_id], viewer.subject, Action.READ)
        return student

    async def change(self, student_id: UUID, viewer: Viewer) -> Student:
        """One student of the caller's schools, locked until the transaction ends.

        Raises `NotFound`, or `Forbidden` for a job coach, who only sees it.
        """
        if student_id in viewer.caseload:  # a row that one may only see cannot be locked
            student = await self._own(student_id, viewer, lock=False)
            if not viewer.works_for(student.school_id, student.id):
                raise Forbidden("a job coach sees a student, and the school changes what is known")
        student = await self._own(student_id, viewer, lock=True)
        await self.log([student_id], viewer.subject, Action.CHANGED)
        return student

    async def read_for_another(self, student_id: UUID, subject: str, action: Action) -> Student:
        """One student, for who was let through as somebody else than the own school; raises `NotFound`."""
        row = (await self._session.execute(select(students).where(students.c.id == student_id))).one_or_none()
        if row is None:
            raise NotFound("student")
        await self.log([student_id], subject, action)
        return _student(row)

    async def lock_to_place(self, student_id: UUID) -> Student | None:
        """One student, whoever asks: for what the register decides itself."""
        query = select(students).where(students.c.id == student_id).with_for_update()
        row = (await self._session.execute(query)).one_or_none()
        return None if row is None else _student(row)

    async def lock_all(self, ids: Collection[UUID]) -> None:
        """Lock students until the transaction ends, in the order of their ids."""
        if ids:
            query = select(students.c.id).where(students.c.id.in_(ids)).order_by(students.c.id).with_for_update()
            await self._session.execute(query)

    async def add(self, student: Student) -> None:
        """Keep a new student."""
        await add(self._session, students, [_values(student)])

    async def save(self, student: Student) -> None:
        """Keep a new student, or what changed."""
        await save(self._session, students, _values(student))

    async def save_all(self, several: Collection[Student]) -> None:
        """The same for many at once."""
        await save_all(self._session, students, [_values(student) for student in several])

    async def several(self, ids: Collection[UUID], viewer: Viewer, action: Action) -> dict[UUID, Student]:
        """Students whom the caller may see, by id."""
        if not ids:
            return {}
        query = _seen_by(viewer).where(students.c.id.in_(ids))
        found = {row.id: _student(row) for row in await self._session.execute(query)}
        await self.log(found, viewer.subject, action)
        return found

    async def named(self, school_id: UUID, names: Collection[str]) -> dict[tuple[str, str], UUID]:
        """The ids of a school's students with one of these names (given name first), by name and day of birth."""
        if not names:
            return {}
        searched, born = students.c.search_text, students.c.facts["birth_date"].astext
        wanted = {name.casefold() for name in names}
        query = select(students.c.id, searched, born.label("born")).where(
            students.c.school_id == school_id, searched.in_(wanted)
        )
        found = await self._session.execute(query.order_by(students.c.id))
        return {(row.search_text, row.born): row.id for row in found}

    async def page(
        self,
        viewer: Viewer,
        page: PageRequest,
        *,
        state: StudentState | None = None,
        words: str = "",
        school_id: UUID | None = None,
        mine: bool = False,
    ) -> list[Student]:
        """The students of the caller's schools and caseload, or of one school, or those the caller is the coach of."""
        query = _seen_by(viewer)
        if state is not None:
            query = query.where(students.c.state == state)
        if school_id is not None:
            query = query.where(students.c.school_id == school_id)
        if mine:
            own = select(student_coaches.c.student_id).where(student_coaches.c.email == viewer.email)
            query = query.where(students.c.id.in_(own))
        for word in words_of(words):
            query = query.where(students.c.search_text.like(word))
        found = [_student(row) for row in await page_of(self._session, query, students, page)]
        await self.log([student.id for student in found[: page.limit]], viewer.subject, Action.LISTED)
        return found

    async def leave(self, student_id: UUID, left_date: date) -> None:
        """Keep when a student left, from which retention counts."""
        await self._session.execute(update(students).where(students.c.id == student_id).values(left_date=left_date))

    async def left_date(self, student_id: UUID) -> date | None:
        """When a student left or will leave, whoever asks."""
        query = select(students.c.left_date).where(students.c.id == student_id)
        found: date | None = (await self._session.execute(query)).scalar_one_or_none()
        return found

    async def stay(self, student_id: UUID) -> None:
        """Keep that a student has not left (any more)."""
        which = students.c.id == student_id, students.c.left_date.is_not(None)
        await self._session.execute(update(students).where(*which).values(left_date=None))

    async def log(self, ids: Collection[UUID], subject: str, action: Action) -> None:
        """Write who saw or changed whom."""
        if ids:
            lines = [{"student_id": student_id, "subject": subject, "action": action} for student_id in ids]
            await self._session.execute(insert(student_accesses), lines)

    async def accesses(self, student_id: UUID, page: PageRequest) -> list[Access]:
        """The access log of one student, oldest first, one line more than asked for."""
        query = select(student_accesses).where(student_accesses.c.student_id == student_id)
        if page.after is not None:
            query = query.where(student_accesses.c.id > _position(page.after))
        found = await self._session.execute(query.order_by(student_accesses.c.id).limit(page.limit + 1))
        return [Access(row.id, row.student_id, row.accessed_at, row.subject, row.action) for row in found]

    async def _own(self, student_id: UUID, viewer: Viewer, *, lock: bool) -> Student:
        query = _seen_by(viewer).where(students.c.id == student_id)
        row = (await self._session.execute(query.with_for_update() if lock else query)).one_or_none()
        if row is None:
            raise NotFound("student")
        return _student(row)


def _seen_by(viewer: Viewer) -> Select[Any]:
    own = students.c.school_id.in_(viewer.schools)
    named = students.c.id.in_(viewer.named_students)
    return select(students).where(or_(own, named) if viewer.named_students else own)


def _position(cursor: str) -> int:
    """A position in the log; what is none lies behind its end."""
    return int(cursor) if cursor.isascii() and cursor.isdigit() and len(cursor) < 19 else 2**62


def _values(student: Student) -> dict[str, Any]:
    situation = student.situation
    return {
        "id": student.id,
        "school_id": student.school_id,
        "state": student.state,
        "search_text": f"{student.facts.given_name} {student.facts.family_name}".casefold(),
        "region": student.region,
        "municipality": situation.municipality if situation else None,
        "location": document(situation.location) if situation else None,
        "facts": document(student.facts),
    }


def _student(row: Row[Any]) -> Student:
    known = row.location is not None
    situation = Situation(row.region, row.municipality, read(Point, row.location)) if known else None
    facts, state = read(StudentFacts, row.facts), StudentState(row.state)
    return Student(row.id, row.school_id, facts, row.region, situation, state, row.version)
