"""A coordinator's answer to a proposal, in one transaction with what follows from it."""

from dataclasses import replace

from services.matching.domain.learned import TEACHES
from services.matching.domain.model import Lesson, SearchState
from services.matching.domain.pairs import Pair
from services.matching.domain.proposals import REFUSAL_DAYS, DeclineReason, Happened, Proposal
from services.matching.planning.arrivals import hold_search
from services.matching.planning.closing import let_go
from services.matching.planning.locks import lock
from services.matching.planning.schedule import no_longer_open
from services.matching.planning.settling import settle
from services.matching.store.openings import OpeningStore
from services.matching.store.proposals import ProposalStore
from services.matching.store.rows import now, today
from services.matching.store.searches import SearchStore
from shared.errors import NotFound
from shared.events.matching import MatchAccepted
from shared.unit_of_work import UnitOfWork


async def accept(work: UnitOfWork, proposal: Proposal) -> Proposal:
    """Say yes: the seat stays held until intake has made the placement. Raises `ProposalIsNotOpen`."""
    current = await _answerable(work, proposal)
    accepted = current.answered(Happened.ACCEPTED, await now(work.session))
    await ProposalStore(work.session).save(accepted)
    await no_longer_open(work, accepted.id)
    await SearchStore(work.session).mark(accepted.student_id, SearchState.ACCEPTED)
    event = MatchAccepted(
        proposal_id=accepted.id,
        student_id=accepted.student_id,
        school_id=accepted.school_id,
        offer_id=accepted.offer_id,
        employer_id=accepted.employer_id,
        region=accepted.region,
        step=accepted.step,
        kind=accepted.kind,
        begin_date=accepted.begin_date,
        end_date=accepted.end_date,
        weekdays=accepted.weekdays,
        choice=accepted.choice,
    )
    announced = await work.announce(event)
    return replace(accepted, version=announced.version)


async def decline(work: UnitOfWork, proposal: Proposal, reason: DeclineReason) -> Proposal:
    """Say no: the seat goes to somebody else and the student searches on. Raises `ProposalIsNotOpen`."""
    current = await _answerable(work, proposal)
    declined = current.answered(Happened.DECLINED, await now(work.session), reason)
    await let_go(work, current, Happened.DECLINED, reason, not_again_for_days=REFUSAL_DAYS)
    await _learn(work, current, reason)
    if reason is DeclineReason.FOUND_ELSEWHERE:
        await hold_search(work, declined.student_id)
    await settle(work, students=[declined.student_id], offers=[declined.offer_id])
    return await _read(work, declined)


async def _learn(work: UnitOfWork, declined: Proposal, reason: DeclineReason) -> None:
    """Keep what the answer teaches for the student; another proposal that stands is not looked at again for it."""
    if reason not in TEACHES:
        return
    searches = SearchStore(work.session)
    search = await searches.get(declined.student_id)
    found = await OpeningStore(work.session).by_ids([declined.offer_id], also_closed=True)
    if search is None or not found:
        return
    offer, minutes = found[0].offer, Pair(search, found[0], await today(work.session)).minutes
    about = (offer.offer_id, offer.employer_id, offer.sector, minutes, offer.guidance)
    await searches.learn(search.student_id, Lesson(reason, *about))


async def _answerable(work: UnitOfWork, proposal: Proposal) -> Proposal:
    """The proposal as it stands once nobody else plans in its region."""
    await lock(work.session, {proposal.region})
    return await _read(work, proposal)


async def _read(work: UnitOfWork, proposal: Proposal) -> Proposal:
    current = await ProposalStore(work.session).get(proposal.id, lock=True)
    if current is None:
        raise NotFound("proposal")
    return current
