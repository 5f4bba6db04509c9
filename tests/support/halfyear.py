"""Half a year in one region, day by day: students come, seats come free as placements end, and nobody knows what follows.

Policies differ in when a place is given for good and by what: to who came first, to who takes most effort, by our plan at
once, or by our plan after some days in which a proposal may still move. They are held against hindsight: the best plan of
all students and all seats of the half year, which is what waiting till its end would give. Who has no place waits; who has
one keeps it beyond the half year. Arrivals are assumptions: a quarter of students and a third of seats are there at first.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from services.matching.domain import whole
from services.matching.domain.movable import HARD_TO_PLACE, is_held_back
from services.matching.domain.paths import NONE
from services.matching.domain.whole import Edges
from tests.support.country import EMPLOYERS, STUDENTS, a_country, plannable

Array = Any
DAYS = 182
NEVER = DAYS + 1
AT_FIRST = {"students": 0.25, "seats": 0.35}


@dataclass(frozen=True)
class HalfYear:
    """Who could go where, and the day on which each student and each seat is there."""

    edges: Edges
    hardness: Array
    around: Array
    comes: Array
    seat: Array
    """The employer of each seat."""
    guided: Array
    """Whether a seat is one for who needs much guidance."""
    free_on: Array

    def seats(self, day: int) -> Array:
        """The seats of each unit that came free until a day."""
        employers = len(self.around) // 2
        there = self.free_on <= day
        guided = np.bincount(self.seat[there & self.guided], minlength=employers)
        return np.append(np.bincount(self.seat[there], minlength=employers), guided)

    def units_of(self, edges: Array) -> Array:
        """How many of some edges lead into each unit, those inside it included."""
        used = np.bincount(self.edges.unit[edges], minlength=len(self.around))
        np.add.at(used, self.around[self.around != NONE], used[self.around != NONE])
        return used


@dataclass(frozen=True)
class Outcome:
    """Who has a place after half a year."""

    placed: int
    hard: float
    """The share of those who are hard to place that has one."""
    worth: int
    """The placed, each as much as the plan says: a class of effort one more."""
    waited: float = 0.0
    """Days from coming to having a place for good, on average of those who are not hard to place; told of our plan."""


def a_half_year(seed: int, ratio: float, size: float = 1.0) -> HalfYear:
    """The middle region of a country, of `size` times the real one, with so many seats for each student all in all."""
    country = a_country(seed, ratio, int(STUDENTS * size), int(EMPLOYERS * size))
    many = np.bincount(country.region)
    region, random = country.only(int(np.argsort(many)[len(many) // 2])), np.random.default_rng(seed)
    made, share = plannable(region), region.seats / region.seats.sum()
    seats = random.multinomial(int(ratio * len(region.hardness)), share)
    guided = np.round(seats * region.guided / np.maximum(1, region.seats))
    employer, first = np.repeat(np.arange(len(seats)), seats), np.cumsum(seats) - seats
    return HalfYear(
        edges=made.edges,
        hardness=made.hardness,
        around=made.around,
        comes=_days(random, len(made.hardness), AT_FIRST["students"]),
        seat=employer,
        guided=np.arange(len(employer)) - first[employer] < guided[employer],
        free_on=_days(random, len(employer), AT_FIRST["seats"]),
    )


def _days(random: np.random.Generator, many: int, at_first: float) -> Array:
    return np.where(random.random(many) < at_first, 0, random.integers(0, DAYS, many))


def hindsight(year: HalfYear) -> Outcome:
    """The best plan of all."""
    return _outcome(year, _plan(year, np.ones(len(year.hardness), bool), year.seats(DAYS)))


def first_come(year: HalfYear) -> Outcome:
    """Whoever waits longest takes the seat that suits best."""
    return _greedy(year, year.comes)


def hardest_first(year: HalfYear) -> Outcome:
    """Of those who wait, whoever takes most effort chooses first."""
    return _greedy(year, -year.hardness * NEVER + year.comes)


def movable(year: HalfYear, days: int, held_back: int = 0) -> Outcome:
    """Our plan each day; a place is given for good when somebody has stood in the plan for some days (0: at once).

    Where an employer has seats for who needs much guidance, those who are not hard to place stand for `held_back` days.
    """
    final = np.full(len(year.hardness), NONE)
    since = np.full(len(year.hardness), NEVER)
    given = np.full(len(year.hardness), DAYS)
    for day in range(DAYS):
        chosen = _plan(
            year, (year.comes <= day) & (final == NONE), year.seats(day) - year.units_of(final[final != NONE])
        )
        planned = chosen != NONE
        since = np.where(planned, np.minimum(since, day), NEVER)
        wait = np.where(_wanted_by_hard(year, chosen), max(days, held_back), days)
        for_good = planned & (final == NONE) & (day - since >= wait)
        given = np.where(for_good, day, given)
        final = np.where(for_good, chosen, final)
    return _outcome(year, np.where(final == NONE, chosen, final), given)


def _wanted_by_hard(year: HalfYear, chosen: Array) -> Array:
    """Who is not hard to place, and has a place at an employer with seats for who needs much guidance."""
    employer = np.where(year.around == NONE, np.arange(len(year.around)), year.around)
    guided = np.isin(employer[year.edges.unit[np.maximum(chosen, 0)]], year.seat[year.guided])
    held_back: Array = is_held_back(year.hardness, guided)
    return held_back


def _plan(year: HalfYear, who: Array, seats: Array) -> Array:
    """The edge of each of these students in the best plan."""
    some = np.flatnonzero(who[year.edges.student] & (seats[year.edges.unit] > 0))
    chosen = whole.plan(Edges(*(column[some] for column in year.edges)), year.hardness, seats, year.around)
    return np.where(chosen == NONE, NONE, np.append(some, NONE)[chosen])


def _greedy(year: HalfYear, order: Array) -> Outcome:
    """Each day, one after another takes for good what suits best."""
    chosen = np.full(len(year.hardness), NONE)
    ranks = np.lexsort((-year.edges.points, -year.edges.wish, year.edges.student))
    first = np.append(0, np.bincount(year.edges.student, minlength=len(chosen)).cumsum())
    for day in range(DAYS):
        left = year.seats(day) - year.units_of(chosen[chosen != NONE])
        waiting = np.flatnonzero((year.comes <= day) & (chosen == NONE))
        for student in waiting[np.argsort(order[waiting], kind="stable")]:
            mine = ranks[first[student] : first[student + 1]]
            around = year.around[year.edges.unit[mine]]
            free = mine[(left[year.edges.unit[mine]] > 0) & ((around == NONE) | (left[around] > 0))]
            if len(free):
                chosen[student] = free[0]
                left = left - year.units_of(free[:1])
    return _outcome(year, chosen)


def _outcome(year: HalfYear, chosen: Array, given: Array | None = None) -> Outcome:
    assert bool((year.units_of(chosen[chosen != NONE]) <= year.seats(DAYS)).all())
    placed, hard = chosen != NONE, year.hardness >= HARD_TO_PLACE
    waited = 0.0 if given is None else float((given - year.comes)[placed & ~hard].mean())
    return Outcome(int(placed.sum()), float(placed[hard].mean()), int((year.hardness + 1)[placed].sum()), waited)
