"""The plan for the days of the week: how many more it places than the flow, and how soon it is known how few it misses."""

import time

from services.matching.domain import machine
from services.matching.domain.engine import ShortestPathEngine
from services.matching.domain.weekly import broken
from services.matching.domain.weekly_flow import by_rounds
from services.matching.domain.weekly_search import Search
from tests.bench.table import Sheet, Table
from tests.support.population import a_region
from tests.support.weeks import a_week

TIGHT = 0.9
"""Free seats for each student."""

NEAR = 0.005
"""The share that may be missed."""

SOON, IN_TIME = 60.0, 240.0
"""Seconds."""

COLUMNS = (
    "region", "students", "ways", "flow", f"after {SOON:.0f} s", f"after {IN_TIME:.0f} s", "at most", f"gap {SOON:.0f} s %", f"gap {IN_TIME:.0f} s %", "gap 0.5 % after s",
)  # fmt: skip


def measure(count: int, sheet: Sheet) -> None:
    """A middle region and the largest, with days alone and with groups; with `count` at 4000 as large as real ones."""
    table = Table("The plan for the days of the week", COLUMNS)
    machine.solve_compiled(a_region(0, 5, 1.0), list(range(5)))  # so that nothing is compiled meanwhile
    for size, students in (("middle", count // 4), ("largest", count // 2)):
        for kind, groups in (("days", False), ("days and groups", True)):
            _add(table, f"{size}, {kind}", students, groups=groups)
    table.note = "Seconds of processor time, those for the bound included and those for the flow not."
    sheet.show(table)


def _add(table: Table, name: str, students: int, *, groups: bool) -> None:
    week = a_week(1, students, TIGHT, groups=groups)
    flow = by_rounds(week, ShortestPathEngine())
    begun, near, soon = time.process_time(), "-", len(flow)
    search = Search(week, flow, IN_TIME, time.process_time)
    for _ in search.steps():
        took, placed = time.process_time() - begun, len(search.plan)
        soon = placed if took <= SOON else soon
        if near == "-" and placed * (1 + NEAR) >= search.most:
            near = f"{took:.1f}"
    most, placed = search.most, len(search.plan)
    assert not broken(week, search.plan)
    gaps = (100 * (most / many - 1) for many in (soon, placed))
    table.add(name, students, len(week.ways), len(flow), soon, placed, most, *gaps, near)
