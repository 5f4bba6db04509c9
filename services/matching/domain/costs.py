"""The published order of goals as whole numbers: placed, hardest to place first; then wishes; then points.

Each goal weighs more than everything below it can change along any chain of moves. A chain passes each student once, so
a step of a goal costs one more than all students together can differ in what lies below. That is enough for the classes
of effort too, one step apart: which students can be placed together is a matroid, so a plan that could serve a harder
class better can do so by one chain that puts one student in the place of another (see `engine.py`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import gcd

LARGEST = 2**60
"""Searches add up to three costs of staying without, which 64 bits must hold."""


@dataclass(frozen=True)
class Costs:
    """What each edge costs, and what it costs to leave out a student of each class."""

    edges: Sequence[int]
    step: int

    def alone(self, hardness: int) -> int:
        """The cost of leaving out a student."""
        return self.step * (hardness + 1)


def in_order(wishes: Sequence[int], points: Sequence[int], students: int, hardest: int) -> Costs:
    """The costs of edges that honour wishes and earn points so far, none of them negative.

    Raises OverflowError when they do not fit 64 bits: far beyond a country.
    """
    best_wish, best = max(wishes, default=0), max(points, default=0)
    missed = [best_wish - wish for wish in wishes]
    unit = gcd(*missed) or 1  # wishes are compared, not added up: 8000, 6000 and 0 are 0, 1 and 4 steps
    of_wish = students * (best - min(points, default=0)) + 1
    edges = [short // unit * of_wish + best - own for short, own in zip(missed, points, strict=True)]
    costs = Costs(edges, students * max(edges, default=0) + 1)
    if costs.alone(hardest) >= LARGEST:
        raise OverflowError("the costs of a plan do not fit 64 bits")
    return costs
