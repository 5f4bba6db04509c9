"""Which students get which free seats: the best plan for all of them together.

The order of goals: first as many students as possible, the hardest to place first; then their wishes; then the highest
sum of points. The first goal has no conflict in it: which sets of students can be placed together is a matroid, so
putting the hardest first never lowers the number placed (https://ar5iv.labs.arxiv.org/html/1512.08555).
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any, Protocol

from services.matching.domain import costs, machine
from services.matching.domain.paths import NONE, Net, net_of, quick_order


@dataclass(frozen=True)
class Candidate:
    """A student who could take a seat of an offer.

    `student` and `offer` are names only. Ties are broken by `rank`, which holds facts (never ids), so that the same
    facts give the same plan whatever ids they carry.
    """

    student: Hashable
    offer: Hashable
    hardness: int
    points: int
    rank: tuple[Any, ...] = ()
    wish: int = 0
    """How far the student's wishes are honoured: compared before the points, whatever those are."""
    unit: Hashable | None = None
    """The part of the offer's seats that is open to this student, where not all are."""

    @property
    def takes_from(self) -> Hashable:
        """The unit whose seat this candidate takes."""
        return self.offer if self.unit is None else self.unit


@dataclass(frozen=True)
class Problem:
    """The candidates, and how many seats of each offer, and of each part of one, can be given."""

    candidates: Sequence[Candidate]
    seats: Mapping[Any, int]
    around: Mapping[Any, Hashable] = field(default_factory=dict)
    """The unit that a unit lies in, where it is a part of another: who takes a seat in it takes one there too."""


Plan = tuple[Candidate, ...]
"""The candidates that are chosen, each student once, in the order of their rank."""


class Engine(Protocol):
    """Whatever makes a plan; deterministic, and without any knowledge beyond the problem."""

    def propose(self, problem: Problem) -> Plan:
        """Choose candidates so that nobody goes to two places and no unit gives more seats than it has."""
        ...


class ShortestPathEngine:
    """Exact: successive shortest paths in the residual graph, with prices on the units (min-cost flow).

    Each student may also stay without a place, at a cost beyond all that wishes and points can win. For s students, u
    units and e candidates O(s · e log u), and far less where seats are not scarce.
    """

    def propose(self, problem: Problem) -> Plan:
        """See `Engine`."""
        edges, net = in_numbers(problem)
        chosen = machine.solve(net, quick_order(net))
        return ranked([edges[edge] for edge in chosen if edge != NONE])


def ranked(chosen: Sequence[Candidate]) -> Plan:
    """A plan of these candidates."""
    return tuple(sorted(chosen, key=lambda one: (one.rank, -one.wish, -one.points)))


def in_numbers(problem: Problem) -> tuple[list[Candidate], Net]:
    """The candidates in the order of the net's edges, and the net; the hardest to place come first."""
    students: dict[Hashable, list[Candidate]] = {}
    for candidate in sorted(problem.candidates, key=lambda one: (-one.hardness, one.rank, -one.wish, -one.points)):
        students.setdefault(candidate.student, []).append(candidate)
    options = list(students.values())
    return [candidate for candidates in options for candidate in candidates], _net(options, problem)


def _net(options: Sequence[Sequence[Candidate]], problem: Problem) -> Net:
    """The problem in numbers; students as in `options`, edges in the same order."""
    edges = [candidate for candidates in options for candidate in candidates]
    units = _units(edges, problem.around)
    hardest = max((one.hardness for one in edges), default=0)
    cost = costs.in_order([one.wish for one in edges], [one.points for one in edges], len(options), hardest)
    return net_of(
        first=list(accumulate((len(candidates) for candidates in options), initial=0)),
        unit=[units[one.takes_from] for one in edges],
        cost=list(cost.edges),
        alone=[cost.alone(candidates[0].hardness) for candidates in options],
        seats=[problem.seats.get(name, 0) for name in units],
        around=[units[problem.around[name]] if name in problem.around else NONE for name in units],
    )


def _units(edges: Sequence[Candidate], around: Mapping[Any, Hashable]) -> dict[Hashable, int]:
    """A number for each unit that somebody could take a seat of, and for those around it, in the order of the edges."""
    units: dict[Hashable, int] = {}
    for candidate in edges:
        name: Hashable | None = candidate.takes_from
        while name is not None and name not in units:
            units[name] = len(units)
            name = around.get(name)
    return units
