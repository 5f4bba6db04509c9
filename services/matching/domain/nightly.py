"""A region's plan for the days of the week: from what planning knows to a week, and from its plan back to places."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import combinations, pairwise
from uuid import UUID

from services.matching.domain import regional
from services.matching.domain.engine import Candidate, Engine
from services.matching.domain.facts import comes_with_jobcoach
from services.matching.domain.fits import Fit, Unit
from services.matching.domain.pairs import Pair
from services.matching.domain.regional import Situation
from services.matching.domain.weekly import Cell, Group, Way, Week
from services.matching.domain.weekly_search import Packed, pack
from services.matching.domain.widening import GroupBounds
from services.matching.domain.windows import DAY, FOREVER, Window, taken_at_most
from shared.events.codes import PlacementKind


def plan(engine: Engine, situation: Situation, found: Sequence[Fit], seconds: float) -> tuple[list[Fit], Packed]:
    """The places that are chosen within a time, each on its days, and how good that is known to be."""
    by_pair = {(one.student_id, one.offer.offer_id): one for one in found}
    packed = pack(week_of(situation, found), engine, seconds)
    chosen = [(by_pair[one.way.student, one.way.offer], one.days) for one in packed.plan]  # type: ignore[index]  # names are ids here
    return [replace(one, pair=replace(one.pair, on=days), weekdays=days) for one, days in chosen], packed


def week_of(situation: Situation, found: Sequence[Fit]) -> Week:
    """The week of all who could come together; a slice of an offer's time is named by the day on which it begins.

    Offers where a budget of the school is drawn on are cut at the same days, so that a slice of one is the same of all.
    """
    problem = regional.problem(situation, found, situation.members)
    candidates = {(one.student, one.offer): one for one in problem.candidates}
    groups = _groups(situation, found)
    ways, seats, around = list[Way](), dict[Unit, Mapping[Cell, int]](), dict[Unit, Unit]()
    by_offer = _by_offer(found)
    guided = {fits[0].offer.offer_id for fits in by_offer if any(_draws(situation, one) for one in fits)}
    shared = {day for fits in by_offer if fits[0].offer.offer_id in guided for day in _cuts(fits)}
    for fits in by_offer:
        pieces = _pieces(shared if fits[0].offer.offer_id in guided else _cuts(fits))
        units = sorted({one.unit for one in fits})
        seats |= {unit: _free(fits[0], unit, pieces) for unit in units}
        around |= dict(pairwise(units))
        for one in fits:
            candidate = candidates.get((one.student_id, one.offer.offer_id))
            if candidate is not None and groups.get(_group(one), GroupBounds()).largest > 0:
                ways += _ways(situation, one, candidate, pieces)
    led = {group for group, many in situation.members.items() if many > 0}
    return Week(ways, seats, around, groups, _supervisors(situation, led), _coaches(situation), led=led)


def _by_offer(found: Iterable[Fit]) -> list[list[Fit]]:
    by_offer: dict[UUID, list[Fit]] = defaultdict(list)
    for one in found:
        by_offer[one.offer.offer_id].append(one)
    return list(by_offer.values())


def _supervisors(situation: Situation, led: Collection[tuple[UUID, UUID]]) -> dict[UUID, int]:
    """How many more groups each school can go along with on one day."""
    budgets = {school: one.groups for school, one in situation.budgets.items() if one.groups is not None}
    return {school: max(0, many - sum(leader == school for _, leader in led)) for school, many in budgets.items()}


def _coaches(situation: Situation) -> dict[UUID, int]:
    """How many more students the job coaches of each school can have at a time, beside those whose proposals stay."""
    openings = {one.offer.offer_id: one for one in situation.openings}
    standing = Counter(
        search.school_id
        for search, proposal in situation.standing
        if (opening := openings.get(proposal.offer_id)) and comes_with_jobcoach(Pair(search, opening, situation.today))
    )
    budgets = {school: one.coached for school, one in situation.budgets.items() if one.coached is not None}
    return {school: max(0, many - standing[school]) for school, many in budgets.items()}


def _draws(situation: Situation, one: Fit) -> bool:
    """Whether a budget of the school could be drawn on there."""
    guided = one.offer.kind is PlacementKind.GROUP or comes_with_jobcoach(one.pair)
    return guided and one.pair.search.school_id in situation.budgets


def _group(one: Fit) -> Group:
    return one.offer.offer_id, one.pair.search.school_id


def _groups(situation: Situation, found: Iterable[Fit]) -> dict[Group, GroupBounds]:
    """How many can come to each group beside its members: enough to make the smallest, and no more than the largest."""
    here = {_group(one) for one in found if one.offer.kind is PlacementKind.GROUP}
    bounds, there = situation.bounds, dict[Group, int](situation.members)  # type: ignore[arg-type]  # names are ids
    return {
        group: GroupBounds.model_construct(
            smallest=max(1, bounds.smallest - there.get(group, 0)), largest=bounds.largest - there.get(group, 0)
        )
        for group in here
    }


def _cuts(fits: Sequence[Fit]) -> set[date]:
    """The days on which a window or a stay at an offer begins, or the first after one."""
    spans = [(one.window.begin, one.window.last) for one in fits]
    spans += [(stay.begin, stay.end or FOREVER) for stay in fits[0].pair.opening.stays]
    return {day for begin, last in spans for day in (begin, last + DAY if last < FOREVER else FOREVER)}


def _pieces(cuts: Collection[date]) -> list[Window]:
    return [Window(begin, following - DAY) for begin, following in pairwise(sorted(cuts))]


def _free(one: Fit, unit: Unit, pieces: Sequence[Window]) -> dict[Cell, int]:
    stays, days = one.pair.opening.stays, one.offer.days
    return {
        (piece.begin.toordinal(), day): max(0, unit[1] - taken_at_most(stays, piece, [day]))
        for piece in pieces
        for day in days
    }


def _ways(situation: Situation, one: Fit, candidate: Candidate, pieces: Sequence[Window]) -> Iterator[Way]:
    """On the days that live planning would take or any others; an open proposal stays on its own days."""
    pair, held = one.pair, situation.held.get(one.student_id)
    school = pair.search.school_id
    coach = school if comes_with_jobcoach(pair) else None
    slices = tuple(piece.begin.toordinal() for piece in pieces if _lies_in(piece, one.window))
    choices = dict.fromkeys((pair.weekdays, *combinations(pair.common_days, len(pair.weekdays))))
    if held is not None and held.offer_id == one.offer.offer_id:
        yield Way(candidate, school, (held.weekdays,), slices, coach)
        choices.pop(held.weekdays, None)
        candidate = replace(candidate, points=candidate.points - regional.STAYS)
    if choices:
        yield Way(candidate, school, tuple(choices), slices, coach)


def _lies_in(piece: Window, window: Window) -> bool:
    return window.begin <= piece.begin and piece.last <= window.last
