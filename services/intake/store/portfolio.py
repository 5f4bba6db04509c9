"""The portfolio of an SBB adviser: recognised companies, and whether students of these schools were there of late."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.intake.days import today
from services.intake.domain.employer import Employer
from services.intake.domain.placement_states import PlacementState
from services.intake.store.acting import Capacity, acting_as
from services.intake.store.employer_search import Order, around
from services.intake.store.employers import KEPT, employer_of
from services.intake.store.rows import page_of
from services.intake.store.tables import employers, placements
from shared.api import PageRequest
from shared.events.codes import Recognition

WAS_THERE = (PlacementState.RUNNING, PlacementState.ENDED)


@dataclass(frozen=True)
class PortfolioFilter:
    """Which companies are looked for; None: whatever it is."""

    regions: Collection[str]
    since: date
    """From when on a student counts."""
    sector: str | None = None
    municipality: str | None = None
    without_student: bool | None = None


@dataclass(frozen=True)
class Company:
    """A recognised company."""

    employer: Employer
    had_student: bool


async def portfolio(session: AsyncSession, wanted: PortfolioFilter, order: Order, page: PageRequest) -> list[Company]:
    """Companies that fit, one more than asked for; which student, when or how often is not told."""
    had = _had_student(wanted.since)
    query = select(*KEPT, had.label("had_student")).where(
        employers.c.region.in_(wanted.regions),
        employers.c.recognition != Recognition.NONE,
        employers.c.private_to.is_(None),
        employers.c.merged_into.is_(None),
        employers.c.stopped.is_(None),
    )
    if wanted.sector is not None:
        query = query.where(employers.c.sectors.any(wanted.sector))
    if wanted.municipality is not None:
        query = query.where(employers.c.municipality == wanted.municipality)
    if wanted.without_student is not None:
        query = query.where(~had if wanted.without_student else had)
    async with acting_as(session, Capacity.SEATS):
        found = await page_of(session, around(query, order), employers, page)
    return [_company(row) for row in found]


def _had_student(since: date) -> ColumnElement[bool]:
    ended = func.coalesce(placements.c.ending["ended_date"].astext, placements.c.stay["end_date"].astext, "9999")
    began = placements.c.stay["begin_date"].astext
    return exists().where(  # ISO dates compare as text
        placements.c.employer_id == employers.c.id,
        placements.c.state.in_(WAS_THERE),
        began <= today().isoformat(),
        ended >= since.isoformat(),
    )


def _company(row: Row[Any]) -> Company:
    return Company(employer_of(row), row.had_student)
