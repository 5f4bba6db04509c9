"""Searches that begin, go on with another profile, or end."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from services.matching.domain import widening
from services.matching.domain.model import Profile, Search, SearchState
from services.matching.domain.pairs import STEPS
from services.matching.domain.proposals import Happened, ProposalState
from services.matching.planning.closing import Freed, let_go, recheck
from services.matching.planning.locks import lock
from services.matching.planning.settling import settle
from services.matching.store.openings import OpeningStore
from services.matching.store.proposals import ProposalStore
from services.matching.store.rows import now
from services.matching.store.searches import SearchRecord, SearchStore
from services.matching.store.settings import SettingsStore
from shared.unit_of_work import UnitOfWork

RUNNING = (SearchState.SEARCHING, SearchState.PROPOSED, SearchState.ACCEPTED)


async def begin_search(work: UnitOfWork, profile: Profile, ready_at: datetime) -> None:
    """A student is ready, or is so with another profile: look for a place."""
    searches = SearchStore(work.session)
    student = profile.student_id
    before = await searches.record(student)
    await lock(work.session, {profile.region, before.region if before else profile.region})
    running = await searches.get(student) if before else None
    await _keep(work, _search(profile, running, ready_at, await now(work.session)), ready_at, running)
    if running and running.profile != profile:  # what was learned was learned of the old one
        await searches.unlearn(student)
    if before and before.school_id != profile.school_id:  # its school merged into another
        await ProposalStore(work.session).hand_over(student, profile.school_id)
    freed = await recheck(work, "student-changed", students=[student]) if running else Freed()
    await settle(work, students=[student], offers=freed.offers, are_wide=not _runs(running))


async def _keep(work: UnitOfWork, search: Search, ready_at: datetime, running: Search | None) -> None:
    """Keep the search; a fresh one with the circles open that are due, so that it is not written again for that."""
    if _runs(running):
        await SearchStore(work.session).begin(search, ready_at)
        return
    settings = await SettingsStore(work.session).of(search.region)
    wider = widening.widened(search, settings, search.step_since)
    await SearchStore(work.session).begin(wider, ready_at, widening.due_at(wider, settings))


def _runs(search: Search | None) -> bool:
    return search is not None and search.state in RUNNING


def _search(profile: Profile, running: Search | None, ready_at: datetime, moment: datetime) -> Search:
    """A fresh search from the nearest circle, or the running one with the new profile."""
    if running is not None and running.state in RUNNING:
        return replace(running, school_id=profile.school_id, profile=profile)
    return Search(
        student_id=profile.student_id,
        school_id=profile.school_id,
        profile=profile,
        state=SearchState.SEARCHING,
        step=STEPS[0],
        since=ready_at,
        step_since=moment,
    )


async def end_search(work: UnitOfWork, student_id: UUID, reason: str) -> Freed:
    """End a search, drop the profile, and let go of what was held for it; its regions are locked."""
    ended = await ProposalStore(work.session).holding(students=[student_id])
    for proposal in (one for one in ended if one.state is not ProposalState.PLANNED):
        await let_go(work, proposal, Happened.TAKEN_BACK, reason)
    pinned = await SearchStore(work.session).end(student_id)
    freed = Freed.by(ended)
    return replace(freed, offers=freed.offers.union(pinned))


async def hold_search(work: UnitOfWork, student_id: UUID) -> None:
    """Look no further until intake says more of the student; the profile stays for that."""
    await SearchStore(work.session).mark(student_id, SearchState.ON_HOLD)


async def lock_student(work: UnitOfWork, student_id: UUID) -> SearchRecord | None:
    """How a student's search stood right before its regions were locked."""
    searches = SearchStore(work.session)
    record = await searches.record(student_id)
    if record is None:
        return None
    await lock(work.session, {record.region})
    return record


async def lock_placement(work: UnitOfWork, region: str, offer_id: UUID, student_id: UUID) -> SearchRecord | None:
    """Lock all regions that a placement touches; the student's search as it stands then."""
    searches = SearchStore(work.session)
    record = await searches.record(student_id)
    regions = {region, record.region if record else region}
    await lock(work.session, regions | await OpeningStore(work.session).regions_of(offer_id=offer_id))
    return await searches.record(student_id)
