"""Settling: give every free seat and every searching student that something happened to what there is for them."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
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
    for _ in range(ROUNDS):
        if not await settling.round(students, offers):
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

    async def widen(self, students: Collection[UUID]) -> None:
        """Open the circles that are due."""
        for search in await self.searches.searching(students):
            settings = await self.settings.of(search.region)
            wider = widening.widened(search, settings, self.moment)
            await self.searches.save(wider, widening.due_at(wider, settings))

    async def round(self, students: Collection[UUID], offers: Collection[UUID]) -> bool:
        """Propose once; whether some who could go somewhere were left over."""
        found = await self._fits(students, offers)
        if not found:
            return False
        group_offers = {one.offer.offer_id for one in found}
        regions = {one.pair.search.region for one in found}
        bounds = {region: (await self.settings.of(region)).group_bounds for region in regions}
        by_student = {one.student_id: bounds[one.pair.search.region] for one in found}
        chosen = fits.propose(ENGINE, found, by_student, await self.openings.members(group_offers))
        for one in chosen:
            await self._propose(one)
        return bool(chosen) and len(chosen) < len({one.student_id for one in found})

    async def _fits(self, students: Collection[UUID], offers: Collection[UUID]) -> list[Fit]:
        """All that could come together and has one of the students or offers in it."""
        today = self.moment.astimezone(AMSTERDAM).date()
        given = await self.searches.searching(students)
        freed = await self.openings.by_ids(offers)
        waiting = await self.searches.waiting_near([opening.offer for opening in freed])
        near = await self.openings.suiting([search.profile for search in given])
        pairs = [
            *_pairs(given, near),
            *_pairs([one for one in waiting if one.student_id not in students], freed),
        ]
        found = (fits.fit(Pair(search, opening, today)) for search, opening in pairs)
        return [one for one in found if one]

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
        """Announce those for whom nothing was found and nothing is left to try."""
        looking: dict[str, list[Profile]] = {}
        for search in await self.searches.searching(students):
            settings = await self.settings.of(search.region)
            if not widening.is_used_up(search, settings, self.moment):
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


def _pairs(searches: Sequence[Search], openings: Sequence[Opening]) -> list[tuple[Search, Opening]]:
    return [(search, opening) for search in searches for opening in openings]
