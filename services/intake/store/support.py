"""Support for employers in the database; a request is seen by whoever may know of its employer, and by its region."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.intake.domain.rights import Viewer
from services.intake.domain.support import Asker, Support, SupportKind, SupportState, TakenSupportStep
from services.intake.store.employers import visible_to
from services.intake.store.rows import document, page_of, read, save
from services.intake.store.support_tables import support
from services.intake.store.tables import employers
from shared.api import PageRequest
from shared.errors import NotFound


@dataclass(frozen=True)
class SupportFilter:
    """Which requests are looked for; None: whatever it is."""

    employer_id: UUID | None = None
    region: str | None = None
    kind: SupportKind | None = None
    state: SupportState | None = None


class SupportStore:
    """Finds and keeps what employers ask to be helped with."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def get(
        self, support_id: UUID, viewer: Viewer, offering_in: Collection[str] | None, *, lock: bool = False
    ) -> Support:
        """One at an employer that the caller may know of, or in an intermediary's regions; raises `NotFound`."""
        query = _seen_by(viewer, offering_in).where(support.c.id == support_id)
        row = (await self._session.execute(query.with_for_update(of=support) if lock else query)).one_or_none()
        if row is None:
            raise NotFound("support")
        return _support(row)

    async def save(self, asked: Support) -> None:
        """Keep a new one, or its next step."""
        values = {
            "id": asked.id,
            "employer_id": asked.employer_id,
            "school_id": asked.school_id,
            "region": asked.region,
            "kind": asked.kind,
            "asked_by": asked.asked_by,
            "state": asked.state,
            "steps": [document(step) for step in asked.steps],
        }
        await save(self._session, support, values)

    async def page(
        self, viewer: Viewer, offering_in: Collection[str] | None, wanted: SupportFilter, page: PageRequest
    ) -> list[Support]:
        """Those that the caller may know of and that fit."""
        query = _seen_by(viewer, offering_in)
        for column, value in (
            (support.c.employer_id, wanted.employer_id),
            (support.c.region, wanted.region),
            (support.c.kind, wanted.kind),
            (support.c.state, wanted.state),
        ):
            if value is not None:
                query = query.where(column == value)
        return [_support(row) for row in await page_of(self._session, query, support, page)]


def _seen_by(viewer: Viewer, offering_in: Collection[str] | None) -> Select[Any]:
    query = select(support).join(employers, employers.c.id == support.c.employer_id)
    if offering_in is None:
        return query.where(visible_to(viewer))
    return query.where(support.c.region.in_(offering_in), employers.c.private_to.is_(None))


def _support(row: Row[Any]) -> Support:
    steps = tuple(read(TakenSupportStep, step) for step in row.steps)
    kind, asker = SupportKind(row.kind), Asker(row.asked_by)
    return Support(row.id, row.employer_id, row.school_id, row.region, kind, asker, steps, row.version)
