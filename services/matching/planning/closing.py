"""Letting go: a proposal that ends frees its seat and its student; what stands is looked at again when facts change."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID

from services.matching.domain import rules, widening
from services.matching.domain.held import without
from services.matching.domain.model import Opening, Refusal, Search, SearchState
from services.matching.domain.pairs import Pair
from services.matching.domain.proposals import Happened, Proposal, ProposalState
from services.matching.domain.windows import Window
from services.matching.planning.locks import locked
from services.matching.planning.schedule import no_longer_open
from services.matching.store.openings import OpeningStore
from services.matching.store.proposals import ProposalStore
from services.matching.store.rows import now, today
from services.matching.store.searches import SearchStore
from services.matching.store.settings import SettingsStore
from shared.events.matching import MatchDeclined, MatchExpired
from shared.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class Freed:
    """Who and what is free again, to be settled."""

    students: frozenset[UUID] = frozenset()
    offers: frozenset[UUID] = frozenset()
    were_planned: bool = False
    """Whether all are only to move, in the plans of regions that are locked: nobody's circle is another than before."""

    @classmethod
    def by(cls, proposals: Iterable[Proposal]) -> "Freed":
        """What these proposals held."""
        ended = list(proposals)
        return cls(frozenset(one.student_id for one in ended), frozenset(one.offer_id for one in ended))


async def let_go(
    work: UnitOfWork, proposal: Proposal, happened: Happened, reason: str, *, not_again_for_days: int = 0
) -> None:
    """End a proposal that held a seat; the student searches on, the pair is not proposed again for so many days.

    Of one that was planned nobody hears.
    """
    if proposal.state is ProposalState.PLANNED:
        await drop(work, proposal)
        return
    ended = proposal.after(happened, reason)
    await ProposalStore(work.session).save(ended)
    await no_longer_open(work, ended.id)
    if not_again_for_days:
        until = await today(work.session) + timedelta(days=not_again_for_days)
        await SearchStore(work.session).refuse(proposal.student_id, proposal.offer_id, Refusal(reason, until))
    await search_on(work, proposal.student_id)
    if ended.state in {ProposalState.DECLINED, ProposalState.EXPIRED}:
        event = MatchDeclined if ended.state is ProposalState.DECLINED else MatchExpired
        await work.announce(
            event(
                proposal_id=proposal.id,
                student_id=proposal.student_id,
                school_id=proposal.school_id,
                offer_id=proposal.offer_id,
                employer_id=proposal.employer_id,
                region=proposal.region,
                step=proposal.step,
                reason=reason,
            )
        )
    else:
        await ProposalStore(work.session).raise_version(ended.id)


async def drop(work: UnitOfWork, planned: Proposal) -> None:
    """Forget a planned place; the student waits on, with the patience that was left."""
    await ProposalStore(work.session).drop([planned.id])
    searches, settings = SearchStore(work.session), SettingsStore(work.session)
    waiting = await searches.searching([planned.student_id])
    await searches.due({one.student_id: widening.due_at(one, await settings.of(one.region)) for one in waiting})


async def search_on(work: UnitOfWork, student_id: UUID) -> None:
    """Put a student who had a proposal back among those who wait; the present circle gets its patience anew, if any."""
    searches = SearchStore(work.session)
    search = await searches.get(student_id)
    if search is None or search.state not in {SearchState.PROPOSED, SearchState.ACCEPTED}:
        return
    settings = await SettingsStore(work.session).of(search.region)
    moment = await now(work.session)
    again = widening.widened(replace(search, state=SearchState.SEARCHING, step_since=moment), settings, moment)
    await searches.save(again, widening.due_at(again, settings))


async def recheck(
    work: UnitOfWork,
    reason: str,
    *,
    students: Collection[UUID] = (),
    offers: Collection[UUID] = (),
    employer: UUID | None = None,
) -> Freed:
    """Let go of what is proposed and breaks a rule by now; what was accepted is intake's to refuse.

    What is planned in the regions that are locked is looked at with all of their plan, when what was freed is settled.
    """
    held = await ProposalStore(work.session).holding(students=students, offers=offers, employer=employer)
    if not held:
        return Freed()
    day = await today(work.session)
    ended = [one for one in held if _may_move(work, one)]
    stand = [one for one in held if one not in ended]
    openings = {one.offer.offer_id: one for one in await _openings(work, stand)}
    searches = await _searches(work, [one for one in stand if one.offer_id in openings])
    for proposal in ended:  # whose seat gives way to one that was shown
        _free(openings, proposal)
    for proposal in reversed(stand):  # where one of several must go, the oldest of those that were made stays
        opening = openings.get(proposal.offer_id)
        search = searches.get(proposal.student_id)
        if proposal.state is ProposalState.ACCEPTED or (
            opening and search and _still_holds(proposal, search, opening, day)
        ):
            continue
        await let_go(work, proposal, Happened.TAKEN_BACK, reason)
        ended.append(proposal)
        _free(openings, proposal)
    return replace(Freed.by(ended), were_planned=all(_may_move(work, one) for one in ended))


def _may_move(work: UnitOfWork, proposal: Proposal) -> bool:
    return proposal.state is ProposalState.PLANNED and proposal.region in locked(work.session)


def _free(openings: dict[UUID, Opening], proposal: Proposal) -> None:
    if proposal.offer_id in openings:
        openings[proposal.offer_id] = without(openings[proposal.offer_id], proposal)


async def _openings(work: UnitOfWork, held: Collection[Proposal]) -> list[Opening]:
    return await OpeningStore(work.session).by_ids({one.offer_id for one in held})


async def _searches(work: UnitOfWork, held: Collection[Proposal]) -> dict[UUID, Search]:
    found = await SearchStore(work.session).by_ids({one.student_id for one in held})
    return {one.student_id: one for one in found}


def _still_holds(proposal: Proposal, search: Search, opening: Opening, day: date) -> bool:
    pair = Pair(replace(search, refusals={}), without(opening, proposal), day)
    if rules.breaks(pair, proposal.left_out):
        return False
    return pair.is_free(Window(proposal.begin_date, proposal.end_date), proposal.weekdays)
