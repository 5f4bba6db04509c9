"""Employers in the database; who may not know of one does not find it."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, false, func, literal_column, or_, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession

from services.intake.domain.addresses import Situation
from services.intake.domain.employer import Employer, EmployerFacts, EmployerWasMerged, PauseEmployer
from services.intake.domain.employer_stop import StopEmployer
from services.intake.domain.likeness import Traits, folded, marks
from services.intake.domain.rights import Viewer
from services.intake.domain.tip import NamedEmployer
from services.intake.domain.verification import verifier
from services.intake.store.location_tables import locations
from services.intake.store.rows import add_all, document, page_of, read, save
from services.intake.store.tables import employers, offers
from shared.api import PageRequest
from shared.errors import NotFound
from shared.events.codes import Point

OneOrMore: TypeAlias = str | Sequence[str] | None


def several(wanted: str | Sequence[str]) -> list[str]:
    """One value or several as several."""
    return [wanted] if isinstance(wanted, str) else list(wanted)


@dataclass(frozen=True)
class EmployerFilter:
    """Which employers are looked for; None: whatever it is."""

    text: str | None = None
    region: OneOrMore = None
    municipality: OneOrMore = None
    sector: OneOrMore = None
    kind: OneOrMore = None
    size_class: OneOrMore = None
    recognition: OneOrMore = None
    cooperates_with: UUID | None = None
    brought_in_by: UUID | None = None
    suggested: bool | None = None
    has_open_offer: bool | None = None
    stopped: bool | None = None
    stale: bool | None = None
    stale_before: date = date.min
    """Before which day a verification is too long ago, for `stale`."""


_SEARCHED = {"search_text", "name_text", "marks", "changed_at", "latitude", "longitude", "words", "recorded_at"}

KEPT = [column for column in employers.c if column.name not in _SEARCHED]
"""What `employer_of` reads; the rest serves to find it."""


def visible_to(viewer: Viewer) -> ColumnElement[bool]:
    """Which employers there are for a caller: `Employer.visible_to` in SQL, without those that were merged."""
    single = employers.c.merged_into.is_(None)
    if viewer.operator:
        return single
    own = employers.c.private_to.in_(viewer.schools) if viewer.schools else false()
    return and_(single, or_(employers.c.private_to.is_(None), own))


_COOPERATIONS = employers.c.facts.op("->", return_type=JSONB())(literal_column("'cooperations'"))
"""As in the index: a subscript, or a key as a parameter, is another expression to PostgreSQL."""


def works_with(school_id: UUID) -> ColumnElement[bool]:
    """The condition that an employer cooperates with a school, as the index on cooperations finds it."""
    return _COOPERATIONS.contains([{"school_id": str(school_id)}])


def stale(before: date) -> ColumnElement[bool]:
    """The condition that nobody verified an employer since that day, though it has not stopped."""
    verified = employers.c.verified_on
    return and_(employers.c.stopped.is_(None), or_(verified.is_(None), verified < before))


def _lies_in(employer_column: Any, location_column: Any, codes: Sequence[str]) -> ColumnElement[bool]:
    """The condition that the main address or an open location of an employer lies in one of them."""
    there = location_column.in_(codes), locations.c.closed_date.is_(None), locations.c.employer_id == employers.c.id
    return or_(employer_column.in_(codes), select(locations.c.id).where(*there).exists())


class EmployerStore:
    """Finds and keeps employers."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def find(self, employer_id: UUID, *, lock: bool = False) -> Employer | None:
        """One employer, whoever asks: for what the register decides itself."""
        query = select(*KEPT).where(employers.c.id == employer_id)
        row = (await self._session.execute(query.with_for_update() if lock else query)).one_or_none()
        return None if row is None else _employer(row)

    async def get(self, employer_id: UUID, viewer: Viewer, *, lock: bool = False) -> Employer:
        """One employer that the caller may know of; raises `NotFound`, `EmployerWasMerged`."""
        query = select(*KEPT).where(employers.c.id == employer_id)
        row = (await self._session.execute(query.with_for_update() if lock else query)).one_or_none()
        if row is None or not (employer := _employer(row)).visible_to(viewer):
            raise NotFound("employer")
        if row.merged_into is not None:
            raise EmployerWasMerged(merged_into=row.merged_into)
        return employer

    async def add(self, employer: Employer) -> None:
        """Keep a new employer; to be told of with `announce_new`."""
        await add_all(self._session, employers, [_values(employer)])

    async def save(self, employer: Employer) -> None:
        """Keep what changed."""
        await save(self._session, employers, _values(employer))

    async def several(self, ids: Collection[UUID]) -> dict[UUID, Employer]:
        """Employers by id, whoever asks: of offers that the caller may see."""
        found = await self._session.execute(select(*KEPT).where(employers.c.id.in_(ids)))
        return {row.id: _employer(row) for row in found}

    async def visible(self, ids: Collection[UUID | None], viewer: Viewer) -> set[UUID]:
        """Which of these the caller may know of."""
        wanted = {one for one in ids if one is not None}
        if not wanted:
            return set()
        query = select(employers.c.id).where(employers.c.id.in_(wanted), visible_to(viewer))
        return set((await self._session.execute(query)).scalars())

    async def standing(self, ids: Collection[UUID]) -> dict[UUID, UUID]:
        """The employers that ids mean by now: those that went up in another mean that one."""
        if not ids:
            return {}
        query = select(employers.c.id, employers.c.merged_into).where(employers.c.id.in_(ids))
        return {row.id: row.merged_into or row.id for row in await self._session.execute(query)}

    async def points_in(self, region: str, viewer: Viewer) -> dict[str, list[Point]]:
        """Where the employers of a region are, by sector, as far as the caller may know of them."""
        which = employers.c.region == region, visible_to(viewer)
        found: dict[str, list[Point]] = {}
        for row in await self._session.execute(select(employers.c.sectors, employers.c.location).where(*which)):
            point = read(Point, row.location)
            for sector in row.sectors:
                found.setdefault(sector, []).append(point)
        return found

    async def page(self, viewer: Viewer, wanted: EmployerFilter, page: PageRequest) -> list[Employer]:
        """Those that the caller may know of and that fit."""
        query = _filtered(select(*KEPT).where(visible_to(viewer)), wanted)
        return [_employer(row) for row in await page_of(self._session, query, employers, page)]

    async def to_verify(self, viewer: Viewer, before: date, page: PageRequest) -> list[Employer]:
        """The stale employers that the caller's schools should verify, or that lie in the caller's regions."""
        query = select(*KEPT).where(visible_to(viewer), stale(before))
        if not viewer.operator:
            own = employers.c.verifier.in_(viewer.schools), employers.c.region.in_(viewer.regions)
            query = query.where(or_(*own))
        return [_employer(row) for row in await page_of(self._session, query, employers, page)]

    async def one_at_a_time(self, key: str) -> None:
        """Let nobody else register what has this key (a KvK number, a name) until the transaction ends."""
        lock = text("select pg_advisory_xact_lock(hashtextextended('employer ' || :key, 0))")
        await self._session.execute(lock, {"key": key})

    async def named(self, named: NamedEmployer, region: str) -> Employer | None:
        """The shared employer that is meant: by KvK number, a location in the region first, else by name and postcode.

        One that a school keeps to itself is never found, so that nobody learns of it.
        """
        shared = select(*KEPT).where(employers.c.private_to.is_(None), employers.c.merged_into.is_(None))
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
    """Those that fit; for the words see `EmployerSearch`."""
    table = employers.c
    for column, value in (
        (table.kind, wanted.kind),
        (table.size_class, wanted.size_class),
        (table.recognition, wanted.recognition),
    ):
        if value is not None:
            query = query.where(column.in_(several(value)))
    for column, elsewhere, wanted_codes in (
        (table.region, locations.c.region, wanted.region),
        (table.municipality, locations.c.municipality, wanted.municipality),
    ):
        if wanted_codes is not None:
            query = query.where(_lies_in(column, elsewhere, several(wanted_codes)))
    if wanted.sector is not None:
        query = query.where(table.sectors.overlap(several(wanted.sector)))
    if wanted.cooperates_with is not None:
        query = query.where(or_(works_with(wanted.cooperates_with), table.brought_in_by == wanted.cooperates_with))
    return query.where(*_conditions(wanted))


def _conditions(wanted: EmployerFilter) -> Iterator[ColumnElement[bool]]:
    """What is asked with a yes or a no, or has one value."""
    table = employers.c
    for column, one in ((table.brought_in_by, wanted.brought_in_by), (table.suggested, wanted.suggested)):
        if one is not None:
            yield column == one
    open_offer = select(offers.c.id).where(offers.c.employer_id == table.id, offers.c.state == "open").exists()
    for condition, asked in (
        (table.stopped.is_not(None), wanted.stopped),
        (stale(wanted.stale_before), wanted.stale),
        (open_offer, wanted.has_open_offer),
    ):
        if asked is not None:
            yield condition if asked else ~condition


def _values(employer: Employer) -> dict[str, Any]:
    facts, address = employer.facts, employer.facts.address
    searched = (facts.name, address.place if address else "", *facts.sectors, *facts.tasks)
    return {
        "id": employer.id,
        "kvk_number": facts.kvk_number,
        "postcode": address.postcode if address else None,
        "name_text": folded(facts.name),
        "search_text": folded(" ".join(searched)),
        "marks": sorted(marks(Traits.of(facts))),
        "changed_at": datetime.now(UTC),
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
        "stopped": document(employer.stopped) if employer.stopped else None,
        "verified_on": employer.verified_on,
        "verifier": verifier(employer),
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
        row.verified_on,
        read(StopEmployer, row.stopped) if row.stopped else None,
        row.version,
    )


employer_of, filtered, values_of = _employer, _filtered, _values
"""What the other stores of employers share: an employer from its row, the rows that fit, and a row of an employer."""
