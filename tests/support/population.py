"""Made-up regions of students and employers, by seed, as nets for the engine: how large and how scarce they are is real,
who they are is not.

Towns of several sizes, twelve sectors of which some lie next to each other, capacities as skewed as the report's table, and
some seats of an employer with room for who needs much guidance: these lie inside all its seats.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from services.matching.domain import costs
from services.matching.domain.engine import Candidate, Problem
from services.matching.domain.paths import NONE, Net, net_of

Array = Any
SECTORS = 12
EMPLOYERS_PER_STUDENT = 1.6
TIER = np.array([8000, 6000, 4000, 0])
"""First, second and third wish, neighbouring work."""


@dataclass(frozen=True)
class People:
    """Where students or employers are, and what they look for or offer."""

    place: Array
    sector: Array


def _people(random: np.random.Generator, many: int, towns: Array, sectors: int) -> People:
    town = random.choice(len(towns), many, p=np.arange(len(towns), 0, -1) / np.arange(len(towns) + 1).sum())
    place = towns[town] + random.normal(0, 2.5, (many, 2))
    share = np.arange(SECTORS, 0, -1) / np.arange(SECTORS + 1).sum()
    return People(place, random.choice(SECTORS, (many, sectors), p=share))


def _tiers(students: People, employers: People) -> Array:
    """Which wish each employer honours for each student: 0 to 2, 3 for neighbouring work, 4 for none."""
    offered = employers.sector[:, 0]
    tier = np.full((len(students.place), len(offered)), 4)
    for rank in (2, 1, 0):
        wished = students.sector[:, rank, None]
        tier[np.abs(wished - offered) == 1] = np.minimum(tier, 3)[np.abs(wished - offered) == 1]
        tier[wished == offered] = rank
    return tier


@dataclass(frozen=True)
class Pairs:
    """Who could go where, one entry for each pair, and what is true of each student and employer."""

    student: Array
    employer: Array
    wishes: Array
    points: Array
    seats: Array
    needs_much: Array
    hardness: Array

    @property
    def unit(self) -> Array:
        """An employer's seats, or the guidance seats inside those, which come after them."""
        return self.employer + np.where(self.needs_much[self.student], len(self.seats), 0)

    @property
    def all_seats(self) -> list[int]:
        """Of each unit."""
        return [*self.seats.tolist(), *((self.seats + 1) // 2).tolist()]


def drawn(seed: int, students: int, ratio: float) -> Pairs:
    """A region with `ratio` free seats for each student: 1.4 is normal, 0.9 tight, 0.6 scarce."""
    random = np.random.default_rng(seed)
    many, towns = int(students * EMPLOYERS_PER_STUDENT), random.normal(0, 14, (9, 2))
    people, employers = _people(random, students, towns, 3), _people(random, many, towns, 1)
    distance = np.hypot(*(people.place[:, None] - employers.place).transpose(2, 0, 1))
    reach = random.choice([8.0, 14.0, 22.0], students, p=[0.35, 0.45, 0.2])[:, None]
    size = np.exp(random.normal(1.7, 1, many)) * random.beta(0.6, 1.4, many)
    seats = random.poisson(size * ratio * students / size.sum())
    tier, suits = _tiers(people, employers), random.random((students, many)) < 0.4
    owner, at = np.nonzero((distance <= reach) & (tier < 4) & suits & (seats > 0))
    points = 150 - 300 * distance[owner, at] / reach[owner, 0] + random.integers(-200, 300, len(owner))
    needs_much = random.random(students) < 0.35
    hardness = np.minimum(3, random.poisson(0.6, students) + needs_much)
    return Pairs(owner, at, TIER[tier[owner, at]], points.astype(int), seats, needs_much, hardness)


def a_region(seed: int, students: int, ratio: float) -> Net:
    """A region in numbers, as `drawn`."""
    pairs = drawn(seed, students, ratio)
    cost = costs.in_order(pairs.wishes.tolist(), pairs.points.tolist(), students, 3)
    return net_of(
        first=[0, *np.cumsum(np.bincount(pairs.student, minlength=students)).tolist()],
        unit=pairs.unit.tolist(),
        cost=list(cost.edges),
        alone=[cost.alone(one) for one in pairs.hardness.tolist()],
        seats=pairs.all_seats,
        around=[NONE] * len(pairs.seats) + list(range(len(pairs.seats))),
    )


def a_problem(seed: int, students: int, ratio: float) -> Problem:
    """The same region under names: numbers of students, and of units as in `a_region`."""
    pairs = drawn(seed, students, ratio)
    rows = zip(pairs.student.tolist(), pairs.unit.tolist(), pairs.points.tolist(), pairs.wishes.tolist(), strict=True)
    hardness, many = pairs.hardness.tolist(), len(pairs.seats)
    return Problem(
        [Candidate(student, unit, hardness[student], points, (), wish) for student, unit, points, wish in rows],
        dict(enumerate(pairs.all_seats)),
        {many + unit: unit for unit in range(many)},
    )
