"""Accreditation requests in the database; a request is seen by whoever may know of its employer."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.intake.domain.accreditation import (
    DECIDED,
    Accreditation,
    AccreditationState,
    RequestAccreditation,
    TakenStep,
)
from services.intake.domain.rights import Viewer
from services.intake.store.accreditation_tables import accreditations
from services.intake.store.employers import visible_to
from services.intake.store.rows import document, page_of, read, save
from services.intake.store.tables import employers
from shared.api import PageRequest
from shared.errors import NotFound


@dataclass(frozen=True)
class AccreditationFilter:
    """Which requests are looked for; None: whatever it is."""

    employer_id: UUID | None = None
    region: str | None = None
    school_id: UUID | None = None
    state: AccreditationState | None = None
    running: bool | None = None


class AccreditationStore:
    """Finds and keeps accreditation requests."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def get(self, accreditation_id: UUID, viewer: Viewer, *, lock: bool = False) -> Accreditation:
        """One request of an employer that the caller may know of; raises `NotFound`."""
        query = _seen_by(viewer).where(accreditations.c.id == accreditation_id)
        query = query.with_for_update(of=accreditations) if lock else query
        return _found((await self._session.execute(query)).one_or_none())

    async def submitted_in(
        self, accreditation_id: UUID, regions: Collection[str], *, lock: bool = False
    ) -> Accreditation:
        """One request that lies before SBB in these regions; raises `NotFound`."""
        query = _before_sbb(regions).where(accreditations.c.id == accreditation_id)
        query = query.with_for_update() if lock else query
        return _found((await self._session.execute(query)).one_or_none())

    async def running_at(self, employer_id: UUID) -> UUID | None:
        """The undecided request of an employer."""
        query = select(accreditations.c.id).where(
            accreditations.c.employer_id == employer_id, accreditations.c.state.not_in(DECIDED)
        )
        return (await self._session.execute(query)).scalar_one_or_none()

    async def save(self, accreditation: Accreditation) -> None:
        """Keep a new request, or its next step."""
        await save(self._session, accreditations, _values(accreditation))

    async def page(self, viewer: Viewer, wanted: AccreditationFilter, page: PageRequest) -> list[Accreditation]:
        """Those that the caller may know of and that fit."""
        return await self._page(_seen_by(viewer), wanted, page)

    async def page_before_sbb(
        self, regions: Collection[str], wanted: AccreditationFilter, page: PageRequest
    ) -> list[Accreditation]:
        """Those that were submitted to SBB in these regions and that fit."""
        return await self._page(_before_sbb(regions), wanted, page)

    async def _page(self, query: Any, wanted: AccreditationFilter, page: PageRequest) -> list[Accreditation]:
        table = accreditations.c
        for column, value in (
            (table.employer_id, wanted.employer_id),
            (table.region, wanted.region),
            (table.school_id, wanted.school_id),
            (table.state, wanted.state),
        ):
            if value is not None:
                query = query.where(column == value)
        if wanted.running is not None:
            query = query.where(table.state.not_in(DECIDED) if wanted.running else table.state.in_(DECIDED))
        return [_accreditation(row) for row in await page_of(self._session, query, accreditations, page)]


def _seen_by(viewer: Viewer) -> Any:
    return select(accreditations).join(employers).where(visible_to(viewer))


def _before_sbb(regions: Collection[str]) -> Any:
    submitted = accreditations.c.steps.contains([{"state": AccreditationState.SUBMITTED}])
    return select(accreditations).where(accreditations.c.region.in_(regions), submitted)


def _values(accreditation: Accreditation) -> dict[str, Any]:
    return {
        "id": accreditation.id,
        "employer_id": accreditation.employer_id,
        "school_id": accreditation.school_id,
        "region": accreditation.region,
        "state": accreditation.state,
        "request": document(accreditation.request),
        "steps": [document(step) for step in accreditation.steps],
    }


def _found(row: Row[Any] | None) -> Accreditation:
    if row is None:
        raise NotFound("accreditation")
    return _accreditation(row)


def _accreditation(row: Row[Any]) -> Accreditation:
    steps = tuple(read(TakenStep, step) for step in row.steps)
    request = read(RequestAccreditation, row.request)
    return Accreditation(row.id, row.employer_id, row.school_id, row.region, request, steps)
