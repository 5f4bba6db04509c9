"""Following former students in the database: of the own school."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, delete, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.intake.domain.follow_up import ASK_BEFORE, FollowUp, RecordFollowUp
from services.intake.domain.rights import Viewer
from services.intake.store.leaver_tables import follow_ups
from services.intake.store.rows import document, page_of, read, save
from shared.api import PageRequest
from shared.errors import NotFound


class FollowUpStore:
    """Finds and keeps follow-ups."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def get(self, follow_up_id: UUID, viewer: Viewer, *, lock: bool = False) -> FollowUp:
        """One of a former student of the caller's schools; raises `NotFound`."""
        query = _seen_by(viewer).where(follow_ups.c.id == follow_up_id)
        row = (await self._session.execute(query.with_for_update() if lock else query)).one_or_none()
        if row is None:
            raise NotFound("follow-up")
        return _follow_up(row)

    async def lock(self, follow_up_id: UUID) -> FollowUp | None:
        """One, whoever asks."""
        query = select(follow_ups).where(follow_ups.c.id == follow_up_id).with_for_update()
        row = (await self._session.execute(query)).one_or_none()
        return None if row is None else _follow_up(row)

    async def of(self, student_id: UUID) -> list[FollowUp]:
        """Those of a student, the first to come first."""
        query = select(follow_ups).where(follow_ups.c.student_id == student_id).order_by(follow_ups.c.months)
        return [_follow_up(row) for row in await self._session.execute(query)]

    async def save(self, follow_up: FollowUp) -> None:
        """Keep a new one, or what was heard."""
        values = {
            "id": follow_up.id,
            "student_id": follow_up.student_id,
            "school_id": follow_up.school_id,
            "region": follow_up.region,
            "months": follow_up.months,
            "left_date": follow_up.left_date,
            "due_date": follow_up.due_date,
            "said": document(follow_up.said) if follow_up.said else None,
            "author": follow_up.author,
        }
        await save(self._session, follow_ups, values)

    async def drop(self, student_id: UUID) -> Sequence[UUID]:
        """Ask after a student no more; what was heard already stays. Gives the ids of those that are gone."""
        gone = delete(follow_ups).where(follow_ups.c.student_id == student_id, follow_ups.c.said.is_(None))
        return (await self._session.execute(gone.returning(follow_ups.c.id))).scalars().all()

    async def page(
        self, viewer: Viewer, page: PageRequest, *, student_id: UUID | None, due_on: date | None
    ) -> list[FollowUp]:
        """Those of the caller's schools, of all former students or of one, all or those to be done by now."""
        query = _seen_by(viewer)
        if student_id is not None:
            query = query.where(follow_ups.c.student_id == student_id)
        if due_on is not None:
            query = query.where(follow_ups.c.said.is_(None), follow_ups.c.due_date <= due_on + ASK_BEFORE)
        return [_follow_up(row) for row in await page_of(self._session, query, follow_ups, page)]


def _seen_by(viewer: Viewer) -> Select[Any]:
    own = follow_ups.c.school_id.in_(viewer.schools)
    return select(follow_ups).where(or_(own, follow_ups.c.student_id.in_(viewer.acts_for)))


def _follow_up(row: Row[Any]) -> FollowUp:
    said = read(RecordFollowUp, row.said) if row.said else None
    return FollowUp(
        row.id,
        row.student_id,
        row.school_id,
        row.region,
        row.months,
        row.left_date,
        row.due_date,
        said,
        row.author,
        row.version,
    )
