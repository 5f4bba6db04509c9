"""Offers, and what bears on their seats: placements, held proposals, pauses, experience and contacts."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, func, or_, select, text, true, union_all, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.matching.domain.model import Employer, Experience, Offer, Opening, Pause, Profile, Stay
from services.matching.domain.proposals import HOLDING
from services.matching.domain.regions import within_reach
from services.matching.domain.sectors import around
from services.matching.domain.travel import reach_km
from services.matching.store.closures import ClosureStore
from services.matching.store.merges import MergeStore, standing
from services.matching.store.rows import KM_PER_DEGREE, KM_PER_DEGREE_EAST, among, upsert
from services.matching.store.tables import employers, offers, placements, proposals
from shared.events.codes import Outcome
from shared.events.intake import OfferFacts, PlacementEnded, PlacementFacts

LATELY_DAYS = 90
"""Contacts of the last quarter count as a burden on an employer."""


class OpeningStore:
    """Offers with the state of their seats."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def save(self, event: OfferFacts, opened_at: datetime) -> Offer:
        """Keep an offer as it reads now; it is open (again)."""
        employer_id = await MergeStore(self.session).standing(event.employer_id)
        offer = Offer.model_validate(event.model_dump() | {"employer_id": employer_id})
        row = {
            "id": offer.offer_id,
            "employer_id": offer.employer_id,
            "region": offer.region,
            "latitude": offer.location.latitude,
            "longitude": offer.location.longitude,
            "sector": offer.sector,
            "is_open": True,
            "brought_in_by": offer.brought_in_by,
            "private_to": offer.private_to,
            "facts": offer.model_dump(mode="json"),
        }
        statement = insert(offers).values(**row, opened_at=opened_at, look_at=opened_at)
        await self.session.execute(statement.on_conflict_do_update(index_elements=["id"], set_=row))
        return offer

    async def withdraw(self, offer_id: UUID) -> None:
        """Close an offer for new proposals."""
        await self.session.execute(update(offers).where(offers.c.id == offer_id).values(is_open=False))

    async def regions_of(self, *, employer_id: UUID | None = None, offer_id: UUID | None = None) -> set[str]:
        """The regions of an employer and its open offers, or of one offer; nothing for what is not known."""
        if offer_id is not None:
            which = select(offers.c.region).where(offers.c.id == offer_id)
            return set((await self.session.execute(which)).scalars())
        own = select(employers.c.region).where(employers.c.id == employer_id)
        offered = select(offers.c.region).where((offers.c.employer_id == employer_id) & offers.c.is_open)
        return set((await self.session.execute(union_all(own, offered))).scalars())

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

    async def suiting(self, profiles: Sequence[Profile]) -> list[Opening]:
        """The open offers in reach of one of the students whose work one of them might do: a coarse look."""
        sectors = [around(profile.wished_sectors, neighbouring=True) for profile in profiles]
        if not all(sectors):  # who has no wish can go anywhere
            return await self.near(profiles)
        return await self.near(profiles, frozenset[str]().union(*sectors))

    async def near(
        self, profiles: Sequence[Profile], sectors: Collection[str] = (), *, stretch: float = 1.0
    ) -> list[Opening]:
        """The open offers in reach of one of the students, in all sectors or some; `stretch` looks so much farther."""
        if not profiles:
            return []
        regions = {region for profile in profiles for region in within_reach(profile.region)}
        places = or_(*(_in_box(profile, stretch) for profile in profiles)) if len(profiles) <= FEW else true()
        work = among(offers.c.sector, sectors) if sectors else true()
        return await self._openings(
            select(offers).where(offers.c.is_open, among(offers.c.region, regions), work, places)
        )

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
        """Remember that a seat is taken; what is known of its end stays."""
        await upsert(self.session, placements, _placement(event))

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
            select(proposals.c.offer_id, proposals.c.school_id).where(
                among(proposals.c.offer_id, ids), among(proposals.c.state, HOLDING)
            ),
        ).subquery()
        grouped = select(seats.c.offer_id, seats.c.school_id, func.count().label("members"))
        found = await self.session.execute(grouped.group_by(seats.c.offer_id, seats.c.school_id))
        return {(row.offer_id, row.school_id): row.members for row in found}

    async def _openings(self, query: "Select[Any]") -> list[Opening]:
        rows = (await self.session.execute(query)).all()
        if not rows:
            return []
        stays = await self._stays([row.id for row in rows])
        about = await self._about({row.employer_id for row in rows})
        closed = await ClosureStore(self.session).of({row.region for row in rows})
        return [
            Opening(
                Offer.model_validate(row.facts),
                stays=tuple(stays[row.id]),
                closures=(*closed.get((row.region, None), ()), *closed.get((row.region, row.sector), ())),
                **about[row.employer_id],
            )
            for row in rows
        ]

    async def _stays(self, ids: Collection[UUID]) -> Mapping[UUID, list[Stay]]:
        ended = placements.c.ended_date
        taken = select(
            placements.c.offer_id,
            placements.c.begin_date,
            func.coalesce(ended - 1, placements.c.end_date).label("end_date"),  # free from `endedDate` on
            ended.is_(None).label("running"),
        ).where(among(placements.c.offer_id, ids), or_(ended.is_(None), ended > placements.c.begin_date))
        held = select(
            proposals.c.offer_id, proposals.c.begin_date, proposals.c.end_date, true().label("running")
        ).where(among(proposals.c.offer_id, ids), among(proposals.c.state, HOLDING))
        stays: defaultdict[UUID, list[Stay]] = defaultdict(list)
        for row in await self.session.execute(union_all(taken, held)):
            stays[row.offer_id].append(Stay(row.begin_date, row.end_date, row.running))
        return stays

    async def _about(self, ids: Collection[UUID]) -> Mapping[UUID, dict[str, Any]]:
        """What is known of employers, as the arguments of `Opening`."""
        parameters = {"ids": list(ids), "good": [Outcome.COMPLETED, Outcome.JOB], "days": LATELY_DAYS}
        return {
            row.id: {
                "employer": Employer.model_validate(row.facts) if row.facts else None,
                "pauses": (Pause(row.from_date, row.until_date),) if row.from_date else (),
                "experience": Experience(row.good, row.stopped),
                "recent_contacts": row.contacts,
            }
            for row in await self.session.execute(_ABOUT_EMPLOYERS, parameters)
        }


_ABOUT_EMPLOYERS = text("""
select wanted.id, employers.facts, pauses.from_date, pauses.until_date,
  (select count(*) from placements where employer_id = wanted.id and outcome = any(cast(:good as text[]))) as good,
  (select count(*) from placements where employer_id = wanted.id and outcome = 'stopped-early') as stopped,
  (select count(*) from contacts where employer_id = wanted.id
     and contact_date >= (clock_timestamp() at time zone 'Europe/Amsterdam')::date - cast(:days as int)) as contacts
from unnest(cast(:ids as uuid[])) as wanted (id)
left join employers on employers.id = wanted.id
left join pauses on pauses.employer_id = wanted.id
""")

FEW = 20
"""Beyond so many students one look at their regions is cheaper than a box around each."""


def _in_box(profile: Profile, stretch: float) -> ColumnElement[bool]:
    reach = stretch * reach_km(profile.travel.mode, profile.travel.max_minutes)
    north, east = reach / KM_PER_DEGREE, reach / KM_PER_DEGREE_EAST
    latitude, longitude = profile.location.latitude, profile.location.longitude
    return offers.c.latitude.between(latitude - north, latitude + north) & offers.c.longitude.between(
        longitude - east, longitude + east
    )


def _placement(event: PlacementFacts) -> dict[str, Any]:
    return {
        "id": event.placement_id,
        "student_id": event.student_id,
        "school_id": event.school_id,
        "offer_id": event.offer_id,
        "employer_id": standing(event.employer_id),
        "begin_date": event.begin_date,
        "end_date": event.end_date,
    }
