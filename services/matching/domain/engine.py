"""Which students get which free seats: the best plan for all of them together.

The order of goals: first as many students as possible, the hardest to place first; then the highest sum of points. The
first goal has no conflict in it: which sets of students can be placed together is a matroid, so putting the hardest
first never lowers the number placed (https://ar5iv.labs.arxiv.org/html/1512.08555).
"""

import heapq
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Protocol


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


@dataclass(frozen=True)
class Problem:
    """The candidates, and how many seats of each offer can be given."""

    candidates: Sequence[Candidate]
    seats: Mapping[Any, int]


Plan = tuple[Candidate, ...]
"""The candidates that are chosen, each student once, in the order of their rank."""


class Engine(Protocol):
    """Whatever makes a plan; deterministic, and without any knowledge beyond the problem."""

    def propose(self, problem: Problem) -> Plan:
        """Choose candidates so that nobody goes to two places and no offer gives more seats than it has."""
        ...


class ShortestPathEngine:
    """Exact: successive shortest paths in the residual graph, with prices on the offers (min-cost flow).

    Each student may also stay without a place, at a cost beyond any sum of points and steeper by class; adding the
    students one by one along cheapest paths keeps the whole plan optimal. For s students, o offers and e candidates
    O(s · e log o).
    """

    def propose(self, problem: Problem) -> Plan:
        """See `Engine`."""
        flow = _Flow(problem)
        for student in flow.options:
            flow.add(student)
        return tuple(sorted(flow.place.values(), key=lambda candidate: (candidate.rank, -candidate.points)))


@dataclass
class _Path:
    """A search for the cheapest way to take in a newcomer: what it reached, and the best end so far."""

    end: Hashable
    cost: int
    alone: bool = True
    """Whether it ends in a student who stays without a place, instead of in a free seat."""
    distance: dict[Hashable, int] = field(default_factory=dict)
    through: dict[Hashable, Candidate] = field(default_factory=dict)
    done: set[Hashable] = field(default_factory=set)
    queue: list[tuple[int, int, Hashable]] = field(default_factory=list)
    order: "count[int]" = field(default_factory=count)

    def reach(self, candidate: Candidate, cost: int) -> None:
        """Note a way to an offer, if it is the cheapest so far."""
        offer = candidate.offer
        if offer not in self.done and (offer not in self.distance or cost < self.distance[offer]):
            self.distance[offer], self.through[offer] = cost, candidate
            heapq.heappush(self.queue, (cost, next(self.order), offer))

    def next_offer(self) -> Hashable | None:
        """The nearest offer not looked at yet that is nearer than the best end."""
        while self.queue:
            cost, _, offer = heapq.heappop(self.queue)
            if cost >= self.cost:
                return None
            if offer not in self.done:
                return offer
        return None


class _Flow:
    """A plan in the making; an offer's price is what its seats are worth to the others who want one."""

    def __init__(self, problem: Problem) -> None:
        self.options: dict[Hashable, list[Candidate]] = {}
        for candidate in sorted(problem.candidates, key=lambda c: (-c.hardness, c.rank, -c.points)):
            self.options.setdefault(candidate.student, []).append(candidate)
        self.seats = problem.seats
        self.place: dict[Hashable, Candidate] = {}
        self.held: dict[Hashable, list[Hashable]] = {c.offer: [] for c in problem.candidates}
        self.price: dict[Hashable, int] = dict.fromkeys(self.held, 0)
        points = [c.points for c in problem.candidates] or [0]
        self._best = max(points)
        # Staying without costs more than all points together can win, and a class more than all of the class below.
        students, without = len(self.options), len(self.options) * (max(points) - min(points) + 1)
        self._without = [without]
        for _ in range(max((c.hardness for c in problem.candidates), default=0)):
            self._without.append(self._without[-1] * (students + 1))

    def add(self, newcomer: Hashable) -> None:
        """Take in one more student along the cheapest path, moving others where the sum gains by it."""
        path = _Path(newcomer, self._cost_without(newcomer))
        self._relax(path, newcomer, 0)
        while (offer := path.next_offer()) is not None:
            cost = path.distance[offer]
            if len(self.held[offer]) < self.seats.get(offer, 0):
                path.end, path.cost, path.alone = offer, cost, False
                break
            path.done.add(offer)
            for student in self.held[offer]:
                base = cost - self._pays(student)
                if base + self._cost_without(student) < path.cost:
                    path.end, path.cost, path.alone = student, base + self._cost_without(student), True
                self._relax(path, student, base)
        self._move_along(path, newcomer)
        for offer in path.done:
            self.price[offer] += path.cost - path.distance[offer]

    def _relax(self, path: _Path, student: Hashable, base: int) -> None:
        for candidate in self.options[student]:
            path.reach(candidate, base + self._best - candidate.points + self.price[candidate.offer])

    def _cost_without(self, student: Hashable) -> int:
        return self._without[self.options[student][0].hardness]

    def _pays(self, student: Hashable) -> int:
        """What the place of a student costs now, the price of the offer included."""
        place = self.place[student]
        return self._best - place.points + self.price[place.offer]

    def _move_along(self, path: _Path, newcomer: Hashable) -> None:
        """Move everybody one place on, from the end of the path back to the newcomer."""
        if not path.alone:
            offer = path.end
        elif path.end == newcomer:
            return
        else:
            offer = self._leave(path.end)
        while True:
            candidate = path.through[offer]
            mover = candidate.student
            left = None if mover == newcomer else self._leave(mover)
            self.place[mover] = candidate
            self.held[offer].append(mover)
            if left is None:
                return
            offer = left

    def _leave(self, student: Hashable) -> Hashable:
        """Take a student from the place it has; the offer that is left."""
        offer = self.place.pop(student).offer
        self.held[offer].remove(student)
        return offer
