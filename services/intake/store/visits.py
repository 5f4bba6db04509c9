"""Visits to placements, and how often they are due, in the database: of the student's own school."""

from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.intake.domain.rights import Viewer
from services.intake.domain.visit import RecordVisit, Rhythm, Visit
from services.intake.store.guidance_tables import visit_rhythms, visits
from services.intake.store.rows import document, page_of, read, save
from services.intake.store.tables import placements
from shared.api import PageRequest
from shared.errors import NotFound


class VisitStore:
    """Finds and keeps visits and rhythms."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, visit: Visit) -> Visit:
        """Keep a visit; answers it with the moment at which it was recorded."""
        added = insert(visits).values(
            id=visit.id,
            placement_id=visit.placement_id,
            student_id=visit.student_id,
            school_id=visit.school_id,
            author=visit.author,
            visit_date=visit.said.visit_date,
            said=document(visit.said),
        )
        return _visit((await self._session.execute(added.returning(visits))).one())

    async def get(self, visit_id: UUID, viewer: Viewer) -> Visit:
        """One of a student of the caller's schools; raises `NotFound`."""
        of_whom = visits.c.school_id.in_(viewer.schools) | visits.c.student_id.in_(viewer.acts_for)
        row = (await self._session.execute(select(visits).where(visits.c.id == visit_id, of_whom))).one_or_none()
        if row is None:
            raise NotFound("visit")
        return _visit(row)

    async def page(self, placement_id: UUID, page: PageRequest) -> list[Visit]:
        """The visits of a placement, in the order in which they were recorded."""
        query = select(visits).where(visits.c.placement_id == placement_id)
        return [_visit(row) for row in await page_of(self._session, query, visits, page)]

    async def days_of(self, placement_id: UUID) -> Collection[date]:
        """On which days a placement was visited."""
        query = select(visits.c.visit_date).where(visits.c.placement_id == placement_id)
        return list((await self._session.execute(query)).scalars())

    async def rhythm_of(self, placement_id: UUID, *, lock: bool = False) -> Rhythm | None:
        """How often a placement is seen, if anybody said so."""
        query = select(visit_rhythms).where(visit_rhythms.c.placement_id == placement_id)
        row = (await self._session.execute(query.with_for_update() if lock else query)).one_or_none()
        return None if row is None else _rhythm(row)

    async def find_rhythm(self, rhythm_id: UUID) -> Rhythm | None:
        """One rhythm, whoever asks."""
        query = select(visit_rhythms).where(visit_rhythms.c.id == rhythm_id)
        row = (await self._session.execute(query)).one_or_none()
        return None if row is None else _rhythm(row)

    async def save_rhythm(self, rhythm: Rhythm) -> None:
        """Keep how often, and when it is due next."""
        values = {
            "id": rhythm.id,
            "placement_id": rhythm.placement_id,
            "student_id": rhythm.student_id,
            "school_id": rhythm.school_id,
            "every_weeks": rhythm.every_weeks,
            "due_date": rhythm.due_date,
            "told_date": rhythm.told_date,
        }
        await save(self._session, visit_rhythms, values)

    async def due(self, viewer: Viewer, until: date, page: PageRequest) -> list[Rhythm]:
        """What the caller's schools are to visit by a day."""
        of_whom = visit_rhythms.c.school_id.in_(viewer.schools) | visit_rhythms.c.student_id.in_(viewer.acts_for)
        last = func.coalesce(placements.c.stay["end_date"].astext, "9999")  # ISO dates compare as text
        query = select(visit_rhythms).join(placements).where(of_whom, visit_rhythms.c.due_date <= until)
        query = query.where(last >= func.to_char(visit_rhythms.c.due_date, "YYYY-MM-DD"))
        return [_rhythm(row) for row in await page_of(self._session, query, visit_rhythms, page)]


def _visit(row: Row[Any]) -> Visit:
    said = read(RecordVisit, row.said)
    return Visit(row.id, row.placement_id, row.student_id, row.school_id, row.author, said, row.recorded_at)


def _rhythm(row: Row[Any]) -> Rhythm:
    return Rhythm(
        row.id,
        row.placement_id,
        row.student_id,
        row.school_id,
        row.every_weeks,
        row.due_date,
        row.told_date,
        row.version,
    )
