"""From searches and openings to a problem for the engine, and from its plan to what is proposed."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import pairwise, product
from typing import Any
from uuid import UUID

from services.matching.domain import candidates, hardness, rules, score
from services.matching.domain.engine import Candidate, Engine, Problem
from services.matching.domain.facts import points_of
from services.matching.domain.model import Offer, Opening, Search, Stay
from services.matching.domain.obstacles import Obstacle
from services.matching.domain.pairs import Pair
from services.matching.domain.score import Factor
from services.matching.domain.widening import GroupBounds
from services.matching.domain.windows import Window, taken_at_most
from shared.events.codes import PlacementKind, Point, Step, Weekday

Unit = tuple[UUID, int]
"""An offer, and how many of its seats are open to a school: schools for which fewer are open share those."""


IDS_OF_OFFER = {"offer_id", "employer_id", "brought_in_by", "private_to", "reservations"}
"""What breaks no tie: two places that differ in nothing else are the same to whoever goes there."""


@dataclass(frozen=True)
class Fit:
    """A pair that breaks no rule within the circle, with its window and its points."""

    pair: Pair
    window: Window
    weekdays: tuple[Weekday, ...]
    """The days of the week in that window."""
    scored: Pair
    """As it was when it was given points; a plan may have found it another time since."""
    wish: int
    """The part of the score that is compared first: which wish it honours, and whether that needs a question."""
    points: int
    """The score."""
    left_out: tuple[str, ...] = ()
    """Demands that the employer must be asked to leave out."""

    @cached_property
    def reasons(self) -> tuple[Factor, ...]:
        """The score in words, for who looks at it: most of what is possible is never looked at."""
        return score.reasons(self.scored)

    @property
    def unit(self) -> Unit:
        """The seats that are open to the student's school."""
        return self.offer.offer_id, self.pair.seats

    @property
    def offer(self) -> Offer:
        """What is offered."""
        return self.pair.opening.offer

    @property
    def student_id(self) -> UUID:
        """Who would go there."""
        return self.pair.search.student_id

    @property
    def stay(self) -> Stay:
        """The seat as it would be taken."""
        return Stay(self.window.begin, self.window.end, weekdays=frozenset(self.weekdays))


def fit(pair: Pair) -> Fit | None:
    """The fit of a pair; nothing when it lies outside the circle or breaks a rule that no question lifts."""
    if not pair.within_circle:
        return None
    left_out = rules.to_leave_out(pair)
    if not (left_out or rules.is_possible(pair)) or pair.window is None:
        return None
    return Fit(pair, pair.window, pair.weekdays, pair, *points_of(pair), left_out)


def among(searches: Sequence[Search], openings: Sequence[Opening], today: date) -> list[Fit]:
    """All that could come together: of few by asking the rules, of many at once."""
    if len(searches) * len(openings) < candidates.WORTH_IT:
        return fits_of(product(searches, openings), today)
    numbers = candidates.Numbers()
    found = candidates.sieved(searches, openings, numbers, today)
    if not numbers.are_exact:
        pairs = zip(found.student.tolist(), found.place.tolist(), strict=True)
        return fits_of(((searches[one], openings[at]) for one, at in pairs), today)
    from services.matching.domain import judging

    return judging.fits_among(searches, openings, found, today)


def fits_of(pairs: Iterable[tuple[Search, Opening]], today: date) -> list[Fit]:
    """The fits of pairs, one after another."""
    found = (fit(Pair(search, opening, today)) for search, opening in pairs)
    return [one for one in found if one]


def propose(
    engine: Engine,
    fits: Sequence[Fit],
    bounds: Mapping[UUID, GroupBounds],
    members: Mapping[tuple[UUID, UUID], int],
) -> list[Fit]:
    """The fits that the engine chooses. Places that the employer must be asked for come when there are no others.

    `bounds` are the group bounds by student, `members` how many of a school (second) are in a group (first) already.
    """
    sure = [one for one in fits if not one.left_out]
    return _chosen(engine, sure, bounds, members) or _chosen(engine, fits, bounds, members)


def _chosen(
    engine: Engine,
    fits: Sequence[Fit],
    bounds: Mapping[UUID, GroupBounds],
    members: Mapping[tuple[UUID, UUID], int],
) -> list[Fit]:
    by_pair = {(one.student_id, one.offer.offer_id): one for one in fits}
    plan = engine.propose(problem(fits, bounds, members))
    return [by_pair[chosen.student, chosen.offer] for chosen in plan]  # type: ignore[index]  # names are ids here


def problem(
    fits: Sequence[Fit],
    bounds: Mapping[UUID, GroupBounds],
    members: Mapping[tuple[UUID, UUID], int],
) -> Problem:
    """What the engine chooses from; arguments as of `propose`."""
    kept = _in_groups_that_can_form(fits, bounds, members)
    return Problem(_candidates(kept), *_seats(kept, bounds))


def _in_groups_that_can_form(
    fits: Sequence[Fit], bounds: Mapping[UUID, GroupBounds], members: Mapping[tuple[UUID, UUID], int]
) -> list[Fit]:
    """Leave out group places for which the school has too few students: a group needs the region's smallest number."""
    sizes = Counter(members) + Counter((one.offer.offer_id, one.pair.search.school_id) for one in fits if is_group(one))
    return [
        one
        for one in fits
        if not is_group(one) or sizes[one.offer.offer_id, one.pair.search.school_id] >= bounds[one.student_id].smallest
    ]


def is_group(one: Fit) -> bool:
    """Whether it is a place in a group of the student's school."""
    return one.offer.kind is PlacementKind.GROUP


def _seats(fits: Sequence[Fit], bounds: Mapping[UUID, GroupBounds]) -> tuple[dict[Unit, int], dict[Unit, Unit]]:
    """How many seats of each offer can be given at once, and which of them lie inside which.

    Each fit alone has a seat in its own window and on its own days of the week. Together they have as many as are free
    on all days of any of them, all through the time that the windows span: never too many, and what remains, such as
    the other days of a seat, is given in the next round. Where some are kept for a school, the
    others share the rest of them, inside those that are open to that school.
    """
    by_offer: dict[UUID, list[Fit]] = {}
    for one in fits:
        by_offer.setdefault(one.offer.offer_id, []).append(one)
    seats, around = dict[Unit, int](), dict[Unit, Unit]()
    for members in by_offer.values():
        some, inside = seats_of_offer(members, bounds)
        seats |= some
        around |= inside
    return seats, around


def seats_of_offer(
    members: Sequence[Fit], bounds: Mapping[UUID, GroupBounds]
) -> tuple[dict[Unit, int], dict[Unit, Unit]]:
    """The same for one offer, of which these are the fits."""
    taken, most = _taken_throughout(members), _group_at_most(members, bounds)
    units = sorted({one.unit for one in members})
    return {unit: max(1, min(unit[1], most) - taken) for unit in units}, dict(pairwise(units))


def _taken_throughout(fits: Sequence[Fit]) -> int:
    end = None if any(one.window.end is None for one in fits) else max(one.window.last for one in fits)
    span = Window(min(one.window.begin for one in fits), end)
    days = frozenset(day for one in fits for day in one.weekdays)
    return taken_at_most(fits[0].pair.opening.stays, span, days)


def _group_at_most(fits: Sequence[Fit], bounds: Mapping[UUID, GroupBounds]) -> int:
    if not is_group(fits[0]):
        return fits[0].offer.seats
    return max(bounds[one.student_id].largest for one in fits)


def _candidates(fits: Sequence[Fit]) -> list[Candidate]:
    searches = {one.student_id: one.pair.search for one in fits}
    offers = {one.offer.offer_id: one.offer for one in fits}
    levels = {name: hardness.of(search).level for name, search in searches.items()}
    students = _in_order({name: facts(search) for name, search in searches.items()})
    places = _in_order({name: facts_of_offer(offer) for name, offer in offers.items()})
    named = ((one, one.student_id, one.unit) for one in fits)
    return [
        Candidate(
            student=student,
            offer=unit[0],
            hardness=levels[student],
            points=one.points - one.wish,
            wish=one.wish,
            unit=unit,
            rank=(students[student], places[unit[0]]),
        )
        for one, student, unit in named
    ]


def _in_order(known: Mapping[UUID, tuple[Any, ...]]) -> dict[UUID, int]:
    """Where each stands in the order of what is known; who differs in nothing stands at the same place."""
    numbers = {what: number for number, what in enumerate(sorted(set(known.values())))}
    return {name: numbers[what] for name, what in known.items()}


def facts(search: Search) -> tuple[Any, ...]:
    """All that tells two students apart other than their ids; who waits longer stands before it."""
    profile = search.profile
    wishes = tuple((wish.rank, wish.sector, wish.tasks) for wish in profile.wishes)
    begin = (search.since.date().isoformat(), profile.begin_date.isoformat(), profile.birth_year_month)
    rest = profile.model_dump_json(exclude={"student_id", "school_id"})
    return (*begin, _place(profile.location), wishes, profile.days_per_week, rest)


def facts_of_offer(offer: Offer) -> tuple[Any, ...]:
    """All that tells two offers apart other than ids."""
    begin = (offer.begin_date.isoformat(), _place(offer.location))
    rest = offer.model_dump_json(exclude=IDS_OF_OFFER)
    return (*begin, offer.sector, offer.kind.value, offer.tasks, offer.seats, rest)


def _place(point: Point) -> tuple[float, float]:
    return point.latitude, point.longitude


def nearest_obstacles(pairs: Collection[Pair]) -> list[tuple[Obstacle, int]]:
    """What stands between a student and places: each rule's obstacle that is nearest to good, and at how many places it
    is the only one. The rule that would open most places comes first.
    """
    alone: Counter[str] = Counter()
    broken: Counter[str] = Counter()
    nearest: dict[tuple[str, bool], Obstacle] = {}
    for pair in pairs:
        if rules.is_hidden(pair) or not (found := list(rules.obstacles(pair))):
            continue
        for obstacle in found:
            broken[obstacle.rule] += 1
            alone[obstacle.rule] += len(found) == 1
            key = (obstacle.rule, len(found) == 1)
            nearest[key] = min(nearest.get(key, obstacle), obstacle, key=lambda one: (one.gap, one.text))
    best = [(nearest.get((rule, True)) or nearest[rule, False], alone[rule]) for rule in broken]
    return sorted(best, key=lambda item: (-item[1], -broken[item[0].rule], item[0].rule))


def waits_for_circle(pairs: Collection[Pair]) -> Step | None:
    """The nearest circle, not open yet, in which a place waits that suits."""
    later = [pair.step for pair in pairs if not pair.within_circle and rules.is_possible(pair)]
    return min(later, key=list(Step).index, default=None)
