"""Settling: give every free seat and every searching student that something happened to what there is for them."""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import UUID

import structlog

from services.matching.clients import Neighbours
from services.matching.domain import alike, fits, widening
from services.matching.domain.engine import Engine, ShortestPathEngine
from services.matching.domain.fits import Fit
from services.matching.domain.model import Opening, Profile, Search, SearchState
from services.matching.domain.pairs import Pair
from services.matching.domain.proposals import Proposal, ProposalState
from services.matching.domain.weights import CURRENT
from services.matching.planning.schedule import let_run_out, widen_at
from services.matching.store.openings import OpeningStore
from services.matching.store.proposals import ProposalStore
from services.matching.store.rows import AMSTERDAM, now
from services.matching.store.searches import SearchStore
from services.matching.store.settings import SettingsStore
from shared.events.matching import MatchProposed, StudentUnmatched
from shared.ids import new_id
from shared.unit_of_work import UnitOfWork

log = structlog.get_logger()

ENGINE: Engine = ShortestPathEngine()

ROUNDS = 20
"""Each round gives at least one seat; seats in different months of one offer can take several. What is left over waits
for the next event."""


async def settle(work: UnitOfWork, *, students: Collection[UUID] = (), offers: Collection[UUID] = ()) -> None:
    """Propose what is possible for these students and these offers; their regions are locked.

    Proposals that stand are left alone. Whoever finds nothing and has used up all circles and patience is announced as
    unmatched, once in a search.
    """
    settling = _Settling(work, await now(work.session))
    await settling.widen(students)
    await settling.look_who_waits(students, offers)
    for _ in range(ROUNDS):
        if not await settling.round(offers):
            break
    await settling.ask_for_help(students)


class _Settling:
    def __init__(self, work: UnitOfWork, moment: datetime) -> None:
        self.work = work
        self.moment = moment
        self.searches = SearchStore(work.session)
        self.openings = OpeningStore(work.session)
        self.proposals = ProposalStore(work.session)
        self.settings = SettingsStore(work.session)
        self.given: list[Search] = []
        self.waiting: list[Search] = []

    async def widen(self, students: Collection[UUID]) -> None:
        """Open the circles that are due."""
        for search in await self.searches.searching(students):
            settings = await self.settings.of(search.region)
            wider = widening.widened(search, settings, self.moment)
            await self.searches.save(wider, widening.due_at(wider, settings))

    async def look_who_waits(self, students: Collection[UUID], offers: Collection[UUID]) -> None:
        """Those of the students who search, and all others near the offers; under the lock only we propose to them."""
        self.given = await self.searches.searching(students)
        freed = await self.openings.by_ids(offers)
        near = await self.searches.waiting_near([opening.offer for opening in freed])
        self.waiting = [one for one in near if one.student_id not in students]

    async def round(self, offers: Collection[UUID]) -> bool:
        """Propose once; whether some who could go somewhere were left over."""
        found = await self._fits(offers)
        if not found:
            return False
        group_offers = {one.offer.offer_id for one in found}
        regions = {one.pair.search.region for one in found}
        bounds = {region: (await self.settings.of(region)).group_bounds for region in regions}
        by_student = {one.student_id: bounds[one.pair.search.region] for one in found}
        members = await self.openings.members(group_offers)
        chosen = await asyncio.to_thread(fits.propose, ENGINE, found, by_student, members)
        for one in chosen:
            await self._propose(one)
        placed = {one.student_id for one in chosen}
        self.given = [search for search in self.given if search.student_id not in placed]
        self.waiting = [search for search in self.waiting if search.student_id not in placed]
        return bool(placed) and placed != {one.student_id for one in found}

    async def _fits(self, offers: Collection[UUID]) -> list[Fit]:
        """All that could come together and has one of the given students or of the offers in it, as seats are now."""
        today = self.moment.astimezone(AMSTERDAM).date()
        freed = await self.openings.by_ids(offers) if self.waiting else []
        near = await self.openings.suiting([search.profile for search in self.given])
        pairs = [*_pairs(self.given, near), *_pairs(self.waiting, freed)]
        return await asyncio.to_thread(_fitting, pairs, today)

    async def _propose(self, one: Fit) -> None:
        search = one.pair.search
        settings = await self.settings.of(search.region)
        proposal = Proposal(
            id=new_id(),
            student_id=search.student_id,
            school_id=search.school_id,
            offer_id=one.offer.offer_id,
            employer_id=one.offer.employer_id,
            region=search.region,
            state=ProposalState.OPEN,
            step=one.pair.step,
            kind=one.offer.kind,
            choice=one.pair.choice,
            score=one.points,
            weights_version=CURRENT.version,
            reasons=one.reasons,
            begin_date=one.window.begin,
            end_date=one.window.end,
            weekdays=one.pair.weekdays,
            proposed_at=self.moment,
            expires_at=self.moment + timedelta(days=settings.proposal_days),
        )
        await self.proposals.save(proposal)
        await self.searches.save(replace(search, state=SearchState.PROPOSED), None)
        await let_run_out(self.work, proposal)
        await self._announce(proposal)

    async def _announce(self, proposal: Proposal) -> None:
        neighbours: Neighbours = self.work.resources
        event = MatchProposed(
            proposal_id=proposal.id,
            student_id=proposal.student_id,
            school_id=proposal.school_id,
            offer_id=proposal.offer_id,
            employer_id=proposal.employer_id,
            region=proposal.region,
            step=proposal.step,
            begin_date=proposal.begin_date,
            end_date=proposal.end_date,
            expires_at=proposal.expires_at,
        )
        await self.work.announce(event, dataref=neighbours.proposal(proposal.id))

    async def ask_for_help(self, students: Collection[UUID]) -> None:
        """Announce those for whom nothing was found and nothing is left to try; the others have their next circle."""
        looking: dict[str, list[Profile]] = {}
        for search in await self.searches.searching(students):
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


def _fitting(pairs: Sequence[tuple[Search, Opening]], today: date) -> list[Fit]:
    """Seconds of work for a region: nobody on the event loop waits for it."""
    found = (fits.fit(Pair(search, opening, today)) for search, opening in pairs)
    return [one for one in found if one]


def _pairs(searches: Sequence[Search], openings: Sequence[Opening]) -> list[tuple[Search, Opening]]:
    return [(search, opening) for search in searches for opening in openings]
