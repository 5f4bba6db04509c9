"""Hand-overs to municipalities in the database, and who fetched them when."""

from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, insert, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.intake.domain.ground import LegalGround
from services.intake.domain.handover import Fetch, Handover, Part
from services.intake.domain.rights import Viewer
from services.intake.store.ground_tables import grounds
from services.intake.store.leaver_tables import handover_fetches, handovers
from services.intake.store.rows import page_of
from shared.api import PageRequest
from shared.errors import NotFound


class HandoverStore:
    """Finds and keeps hand-overs."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, handover: Handover) -> Handover:
        """Keep a new one; answers it with the moment at which it was recorded."""
        added = insert(handovers).values(
            id=handover.id,
            student_id=handover.student_id,
            school_id=handover.school_id,
            municipality=handover.municipality,
            ground_id=handover.ground_id,
            legal_ground=handover.legal_ground,
            parts=list(handover.parts),
            author=handover.author,
        )
        return _handover((await self._session.execute(added.returning(handovers))).one())

    async def get(self, handover_id: UUID, viewer: Viewer) -> Handover:
        """One of a student of the caller's schools; raises `NotFound`."""
        query = select(handovers).where(handovers.c.id == handover_id, handovers.c.school_id.in_(viewer.schools))
        return _found((await self._session.execute(query)).one_or_none())

    async def of_resident(self, handover_id: UUID, municipalities: Collection[str]) -> Handover:
        """One of a resident of these municipalities, whoever asks; raises `NotFound`."""
        query = select(handovers).where(handovers.c.id == handover_id, handovers.c.municipality.in_(municipalities))
        return _found((await self._session.execute(query)).one_or_none())

    async def page(self, student_id: UUID, page: PageRequest) -> list[Handover]:
        """Those of a student."""
        query = select(handovers).where(handovers.c.student_id == student_id)
        return [_handover(row) for row in await page_of(self._session, query, handovers, page)]

    async def page_of_residents(
        self, municipalities: Collection[str], today: date, page: PageRequest
    ) -> list[Handover]:
        """Those of residents of these municipalities whose ground holds on a day, whoever asks."""
        query = select(handovers).join(grounds, grounds.c.id == handovers.c.ground_id)
        query = query.where(handovers.c.municipality.in_(municipalities), grounds.c.end_date >= today)
        query = query.where(or_(grounds.c.withdrawn_date.is_(None), grounds.c.withdrawn_date > today))
        query = query.where(or_(grounds.c.objected_date.is_(None), grounds.c.kept_because.is_not(None)))
        return [_handover(row) for row in await page_of(self._session, query, handovers, page)]

    async def fetched(self, fetch: Fetch) -> None:
        """Keep who fetched a file."""
        values = {
            "id": fetch.id,
            "student_id": fetch.student_id,
            "school_id": fetch.school_id,
            "handover_id": fetch.handover_id,
            "oin": fetch.oin,
            "subject": fetch.subject,
        }
        await self._session.execute(insert(handover_fetches).values(values))

    async def fetches(self, handover_ids: Collection[UUID]) -> dict[UUID, list[Fetch]]:
        """Who fetched which file, by file, oldest first."""
        found: dict[UUID, list[Fetch]] = {handover_id: [] for handover_id in handover_ids}
        query = select(handover_fetches).where(handover_fetches.c.handover_id.in_(handover_ids))
        for row in await self._session.execute(query.order_by(handover_fetches.c.id)):
            found[row.handover_id].append(
                Fetch(row.id, row.student_id, row.school_id, row.handover_id, row.oin, row.subject, row.fetched_at)
            )
        return found


def _found(row: Row[Any] | None) -> Handover:
    if row is None:
        raise NotFound("handover")
    return _handover(row)


def _handover(row: Row[Any]) -> Handover:
    return Handover(
        row.id,
        row.student_id,
        row.school_id,
        row.municipality,
        row.ground_id,
        LegalGround(row.legal_ground),
        tuple(Part(part) for part in row.parts),
        row.author,
        row.recorded_at,
    )
