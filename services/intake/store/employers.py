"""Employers in the database; who may not know of one does not find it."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, false, func, or_, select, text, true
from sqlalchemy.ext.asyncio import AsyncSession

from services.intake.domain.addresses import Situation
from services.intake.domain.employer import Employer, EmployerFacts, PauseEmployer
from services.intake.domain.rights import Viewer
from services.intake.domain.tip import NamedEmployer
from services.intake.store.rows import document, page_of, read, save, words_of
from services.intake.store.tables import employers, offers
from shared.api import PageRequest
from shared.errors import NotFound
from shared.events.codes import Point


@dataclass(frozen=True)
class EmployerFilter:
    """Which employers are looked for; None: whatever it is."""

    text: str | None = None
    region: str | None = None
    municipality: str | None = None
    sector: str | None = None
    kind: str | None = None
    size_class: str | None = None
    recognition: str | None = None
    cooperates_with: UUID | None = None
    brought_in_by: UUID | None = None
    suggested: bool | None = None
    has_open_offer: bool | None = None


def visible_to(viewer: Viewer) -> ColumnElement[bool]:
    """The condition under which a caller may know of an employer: `Employer.visible_to` in SQL."""
    if viewer.operator:
        return true()
    own = employers.c.private_to.in_(viewer.schools) if viewer.schools else false()
    return or_(employers.c.private_to.is_(None), own)


class EmployerStore:
    """Finds and keeps employers."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def find(self, employer_id: UUID) -> Employer | None:
        """One employer, whoever asks: for what the register decides itself."""
        row = (await self._session.execute(select(employers).where(employers.c.id == employer_id))).one_or_none()
        return None if row is None else _employer(row)

    async def get(self, employer_id: UUID, viewer: Viewer, *, lock: bool = False) -> Employer:
        """One employer that the caller may know of; raises `NotFound`."""
        query = select(employers).where(employers.c.id == employer_id, visible_to(viewer))
        row = (await self._session.execute(query.with_for_update() if lock else query)).one_or_none()
        if row is None:
            raise NotFound("employer")
        return _employer(row)

    async def save(self, employer: Employer) -> None:
        """Keep a new employer, or what changed."""
        await save(self._session, employers, _values(employer))

    async def several(self, ids: Collection[UUID]) -> dict[UUID, Employer]:
        """Employers by id, whoever asks: of offers that the caller may see."""
        found = await self._session.execute(select(employers).where(employers.c.id.in_(ids)))
        return {row.id: _employer(row) for row in found}

    async def page(self, viewer: Viewer, wanted: EmployerFilter, page: PageRequest) -> list[Employer]:
        """Those that the caller may know of and that fit."""
        query = _filtered(select(employers).where(visible_to(viewer)), wanted)
        return [_employer(row) for row in await page_of(self._session, query, employers, page)]

    async def one_at_a_time(self, key: str) -> None:
        """Let nobody else register what has this key (a KvK number, a name) until the transaction ends."""
        lock = text("select pg_advisory_xact_lock(hashtextextended('employer ' || :key, 0))")
        await self._session.execute(lock, {"key": key})

    async def at(self, kvk_number: str, postcode: str, viewer: Viewer) -> UUID | None:
        """The employer with this KvK number at this postcode, if the caller may know of it."""
        same = and_(employers.c.kvk_number == kvk_number, employers.c.postcode == postcode, visible_to(viewer))
        return (await self._session.execute(select(employers.c.id).where(same).limit(1))).scalar_one_or_none()

    async def named(self, named: NamedEmployer, region: str) -> Employer | None:
        """The shared employer that is meant: by KvK number, a location in the region first, else by name and postcode.

        One that a school keeps to itself is never found, so that nobody learns of it.
        """
        shared = select(employers).where(employers.c.private_to.is_(None))
        if named.kvk_number is not None:
            same = shared.where(employers.c.kvk_number == named.kvk_number)
            nearest = same.order_by(employers.c.region != region, employers.c.id).limit(1)
            if (row := (await self._session.execute(nearest)).one_or_none()) is not None:
                return _employer(row)
        if named.postcode is None:
            return None
        name = func.lower(employers.c.facts["name"].astext) == named.name.casefold()
        same = shared.where(employers.c.postcode == named.postcode, name).order_by(employers.c.id).limit(1)
        row = (await self._session.execute(same)).one_or_none()
        return None if row is None else _employer(row)


def _filtered(query: Select[Any], wanted: EmployerFilter) -> Select[Any]:
    table = employers.c
    for column, value in (
        (table.region, wanted.region),
        (table.municipality, wanted.municipality),
        (table.kind, wanted.kind),
        (table.size_class, wanted.size_class),
        (table.recognition, wanted.recognition),
        (table.brought_in_by, wanted.brought_in_by),
        (table.suggested, wanted.suggested),
    ):
        if value is not None:
            query = query.where(column == value)
    if wanted.sector is not None:
        query = query.where(table.sectors.contains([wanted.sector]))
    for word in words_of(wanted.text or ""):
        query = query.where(table.search_text.like(word))
    if wanted.cooperates_with is not None:
        known = {"cooperations": [{"school_id": str(wanted.cooperates_with)}]}
        query = query.where(or_(table.facts.contains(known), table.brought_in_by == wanted.cooperates_with))
    if wanted.has_open_offer is not None:
        open_offer = select(offers.c.id).where(offers.c.employer_id == table.id, offers.c.state == "open").exists()
        query = query.where(open_offer if wanted.has_open_offer else ~open_offer)
    return query


def _values(employer: Employer) -> dict[str, Any]:
    facts, address = employer.facts, employer.facts.address
    searched = (facts.name, address.place if address else "", *facts.sectors, *facts.tasks)
    return {
        "id": employer.id,
        "kvk_number": facts.kvk_number,
        "postcode": address.postcode if address else None,
        "search_text": " ".join(searched).casefold(),
        "kind": facts.kind,
        "sectors": list(facts.sectors),
        "size_class": facts.size_class,
        "recognition": facts.recognition,
        "region": employer.situation.region,
        "municipality": employer.situation.municipality,
        "location": document(employer.situation.location),
        "brought_in_by": employer.brought_in_by,
        "private_to": employer.private_to,
        "suggested": employer.suggested,
        "pause": document(employer.pause) if employer.pause else None,
        "facts": document(facts),
    }


def _employer(row: Row[Any]) -> Employer:
    return Employer(
        row.id,
        read(EmployerFacts, row.facts),
        Situation(row.region, row.municipality, read(Point, row.location)),
        row.brought_in_by,
        row.private_to,
        read(PauseEmployer, row.pause) if row.pause else None,
        row.suggested,
        row.version,
    )
