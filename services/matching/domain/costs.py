"""The published order of goals as whole numbers: placed, hardest to place first; then wishes; then points.

Each goal weighs more than everything below it can change along any chain of moves. A chain passes each student once, so
a step of a goal costs one more than all students together can differ in what lies below. That is enough for the classes
of effort too, one step apart: which students can be placed together is a matroid, so a plan that could serve a harder
class better can do so by one chain that puts one student in the place of another (see `engine.py`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import gcd

LARGEST = 2**60
"""Searches add up to three costs of staying without, which 64 bits must hold."""


@dataclass(frozen=True)
class Scale:
    """What each goal weighs, for all problems within these bounds."""

    students: int
    hardest: int
    best_wish: int
    worst_wish: int
    step_of_wish: int
    """Wishes are compared, not added up: 8000, 6000 and 0 are 0, 1 and 4 steps of 2000 short of the best."""
    best: int
    worst: int
    """Points."""

    @classmethod
    def of(cls, wishes: Sequence[int], points: Sequence[int], students: int, hardest: int) -> "Scale":
        """The scale of one problem. Raises OverflowError when its costs do not fit 64 bits: far beyond a country."""
        best_wish = max(wishes, default=0)
        step = gcd(*(best_wish - wish for wish in wishes)) or 1
        best, worst = max(points, default=0), min(points, default=0)
        return cls(students, hardest, best_wish, min(wishes, default=0), step, best, worst).checked()

    def roomy(self) -> "Scale":
        """The same goals for up to four times as many students and twice the differences in points, so that costs stay
        what they are while a plan is kept. Raises OverflowError as `of` does.
        """
        room = (self.best - self.worst + 1) // 2
        wider = replace(
            self,
            students=2 << (self.students - 1).bit_length() if self.students > 1 else 2,
            best=self.best + room,
            worst=self.worst - room,
        )
        return wider.checked()

    def covers(self, hardness: int, wish: int, points: int) -> bool:
        """Whether such a place lies within the bounds."""
        return (
            hardness <= self.hardest
            and self.worst_wish <= wish <= self.best_wish
            and (self.best_wish - wish) % self.step_of_wish == 0
            and self.worst <= points <= self.best
        )

    def checked(self) -> "Scale":
        """The scale itself, if its costs fit 64 bits. Raises OverflowError."""
        if self.alone(self.hardest) >= LARGEST:
            raise OverflowError("the costs of a plan do not fit 64 bits")
        return self

    @cached_property
    def of_wish(self) -> int:
        """The weight of a step of a wish."""
        return self.students * (self.best - self.worst) + 1

    @cached_property
    def step(self) -> int:
        """The weight of a class of effort."""
        return self.students * self.edge(self.worst_wish, self.worst) + 1

    def edge(self, wish: int, points: int) -> int:
        """What it costs to place somebody so, not negative."""
        return (self.best_wish - wish) // self.step_of_wish * self.of_wish + self.best - points

    def alone(self, hardness: int) -> int:
        """What it costs to leave out a student of a class."""
        return self.step * (hardness + 1)


@dataclass(frozen=True)
class Costs:
    """What each edge costs, and what it costs to leave out a student of each class."""

    edges: Sequence[int]
    step: int

    def alone(self, hardness: int) -> int:
        """The cost of leaving out a student."""
        return self.step * (hardness + 1)


def in_order(wishes: Sequence[int], points: Sequence[int], students: int, hardest: int) -> Costs:
    """The costs of edges that honour wishes and earn points so far, on a scale of their own."""
    scale = Scale.of(wishes, points, students, hardest)
    of_wish, best, best_wish, unit = scale.of_wish, scale.best, scale.best_wish, scale.step_of_wish
    edges = [(best_wish - wish) // unit * of_wish + best - own for wish, own in zip(wishes, points, strict=True)]
    return Costs(edges, scale.step)
