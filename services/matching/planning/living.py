"""Regions where places are planned and may still move: an event repairs the plan that is kept of all who wait there."""

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.matching.domain import fits
from services.matching.domain.kept_region import KeptRegion, News
from services.matching.domain.model import Offer
from services.matching.domain.regions import within_reach
from services.matching.planning.proposing import follow
from services.matching.planning.shelf import Kept, Shelf
from services.matching.store.changes import Changes, ChangeStore
from services.matching.store.living import LivingStore
from services.matching.store.openings import OpeningStore
from services.matching.store.proposals import ProposalStore
from services.matching.store.rows import AMSTERDAM
from services.matching.store.searches import SearchStore
from services.matching.store.settings import SettingsStore
from shared.events.codes import PlacementKind
from shared.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class Repaired:
    """What is known of a region once its plan was repaired."""

    left: frozenset[UUID]
    """Who of those that were asked about, or lost a place by it, waits and has none planned."""
    offers: Mapping[UUID, Offer]
    """Those of the offers that were asked about that are open and in the region's reach."""


async def repair(
    work: UnitOfWork, region: str, students: Collection[UUID], offers: Collection[UUID], moment: datetime
) -> Repaired:
    """Make the region's plan the best again, after whatever happened.

    The region is locked; these students and offers are looked at whatever the database noted.
    """
    shelf: Shelf = work.resources.shelf
    kept = await shelf.take(work.session, region)
    reading = _Reading(work, region)
    changes = await ChangeStore(work.session).since(sorted(within_reach(region)), kept.seen if kept else None)
    today = moment.astimezone(AMSTERDAM).date()
    if kept is None or changes.everything or kept.region.ground.today != today:
        news = await reading.everything()
        bounds = (await reading.settings.of(region)).group_bounds
        kept = Kept(KeptRegion(today, {region: bounds}), changes.seen)
    else:
        news = await reading.these(changes, students, offers)
        kept.seen = changes.seen
    shelf.keep(work.session, region, None)
    places = await asyncio.to_thread(kept.region.take, news)
    for student, proposal in (await follow(work, region, places, kept.region, moment)).items():
        kept.region.given(student, proposal)
    shelf.keep(work.session, region, kept)
    return _repaired(kept.region, {*students, *(place.student_id for place in places)}, offers)


def _repaired(region: KeptRegion, students: Collection[UUID], offers: Collection[UUID]) -> Repaired:
    first, planned = region.first, region.ground.planned
    return Repaired(
        frozenset(one for one in students if one in first.searches and one not in planned),
        {one: first.openings[one].offer for one in offers if one in first.openings},
    )


class _Reading:
    """Reads of a region what its plan depends on."""

    def __init__(self, work: UnitOfWork, region: str) -> None:
        self.region, self.reach = region, within_reach(region)
        self.searches, self.proposals = SearchStore(work.session), ProposalStore(work.session)
        self.openings, self.settings = OpeningStore(work.session), SettingsStore(work.session)
        self.openings.planned_apart_in = {region}
        self.some = LivingStore(work.session, region)

    async def everything(self) -> News:
        """All of it, in an order that no id decides."""
        searches = sorted(await self.searches.to_plan_in(self.region), key=fits.facts)
        openings = sorted(await self.openings.in_reach_of(self.region), key=lambda one: fits.facts_of_offer(one.offer))
        planned = await self.proposals.planned_in({self.region})
        return News(
            {one.student_id: one for one in searches},
            {one.offer.offer_id: one for one in openings},
            {one.student_id: one for one in planned},
            await self._members([one.offer.offer_id for one in openings if one.offer.kind is PlacementKind.GROUP]),
        )

    async def these(self, changes: Changes, students: Collection[UUID], offers: Collection[UUID]) -> News:
        """What may have changed."""
        some, places = sorted(changes.students.union(students)), sorted(changes.offers.union(offers))
        searches, planned = await self.some.students(some)
        openings = await self.some.openings(places, self.reach)
        return News(
            {**dict.fromkeys(some), **searches},
            {**dict.fromkeys(places), **{one.offer.offer_id: one for one in openings}},
            {**dict.fromkeys(some), **planned},
            await self._members([one.offer.offer_id for one in openings if one.offer.kind is PlacementKind.GROUP]),
        )

    async def _members(self, groups: Collection[UUID]) -> dict[UUID, dict[UUID, int]]:
        found: dict[UUID, dict[UUID, int]] = {group: {} for group in groups}
        for (offer, school), many in (await self.openings.members(groups)).items() if groups else ():
            found[offer][school] = many
        return found
