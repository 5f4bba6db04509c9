"""Tips in the database."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.intake.domain.tip import GiveTip, Rejection, Tip
from services.intake.store.rows import document, page_of, read
from services.intake.store.tables import tips
from shared.api import PageRequest
from shared.errors import NotFound
from shared.events.codes import IntermediaryKind


class TipStore:
    """Finds and keeps tips."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def get(self, tip_id: UUID, *, lock: bool = False) -> Tip:
        """One tip; raises `NotFound`."""
        query = select(tips).where(tips.c.id == tip_id)
        row = (await self._session.execute(query.with_for_update() if lock else query)).one_or_none()
        if row is None:
            raise NotFound("tip")
        return _tip(row)

    async def add(self, tip: Tip) -> Tip:
        """Keep a new one; answers it with the moment at which it was recorded."""
        added = insert(tips).values(
            id=tip.id,
            employer_id=tip.employer_id,
            region=tip.given.region,
            source=tip.source,
            author=tip.author,
            known_already=tip.known_already,
            given=document(tip.given),
        )
        return _tip((await self._session.execute(added.returning(tips))).one())

    async def reject(self, tip_id: UUID, rejection: Rejection) -> None:
        """Keep that a tip is not used."""
        await self._session.execute(update(tips).where(tips.c.id == tip_id).values(rejection=document(rejection)))

    async def page(
        self, page: PageRequest, *, regions: Collection[str] | None, authors: Collection[str] = ()
    ) -> list[Tip]:
        """Those of some regions (None: of all), or of one author, who may be kept under several names."""
        query = select(tips)
        if authors:
            query = query.where(tips.c.author.in_(authors))
        elif regions is not None:
            query = query.where(tips.c.region.in_(regions))
        return [_tip(row) for row in await page_of(self._session, query, tips, page)]


def _tip(row: Row[Any]) -> Tip:
    return Tip(
        row.id,
        row.employer_id,
        IntermediaryKind(row.source),
        read(GiveTip, row.given),
        row.known_already,
        row.author,
        row.recorded_at,
        read(Rejection, row.rejection) if row.rejection else None,
    )
