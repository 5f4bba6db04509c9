"""Initiatives in the database: seen by the schools of their region."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Table, delete, or_, select, text, true
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.intake.domain.employer import Employer
from services.intake.domain.initiative import Effect, EndInitiative, Initiative, InitiativeFacts, InitiativeState
from services.intake.domain.rights import Viewer
from services.intake.store.acting import Capacity, acting_as
from services.intake.store.employers import EmployerStore, visible_to
from services.intake.store.initiative_tables import initiative_employers, initiatives
from services.intake.store.rows import document, page_of, read, save
from services.intake.store.tables import employers
from shared.api import PageRequest
from shared.errors import NotFound
from shared.events.intake import InitiativeEmployer

_EFFECT = text("""
with linked as (select employer_id, since_date from initiative_employers where initiative_id = :initiative),
begun as (
    select placements.state, placements.school_id, ending ->> 'outcome' as outcome
    from linked join placements using (employer_id)
    where placements.state in ('running', 'ended') and stay ->> 'begin_date' >= cast(since_date as text)
)
select (select count(*) from linked) as employers,
    (select count(*) from linked where not exists (
        select from placements where placements.employer_id = linked.employer_id
          and placements.state in ('running', 'ended') and stay ->> 'begin_date' < cast(:begin_date as text)
    )) as new_employers,
    count(*) as placements,
    count(*) filter (where state = 'running') as running,
    count(*) filter (where state = 'ended') as ended,
    count(*) filter (where outcome = 'job') as to_work,
    coalesce(array_agg(distinct school_id) filter (where school_id is not null), '{}') as schools
from begun
""")  # ISO dates compare as text


@dataclass(frozen=True)
class InitiativeFilter:
    """Which initiatives are looked for; None: whatever it is."""

    region: str | None = None
    kind: str | None = None
    school_id: UUID | None = None
    state: InitiativeState | None = None


@dataclass(frozen=True)
class Linked:
    """An employer that takes part in an initiative, and since when."""

    employer: Employer
    since_date: date


class InitiativeStore:
    """Finds and keeps initiatives."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def get(self, initiative_id: UUID, viewer: Viewer, *, lock: bool = False) -> Initiative:
        """One of the caller's regions; raises `NotFound`."""
        query = select(initiatives).where(initiatives.c.id == initiative_id, seen_in(initiatives, viewer))
        row = (await self._session.execute(query.with_for_update() if lock else query)).one_or_none()
        if row is None:
            raise NotFound("initiative")
        return _initiative(row)

    async def save(self, initiative: Initiative) -> None:
        """Keep a new initiative, or what changed."""
        await save(self._session, initiatives, _values(initiative))

    async def page(self, viewer: Viewer, wanted: InitiativeFilter, page: PageRequest) -> list[Initiative]:
        """Those that fit."""
        query, table = select(initiatives).where(seen_in(initiatives, viewer)), initiatives.c
        for column, value in (
            (table.region, wanted.region),
            (table.facts["kind"].astext, wanted.kind),
            (table.school_id, wanted.school_id),
            (table.state, wanted.state),
        ):
            if value is not None:
                query = query.where(column == value)
        return [_initiative(row) for row in await page_of(self._session, query, initiatives, page)]

    async def link(self, initiative_id: UUID, employer_id: UUID, since: date) -> date:
        """An employer takes part from a day on; one that does already goes on, and since when it does is the answer."""
        new = insert(initiative_employers).values(
            initiative_id=initiative_id, employer_id=employer_id, since_date=since
        )
        await self._session.execute(new.on_conflict_do_nothing())
        table = initiative_employers.c
        query = select(table.since_date).where(table.initiative_id == initiative_id, table.employer_id == employer_id)
        since_when: date = (await self._session.execute(query)).scalar_one()
        return since_when

    async def unlink(self, initiative_id: UUID, employer_id: UUID) -> None:
        """It was a mistake; an employer that does not take part stays as it is."""
        table = initiative_employers.c
        which = table.initiative_id == initiative_id, table.employer_id == employer_id
        await self._session.execute(delete(initiative_employers).where(*which))

    async def employers(self, initiative_id: UUID, viewer: Viewer, page: PageRequest) -> list[Linked]:
        """Those that take part, of whom the caller may know; one more than asked for."""
        query = select(initiative_employers).join(employers, employers.c.id == initiative_employers.c.employer_id)
        query = query.where(initiative_employers.c.initiative_id == initiative_id, visible_to(viewer))
        if page.after_id is not None:
            query = query.where(initiative_employers.c.employer_id > page.after_id)
        query = query.order_by(initiative_employers.c.employer_id).limit(page.limit + 1)
        rows: Sequence[Row[Any]] = (await self._session.execute(query)).all()
        known = await EmployerStore(self._session).several({row.employer_id for row in rows})
        return [Linked(known[row.employer_id], row.since_date) for row in rows]

    async def linked(self, initiative_id: UUID) -> list[InitiativeEmployer]:
        """All that take part, by id."""
        table = initiative_employers.c
        query = select(table.employer_id, table.since_date).where(table.initiative_id == initiative_id)
        found = await self._session.execute(query.order_by(table.employer_id))
        return [InitiativeEmployer(employer_id=row.employer_id, since_date=row.since_date) for row in found]

    async def effect(self, initiative: Initiative) -> Effect:
        """What came of it, over all schools."""
        given = {"initiative": initiative.id, "begin_date": initiative.facts.begin_date.isoformat()}
        async with acting_as(self._session, Capacity.SEATS):
            row = (await self._session.execute(_EFFECT, given)).one()
        counts = (row.employers, row.new_employers, row.placements, row.running, row.ended, row.to_work)
        return Effect(*counts, schools=frozenset(row.schools))


def seen_in(table: Table, viewer: Viewer) -> ColumnElement[bool]:
    """What is the caller's own, or of the regions of its schools, or that it looks after."""
    if viewer.operator:
        return true()
    return or_(
        table.c.region.in_(viewer.school_regions | viewer.regions),
        table.c.school_id.in_(viewer.schools),
    )


def _values(initiative: Initiative) -> dict[str, Any]:
    return {
        "id": initiative.id,
        "region": initiative.region,
        "school_id": initiative.school_id,
        "author": initiative.author,
        "state": initiative.state,
        "facts": document(initiative.facts),
        "ending": document(initiative.ending) if initiative.ending else None,
    }


def _initiative(row: Row[Any]) -> Initiative:
    ending = read(EndInitiative, row.ending) if row.ending else None
    return Initiative(row.id, row.region, row.school_id, row.author, read(InitiativeFacts, row.facts), ending)
