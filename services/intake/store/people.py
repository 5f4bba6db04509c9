"""Coaches and delegations in the database."""

from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Row,
    delete,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.intake.domain.coach import Coach
from services.intake.domain.people import (
    AssignJobcoach,
    CoachKind,
    Delegate,
    Delegation,
    DelegationIsOver,
    Ground,
    LentRights,
)
from services.intake.domain.placement_states import PlacementState
from services.intake.domain.rights import Viewer
from services.intake.domain.student import Student
from services.intake.store.acting import DELEGATED, JOBCOACH, Capacity, Entry, acting_as
from services.intake.store.people_tables import coach_keys, delegations, student_coaches
from services.intake.store.rows import document, page_of, read
from services.intake.store.tables import placements, students
from shared.api import PageRequest
from shared.errors import NotFound
from shared.unit_of_work import SCOPE, set_scope


class PeopleStore:
    """Finds and keeps who looks after whom, and who acts for whom."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def lent(self, entries: Collection[Entry]) -> LentRights:
        """What a caller may beside the token: found anew with every call, so that nothing has to lapse."""
        seen = {one.id: one.facts["ground"] for one in entries if one.how == JOBCOACH}
        withdrawn = await self._without_consent([one for one, ground in seen.items() if ground == Ground.CONSENT])
        given = [(one, read(Delegate, one.facts)) for one in entries if one.how == DELEGATED]
        return LentRights(
            schools={one.id: one.region for one, facts in given if not facts.student_ids},
            acts_for=frozenset(student for _, facts in given for student in facts.student_ids),
            sees=frozenset(seen) - withdrawn,
        )

    async def _without_consent(self, ids: Collection[UUID]) -> frozenset[UUID]:
        """Those of these students with whom no consent is recorded (any more)."""
        if not ids:
            return frozenset()
        query = select(students.c.id).where(students.c.id.in_(ids), students.c.facts["consent"].astext.is_(None))
        async with acting_as(self._session, Capacity.MATCHING):  # whom the caller sees is what is being asked
            return frozenset((await self._session.execute(query)).scalars())

    async def lend(self, lent: LentRights) -> None:
        """Let the database know of them until the transaction ends, beside the caller's own schools."""
        own = self._session.info.get(SCOPE, {}).get("schools", "")
        lent_schools = [own] * bool(own) + [str(school) for school in lent.schools]
        acts_for, caseload = (",".join(map(str, ids)) for ids in (lent.acts_for, lent.sees))
        await set_scope(self._session, schools=",".join(lent_schools), students=acts_for, caseload=caseload)

    async def assign(self, student: Student, kind: CoachKind, coach: Coach, subject: str) -> None:
        """Somebody looks after a student from now on, instead of who did; seats that are taken show the new coach."""
        values = {
            "school_id": student.school_id,
            "email": coach.email,
            "until_date": coach.until_date if isinstance(coach, AssignJobcoach) else None,
            "facts": document(coach),
            "assigned_by": subject,
        }
        new = insert(student_coaches).values(student_id=student.id, kind=kind, **values)
        changed = values | {"assigned_at": func.clock_timestamp()}
        await self._session.execute(new.on_conflict_do_update(index_elements=["student_id", "kind"], set_=changed))
        if kind is CoachKind.SCHOOL:
            running = placements.c.student_id == student.id, placements.c.state == PlacementState.RUNNING
            await self._session.execute(update(placements).where(*running).values(coach=document(coach)))

    async def assign_first(self, student: Student, coach: Coach, subject: str) -> None:
        """The same for a student whom nobody of the school looks after yet."""
        new = insert(student_coaches).values(
            student_id=student.id,
            kind=CoachKind.SCHOOL,
            school_id=student.school_id,
            email=coach.email,
            facts=document(coach),
            assigned_by=subject,
        )
        await self._session.execute(new.on_conflict_do_nothing())

    async def coach_of(self, student_id: UUID) -> Coach | None:
        """Who of the school looks after a student."""
        return (await self.coaches_of([student_id])).get((student_id, CoachKind.SCHOOL))

    async def jobcoach_of(self, student_id: UUID) -> AssignJobcoach | None:
        """Which job coach a student has, be it that the last day has passed."""
        found = (await self.coaches_of([student_id])).get((student_id, CoachKind.JOBCOACH))
        return found if isinstance(found, AssignJobcoach) else None

    async def coach_key(self) -> bytes:
        """What the codes of coaches are made with."""
        key: bytes = (await self._session.execute(select(coach_keys.c.key))).scalar_one()
        return key

    async def coaches_of(self, ids: Collection[UUID]) -> dict[tuple[UUID, CoachKind], Coach]:
        """All who look after these students."""
        query = select(student_coaches).where(student_coaches.c.student_id.in_(ids))
        models: dict[CoachKind, type[Coach]] = {CoachKind.SCHOOL: Coach, CoachKind.JOBCOACH: AssignJobcoach}
        found = ((row, CoachKind(row.kind)) for row in await self._session.execute(query))
        return {(row.student_id, kind): read(models[kind], row.facts) for row, kind in found}

    async def dismiss(self, student_id: UUID, kind: CoachKind) -> None:
        """Nobody looks after the student in that way any more."""
        which = student_coaches.c.student_id == student_id, student_coaches.c.kind == kind
        await self._session.execute(delete(student_coaches).where(*which))

    async def delegate(self, delegation: Delegation) -> None:
        """Keep a new delegation."""
        await self._session.execute(
            insert(delegations).values(
                id=delegation.id,
                school_id=delegation.school_id,
                email=delegation.facts.email,
                from_date=delegation.from_date,
                until_date=delegation.facts.until_date,
                given_by=delegation.given_by,
                facts=document(delegation.facts),
            )
        )

    async def delegation(self, delegation_id: UUID, viewer: Viewer) -> Delegation:
        """One that the caller's schools gave, or that the caller was given; raises `NotFound`."""
        query = select(delegations).where(delegations.c.id == delegation_id, _concerns(viewer))
        row = (await self._session.execute(query)).one_or_none()
        if row is None:
            raise NotFound("delegation")
        return _delegation(row)

    async def standing(self, delegation_id: UUID) -> Delegation:
        """One that was not taken back; raises `NotFound`."""
        query = select(delegations).where(delegations.c.id == delegation_id, delegations.c.ended_at.is_(None))
        row = (await self._session.execute(query)).one_or_none()
        if row is None:
            raise NotFound("delegation")
        return _delegation(row)

    async def lent_by(self, school_id: UUID, day: date) -> list[Delegation]:
        """Those of a school that hold on a day, or will."""
        standing = delegations.c.ended_at.is_(None), delegations.c.until_date >= day
        query = select(delegations).where(delegations.c.school_id == school_id, *standing)
        return [_delegation(row) for row in await self._session.execute(query)]

    async def delegations(self, viewer: Viewer, page: PageRequest) -> list[Delegation]:
        """Those."""
        query = select(delegations).where(_concerns(viewer))
        return [_delegation(row) for row in await page_of(self._session, query, delegations, page)]

    async def end(self, delegation_id: UUID) -> Delegation:
        """It counts no more; raises `DelegationIsOver` the second time."""
        which = delegations.c.id == delegation_id, delegations.c.ended_at.is_(None)
        ended = update(delegations).where(*which).values(ended_at=func.clock_timestamp()).returning(delegations)
        row = (await self._session.execute(ended)).one_or_none()
        if row is None:
            raise DelegationIsOver
        return _delegation(row)


def _concerns(viewer: Viewer) -> Any:
    return or_(delegations.c.school_id.in_(viewer.own_schools), delegations.c.email == viewer.email)


def _delegation(row: Row[Any]) -> Delegation:
    return Delegation(row.id, row.school_id, read(Delegate, row.facts), row.from_date, row.given_by, row.ended_at)
