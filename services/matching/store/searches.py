"""Searches: students for whom a place is looked for, with their profile for as long as that lasts."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, delete, exists, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.dml import ReturningDelete, ReturningUpdate

from services.matching.domain import adapting
from services.matching.domain.model import Lesson, Offer, Profile, Refusal, Search, SearchState
from services.matching.domain.proposals import ProposalState
from services.matching.domain.regions import within_reach
from services.matching.domain.travel import reach_km
from services.matching.store.remembered import OF_SEARCH, REMEMBERED, search_of
from services.matching.store.rows import (
    KM_PER_DEGREE,
    KM_PER_DEGREE_EAST,
    among,
    as_asked,
    as_columns,
    as_text,
    asked_for,
    fetch,
    upsert,
)
from services.matching.store.settings import SettingsStore
from services.matching.store.tables import (
    contacts,
    lessons,
    pins,
    placements,
    plan_lines,
    proposals,
    refusals,
    searches,
)
from shared.events.codes import Step
from shared.unit_of_work import kernel_connection

LOOKING = (SearchState.SEARCHING, SearchState.PROPOSED)
"""States in which a student counts as searching: a proposal is not a place yet."""


_REMEMBERED = as_columns(REMEMBERED)

_PLANNED = exists().where(proposals.c.student_id == searches.c.id, proposals.c.state == ProposalState.PLANNED)
_WAITING = (searches.c.state == SearchState.SEARCHING) & ~_PLANNED
"""Who looks for a place and has none planned."""


@dataclass(frozen=True)
class SearchRecord:
    """A search as it stands in the table, also when it has ended and its profile is gone."""

    student_id: UUID
    school_id: UUID
    region: str
    state: SearchState
    step: Step
    since: datetime
    ready_at: datetime
    due_at: datetime | None
    unmatched_at: datetime | None
    hardness_set_to: int | None


class SearchStore:
    """Searches, by student."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session
        self.settings = SettingsStore(session)

    async def save(self, search: Search, due_at: datetime | None) -> None:
        """Keep how a search that has begun stands now."""
        values = {**_columns(search), "due_at": due_at}
        await self.session.execute(update(searches).where(searches.c.id == search.student_id).values(**values))

    async def mark(self, student_id: UUID, state: SearchState) -> None:
        """Say where a search stands now, unless it has ended; nothing is due for it."""
        await (await kernel_connection(self.session)).execute(_MARK, student_id, state)

    async def begin(self, search: Search, ready_at: datetime, due_at: datetime | None = None) -> None:
        """Keep a search that begins, or whose profile changed; `ready_at` is when intake said so.

        Without `due_at` what is due for it stays as it is.
        """
        due = {"due_at": due_at} if due_at else {}
        await upsert(self.session, searches, {**_columns(search), "ready_at": ready_at, **due})

    async def end(self, student_id: UUID) -> list[UUID]:
        """End a search and drop the profile, a place that is planned and everything that was remembered for it, also
        which demands proposals had to leave out, which tells of limits; the offers that it was pinned to.
        """
        return [row.offer_id for row in await fetch(self.session, _END, student_id, adapting.FORGOTTEN)]

    async def record(self, student_id: UUID) -> SearchRecord | None:
        """How a student's search stands, ended ones included."""
        for row in await fetch(self.session, _RECORD, student_id):
            return SearchRecord(**vars(row) | {"state": SearchState(row.state), "step": Step(row.step)})
        return None

    async def get(self, student_id: UUID) -> Search | None:
        """A student's search, if it has not ended."""
        found = await self._read(_ONE, student_id)
        return found[0][0] if found else None

    async def searching(self, ids: Collection[UUID]) -> list[Search]:
        """Those of these students who have no proposal now, nor a planned one."""
        return [search for search, _ in await self.searching_with_dues(ids)]

    async def searching_with_dues(self, ids: Collection[UUID]) -> list[tuple[Search, datetime | None]]:
        """The same, each with when something is due for it."""
        some = list(ids)
        return await self._read(_SOME_WAITING.format(who=asked_for(1, some)), as_asked(some)) if some else []

    async def by_ids(self, ids: Collection[UUID]) -> list[Search]:
        """The searches of these students that have not ended."""
        return await self._load(among(searches.c.id, ids)) if ids else []

    async def waiting_in(self, regions: Collection[str]) -> list[Search]:
        """The students of these regions without a proposal."""
        return await self._load(among(searches.c.region, regions) & _WAITING)

    async def to_plan_in(self, region: str) -> list[Search]:
        """The students of a region who wait, whether a place is planned for them or not."""
        return await self._load((searches.c.region == region) & (searches.c.state == SearchState.SEARCHING))

    async def due(self, dues: Mapping[UUID, datetime | None]) -> None:
        """When something is due next for these searches."""
        await self.session.execute(_DUE, {"ids": list(dues), "dues": list(dues.values())})

    async def nothing_is_due(self, students: Collection[UUID]) -> None:
        """Their searches go on only when something happens."""
        await self.session.execute(update(searches).where(among(searches.c.id, students)).values(due_at=None))

    async def waiting_near(
        self, offers: Sequence[Offer], *, apart_from: Collection[str] = (), in_any_circle: bool = False
    ) -> list[Search]:
        """The students without a proposal who could reach one of the offers, apart from those of some regions.

        Who looks in the own network alone is left out where none of the offers lies in it, but for `in_any_circle`:
        when a school year begins, that is nearly everybody.
        """
        regions = {region for offer in offers for region in within_reach(offer.region)}.difference(apart_from)
        if not regions:
            return []
        spots = [(one.location.latitude, one.location.longitude, one.sector) for one in offers]
        columns = [list(column) for column in zip(*spots, strict=True)] if len(offers) <= FEW else [None, None, None]
        ids = None if in_any_circle else [one.offer_id for one in offers]
        return [search for search, _ in await self._read(_NEAR, sorted(regions), *columns, ids)]

    async def running_in(self, region: str) -> list[Search]:
        """All of a region for whom a place is looked for or agreed on; the longest waiting first."""
        states = (*LOOKING, SearchState.ACCEPTED)
        found = await self._load((searches.c.region == region) & among(searches.c.state, states))
        return sorted(found, key=lambda one: one.since)

    async def looking_in(self, region: str) -> list[Profile]:
        """The profiles of all who search in a region, for describing one of them generally."""
        which = (searches.c.region == region) & among(searches.c.state, LOOKING)
        found = await self.session.execute(select(searches.c.profile).where(which))
        return [Profile.model_validate(profile) for profile in found.scalars()]

    async def counts(self, region: str) -> Mapping[tuple[SearchState, bool], int]:
        """How many searches of a region there are, by state and whether help was asked."""
        helped = searches.c.unmatched_at.is_not(None).label("helped")
        columns = select(searches.c.state, helped, func.count().label("many")).where(searches.c.region == region)
        found = await self.session.execute(columns.group_by(searches.c.state, helped))
        return {(SearchState(row.state), row.helped): row.many for row in found}

    async def due_in(self, region: str) -> list[UUID]:
        """The students of a region for whose search something is due."""
        due = _WAITING & (searches.c.due_at <= func.clock_timestamp())
        found = await self.session.execute(select(searches.c.id).where(due & (searches.c.region == region)))
        return list(found.scalars())

    async def next_due_in(self, region: str) -> datetime | None:
        """When something is due next for a search of a region."""
        searching = _WAITING & (searches.c.region == region)
        due: datetime | None = (
            await self.session.execute(select(func.min(searches.c.due_at)).where(searching))
        ).scalar()
        return due

    async def look_at_region_again(self, region: str) -> None:
        """Make everything due that may be, since the region's settings changed."""
        which = _WAITING & (searches.c.region == region)
        await self.session.execute(update(searches).where(which).values(due_at=func.clock_timestamp()))

    async def refuse(self, student_id: UUID, offer_id: UUID, refusal: Refusal) -> None:
        """Remember that a student and an offer are not proposed to each other again for a while."""
        row = {"student_id": student_id, "offer_id": offer_id, "reason": refusal.reason, "until_date": refusal.until}
        await upsert(self.session, refusals, row)

    async def learn(self, student_id: UUID, lesson: Lesson) -> None:
        """Remember what a declined proposal taught."""
        await upsert(self.session, lessons, {"student_id": student_id, **asdict(lesson)})

    async def unlearn(self, student_id: UUID) -> None:
        """Let go of what declined proposals taught."""
        await self.session.execute(delete(lessons).where(lessons.c.student_id == student_id))

    async def with_lapsed_refusal(self, day: date) -> UUID | None:
        """A student who may be proposed again to an offer that was refused."""
        found = select(refusals.c.student_id).where(refusals.c.until_date <= day).limit(1)
        return (await self.session.execute(found)).scalar_one_or_none()

    async def forget_lapsed(self, student_id: UUID, day: date) -> None:
        """Forget the refusals of a student that hold no longer."""
        lapsed = (refusals.c.student_id == student_id) & (refusals.c.until_date <= day)
        await self.session.execute(delete(refusals).where(lapsed))

    async def forget_person(self, person_id: UUID) -> int:
        """Delete all that is kept of a student's search; seats stay taken, by a stand-in. The number of rows."""
        stand_in = func.stand_in_of(person_id)
        done: list[ReturningUpdate[Any] | ReturningDelete[Any]] = [
            delete(table).where(column == person_id).returning(column)
            for table, column in (
                (searches, searches.c.id),
                (refusals, refusals.c.student_id),
                (lessons, lessons.c.student_id),
                (proposals, proposals.c.student_id),
                (pins, pins.c.student_id),
                (plan_lines, plan_lines.c.student_id),
            )
        ]
        for table, left in ((placements, stand_in), (contacts, None)):
            named = table.c.student_id == person_id
            done.append(update(table).where(named).values(student_id=left).returning(table.c.id))
        return sum([len((await self.session.execute(each)).all()) for each in done])

    async def _read(self, statement: str, *arguments: Any) -> list[tuple[Search, datetime | None]]:
        rows = await fetch(self.session, statement, *arguments)
        terms = await self.settings.terms({row.region for row in rows})
        return [(search_of(row, terms[row.region]), row.due_at) for row in rows]

    async def _load(self, which: ColumnElement[bool]) -> list[Search]:
        query = select(searches, *_REMEMBERED).where(which, searches.c.profile.is_not(None))
        rows = (await self.session.execute(query)).all()
        terms = await self.settings.terms({row.region for row in rows})
        return [search_of(row, terms[row.region]) for row in rows]


FEW = 20
"""Beyond so many offers one look at their regions is cheaper than a condition for each."""


_MARK = "update searches set state = $2, due_at = null where id = $1::uuid and profile is not null"
_END = """
with planned as (delete from proposals where student_id = $1::uuid and state = 'planned'),
  told as (
    update proposals set left_out = '{}', reasons = (
      select jsonb_agg(
        case when reason ->> 'factor' = 'adaptation'
          then jsonb_set(reason, '{text}', to_jsonb($2::text)) else reason end order by place)
      from jsonb_array_elements(reasons) with ordinality as told (reason, place))
    where student_id = $1::uuid and state <> 'planned' and left_out <> '{}'
  ),
  taught as (delete from lessons where student_id = $1::uuid),
  refused as (delete from refusals where student_id = $1::uuid),
  ended as (
    update searches set state = 'ended', profile = null, latitude = null, longitude = null, reach_km = null,
      due_at = null, hardness_set_to = null
    where id = $1::uuid
  )
delete from pins where student_id = $1::uuid returning offer_id
"""

_DUE = text("""
update searches set due_at = due
from unnest(cast(:ids as uuid[]), cast(:dues as timestamptz[])) as asked (student, due) where id = student
""")


_RECORD = """
select id as student_id, school_id, region, state, step, since, ready_at, due_at, unmatched_at, hardness_set_to
from searches where id = $1::uuid
"""
_READ = f"""
select {", ".join(OF_SEARCH)}, region, due_at, {as_text(REMEMBERED)} from searches where profile is not null"""  # noqa: S608 — our own names
_ONE = f"{_READ} and id = $1::uuid"
_NONE_PLANNED = """ and state = 'searching'
  and not exists (select from proposals where student_id = searches.id and state = 'planned')"""
_SOME_WAITING = f"{_READ} and id {{who}} {_NONE_PLANNED}"

# Who wishes for this work, has no wish, or may be asked for what lies near: the others are not worth reading.
_NEAR = f"""
{_READ} and region = any($1::text[]) {_NONE_PLANNED}
  and ($2::float[] is null or exists (
    select from unnest($2, $3::float[], $4::text[]) as offered (north, east, kind)
    where abs(latitude - north) * {KM_PER_DEGREE} <= reach_km
      and abs(longitude - east) * {KM_PER_DEGREE_EAST} <= reach_km
      and (profile @> jsonb_build_object('wishes', jsonb_build_array(jsonb_build_object('sector', kind)))
        or profile @> '{{"accepts_neighbouring_work": true}}' or profile -> 'wishes' = '[]')
  ))
  and ($5::uuid[] is null or step <> 'own-network'
    or exists (select from pins where student_id = searches.id and offer_id = any($5))
    or exists (
      select from offers left join employers on employers.id = employer_id
      where offers.id = any($5) and (searches.school_id in (brought_in_by, private_to)
        or employers.facts @> jsonb_build_object('brought_in_by', searches.school_id) or employers.facts @>
          jsonb_build_object('cooperations', jsonb_build_array(jsonb_build_object('school_id', searches.school_id))))
    ))
"""  # noqa: S608 — our own names


def _columns(search: Search) -> dict[str, Any]:
    profile = search.profile
    return {
        "id": search.student_id,
        "school_id": search.school_id,
        "region": profile.region,
        "state": search.state,
        "step": search.step,
        "since": search.since,
        "step_since": search.step_since,
        "unmatched_at": search.unmatched_at,
        "hardness_set_to": search.hardness_set_to,
        "latitude": profile.location.latitude,
        "longitude": profile.location.longitude,
        "reach_km": reach_km(profile.travel.mode, profile.travel.max_minutes),
        "profile": profile.model_dump(mode="json"),
    }
