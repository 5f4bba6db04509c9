"""What other solvers find for the same net, to hold our plans against: OR-Tools' min-cost flow, HiGHS, scipy's matching.

The objective is what the chosen edges cost and what it costs to leave out the others.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from ortools.graph.python import min_cost_flow
from scipy.optimize import LinearConstraint, milp
from scipy.sparse import csr_array
from scipy.sparse.csgraph import min_weight_full_bipartite_matching

from services.matching.domain.paths import NONE, Net

Column = Any


def objective(net: Net, chosen: Sequence[int]) -> int:
    """What a plan costs."""
    return sum(net.alone[one] if edge == NONE else net.cost[edge] for one, edge in enumerate(chosen))


def is_allowed(net: Net, chosen: Sequence[int]) -> bool:
    """Whether students go over edges of their own, and no unit holds more than it has seats; `net` as it was built."""
    seats = list(net.left)
    for student, edge in enumerate(chosen):
        if edge == NONE:
            continue
        if net.owner[edge] != student:
            return False
        unit = net.unit[edge]
        while unit != NONE:
            seats[unit] -= 1
            unit = net.around[unit]
    return min(seats, default=0) >= 0


def again(net: Net) -> Net:
    """The net as it was built, to be searched anew."""
    return Net(*(list(numbers) for numbers in net))


class Flow:
    """Students, units, and a sink that also takes those who stay without, as OR-Tools sees them; columns of numbers."""

    def __init__(
        self, student: Column, unit: Column, cost: Column, alone: Column, seats: Column, around: Column
    ) -> None:
        students, units = len(alone), len(seats)
        sink = students + units
        outer = np.where(around == NONE, sink, students + around)
        self.flow = min_cost_flow.SimpleMinCostFlow()
        self.flow.add_arcs_with_capacity_and_unit_cost(
            np.concatenate([student, students + np.arange(units), np.arange(students)]),
            np.concatenate([students + unit, outer, np.full(students, sink)]),
            np.concatenate([np.ones(len(unit), np.int64), seats, np.ones(students, np.int64)]),
            np.concatenate([cost, np.zeros(units, np.int64), alone]),
        )
        supply = np.zeros(sink + 1, np.int64)
        supply[:students], supply[sink] = 1, -students
        self.flow.set_nodes_supplies(np.arange(sink + 1), supply)

    def solve(self) -> None:
        """Find the best plan."""
        assert self.flow.solve() == self.flow.OPTIMAL

    def objective(self) -> int:
        """What it costs."""
        return int(self.flow.optimal_cost())


def flow_of(net: Net) -> Flow:
    """The net as OR-Tools sees it."""
    columns = (net.owner, net.unit, net.cost, net.alone, net.left, net.around)
    return Flow(*(np.array(numbers, np.int64) for numbers in columns))


class Assignment:
    """The net as scipy's sparse matching sees it: a column for each seat, and one for each student who stays without.

    For units that lie inside others at most once, with no more seats than those, and costs that doubles hold.
    """

    def __init__(self, net: Net) -> None:
        self.students = len(net.alone)
        seats, around = np.array(net.left, np.int64), np.array(net.around, np.int64)
        outer = np.where(around == NONE, np.arange(len(seats)), around)
        columns = np.where(around == NONE, seats, 0)
        begin = (np.cumsum(columns) - columns)[outer] + seats[outer] - seats
        unit = np.array(net.unit, np.int64)
        many = seats[unit]
        within = np.arange(many.sum()) - np.repeat(np.cumsum(many) - many, many)
        rows = np.append(np.repeat(np.array(net.owner, np.int64), many), np.arange(self.students))
        cols = np.append(np.repeat(begin[unit], many) + within, columns.sum() + np.arange(self.students))
        cost = np.append(np.repeat(np.array(net.cost, float), many), np.array(net.alone, float))
        self.weights = csr_array((cost + 1, (rows, cols)))  # zero would be no edge
        self.rows, self.columns = np.zeros(0, int), np.zeros(0, int)

    def solve(self) -> None:
        """Find the best plan."""
        self.rows, self.columns = min_weight_full_bipartite_matching(self.weights)

    def objective(self) -> int:
        """What it costs."""
        return int(self.weights[self.rows, self.columns].sum()) - self.students


def by_flow(net: Net) -> int:
    """What the best plan costs, by OR-Tools."""
    flow = flow_of(net)
    flow.solve()
    return flow.objective()


def by_assignment(net: Net) -> int:
    """What the best plan costs, by scipy."""
    assignment = Assignment(net)
    assignment.solve()
    return assignment.objective()


def by_highs(net: Net) -> int:
    """The same as a linear programme in whole numbers; costs up to about a million keep it exact."""
    students, edges, units = len(net.alone), len(net.unit), len(net.left)
    rows = np.zeros((students + units, edges + students))
    rows[np.arange(students), edges + np.arange(students)] = 1
    for edge in range(edges):
        rows[net.owner[edge], edge] = 1
        unit = net.unit[edge]
        while unit != NONE:
            rows[students + unit, edge] = 1
            unit = net.around[unit]
    least = np.concatenate([np.ones(students), np.zeros(units)])
    most = np.concatenate([np.ones(students), np.array(net.left)])
    found = milp(
        np.concatenate([net.cost, net.alone]),
        integrality=np.ones(edges + students),
        bounds=(0, 1),
        constraints=LinearConstraint(rows, least, most),
        options={"mip_rel_gap": 0},
    )
    return round(float(found.fun))
