"""From searches and openings to a problem for the engine, and from its plan to what is proposed."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any
from uuid import UUID

from services.matching.domain import hardness, rules, score
from services.matching.domain.engine import Candidate, Engine, Problem
from services.matching.domain.model import Offer, Profile
from services.matching.domain.pairs import Pair
from services.matching.domain.score import Factor
from services.matching.domain.widening import GroupBounds
from services.matching.domain.windows import Window, taken_at_most
from shared.events.codes import PlacementKind, Step

Unit = tuple[UUID, int]
"""An offer, and how many of its seats are open to a school: schools for which fewer are open share those."""


@dataclass(frozen=True)
class Fit:
    """A pair that breaks no rule within the circle, with its window and its reasons."""

    pair: Pair
    window: Window
    reasons: tuple[Factor, ...]

    @property
    def points(self) -> int:
        """The score."""
        return score.total(self.reasons)

    @property
    def wish(self) -> int:
        """The part of the score that honours a wish."""
        return sum(reason.points for reason in self.reasons if reason.factor == score.WISH)

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


def fit(pair: Pair) -> Fit | None:
    """The fit of a pair; nothing when it lies outside the circle or breaks a rule."""
    if not pair.within_circle or not rules.is_possible(pair) or pair.window is None:
        return None
    return Fit(pair, pair.window, score.reasons(pair))


def propose(
    engine: Engine, fits: Sequence[Fit], bounds: Mapping[UUID, GroupBounds], members: Mapping[tuple[UUID, UUID], int]
) -> list[Fit]:
    """The fits that the engine chooses.

    `bounds` are the group bounds by student, `members` how many of a school (second) are in a group (first) already.
    """
    kept = _in_groups_that_can_form(fits, bounds, members)
    by_pair = {(one.student_id, one.offer.offer_id): one for one in kept}
    plan = engine.propose(Problem([_candidate(one) for one in kept], *_seats(kept, bounds)))
    return [by_pair[chosen.student, chosen.offer] for chosen in plan]  # type: ignore[index]  # names are ids here


def _in_groups_that_can_form(
    fits: Sequence[Fit], bounds: Mapping[UUID, GroupBounds], members: Mapping[tuple[UUID, UUID], int]
) -> list[Fit]:
    """Leave out group places for which the school has too few students: a group needs the region's smallest number."""
    sizes = Counter(members) + Counter(
        (one.offer.offer_id, one.pair.search.school_id) for one in fits if _is_group(one)
    )
    return [
        one
        for one in fits
        if not _is_group(one) or sizes[one.offer.offer_id, one.pair.search.school_id] >= bounds[one.student_id].smallest
    ]


def _is_group(one: Fit) -> bool:
    return one.offer.kind is PlacementKind.GROUP


def _seats(fits: Sequence[Fit], bounds: Mapping[UUID, GroupBounds]) -> tuple[dict[Unit, int], dict[Unit, Unit]]:
    """How many seats of each offer can be given at once, and which of them lie inside which.

    Each fit alone has a seat in its own window. Together they have as many as are free all through the time that the
    windows span: never too many, and what remains is given in the next round. Where some are kept for a school, the
    others share the rest of them, inside those that are open to that school.
    """
    by_offer: dict[UUID, list[Fit]] = {}
    for one in fits:
        by_offer.setdefault(one.offer.offer_id, []).append(one)
    seats, around = {}, {}
    for members in by_offer.values():
        taken, most = _taken_throughout(members), _group_at_most(members, bounds)
        units = sorted({one.unit for one in members})
        seats.update({unit: max(1, min(unit[1], most) - taken) for unit in units})
        around.update(dict(pairwise(units)))
    return seats, around


def _taken_throughout(fits: Sequence[Fit]) -> int:
    end = None if any(one.window.end is None for one in fits) else max(one.window.last for one in fits)
    span = Window(min(one.window.begin for one in fits), end)
    return taken_at_most(fits[0].pair.opening.stays, span)


def _group_at_most(fits: Sequence[Fit], bounds: Mapping[UUID, GroupBounds]) -> int:
    if not _is_group(fits[0]):
        return fits[0].offer.seats
    return max(bounds[one.student_id].largest for one in fits)


def _candidate(one: Fit) -> Candidate:
    search = one.pair.search
    return Candidate(
        student=search.student_id,
        offer=one.offer.offer_id,
        hardness=hardness.of(search).level,
        points=one.points - one.wish,
        wish=one.wish,
        unit=one.unit,
        rank=(search.since.date().isoformat(), *_facts(search.profile), *_facts_of_offer(one.offer)),
    )


def _facts(profile: Profile) -> tuple[Any, ...]:
    """What tells two students apart other than their ids; who waits longer stands before it."""
    wishes = tuple((wish.rank, wish.sector, wish.tasks) for wish in profile.wishes)
    place = (profile.location.latitude, profile.location.longitude)
    return (profile.begin_date.isoformat(), profile.birth_year_month, place, wishes, profile.days_per_week)


def _facts_of_offer(offer: Offer) -> tuple[Any, ...]:
    place = (offer.location.latitude, offer.location.longitude)
    return (offer.begin_date.isoformat(), place, offer.sector, offer.kind.value, offer.tasks, offer.seats)


def nearest_obstacles(pairs: Collection[Pair]) -> list[tuple[rules.Obstacle, int]]:
    """What stands between a student and places: each rule's obstacle that is nearest to good, and at how many places it
    is the only one. The rule that would open most places comes first.
    """
    alone: Counter[str] = Counter()
    broken: Counter[str] = Counter()
    nearest: dict[tuple[str, bool], rules.Obstacle] = {}
    for pair in pairs:
        if rules.is_hidden(pair) or not (found := list(rules.obstacles(pair))):
            continue
        for obstacle in found:
            broken[obstacle.rule] += 1
            alone[obstacle.rule] += len(found) == 1
            key = (obstacle.rule, len(found) == 1)
            nearest[key] = min(nearest.get(key, obstacle), obstacle, key=lambda one: one.gap)
    best = [(nearest.get((rule, True)) or nearest[rule, False], alone[rule]) for rule in broken]
    return sorted(best, key=lambda item: (-item[1], -broken[item[0].rule], item[0].rule))


def waits_for_circle(pairs: Collection[Pair]) -> Step | None:
    """The nearest circle, not open yet, in which a place waits that suits."""
    later = [pair.step for pair in pairs if not pair.within_circle and rules.is_possible(pair)]
    return min(later, key=list(Step).index, default=None)
