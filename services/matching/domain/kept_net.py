"""A net that is repaired when something happens, in numbers: rows of edges with room to grow, and who had which seat.

Every change leaves the plan at its optimum and the prices true (`paths.py`).
"""

from collections.abc import Iterable, Mapping

from services.matching.domain import machine, paths
from services.matching.domain.paths import BEYOND, NONE, net_of, quick_order

ROOM = 64
"""For so many students and units, besides as many again as there are, a net is made; edges have sixteen times that."""


class NoRoom(Exception):
    """The net is full."""


class KeptNet:
    """Students, units and the edges between them, by number; the plan is optimal once `solve` was called."""

    def __init__(self, students: int, units: int, edges: int) -> None:
        """Room for about twice as many of each."""
        students, units, rows = 2 * students + ROOM, 2 * units + ROOM, 2 * edges + 16 * ROOM
        self.students = self.units = 0
        self._rows = 0
        self._row_ends = [0] * students
        self._searches = 0
        self._run = machine.PLAIN
        empty = net_of(
            [0] * (students + 1), [NONE] * rows, [BEYOND] * rows, [0] * students, [0] * units, [NONE] * units
        )
        self.net = empty._replace(owner=[NONE] * rows)
        self._had: paths.Ints = [NONE] * students

    def solve(self) -> None:
        """Plan anew for all who were added; from here on compiled code runs if the net is large."""
        order = [one for one in quick_order(self.net) if one < self.students]
        if self._rows >= machine.WORTH_IT:
            self._run, self.net = machine.compiled(), machine.in_arrays(self.net)
            self._had, order = machine.array_of(self._had), machine.array_of(order)
        self._run.solve(self.net, order)
        self._searches = len(order)

    def add_unit(self, seats: int, around: int, price: int = 0) -> int:
        """A unit more, inside another or none; at a price at which nobody gains by a seat in it."""
        number, net = self.units, self.net
        if number == len(net.left):
            raise NoRoom
        self.units += 1
        net.left[number], net.around[number], net.price[number] = seats, around, price
        if around != NONE:
            net.inside[around], net.beside[number] = number, net.inside[around]
        return number

    def add_student(self, alone: int, costs: Mapping[int, int], had: int = NONE) -> int:
        """A student more, with the cost of going to each unit, who has no place yet; `had` is the unit of the seat that
        was given before.
        """
        student, net = self.students, self.net
        if student == len(net.alone):
            raise NoRoom
        self.students += 1
        net.alone[student] = alone
        self._begin_row(student, len(costs))
        for unit, cost in costs.items():
            self._append(student, unit, cost)
        self._had[student] = self._edge_to(student, had)
        return student

    def take_in(self, student: int) -> None:
        """Find the student the best place."""
        self._run.take_in(self.net, self._number(), student)

    def take_out(self, student: int) -> None:
        """The student goes, and all that was known of where to."""
        self._forbid(student)
        self._had[student] = NONE
        self._run.take_out(self.net, self._number(), student)

    def take_along(self, student: int) -> None:
        """The student goes, and the seat with it: nothing changes for anybody else."""
        unit = self.place_of(student)
        self._forbid(student)
        self._had[student] = NONE
        paths.leave(self.net, student)
        while unit != NONE:
            self.net.used[unit] -= 1
            unit = self.net.around[unit]

    def change(self, student: int, alone: int, costs: Mapping[int, int]) -> None:
        """A student has other ways from now on; nobody moves unless something is gained by it."""
        if self._is_content(student, alone, costs):
            self._write(student, alone, costs)
            return
        self._forbid(student)
        self._run.take_out(self.net, self._number(), student)
        self._write(student, alone, costs)
        self.take_in(student)

    def change_one(self, student: int, unit: int, cost: int) -> bool:
        """One way of a student costs so much from now on, or is none, if nobody can gain by it; whether that is so."""
        if self.place_of(student) == unit or cost + self.net.price[unit] < self.worth_of(student):
            return False
        edge = self._edge_to(student, unit)
        if edge != NONE:
            self.net.cost[edge] = cost
            if cost == BEYOND and self._had[student] == edge:
                self._had[student] = NONE
        elif cost < BEYOND:
            self._append(student, unit, cost)
        return True

    def add_edge(self, student: int, unit: int, cost: int) -> None:
        """A way to a new unit, by which the student gains nothing as prices are."""
        self._append(student, unit, cost)

    def add_seats(self, unit: int, more: int) -> None:
        """So many seats more in a unit, or less."""
        search = self._run.add_seat if more > 0 else self._run.drop_seat
        for _ in range(abs(more)):
            search(self.net, self._number(), unit)

    def place_of(self, student: int) -> int:
        """The unit in which the student has a seat, or none."""
        edge = self.net.edge[student]
        return NONE if edge == NONE else self.net.unit[edge]

    def worth_of(self, student: int) -> int:
        """What the student costs, the price of the seat included."""
        edge = self.net.edge[student]
        return self.net.alone[student] if edge == NONE else self.net.cost[edge] + self.net.price[self.net.unit[edge]]

    def moved(self) -> Iterable[tuple[int, int, int]]:
        """The students who have not the seat that was given, with the units of that and of their place."""
        for student in machine.differing(self.net.edge, self._had):
            had = self._had[student]
            yield student, NONE if had == NONE else self.net.unit[had], self.place_of(student)

    def give(self, student: int, stay: int) -> None:
        """The place of a student is the seat that was given: it costs so much less, and the one before so much more."""
        edge, had = self.net.edge[student], self._had[student]
        if had != NONE and self.net.cost[had] < BEYOND:
            self.net.cost[had] += stay
        if edge != NONE:
            self.net.cost[edge] -= stay
        self._had[student] = edge

    def has_had(self, student: int, unit: int) -> None:
        """The student was given a seat of that unit, or none; the costs say so already."""
        self._had[student] = NONE if unit == NONE else self._edge_to(student, unit)

    def _number(self) -> int:
        self._searches += 2
        return self._searches

    def _is_content(self, student: int, alone: int, costs: Mapping[int, int]) -> bool:
        """Whether the student would gain nothing by going elsewhere, with these costs."""
        worth = {unit: cost + self.net.price[unit] for unit, cost in costs.items()}
        best = min(worth.values(), default=BEYOND)
        if (place := self.place_of(student)) == NONE:
            return alone <= best
        return place in worth and worth[place] <= min(alone, best)

    def _write(self, student: int, alone: int, costs: Mapping[int, int]) -> None:
        """Set all ways of a student."""
        net, new = self.net, dict(costs)
        net.alone[student] = alone
        for edge in range(net.first[student], net.last[student]):
            net.cost[edge] = new.pop(net.unit[edge], BEYOND)
        for unit, cost in new.items():
            self._append(student, unit, cost)
        had = self._had[student]
        if had != NONE and net.cost[had] == BEYOND:
            self._had[student] = NONE

    def _forbid(self, student: int) -> None:
        for edge in range(self.net.first[student], self.net.last[student]):
            self.net.cost[edge] = BEYOND

    def _edge_to(self, student: int, unit: int) -> int:
        row = range(self.net.first[student], self.net.last[student])
        return next((edge for edge in row if self.net.unit[edge] == unit), NONE)

    def _append(self, student: int, unit: int, cost: int) -> None:
        """An edge at the end of a student's row, which moves when it is full."""
        net, edge = self.net, self.net.last[student]
        if edge == self._row_ends[student]:
            self._move_row(student)
            edge = net.last[student]
        net.owner[edge], net.unit[edge], net.cost[edge] = student, unit, cost
        net.comes[unit], net.joins[edge] = edge, net.comes[unit]
        net.last[student] = edge + 1

    def _begin_row(self, student: int, many: int) -> None:
        begin, self._rows = self._rows, self._rows + many + many // 4 + 4
        if self._rows > len(self.net.unit):
            raise NoRoom
        self._row_ends[student] = self._rows
        self.net.first[student] = self.net.last[student] = begin

    def _move_row(self, student: int) -> None:
        """To where there is room for more; the edges that were stay behind, and nobody takes them."""
        net, begin, end = self.net, self.net.first[student], self.net.last[student]
        place, had = net.edge[student], self._had[student]
        paths.leave(net, student)
        self._begin_row(student, end - begin)
        for edge in range(begin, end):
            self._append(student, net.unit[edge], net.cost[edge])
            net.cost[edge] = BEYOND
        shift = net.first[student] - begin
        if place != NONE:
            paths.sit(net, student, place + shift)
        if had != NONE:
            self._had[student] = had + shift
