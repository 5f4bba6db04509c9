"""A region's plan: all who wait there beside all that is offered in reach, worked out in rounds as seats are given."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from uuid import UUID

from services.matching.domain import fits
from services.matching.domain.engine import Candidate, Engine, Problem
from services.matching.domain.fits import Fit
from services.matching.domain.model import Opening, Search
from services.matching.domain.proposals import Proposal
from services.matching.domain.widening import GroupBounds, GuidanceBudget

STAYS = 100
"""Points for leaving an open proposal where it is: with these at most four move per event, for 0.8 % of the points."""


@dataclass(frozen=True)
class Situation:
    """All that the plan of a region depends on, on a day."""

    region: str
    today: date
    searches: Sequence[Search]
    """Those who are planned for: who wait, and whose open proposals may move."""
    openings: Sequence[Opening]
    """All in reach of the region, without the stays of those whose proposals may move."""
    bounds: GroupBounds = field(default_factory=GroupBounds)
    members: Mapping[tuple[UUID, UUID], int] = field(default_factory=dict)
    """How many of a school (second) have or hold a seat of an offer (first), without those who may move."""
    budgets: Mapping[UUID, GuidanceBudget] = field(default_factory=dict)
    """What guidance lasts for, by school, where a region has said so; plans of the whole week alone look at it."""
    held: Mapping[UUID, Proposal] = field(default_factory=dict)
    """The open proposals that may move, by student."""
    standing: Sequence[tuple[Search, Proposal]] = ()
    """Those whose proposals stay as they are."""

    @property
    def everybody(self) -> list[Search]:
        """All of the region who are looked for, whether planned for or not."""
        return [*self.searches, *(search for search, _ in self.standing)]


def staying(problem: Problem, held: Mapping[UUID, UUID]) -> Problem:
    """The problem with points for every student who stays at the offer that is held."""

    def weighed(one: Candidate) -> Candidate:
        stays = held.get(one.student) == one.offer  # type: ignore[call-overload]  # names are ids here
        return replace(one, points=one.points + STAYS) if stays else one

    return replace(problem, candidates=[weighed(one) for one in problem.candidates])


def possibilities(situation: Situation) -> list[Fit]:
    """All that could come together now: a second of work for a large region."""
    return fits.among(situation.searches, situation.openings, situation.today)


def by_sector(openings: Sequence[Opening]) -> dict[str, list[Opening]]:
    """The openings by the kind of work."""
    found: dict[str, list[Opening]] = defaultdict(list)
    for opening in openings:
        found[opening.offer.sector].append(opening)
    return found


def plan(engine: Engine, situation: Situation, found: Sequence[Fit] | None = None) -> list[Fit]:
    """The best plan; `found` are the possibilities where they are known.

    Each round gives seats as if they were taken for all of the time that is asked for; what remains free is given in
    the next, as planning does when something happens.
    """
    members, chosen = Counter(situation.members), list[Fit]()
    left = list(possibilities(situation) if found is None else found)
    while left and (given := _best(engine, situation, left, members)):
        chosen += given
        members.update((one.offer.offer_id, one.pair.search.school_id) for one in given)
        left = left_over(left, given)
    return chosen


def problem(situation: Situation, found: Sequence[Fit], members: Mapping[tuple[UUID, UUID], int]) -> Problem:
    """What the engine chooses from in one round."""
    bounds = {search.student_id: situation.bounds for search in situation.searches}
    held = {student: proposal.offer_id for student, proposal in situation.held.items()}
    return staying(fits.problem(found, bounds, members), held)


def _best(
    engine: Engine, situation: Situation, found: Sequence[Fit], members: Mapping[tuple[UUID, UUID], int]
) -> list[Fit]:
    """Questions to employers count as places here: less than any other, but more than none."""
    by_pair = {(one.student_id, one.offer.offer_id): one for one in found}
    given = engine.propose(problem(situation, found, members))
    return [by_pair[one.student, one.offer] for one in given]  # type: ignore[index]  # names are ids here


def left_over(found: Sequence[Fit], given: Sequence[Fit]) -> list[Fit]:
    """What is still possible for the others once seats are given."""
    gone = {one.student_id for one in given}
    taken: dict[UUID, list[Fit]] = defaultdict(list)
    for one in given:
        taken[one.offer.offer_id].append(one)
    openings: dict[UUID, Opening] = {}
    left = []
    for one in (each for each in found if each.student_id not in gone):
        offer = one.offer.offer_id
        if offer not in taken:
            left.append(one)
            continue
        if offer not in openings:
            openings[offer] = with_stays(one.pair.opening, taken[offer])
        if again := fits.fit(replace(one.pair, opening=openings[offer])):
            left.append(again)
    return left


def with_stays(opening: Opening, taken: Sequence[Fit]) -> Opening:
    """The opening once these have its seats, pinned ones among them."""
    here = {one.student_id for one in taken}
    pinned = {student: until for student, until in opening.pinned.items() if student not in here}
    return replace(opening, stays=(*opening.stays, *(one.stay for one in taken)), pinned=pinned)
