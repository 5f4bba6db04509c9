"""The plan of a region: our searches beside OR-Tools' min-cost flow and scipy's sparse matching, on the same nets."""

import time
from collections.abc import Callable
from functools import partial
from typing import Protocol

import numpy as np

from services.matching.domain import machine, paths, tables
from services.matching.domain.paths import NONE, Net
from tests.bench.table import Sheet, Table
from tests.support.optimum import Assignment, again, flow_of, objective
from tests.support.population import a_region

KINDS = (("normal", 1.4, False), ("tight", 0.9, False), ("scarce", 0.6, False), ("scarce, worst order", 0.6, True))
"""A name, the free seats for each student, and whether the least effort and most options go first."""

COLUMNS = (
    "region", "students", "candidates", "placed", "ours ms", "plain ms", "OR-Tools ms", "scipy ms", "OR-Tools : ours", "scipy : ours",
)  # fmt: skip


class Solver(Protocol):
    """What is made of a net beforehand, solved once, and asked for what the plan costs."""

    def solve(self) -> None: ...

    def objective(self) -> int: ...


class Plain:
    """Our code as it stands."""

    def __init__(self, net: Net, order: list[int]) -> None:
        self.net, self.searched, self.order = net, again(net), order

    def solve(self) -> None:
        paths.solve(self.searched, self.order)

    def objective(self) -> int:
        return objective(self.net, self.searched.edge)


class Ours:
    """The same searches, compiled."""

    def __init__(self, net: Net, order: list[int]) -> None:
        self.net, self.order = net, np.array(order)
        self.laid_out = tables.laid_out(
            [*net.first, len(net.unit)], net.unit, net.cost, net.alone, net.left, net.around
        )

    def solve(self) -> None:
        tables.compiled()(*self.laid_out, self.order)

    def objective(self) -> int:
        return objective(self.net, self.laid_out[0][:-1, tables.EDGE].tolist())


def measure(count: int, rounds: int, sheet: Sheet) -> None:
    """A middle region and the largest, each the best of `rounds`; with `count` at 4000 as large as real ones."""
    table = Table("The plan of a region", COLUMNS)
    machine.solve_compiled(a_region(0, 5, 1.0), list(range(5)))  # so that nothing is compiled meanwhile
    for size, students in (("middle", count // 4), ("largest", count // 2)):
        for kind, ratio, worst in KINDS:
            net = a_region(1, students, ratio)
            order = paths.quick_order(net)[:: -1 if worst else 1]
            makers = (
                partial(Ours, net, order),
                partial(Plain, net, order),
                partial(flow_of, net),
                partial(Assignment, net),
            )
            ours, plain, flow, sparse = (milliseconds(maker, rounds) for maker in makers)
            placed = sum(edge != NONE for edge in machine.solve_compiled(net, order))
            table.add(
                f"{size}, {kind}", students, len(net.unit), placed, ours[0], plain[0], flow[0], sparse[0], flow[0] / ours[0], sparse[0] / ours[0]
            )  # fmt: skip
            assert ours[1] == plain[1] == flow[1] == sparse[1], "two optima"
    table.note = (
        "Milliseconds of processor time to solve, without what each makes of the net before. All found the same optimum. "
        "Plain: our code without numba, as smaller problems run it."
    )
    sheet.show(table)


def milliseconds(maker: Callable[[], Solver], rounds: int) -> tuple[float, int]:
    """The least processor time of some rounds, and what the plan costs."""
    took, cost = float("inf"), 0
    for _ in range(rounds):
        solver = maker()
        began = time.process_time()
        solver.solve()
        took, cost = min(took, time.process_time() - began), solver.objective()
    return 1000 * took, cost
