"""What schools had to do with which employers: relations that cool down, offers that nobody comes to, next steps."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, and_, func, or_, select, text, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from services.intake.domain.offer import Offer, OfferState
from services.intake.domain.placement_states import UNREAL
from services.intake.domain.relation import Relation
from services.intake.domain.rights import Viewer
from services.intake.store.acting import Capacity, acting_as
from services.intake.store.employers import EmployerStore, visible_to
from services.intake.store.offers import OfferStore
from services.intake.store.rows import page_of
from services.intake.store.tables import contact_notes, contacts, employers, metadata, offers, placements
from shared.api import PageRequest

_DORMANT = text("""
with ours as (
    select id from schools where cast(:everybody as boolean) or id = any(cast(:schools as uuid[]))
),
involved (employer_id, school_id, day, kind) as (
    select employer_id, school_id, contact_date, 'contact' from contacts join ours on ours.id = school_id
    union all
    select employer_id, school_id,
           coalesce((ending->>'ended_date')::date, (stay->>'end_date')::date, 'infinity'), 'placement'
    from placements join ours on ours.id = school_id where state not in ('refused', 'cancelled')
    union all
    select employer_id, brought_in_by,
           greatest(recorded_at::date, (facts->>'valid_until_date')::date), 'offer'
    from offers join ours on ours.id = brought_in_by
    union all
    select employers.id, brought_in_by, recorded_at::date, 'brought-in'
    from employers join ours on ours.id = brought_in_by where merged_into is null
    union all
    select employers.id, ours.id, (known->>'since_date')::date, 'works-with'
    from ours
    join employers on facts->'cooperations' @> jsonb_build_array(jsonb_build_object('school_id', ours.id))
    cross join lateral jsonb_array_elements(facts->'cooperations') known
    where known->>'school_id' = ours.id::text and merged_into is null
)
select employer_id, array_agg(distinct school_id) as known_by, max(day) as last,
       max(day) filter (where kind = 'contact') as last_contact,
       count(*) filter (where kind = 'placement') as placements
from involved
where cast(:region as text) is null
   or exists (select 1 from employers where employers.id = employer_id and region = :region)
group by employer_id
having coalesce(max(day), '-infinity') < cast(:today as date) - make_interval(months => :months)
""")
"""A placement that runs without an end is activity for ever; a day that is not known is none."""


@dataclass(frozen=True)
class Whose:
    """Whose relations: of some schools, or (None) of all; in one region, or (None) wherever."""

    schools: frozenset[UUID] | None
    region: str | None = None


@dataclass(frozen=True)
class NextStep:
    """What a school agreed with an employer and has not followed up yet."""

    contact_id: UUID
    employer_id: UUID
    employer_name: str
    school_id: UUID
    author: str
    contact_date: date
    next_step: str | None
    next_step_date: date


class RelationStore:
    """Finds what bears on keeping relations warm."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def dormant(self, whose: Whose, viewer: Viewer, today: date, months: int) -> list[Relation]:
        """Relations without contact, offer or placement for so many months, in no order."""
        values = {
            "everybody": whose.schools is None,
            "schools": list(whose.schools or ()),
            "region": whose.region,
            "today": today,
            "months": months,
        }
        async with acting_as(self._session, Capacity.SEATS):
            rows = (await self._session.execute(_DORMANT, values)).mappings().all()
        return await self._with_employers(rows, viewer)

    async def with_others(self, employer_id: UUID, school_id: UUID) -> bool:
        """Whether another school has contacts, claims, remarks, questions, placements or the like there."""
        tables = [table for table in metadata.sorted_tables if {"employer_id", "school_id"} <= set(table.c.keys())]
        theirs = [
            select(table.c.school_id).where(table.c.employer_id == employer_id, table.c.school_id != school_id)
            for table in tables
        ]
        async with acting_as(self._session, Capacity.REGISTER):
            return (await self._session.execute(union_all(*theirs).limit(1))).first() is not None

    async def _with_employers(self, rows: Collection[RowMapping], viewer: Viewer) -> list[Relation]:
        known = await EmployerStore(self._session).several({row["employer_id"] for row in rows})
        return [
            Relation(employer, tuple(row["known_by"]), row["last"], row["last_contact"], row["placements"])
            for row in rows
            if (employer := known[row["employer_id"]]).visible_to(viewer) and not employer.suggested
        ]

    async def unused_offers(
        self, whose: Whose, viewer: Viewer, today: date, weeks: int, page: PageRequest
    ) -> list[Offer]:
        """Open offers, so many weeks old, where nobody had a place in that time; the oldest first."""
        since = today - timedelta(weeks=weeks)
        ended = func.coalesce(placements.c.ending["ended_date"].astext, placements.c.stay["end_date"].astext)
        used = select(placements.c.id).where(
            placements.c.offer_id == offers.c.id,
            placements.c.state.not_in(UNREAL),
            or_(ended.is_(None), ended > since.isoformat()),
        )
        query = select(offers).join(employers).where(visible_to(viewer), _open_on(today), ~used.exists())
        query = query.where(func.date(offers.c.recorded_at) <= since)
        if whose.schools is not None:
            query = query.where(offers.c.brought_in_by.in_(whose.schools))
        if whose.region is not None:
            query = query.where(employers.c.region == whose.region)
        async with acting_as(self._session, Capacity.SEATS):
            found = await page_of(self._session, query, offers, page)
        return list((await OfferStore(self._session).several([row.id for row in found])).values())

    async def next_steps(self, viewer: Viewer, until: date, *, mine: bool) -> list[NextStep]:
        """What the own schools agreed for that day or earlier and did not speak about again; the first first."""
        due = contacts.c.talk["next_step_date"].astext
        later = contacts.alias("later")
        followed_up = select(later.c.id).where(
            later.c.employer_id == contacts.c.employer_id,
            later.c.school_id == contacts.c.school_id,
            later.c.id > contacts.c.id,
        )
        query = (
            select(contacts, employers.c.facts["name"].astext.label("employer_name"), contact_notes.c.said)
            .join(employers)
            .outerjoin(contact_notes, contact_notes.c.contact_id == contacts.c.id)
            .where(contacts.c.school_id.in_(viewer.schools), due <= until.isoformat(), ~followed_up.exists())
            .order_by(due, contacts.c.id)
        )
        if mine:
            query = query.where(contacts.c.author == viewer.subject)
        return [_next_step(row) for row in (await self._session.execute(query)).mappings()]


def _open_on(day: date) -> Any:
    """ISO dates in the documents compare as text."""
    ends, valid = offers.c.facts["end_date"].astext, offers.c.facts["valid_until_date"].astext
    return and_(
        offers.c.state == OfferState.OPEN,
        or_(ends.is_(None), ends >= day.isoformat()),
        or_(valid.is_(None), valid >= day.isoformat()),
    )


def _next_step(row: RowMapping) -> NextStep:
    return NextStep(
        contact_id=row["id"],
        employer_id=row["employer_id"],
        employer_name=row["employer_name"],
        school_id=row["school_id"],
        author=row["author"],
        contact_date=row["contact_date"],
        next_step=(row["said"] or {}).get("next_step"),
        next_step_date=date.fromisoformat(row["talk"]["next_step_date"]),
    )
