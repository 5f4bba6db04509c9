"""Giving a place to a student: proposed at once, or planned for a while in which it may still move."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from services.matching.clients import Neighbours
from services.matching.domain import movable, widening
from services.matching.domain.fits import Fit
from services.matching.domain.kept_region import KeptRegion, Place
from services.matching.domain.model import SearchState
from services.matching.domain.proposals import Proposal, ProposalState
from services.matching.domain.widening import RegionSettings
from services.matching.planning.schedule import let_run_out, show_at
from services.matching.store.living import LivingStore
from services.matching.store.proposals import ProposalStore
from services.matching.store.rows import now
from services.matching.store.searches import SearchStore
from services.matching.store.settings import SettingsStore
from shared.events.matching import MatchProposed
from shared.ids import new_id
from shared.unit_of_work import UnitOfWork

log = structlog.get_logger()


async def give(work: UnitOfWork, one: Fit, settings: RegionSettings, moment: datetime) -> Proposal:
    """Give a place to a student who has none: the region says whether it is shown at once."""
    planned = _planned(one, moment, settings)
    if planned.expires_at > moment:
        await _plan(work, planned)
        return planned
    shown = planned.shown(moment, moment + timedelta(days=settings.proposal_days))
    return await _propose(work, shown, is_new=True)


async def follow(
    work: UnitOfWork, region: str, places: Sequence[Place], kept: KeptRegion, moment: datetime
) -> dict[UUID, Proposal | None]:
    """Do as a region's plan says: give places, move those that are planned, let go of them; what is planned then.

    For who moves the time until a place is shown goes on, and who has none any more keeps the patience that was left.
    """
    settings = await SettingsStore(work.session).of(region)
    gone = [place.before for place in places if place.before is not None and place.after is None]
    moved = [_moved(one.before, one.after, settings) for one in places if one.before and one.after]
    fresh = [(one.after, _planned(one.after, moment, settings)) for one in places if not one.before and one.after]
    new = [planned for _, planned in fresh if planned.expires_at > moment]
    waiting = [search for one in gone if (search := kept.first.searches.get(one.student_id))]
    due = {search.student_id: widening.due_at(search, settings) for search in waiting}
    if gone or moved or new:
        await LivingStore(work.session, region).follow(gone, due, [*moved, *new], [one.student_id for one in new])
    await _show_in_time(work, region, [*moved, *new], kept)
    for one, planned in fresh:
        if planned.expires_at <= moment:
            await give(work, one, settings, moment)
    return dict.fromkeys(one.student_id for one in gone) | {one.student_id: one for one in (*moved, *new)}


async def _show_in_time(work: UnitOfWork, region: str, planned: Sequence[Proposal], kept: KeptRegion) -> None:
    """Look at the region when the first of these is to be shown, unless a place that is planned there is shown before:
    then that is set already.
    """
    if not planned:
        return
    first = min(one.expires_at for one in planned)
    if all(one.expires_at > first for one in kept.ground.planned.values()):
        await show_at(work, region, first)


def _moved(before: Proposal, one: Fit, settings: RegionSettings) -> Proposal:
    """Another place for a student, or the same in another window; the time until it is shown goes on."""
    after = replace(_planned(one, before.proposed_at, settings), id=before.id)
    if after.offer_id != before.offer_id:
        log.info(
            "planned_place_moved", student=str(before.student_id), before=str(before.offer_id), to=str(after.offer_id)
        )
    return after


async def _plan(work: UnitOfWork, planned: Proposal) -> None:
    """Keep what is planned for a student, for whom nothing is due then."""
    await ProposalStore(work.session).save(planned)
    await SearchStore(work.session).nothing_is_due([planned.student_id])
    await show_at(work, planned.region, planned.expires_at)


async def propose(work: UnitOfWork, chosen: Sequence[Fit]) -> None:
    """Propose what was chosen elsewhere and holds now; its regions are locked."""
    moment = await now(work.session)
    await show(work, [_proposal(one, moment, moment) for one in chosen], are_new=True)


async def show(work: UnitOfWork, planned: Sequence[Proposal], *, are_new: bool = False) -> None:
    """Propose what was planned; new is what has no row yet."""
    moment, settings = await now(work.session), SettingsStore(work.session)
    for one in planned:
        days = (await settings.of(one.region)).proposal_days
        await _propose(work, one.shown(moment, moment + timedelta(days=days)), is_new=are_new)


def _planned(one: Fit, since: datetime, settings: RegionSettings) -> Proposal:
    return movable.explained(_proposal(one, since, movable.until(one, since, settings)), settings)


def _proposal(one: Fit, moment: datetime, movable_until: datetime) -> Proposal:
    search = one.pair.search
    return Proposal(
        id=new_id(),
        student_id=search.student_id,
        school_id=search.school_id,
        offer_id=one.offer.offer_id,
        employer_id=one.offer.employer_id,
        region=search.region,
        state=ProposalState.PLANNED,
        step=one.pair.step,
        kind=one.offer.kind,
        choice=one.pair.choice,
        score=one.points,
        weights_version=search.terms.version,
        reasons=one.reasons,
        left_out=one.left_out,
        begin_date=one.window.begin,
        end_date=one.window.end,
        weekdays=one.weekdays,
        proposed_at=moment,
        expires_at=movable_until,
        movable_until=movable_until,
    )


async def _propose(work: UnitOfWork, proposal: Proposal, *, is_new: bool) -> Proposal:
    proposals = ProposalStore(work.session)
    await (proposals.add(proposal) if is_new else proposals.save(proposal))
    await SearchStore(work.session).mark(proposal.student_id, SearchState.PROPOSED)
    await let_run_out(work, proposal)
    neighbours: Neighbours = work.resources
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
    dataref = neighbours.proposal(proposal.id)
    if is_new:
        work.announce_new(event, dataref=dataref)
    else:  # a planned one may have been shown before a restore: its version goes on from there
        await work.announce(event, dataref=dataref)
    return proposal
