"""A plan that is kept: what happens repairs it along a shortest path or two, and it is the optimum again.

The goals are those of a plan that is made anew (`engine.py`), with one more: to leave the seat that was given counts
like a wish that is honoured by `stay` less. So others move where somebody gets a place by it, or where the wishes that
it honours are worth that much for each who moves; points alone move nobody. The seats that were given are those that
`moved` told of.

Costs stand on a scale with room to spare, so that prices hold from event to event. Where that is used up, or the room
in the net, the plan is made anew with more of it.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.matching.domain.costs import Scale
from services.matching.domain.engine import Candidate, Plan, Problem, ranked
from services.matching.domain.kept_net import KeptNet, NoRoom
from services.matching.domain.paths import BEYOND, NONE
from services.matching.domain.weights import FIRST_WISH

HARDEST = 3
"""The class of those who take most effort to place; see `hardness.py`."""

MOVE_COST = FIRST_WISH
"""So much that hardly more than one event in twenty moves more than four students (docs/performance.md)."""


@dataclass(frozen=True)
class Move:
    """Who goes from which unit to which; none is without a place."""

    student: Hashable
    before: Hashable | None
    after: Hashable | None


class KeptPlan:
    """The best plan for all that is known by now, under the names that candidates carry. For one thread at a time."""

    def __init__(self, problem: Problem, stay: int = MOVE_COST, seated: Mapping[Any, Hashable] | None = None) -> None:
        """Plan for a problem; `seated` are the units of the seats that were given before."""
        self.stay = stay
        self._seated: dict[Any, Hashable] = dict(seated or {})
        self._seats: dict[Any, int] = dict(problem.seats)
        self._around: dict[Any, Hashable] = dict(problem.around)
        self._options: dict[Hashable, dict[Hashable, Candidate]] = {}
        for one in problem.candidates:
            self._options.setdefault(one.student, {})[one.takes_from] = one
        self._plan_anew()

    @property
    def problem(self) -> Problem:
        """What is planned for by now, without what is earned by keeping a seat."""
        every = [one for options in self._options.values() for one in options.values()]
        return Problem(every, dict(self._seats), dict(self._around))

    @property
    def plan(self) -> Plan:
        """The candidates that are chosen by now, in the order of their rank."""
        places = ((student, self._names[self._net.place_of(number)]) for student, number in self._numbers.items())
        return ranked([self._options[student][unit] for student, unit in places if unit is not None])

    def moved(self) -> list[Move]:
        """Who got, changed or lost a seat since this was asked last: these are the seats that are given from now on."""
        moves = []
        for number, before, after in list(self._net.moved()):
            student = self._students[number]
            moves.append(Move(student, self._names[before], self._names[after]))
            self._net.give(number, self._scale.of_wish * self.stay // self._scale.step_of_wish)
            if after == NONE:
                self._seated.pop(student, None)
            else:
                self._seated[student] = self._names[after]
        return moves

    def knows(self, student: Hashable) -> bool:
        """Whether a student is here, with a place or without."""
        return student in self._options

    def place(self, student: Hashable) -> Hashable | None:
        """The unit in which a student has a seat by now, or none; also for who is not here."""
        number = self._numbers.get(student)
        return None if number is None else self._names[self._net.place_of(number)]

    def put(self, student: Hashable, candidates: Sequence[Candidate]) -> None:
        """A student comes, or has other candidates than before."""
        self._options[student] = {one.takes_from: one for one in candidates}
        if self._seated.get(student) not in self._options[student]:
            self._seated.pop(student, None)
        try:
            self._put(student)
        except NoRoom:
            self._plan_anew()

    def put_who_had(self, student: Hashable, candidates: Sequence[Candidate], unit: Hashable | None) -> None:
        """The same where somebody else gave the student a seat, or none, and not this plan."""
        self._seated.pop(student, None)
        if unit is not None:
            self._seated[student] = unit
        self.put(student, candidates)
        self._net.has_had(self._numbers[student], self._units.get(self._seated.get(student), NONE))

    def change(self, student: Hashable, unit: Hashable, candidate: Candidate | None) -> None:
        """A student who is here can go to a unit otherwise than before, or not at all."""
        options = self._options[student]
        if candidate is None:
            options.pop(unit, None)
            if self._seated.get(student) == unit:
                del self._seated[student]
        else:
            options[unit] = candidate
        try:
            cost = BEYOND if candidate is None else self._cost(candidate)
            if not self._net.change_one(self._numbers[student], self._unit(unit), cost):
                self._put(student)
        except NoRoom:
            self._plan_anew()

    def drop(self, student: Hashable) -> None:
        """A student goes."""
        self._net.take_out(self._forget(student))

    def pin(self, student: Hashable, unit: Hashable) -> None:
        """A student stays in a unit for good: both the student and the seat leave the problem."""
        number = self._forget(student)
        is_there = self._names[self._net.place_of(number)] == unit
        if is_there:
            self._net.take_along(number)
        else:
            self._net.take_out(number)
        held: Hashable | None = unit
        while held is not None:
            if is_there:
                self._seats[held] -= 1
            else:
                self.set_seats(held, self._seats[held] - 1)
            held = self._around.get(held)

    def forbid(self, student: Hashable, unit: Hashable) -> None:
        """A student can go to a unit no longer."""
        self.put(student, [one for name, one in self._options[student].items() if name != unit])

    def set_seats(self, unit: Hashable, seats: int) -> None:
        """A unit has so many seats from now on; none while it is paused."""
        before, self._seats[unit] = self._seats.get(unit, 0), seats
        if unit in self._units:
            self._net.add_seats(self._units[unit], seats - before)

    def open(self, unit: Hashable, seats: int, candidates: Sequence[Candidate], around: Hashable | None = None) -> None:
        """A new unit, inside another or none, with the candidates of students who are here."""
        for one in candidates:
            self._options[one.student][unit] = one
        self._seats[unit] = 0
        if around is not None:
            self._around[unit] = around
        try:
            self._open(unit, candidates)
        except NoRoom:
            self._plan_anew()
        self.set_seats(unit, seats)

    def close(self, unit: Hashable) -> None:
        """A unit is no more, and nobody can go there."""
        self.set_seats(unit, 0)
        for student in [one for one, options in self._options.items() if unit in options]:
            self.forbid(student, unit)

    def _put(self, student: Hashable) -> None:
        alone, costs = self._costs(student)
        if student in self._numbers:
            self._net.change(self._numbers[student], alone, costs)
        else:
            self._net.take_in(self._add(student))

    def _open(self, unit: Hashable, candidates: Sequence[Candidate]) -> None:
        """At a price at which nobody gains by it, so that its seats can be added one after another."""
        around = self._around.get(unit)
        outer = NONE if around is None else self._unit(around)
        costs = [(self._numbers[one.student], self._cost(one)) for one in candidates]
        price = max((self._net.worth_of(number) - cost for number, cost in costs), default=0)
        self._units[unit] = self._net.add_unit(0, outer, max(0, price))
        self._names[self._units[unit]] = unit
        for number, cost in costs:
            self._net.add_edge(number, self._units[unit], cost)

    def _forget(self, student: Hashable) -> int:
        del self._options[student]
        self._seated.pop(student, None)
        return self._numbers.pop(student)

    def _plan_anew(self) -> None:
        every = [one for options in self._options.values() for one in options.values()]
        self._scale = _scale(every, len(self._options), self.stay)
        self._net = KeptNet(len(self._options), len(self._seats), len(every))
        self._students: list[Hashable] = []
        self._numbers: dict[Hashable, int] = {}
        self._units: dict[Hashable, int] = {}
        self._names: dict[int, Hashable | None] = {NONE: None}
        for student in self._options:
            self._add(student)
        self._net.solve()

    def _add(self, student: Hashable) -> int:
        alone, costs = self._costs(student)
        had = self._units.get(self._seated.get(student), NONE)
        self._numbers[student] = self._net.add_student(alone, costs, had)
        self._students.append(student)
        return self._numbers[student]

    def _costs(self, student: Hashable) -> tuple[int, dict[int, int]]:
        """What it costs when the student stays without, and for each unit."""
        options = self._options[student].values()
        alone = self._scale.alone(max((one.hardness for one in options), default=0))
        return alone, {self._unit(one.takes_from): self._cost(one) for one in options}

    def _cost(self, one: Candidate) -> int:
        wish = one.wish + (self.stay if self._seated.get(one.student) == one.takes_from else 0)
        if not self._scale.covers(one.hardness, wish, one.points) or len(self._options) > self._scale.students:
            raise NoRoom
        return self._scale.edge(wish, one.points)

    def _unit(self, name: Hashable) -> int:
        """The number of a unit, which it gets with the first who could go there."""
        if name not in self._units:
            around = self._around.get(name)
            outer = NONE if around is None else self._unit(around)
            self._units[name] = self._net.add_unit(self._seats.get(name, 0), outer)
            self._names[self._units[name]] = name
        return self._units[name]


def _scale(candidates: Sequence[Candidate], students: int, stay: int) -> Scale:
    """A scale for these and more students, whichever seats they will have been given."""
    wishes = [one.wish for one in candidates] or [0]
    hardest = max([HARDEST, *(one.hardness for one in candidates)])
    kept = [wish + stay for wish in {*wishes}]
    return Scale.of([*wishes, *kept], [one.points for one in candidates], students, hardest).roomy()
