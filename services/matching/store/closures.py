"""Sectors that regions have closed for a while."""

from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from services.matching.domain.model import Pause
from services.matching.store.rows import upsert
from services.matching.store.tables import closures
from shared.events.intake import SectorClosed

Closures = dict[tuple[str, str | None], list[Pause]]
"""By region and sector; without a sector all of a region."""


class ClosureStore:
    """What is closed, where and when."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def save(self, event: SectorClosed) -> None:
        """Remember a closure."""
        row = {
            "id": event.closure_id,
            "region": event.region,
            "sector": event.sector,
            "from_date": event.from_date,
            "until_date": event.until_date,
        }
        await upsert(self.session, closures, row)

    async def forget(self, closure_id: UUID) -> None:
        """It is over."""
        await self.session.execute(delete(closures).where(closures.c.id == closure_id))
