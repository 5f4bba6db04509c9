"""Programmes and their sessions in the database."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, and_, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from services.intake.domain.enrolment import PlanSession, Session
from services.intake.domain.programme import Partner, Programme, ProgrammeFacts, ProgrammeKind
from services.intake.domain.rights import Viewer
from services.intake.store.programme_tables import programme_sessions, programmes
from services.intake.store.rows import document, page_of, read, save, save_all
from shared.api import PageRequest
from shared.errors import NotFound


@dataclass(frozen=True)
class ProgrammeFilter:
    """Which programmes are looked for; None: whatever it is."""

    region: str | None = None
    kind: ProgrammeKind | None = None
    school_id: UUID | None = None
    """Which runs them."""


class ProgrammeStore:
    """Finds and keeps programmes and sessions."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def get(self, programme_id: UUID, viewer: Viewer, *, lock: bool = False) -> Programme:
        """One that the caller may know of; raises `NotFound`."""
        query = select(programmes).where(programmes.c.id == programme_id, _seen_by(viewer))
        row = (await self._session.execute(query.with_for_update() if lock else query)).one_or_none()
        if row is None:
            raise NotFound("programme")
        return _programme(row)

    async def lock(self, programme_id: UUID) -> Programme | None:
        """One, whoever asks, locked until the transaction ends: for what the register does itself."""
        query = select(programmes).where(programmes.c.id == programme_id).with_for_update()
        row = (await self._session.execute(query)).one_or_none()
        return None if row is None else _programme(row)

    async def save(self, programme: Programme) -> None:
        """Keep a new one, or what changed."""
        await save(self._session, programmes, _values(programme))

    async def page(self, viewer: Viewer, wanted: ProgrammeFilter, page: PageRequest) -> list[Programme]:
        """Those that the caller may know of and that fit."""
        query = select(programmes).where(_seen_by(viewer))
        for column, value in (
            (programmes.c.region, wanted.region),
            (programmes.c.kind, wanted.kind),
            (programmes.c.school_id, wanted.school_id),
        ):
            if value is not None:
                query = query.where(column == value)
        return [_programme(row) for row in await page_of(self._session, query, programmes, page)]

    async def plan(self, sessions: Sequence[Session]) -> None:
        """Keep sessions, or what changed of them."""
        await save_all(self._session, programme_sessions, [_session_values(one) for one in sessions])

    async def session(self, session_id: UUID, viewer: Viewer, *, lock: bool = False) -> tuple[Session, Programme]:
        """A session of a programme that the caller may know of, with it; raises `NotFound`."""
        query = select(programme_sessions).where(programme_sessions.c.id == session_id)
        row = (await self._session.execute(query.with_for_update() if lock else query)).one_or_none()
        if row is None:
            raise NotFound("session")
        try:
            return _session(row), await self.get(row.programme_id, viewer)
        except NotFound:
            raise NotFound("session") from None

    async def sessions(
        self, programme_id: UUID, page: PageRequest, begin: date | None = None, end: date | None = None
    ) -> list[Session]:
        """Those of a programme in a period, in the order in which they were planned: that of their days."""
        query = select(programme_sessions).where(programme_sessions.c.programme_id == programme_id)
        if begin is not None:
            query = query.where(programme_sessions.c.on_date >= begin)
        if end is not None:
            query = query.where(programme_sessions.c.on_date <= end)
        return [_session(row) for row in await page_of(self._session, query, programme_sessions, page)]


def _seen_by(viewer: Viewer) -> ColumnElement[bool]:
    if viewer.operator:
        return true()
    ours = programmes.c.school_ids.overlap(list(viewer.schools))
    regional = and_(programmes.c.school_id.is_(None), programmes.c.region.in_(viewer.school_regions))
    return or_(ours, regional, programmes.c.region.in_(viewer.regions))


def _values(programme: Programme) -> dict[str, Any]:
    return {
        "id": programme.id,
        "school_id": programme.school_id,
        "region": programme.region,
        "kind": programme.facts.kind,
        "school_ids": list(programme.schools),
        "partners": [document(one) for one in programme.partners],
        "facts": document(programme.facts),
    }


def _programme(row: Row[Any]) -> Programme:
    partners = tuple(read(Partner, one) for one in row.partners)
    return Programme(row.id, row.school_id, row.region, read(ProgrammeFacts, row.facts), partners, row.version)


def _session_values(session: Session) -> dict[str, Any]:
    return {
        "id": session.id,
        "programme_id": session.programme_id,
        "on_date": session.facts.on_date,
        "cancelled_because": session.cancelled_because,
        "facts": document(session.facts),
    }


def _session(row: Row[Any]) -> Session:
    return Session(row.id, row.programme_id, read(PlanSession, row.facts), row.cancelled_because)
