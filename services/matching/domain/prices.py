"""What one more seat is worth: exactly what the best plan would gain by it, without solving anew.

In the residual graph of the best plan, a new seat in a unit draws somebody from a worse place or from none; the place
that is left draws the next, and so on, until one who had none has a place or a place stays empty. The worth of a seat
is the longest such chain. No chain comes round to its begin with a gain, since the plan is the best already.
"""

from collections import deque
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

from services.matching.domain import machine
from services.matching.domain.engine import Candidate, Plan, Problem, in_numbers
from services.matching.domain.paths import NONE, Net, quick_order


@dataclass(frozen=True)
class Price:
    """What the best plan gains by one more seat, goal by goal."""

    placed: Candidate | None = None
    """By whom the student is known who would have a place and has none now."""
    wish: int = 0
    """Of wishes honoured, in the points of the published weights; may be less where somebody more is placed."""
    points: int = 0

    @property
    def in_order(self) -> tuple[int, int, int]:
        """To sort by: the published order of goals."""
        return (self.placed.hardness + 1 if self.placed else 0, self.wish, self.points)


NOTHING = Price()


@dataclass(frozen=True)
class Priced:
    """A plan and what one more seat of each unit would be worth."""

    plan: Plan
    prices: Mapping[Hashable, Price]


def priced(problem: Problem) -> Priced:
    """The best plan with the price of every unit that somebody could go to; a unit may have no seats yet."""
    edges, net = in_numbers(problem)
    numbers = _numbers(edges, problem)
    chosen = machine.solve(Net(*(list(each) for each in net)), quick_order(net))
    worth = _Worth(net, chosen)
    worth.spread()
    prices = {name: worth.price(number, edges) for name, number in numbers.items()}
    return Priced(tuple(edges[edge] for edge in chosen if edge != NONE), prices)


def _numbers(edges: Sequence[Candidate], problem: Problem) -> dict[Hashable, int]:
    """The units' numbers, as the net counts them."""
    numbers: dict[Hashable, int] = {}
    for edge in edges:
        name: Hashable | None = edge.takes_from
        while name is not None and name not in numbers:
            numbers[name] = len(numbers)
            name = problem.around.get(name)
    return numbers


class _Worth:
    """The longest chains, found by label correction: whoever sits in a unit that became dearer may gain by leaving."""

    def __init__(self, net: Net, chosen: Sequence[int]) -> None:
        self.net = net
        self.chosen = chosen
        self.gain = [0] * len(net.left)
        self.next = [NONE] * len(net.left)
        """The edge that a new seat of a unit draws somebody over, or a unit whose seat it is as -2 less its number."""
        self.left = list(net.left)
        self.sits: list[list[int]] = [[] for _ in net.left]
        for student, edge in enumerate(chosen):
            if edge != NONE:
                self._take(student, net.unit[edge])

    def _take(self, student: int, unit: int) -> None:
        self.sits[unit].append(student)
        while unit != NONE:
            self.left[unit] -= 1
            unit = self.net.around[unit]

    def spread(self) -> None:
        """Work out the gain of every unit."""
        waiting = deque(unit for student in range(len(self.chosen)) for unit in self._drawn(student))
        queued = set(waiting)
        while waiting:
            unit = waiting.popleft()
            queued.discard(unit)
            dearer = [other for student in self.sits[unit] for other in self._drawn(student)]
            for other in [*dearer, *self._beside(unit)]:
                if other not in queued:
                    queued.add(other)
                    waiting.append(other)

    def _drawn(self, student: int) -> list[int]:
        """The units that became dearer because a seat there would draw this student."""
        net, now = self.net, self.chosen[student]
        base = net.alone[student] if now == NONE else net.cost[now] + self.gain[net.unit[now]]
        edges = range(net.first[student], net.last[student])
        return [
            net.unit[edge] for edge in edges if edge != now and self._raise(net.unit[edge], base - net.cost[edge], edge)
        ]

    def _beside(self, unit: int) -> list[int]:
        """The units that became dearer because a seat there is one here: those inside, one around with room in it."""
        net = self.net
        inside, other = [], net.inside[unit]
        while other != NONE:
            inside.append(other)
            other = net.beside[other]
        around = [net.around[unit]] if net.around[unit] != NONE and self.left[unit] > 0 else []
        return [other for other in inside + around if self._raise(other, self.gain[unit], -2 - unit)]

    def _raise(self, unit: int, gain: int, through: int) -> bool:
        if gain <= self.gain[unit]:
            return False
        self.gain[unit], self.next[unit] = gain, through
        return True

    def price(self, unit: int, edges: Sequence[Candidate]) -> Price:
        """Follow the chain of a unit and add up what it gains."""
        wish = points = 0
        while self.gain[unit] > 0:
            through = self.next[unit]
            if through < NONE:
                unit = -2 - through
                continue
            student = self.net.owner[through]
            wish, points = wish + edges[through].wish, points + edges[through].points
            now = self.chosen[student]
            if now == NONE:
                return Price(edges[through], wish, points)
            wish, points = wish - edges[now].wish, points - edges[now].points
            unit = self.net.unit[now]
        return Price(None, wish, points) if wish or points else NOTHING
