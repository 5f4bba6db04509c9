"""The labour market by region and kind of work: of each the figure that was published last."""

from sqlalchemy import collate, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.matching.store.tables import labour_market
from shared.events.intake import LabourMarketPublished

TENSION = "tension"
"""The kind of figure that tells of prospects of work; the others are intake's to show."""


class LabourMarketStore:
    """How easily work is found, where figures are known."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def save(self, event: LabourMarketPublished) -> None:
        """Keep the latest period of each sector; of one period the latest publication, whatever comes first."""
        for figure in sorted(event.figures, key=lambda one: one.period):
            if figure.kind != TENSION:
                continue
            new = insert(labour_market).values(
                region=event.region,
                sector=figure.sector,
                tension=figure.figure,
                period=figure.period,
                source=event.source,
                published_date=event.published_date,
            )
            told, known = new.excluded, labour_market.c
            is_newer = tuple_(collate(told.period, "C"), told.published_date) >= tuple_(
                collate(known.period, "C"), known.published_date
            )
            changed = {name: told[name] for name in ("tension", "period", "source", "published_date")}
            await self.session.execute(
                new.on_conflict_do_update(index_elements=["region", "sector"], set_=changed, where=is_newer)
            )
