"""From searches and openings to a problem for the engine, and from its plan to what is proposed."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
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
    plan = engine.propose(Problem([_candidate(one) for one in kept], _seats(kept, bounds)))
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


def _seats(fits: Sequence[Fit], bounds: Mapping[UUID, GroupBounds]) -> dict[UUID, int]:
    """How many seats of each offer can be given at once.

    Each fit alone has a seat in its own window. Together they have as many as are free all through the time that the
    windows span, without what is kept for some of the schools only: never too many, and what remains is given in the
    next round.
    """
    windows: dict[UUID, list[Fit]] = {}
    for one in fits:
        windows.setdefault(one.offer.offer_id, []).append(one)
    return {offer_id: max(1, _free_throughout(members, bounds)) for offer_id, members in windows.items()}


def _free_throughout(fits: Sequence[Fit], bounds: Mapping[UUID, GroupBounds]) -> int:
    opening = fits[0].pair.opening
    end = None if any(one.window.end is None for one in fits) else max(one.window.last for one in fits)
    span = Window(min(one.window.begin for one in fits), end)
    seats = min(one.pair.seats for one in fits)
    if opening.offer.kind is PlacementKind.GROUP:
        seats = min(seats, max(bounds[one.student_id].largest for one in fits))
    return seats - taken_at_most(opening.stays, span)


def _candidate(one: Fit) -> Candidate:
    search = one.pair.search
    return Candidate(
        student=search.student_id,
        offer=one.offer.offer_id,
        hardness=hardness.of(search).level,
        points=one.points,
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
