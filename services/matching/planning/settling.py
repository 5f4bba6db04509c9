"""Settling: give every free seat and every searching student that something happened to what there is for them.

Where places are planned that may still move, the plan of all who wait in the region is repaired (`living.py`).
"""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

import structlog

from services.matching.domain import alike, fits, widening
from services.matching.domain.engine import Engine, ShortestPathEngine
from services.matching.domain.fits import Fit
from services.matching.domain.model import Offer, Opening, Profile, Search
from services.matching.domain.regional import left_over
from services.matching.planning import living
from services.matching.planning.locks import locked
from services.matching.planning.proposing import give
from services.matching.planning.schedule import widen_at
from services.matching.store.openings import OpeningStore
from services.matching.store.rows import AMSTERDAM, now
from services.matching.store.searches import SearchStore
from services.matching.store.settings import SettingsStore
from shared.events.matching import StudentUnmatched
from shared.unit_of_work import UnitOfWork

log = structlog.get_logger()

ENGINE: Engine = ShortestPathEngine()

ROUNDS = 20
"""Each round gives at least one seat; seats in different months of one offer can take several. What is left over waits
for the next event."""


async def settle(
    work: UnitOfWork, *, students: Collection[UUID] = (), offers: Collection[UUID] = (), are_wide: bool = False
) -> None:
    """Propose what is possible for these students and these offers; their regions are locked. `are_wide`: the students'
    circles are as wide already as they get by now.

    What was shown is left alone. Where places are planned that may still move, the plan of all who wait there is
    repaired first; what it leaves of the offers is for who waits elsewhere. Whoever finds nothing and has used up all
    circles and patience is announced as unmatched, once in a search.
    """
    if not students and not offers:
        return
    settling = _Settling(work, await now(work.session))
    moving = await settling.settings.where_places_move(locked(work.session))
    if not are_wide or locked(work.session).difference(moving):
        await settling.widen(students)
    repaired = [await living.repair(work, region, students, offers, settling.moment) for region in moving]
    await settling.look_who_waits(
        students, offers, moving, {key: one for each in repaired for key, one in each.offers.items()}
    )
    found = await settling.fits()
    for _ in range(ROUNDS):
        if not found:
            break
        found = await settling.round(found)
    await settling.ask_for_help({student for each in repaired for student in each.left})


class _Settling:
    def __init__(self, work: UnitOfWork, moment: datetime) -> None:
        self.work = work
        self.moment = moment
        self.searches = SearchStore(work.session)
        self.openings = OpeningStore(work.session)
        self.settings = SettingsStore(work.session)
        self.given: list[Search] = []
        """Those whom something was taken from, or who are new."""
        self.waiting: list[Search] = []
        self.freed: list[Opening] = []
        """The offers, where somebody waits for them."""

    async def widen(self, students: Collection[UUID]) -> None:
        """Open the circles that are due."""
        for search, due in await self.searches.searching_with_dues(students):
            settings = await self.settings.of(search.region)
            wider = widening.widened(search, settings, self.moment)
            due_then = widening.due_at(wider, settings)
            if (wider, due_then) != (search, due):
                await self.searches.save(wider, due_then)
            self.given.append(wider)

    async def look_who_waits(
        self, students: Collection[UUID], offers: Collection[UUID], moving: Collection[str], known: Mapping[UUID, Offer]
    ) -> None:
        """Those of the students who search, and all others near the offers, but for those of regions that are planned
        as a whole; under the lock only we propose to them. `known` are offers that were read for such a region.
        """
        self.given = [one for one in self.given if one.region not in moving]
        if moving:  # who could come is mostly planned for: look first whether anybody is left
            freed = [*known.values(), *await self.openings.offers(set(offers) - known.keys())]
        else:
            self.freed = await self.openings.by_ids(offers)
            freed = [one.offer for one in self.freed]
        near = await self.searches.waiting_near(freed, apart_from=moving)
        self.waiting = [one for one in near if one.student_id not in students]
        if moving and self.waiting:
            self.freed = await self.openings.by_ids(offers)

    async def fits(self) -> list[Fit]:
        """All that could come together and has one of the given students or of the offers in it."""
        near = await self.openings.in_circles_of(self.given)
        if not near and not self.waiting:
            return []
        today = self.moment.astimezone(AMSTERDAM).date()
        sides = ((self.given, near), (self.waiting, self.freed))
        return await asyncio.to_thread(_fitting, sides, today)

    async def round(self, found: Sequence[Fit]) -> list[Fit]:
        """Propose once; what could still come together, for those who could go somewhere and were left over."""
        groups = {one.offer.offer_id for one in found if fits.is_group(one)}
        regions = {one.pair.search.region for one in found}
        bounds = {region: (await self.settings.of(region)).group_bounds for region in regions}
        by_student = {one.student_id: bounds[one.pair.search.region] for one in found}
        members = await self.openings.members(groups) if groups else {}
        chosen = await asyncio.to_thread(fits.propose, ENGINE, found, by_student, members)
        for one in chosen:
            await give(self.work, one, await self.settings.of(one.pair.search.region), self.moment)
        placed = {one.student_id for one in chosen}
        self.given = [search for search in self.given if search.student_id not in placed]
        if not placed or placed == {one.student_id for one in found}:
            return []
        return await asyncio.to_thread(left_over, found, chosen)

    async def ask_for_help(self, planned_for: Collection[UUID]) -> None:
        """Announce those for whom nothing was found and nothing is left to try; the others have their next circle.

        `planned_for` are others who may have no place, where places are planned.
        """
        looking: dict[str, list[Profile]] = {}
        left = {one.student_id: one for one in (*self.given, *await self.searches.searching(planned_for))}
        for search in left.values():
            settings = await self.settings.of(search.region)
            if not widening.is_used_up(search, settings, self.moment):
                if due := widening.due_at(search, settings):
                    await widen_at(self.work, search.region, due)
                continue
            asked = replace(search, unmatched_at=self.moment)
            await self.searches.save(asked, widening.due_at(asked, settings))
            if search.region not in looking:
                looking[search.region] = await self.searches.looking_in(search.region)
            described = alike.describe(search.profile, looking[search.region])
            await self.work.announce(
                StudentUnmatched(
                    student_id=search.student_id,
                    school_id=search.school_id,
                    region=search.region,
                    sector=described.sector,
                    placement_kind=described.kind,
                    since_date=search.since.astimezone(AMSTERDAM).date(),
                    searching_alike=described.alike,
                )
            )
            log.info("student_unmatched", student=str(search.student_id), alike=described.alike)


def _fitting(sides: Sequence[tuple[Sequence[Search], Sequence[Opening]]], today: date) -> list[Fit]:
    """Seconds of work for a region: nobody on the event loop waits for it."""
    return [one for searches, openings in sides for one in fits.among(searches, openings, today)]
