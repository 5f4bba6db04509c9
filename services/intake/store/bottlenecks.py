"""Bottlenecks of placements in the database: of the student's own school."""

from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.intake.domain.bottleneck import Bottleneck, RecordBottleneck
from services.intake.domain.rights import Viewer
from services.intake.store.guidance_tables import bottlenecks
from services.intake.store.rows import document, page_of, read, save
from shared.api import PageRequest
from shared.errors import NotFound


class BottleneckStore:
    """Finds and keeps bottlenecks."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def get(self, bottleneck_id: UUID, viewer: Viewer, *, lock: bool = False) -> Bottleneck:
        """One of a student of the caller's schools; raises `NotFound`."""
        query = _seen_by(viewer).where(bottlenecks.c.id == bottleneck_id)
        row = (await self._session.execute(query.with_for_update() if lock else query)).one_or_none()
        if row is None:
            raise NotFound("bottleneck")
        return _bottleneck(row)

    async def save(self, bottleneck: Bottleneck) -> None:
        """Keep a new one, or what changed."""
        values = {
            "id": bottleneck.id,
            "placement_id": bottleneck.placement_id,
            "student_id": bottleneck.student_id,
            "school_id": bottleneck.school_id,
            "region": bottleneck.region,
            "author": bottleneck.author,
            "facts": document(bottleneck.facts),
            "led_to_end": bottleneck.led_to_end,
        }
        await save(self._session, bottlenecks, values)

    async def page(self, placement_id: UUID, page: PageRequest) -> list[Bottleneck]:
        """Those of a placement, in the order in which they were recorded."""
        query = select(bottlenecks).where(bottlenecks.c.placement_id == placement_id)
        return [_bottleneck(row) for row in await page_of(self._session, query, bottlenecks, page)]


def _seen_by(viewer: Viewer) -> Select[Any]:
    own = bottlenecks.c.school_id.in_(viewer.schools)
    return select(bottlenecks).where(or_(own, bottlenecks.c.student_id.in_(viewer.acts_for)))


def _bottleneck(row: Row[Any]) -> Bottleneck:
    return Bottleneck(
        row.id,
        row.placement_id,
        row.student_id,
        row.school_id,
        row.region,
        row.author,
        read(RecordBottleneck, row.facts),
        row.led_to_end,
        row.recorded_at,
        row.version,
    )
