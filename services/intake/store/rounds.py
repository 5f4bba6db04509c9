"""Rounds of questionnaires in the database."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.intake.domain.questionnaire import Audience
from services.intake.domain.questionnaire_round import OpenRound, Round, RoundState
from services.intake.store.round_tables import questionnaire_rounds
from services.intake.store.rows import document, page_of, read, save
from shared.api import PageRequest
from shared.errors import NotFound


@dataclass(frozen=True)
class RoundFilter:
    """Which rounds are looked for; None: whatever it is."""

    region: str | None = None
    audience: Audience | None = None
    state: RoundState | None = None


class RoundStore:
    """Finds and keeps rounds."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def get(self, round_id: UUID, *, lock: bool = False, stays: bool = False) -> Round:
        """One round, locked to change it, or so that it `stays` as it is; raises `NotFound`."""
        query = select(questionnaire_rounds).where(questionnaire_rounds.c.id == round_id)
        query = query.with_for_update(read=stays) if lock or stays else query
        row = (await self._session.execute(query)).one_or_none()
        if row is None:
            raise NotFound("round")
        return _round(row)

    async def save(self, kept: Round) -> Round:
        """Keep a new round, or that it was closed; answers it with its moment."""
        await save(self._session, questionnaire_rounds, _values(kept))
        return await self.get(kept.id)

    async def lock_openings(self, questionnaire: str) -> None:
        """One at a time opens a round of a questionnaire, so that no region gets two."""
        lock = text("select pg_advisory_xact_lock(hashtextextended('round:' || :questionnaire, 0))")
        await self._session.execute(lock, {"questionnaire": questionnaire})

    async def open_in(self, questionnaire: str, regions: Collection[str]) -> UUID | None:
        """A round of a questionnaire that is open in one of these regions."""
        table = questionnaire_rounds.c
        query = select(table.id).where(
            table.questionnaire == questionnaire,
            table.state == RoundState.OPEN,
            table.regions.overlap(list(regions)),
        )
        return (await self._session.execute(query.limit(1))).scalar_one_or_none()

    async def asking(self, audience: Audience, region: str) -> Round | None:
        """The round that asks such organisations of a region now; of several questionnaires the newest."""
        table = questionnaire_rounds.c
        query = select(questionnaire_rounds).where(
            table.audience == audience, table.state == RoundState.OPEN, table.regions.contains([region])
        )
        row = (await self._session.execute(query.order_by(table.id.desc()).limit(1))).one_or_none()
        return None if row is None else _round(row)

    async def page(self, wanted: RoundFilter, page: PageRequest) -> list[Round]:
        """Those that fit."""
        query, table = select(questionnaire_rounds), questionnaire_rounds.c
        if wanted.region is not None:
            query = query.where(table.regions.overlap([wanted.region]))
        for column, value in ((table.audience, wanted.audience), (table.state, wanted.state)):
            if value is not None:
                query = query.where(column == value)
        return [_round(row) for row in await page_of(self._session, query, questionnaire_rounds, page)]


def _values(kept: Round) -> dict[str, Any]:
    return {
        "id": kept.id,
        "questionnaire": kept.facts.questionnaire,
        "questionnaire_version": kept.questionnaire_version,
        "audience": kept.audience,
        "regions": list(kept.facts.regions),
        "state": kept.state,
        "opened_by": kept.opened_by,
        "facts": document(kept.facts),
    }


def _round(row: Row[Any]) -> Round:
    return Round(
        id=row.id,
        facts=read(OpenRound, row.facts),
        questionnaire_version=row.questionnaire_version,
        audience=Audience(row.audience),
        opened_by=row.opened_by,
        state=RoundState(row.state),
        opened_at=row.opened_at,
        version=row.version,
    )
