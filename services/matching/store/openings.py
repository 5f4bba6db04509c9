"""Offers, and what bears on their seats: placements, held proposals, pauses, experience and contacts."""

from collections.abc import Callable, Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Boolean,
    ColumnElement,
    Row,
    Select,
    Text,
    exists,
    func,
    literal,
    literal_column,
    or_,
    select,
    true,
    union_all,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.matching.domain.model import (
    Offer,
    Opening,
    Profile,
    Search,
)
from services.matching.domain.proposals import HOLDING, ProposalState
from services.matching.domain.regions import within_reach
from services.matching.domain.sectors import around
from services.matching.domain.travel import reach_km
from services.matching.store.bearing import BEARING, opening_of
from services.matching.store.employing import about
from services.matching.store.merges import standing
from services.matching.store.rows import KM_PER_DEGREE, KM_PER_DEGREE_EAST, among, as_columns, fetch, now, upsert
from services.matching.store.settings import SettingsStore
from services.matching.store.tables import employers, offers, placements, proposals
from shared.events.codes import Step
from shared.events.intake import OfferFacts, PlacementCancelled, PlacementEnded, PlacementFacts


@dataclass(frozen=True)
class Taken:
    """What became of an offer that was kept."""

    is_new: bool
    """Nobody knew of it before, so that nothing can be proposed to it."""
    first_look_until: datetime | None
    """Until when only those who brought it in look at it; None once that is over."""


_BEARING = as_columns(BEARING)
_EMPLOYER_ID = literal(["employer_id"], ARRAY(Text))
_IS_NEW = literal_column("(xmax = 0)", Boolean).label("is_new")
"""PostgreSQL's own mark of a row that `on conflict` inserted."""


class OpeningStore:
    """Offers with the state of their seats."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session
        self.settings = SettingsStore(session)
        self._employers: dict[UUID, dict[str, Any]] = {}
        self.planned_apart_in: Collection[str] = ()
        """Regions for whose students planned seats count as free: who plans deals them out."""

    async def save(self, event: OfferFacts, opened_at: datetime) -> Taken:
        """Keep an offer as it reads now; it is open (again)."""
        demands = tuple(code for code in event.demands if code not in event.adaptable)
        offer = Offer.model_validate(event.model_dump() | {"demands": demands})
        employer_id = standing(offer.employer_id)
        facts = literal(offer.model_dump(mode="json"), JSONB)
        row = {
            "id": offer.offer_id,
            "employer_id": employer_id,
            "region": offer.region,
            "latitude": offer.location.latitude,
            "longitude": offer.location.longitude,
            "sector": offer.sector,
            "is_open": True,
            "brought_in_by": offer.brought_in_by,
            "private_to": offer.private_to,
            "facts": func.jsonb_set(facts, _EMPLOYER_ID, func.to_jsonb(employer_id)),
        }
        new = insert(offers).values(**row, opened_at=opened_at, look_at=opened_at)
        kept = new.on_conflict_do_update(index_elements=["id"], set_={name: new.excluded[name] for name in row})
        found = (await self.session.execute(kept.returning(offers.c.opened_at, _IS_NEW))).one()
        looks = await self.first_looks({offer.region})
        return Taken(found.is_new, looks(offer.region, found.opened_at))

    async def withdraw(self, offer_id: UUID) -> None:
        """Close an offer for new proposals."""
        await self.session.execute(update(offers).where(offers.c.id == offer_id).values(is_open=False))

    async def regions_of(self, *, employer_id: UUID | None = None, offer_id: UUID | None = None) -> set[str]:
        """The regions of an employer and its open offers, or of one offer; nothing for what is not known."""
        asked = (_REGION_OF_OFFER, offer_id) if offer_id is not None else (_REGIONS_OF_EMPLOYER, employer_id)
        return {row.region for row in await fetch(self.session, *asked)}

    async def open_of(self, employer_id: UUID) -> list[UUID]:
        """The open offers of an employer."""
        which = (offers.c.employer_id == employer_id) & offers.c.is_open
        return list((await self.session.execute(select(offers.c.id).where(which).order_by(offers.c.id))).scalars())

    async def open_in(self, region: str, sector: str | None) -> list[UUID]:
        """The open offers of a sector in a region, or of all its sectors."""
        which = (offers.c.region == region) & offers.c.is_open
        if sector is not None:
            which &= offers.c.sector == sector
        return list((await self.session.execute(select(offers.c.id).where(which).order_by(offers.c.id))).scalars())

    async def offers(self, ids: Collection[UUID]) -> list[Offer]:
        """The offers with these ids, of those that are open."""
        if not ids:
            return []
        found = select(offers.c.facts).where(among(offers.c.id, ids), offers.c.is_open)
        return [Offer.model_validate(facts) for facts in (await self.session.execute(found)).scalars()]

    async def facts(self, offer_id: UUID) -> Row[Any] | None:
        """The row of an offer, open or not."""
        found = await self.session.execute(select(offers).where(offers.c.id == offer_id))
        return found.one_or_none()

    async def by_ids(self, ids: Collection[UUID], *, also_closed: bool = False) -> list[Opening]:
        """The openings with these ids, of those that are open."""
        if not ids:
            return []
        return await self._openings(
            select(offers).where(among(offers.c.id, ids), true() if also_closed else offers.c.is_open)
        )

    async def suiting(self, profiles: Sequence[Profile], within: ColumnElement[bool] | None = None) -> list[Opening]:
        """The open offers in reach of one of the students whose work one of them might do: a coarse look."""
        terms = await self.settings.terms({profile.region for profile in profiles})
        sectors = [around(profile.wished_sectors, terms[profile.region].near) for profile in profiles]
        if not all(sectors):  # who has no wish can go anywhere
            return await self.near(profiles, within=within)
        return await self.near(profiles, frozenset[str]().union(*sectors), within=within)

    async def in_circles_of(self, given: Sequence[Search]) -> list[Opening]:
        """Those of `suiting` that lie no farther than the students look: in the own network alone, or anywhere."""
        if not given or any(search.step is not Step.OWN_NETWORK for search in given):
            return await self.suiting([search.profile for search in given])
        schools = {search.school_id for search in given}
        pinned = {offer for search in given for offer in search.pins}
        within = _of_network(schools) | among(offers.c.id, pinned)
        return await self.suiting([search.profile for search in given], within)

    async def near(
        self,
        profiles: Sequence[Profile],
        sectors: Collection[str] = (),
        *,
        stretch: float = 1.0,
        within: ColumnElement[bool] | None = None,
    ) -> list[Opening]:
        """The open offers in reach of one of the students, in all sectors or some, and `within` what else is asked.

        `stretch` looks so much farther.
        """
        if not profiles:
            return []
        regions = {region for profile in profiles for region in within_reach(profile.region)}
        places = or_(*(_in_box(profile, stretch) for profile in profiles)) if len(profiles) <= FEW else true()
        work = among(offers.c.sector, sectors) if sectors else true()
        return await self._openings(
            select(offers).where(
                offers.c.is_open, among(offers.c.region, regions), work, places, true() if within is None else within
            )
        )

    async def in_reach_of(self, region: str) -> list[Opening]:
        """All open offers in a region and those that border on it."""
        which = offers.c.is_open & among(offers.c.region, within_reach(region))
        return await self._openings(select(offers).where(which).order_by(offers.c.id))

    async def to_look_at(self, region: str, moment: datetime) -> list[tuple[Opening, datetime]]:
        """The open offers of a region of which is due whether they suit somebody, and since when they are open."""
        which = offers.c.is_open & (offers.c.region == region) & (offers.c.look_at <= moment)
        since = {row.id: row.opened_at for row in await self.session.execute(select(offers).where(which))}
        return [(opening, since[opening.offer.offer_id]) for opening in await self.by_ids(since)]

    async def region_to_look_at(self) -> str | None:
        """A region in which that is due for an offer."""
        due = offers.c.is_open & (offers.c.look_at <= func.clock_timestamp())
        return (await self.session.execute(select(offers.c.region).where(due).limit(1))).scalar_one_or_none()

    async def look_again(self, offer_id: UUID, at: datetime | None, *, unfilled_at: datetime | None = None) -> None:
        """When to ask again whether an offer suits somebody; with `unfilled_at` it was said that it does not."""
        values = {"look_at": at, **({"unfilled_at": unfilled_at} if unfilled_at else {})}
        await self.session.execute(update(offers).where(offers.c.id == offer_id).values(**values))

    async def look_at_region_again(self, region: str) -> None:
        """Ask anew for all offers of a region, since its settings changed."""
        which = (offers.c.region == region) & offers.c.is_open & offers.c.unfilled_at.is_(None)
        await self.session.execute(update(offers).where(which).values(look_at=func.clock_timestamp()))

    async def start(self, event: PlacementFacts) -> None:
        """Remember that a seat is taken; what is known already was told later, and stays."""
        await self.session.execute(insert(placements).values(**_placement(event)).on_conflict_do_nothing())

    async def change(self, event: PlacementFacts) -> None:
        """Remember until when and on which days a seat is taken by now; what is known of its end stays."""
        await upsert(self.session, placements, _placement(event))

    async def cancel(self, event: PlacementCancelled) -> None:
        """Remember that nobody came: from its first day on the seat is free, and nothing was learned."""
        await upsert(self.session, placements, {**_placement(event), "ended_date": event.begin_date})

    async def end(self, event: PlacementEnded) -> None:
        """Remember when a seat fell free, and how it went."""
        row = {**_placement(event), "ended_date": event.ended_date, "outcome": event.outcome}
        await upsert(self.session, placements, row)

    async def members(self, ids: Collection[UUID]) -> Mapping[tuple[UUID, UUID], int]:
        """How many of each school (second) have or hold a seat of each offer (first)."""
        seats = union_all(
            select(placements.c.offer_id, placements.c.school_id).where(
                among(placements.c.offer_id, ids), placements.c.ended_date.is_(None)
            ),
            select(proposals.c.offer_id, proposals.c.school_id).where(self._held(ids)),
        ).subquery()
        grouped = select(seats.c.offer_id, seats.c.school_id, func.count().label("members"))
        found = await self.session.execute(grouped.group_by(seats.c.offer_id, seats.c.school_id))
        return {(row.offer_id, row.school_id): row.members for row in found}

    async def in_first_look(self, region: str, lasts: timedelta) -> dict[UUID, datetime]:
        """The open offers of a region that only those who brought them in look at, each with the end of that."""
        if not lasts:
            return {}
        which = (offers.c.region == region) & offers.c.is_open & (offers.c.opened_at + lasts > func.clock_timestamp())
        found = await self.session.execute(select(offers.c.id, offers.c.opened_at).where(which))
        return {row.id: row.opened_at + lasts for row in found}

    async def first_looks(self, regions: Collection[str]) -> Callable[[str, datetime], datetime | None]:
        """Until when only those who brought an offer in look at it, by its region and since when it is open; None once
        that is over.
        """
        last = await self.settings.first_looks(regions)
        moment = await now(self.session) if last else None

        def until(region: str, opened_at: datetime) -> datetime | None:
            if moment is None or region not in last or opened_at + last[region] <= moment:
                return None
            return opened_at + last[region]

        return until

    async def _openings(self, query: "Select[Any]") -> list[Opening]:
        rows = (await self.session.execute(query.add_columns(*_BEARING))).all()
        if not rows:
            return []
        about = await self._known_employers({row.employer_id for row in rows})
        looks = await self.first_looks({row.region for row in rows})
        return [
            opening_of(
                row, self.planned_apart_in, first_look_until=looks(row.region, row.opened_at), **about[row.employer_id]
            )
            for row in rows
        ]

    def _held(self, ids: Collection[UUID]) -> ColumnElement[bool]:
        return among(proposals.c.offer_id, ids) & self._is_held()

    def _is_held(self) -> ColumnElement[bool]:
        held = among(proposals.c.state, HOLDING)
        if not self.planned_apart_in:
            return held
        is_planned = proposals.c.state == ProposalState.PLANNED
        return held & ~(is_planned & among(proposals.c.region, self.planned_apart_in))

    async def _known_employers(self, ids: AbstractSet[UUID]) -> Mapping[UUID, dict[str, Any]]:
        """`about` them, read once: who plans looks at the same openings again after each round."""
        if unknown := ids - self._employers.keys():
            self._employers |= await about(self.session, unknown)
        return self._employers


_REGION_OF_OFFER = "select region from offers where id = $1::uuid"
_REGIONS_OF_EMPLOYER = """
select region from employers where id = $1::uuid
union all select region from offers where employer_id = $1::uuid and is_open
"""

FEW = 20
"""Beyond so many students one look at their regions is cheaper than a box around each."""


def _of_network(schools: Collection[UUID]) -> ColumnElement[bool]:
    """Whether one of the schools brought the offer in, or works with its employer (`Opening.belongs_to_network_of`)."""
    known = [
        employers.c.facts.contains(fact)
        for school in map(str, schools)
        for fact in ({"brought_in_by": school}, {"cooperations": [{"school_id": school}]})
    ]
    works_with = exists().where(employers.c.id == offers.c.employer_id, or_(*known))
    return among(offers.c.brought_in_by, schools) | among(offers.c.private_to, schools) | works_with


def _in_box(profile: Profile, stretch: float) -> ColumnElement[bool]:
    reach = stretch * reach_km(profile.travel.mode, profile.travel.max_minutes)
    north, east = reach / KM_PER_DEGREE, reach / KM_PER_DEGREE_EAST
    latitude, longitude = profile.location.latitude, profile.location.longitude
    return offers.c.latitude.between(latitude - north, latitude + north) & offers.c.longitude.between(
        longitude - east, longitude + east
    )


def _placement(event: PlacementFacts) -> dict[str, Any]:
    row = {
        "id": event.placement_id,
        "student_id": event.student_id,
        "school_id": event.school_id,
        "offer_id": event.offer_id,
        "employer_id": standing(event.employer_id),
        "begin_date": event.begin_date,
        "end_date": event.end_date,
    }
    return row | {"weekdays": list(event.weekdays)} if event.weekdays else row
