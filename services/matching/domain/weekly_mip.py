"""The plan for the days of the week in whole numbers, by HiGHS.

    max   goal(x)
    s.t.  sum x(s, o, p) <= 1                           every student goes to one place, on one choice of days p
          sum x drawing on r <= left(r)                 seats of a unit on a day of a slice, budgets of job coaches
          sum x(group) + there >= smallest z            in every cell: a group of a size that is allowed, or nobody new
          sum x(group) <= (largest - there) z
          sum z(school) <= supervisors(school)          in every cell
          sum x(class h or harder) >= least(h)

One weight for all goals, of which each is larger than all that lies below, cannot be had in floating point. So there
are two, one after the other: who is placed, and then how well. For up to a hundred students both are whole numbers
below a hundred million, which doubles and HiGHS's tolerances tell apart; of a region only the relaxation is solved, as
a bound.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import Any

import highspy
import numpy as np

from services.matching.domain.hardness import CLASSES
from services.matching.domain.weekly import Cell, Group, Placed, Week
from services.matching.domain.weekly_flow import Left
from shared.events.codes import Weekday

OPTIONS: Mapping[str, bool | int | float | str] = {
    "threads": 1,
    "parallel": "off",  # so that the same steps are taken again
    "random_seed": 1,
    "mip_rel_gap": 0.0,
    "mip_abs_gap": 0.999,  # goals are whole numbers
    "mip_max_nodes": 2000,  # what is not found by then is found elsewhere sooner
}

Goal = Callable[[Placed], int]


def harder_than(plan: Iterable[Placed]) -> tuple[int, ...]:
    """How many are placed of each class or harder, from the easiest on."""
    levels = [one.way.candidate.hardness for one in plan]
    return tuple(sum(level >= least for level in levels) for least in CLASSES)


class Programme:
    """A week in whole numbers: a column for each way on each choice of days, then one for each group in each cell."""

    def __init__(self, week: Week, least: Sequence[int] = ()) -> None:
        """`least`: of each class or harder, those who are fixed included, so many are placed at least."""
        self.week, self.left = week, Left(week)
        self.exact = True
        """Whether all that was solved in whole numbers was solved to the end."""
        options = (Placed(way, days) for way in week.open_ways for days in way.choices)
        self.options = [one for one in options if self.left.fits(one)]
        self.rows: list[tuple[float, float, Mapping[int, float]]] = []
        self.groups: dict[tuple[Group, Cell], int] = {}
        self._limit_students()
        self._limit_resources()
        self._bound_groups()
        self._limit_supervisors()
        self.keep(least)

    def keep(self, least: Sequence[int]) -> None:
        """Place at least so many of each class or harder."""
        fixed = harder_than(self.week.fixed)
        for level, many in enumerate(least):
            columns = [n for n, one in enumerate(self.options) if one.way.candidate.hardness >= level]
            self.rows.append((many - fixed[level], math.inf, dict.fromkeys(columns, 1)))

    def best(self, start: Sequence[Placed], seconds: float) -> tuple[Placed, ...]:
        """The best plan in the published order, as far as it is found from a start within a time for each goal."""
        placing = self._solved(_placing(self.options), start, seconds)
        self.keep(harder_than(placing))
        return self._solved(_liking(self.options), placing, seconds)

    def sparing(self, start: Sequence[Placed], seconds: float) -> tuple[Placed, ...]:
        """As many as can be placed, and of those plans the one that leaves most of groups to others."""
        return self._solved(_sparing(self.week, self.options), start, seconds)

    def most(self, seconds: float) -> int | None:
        """How many can be placed at most, those who are fixed included: a bound that may be too large. None when the
        time is too short for it.
        """
        highs = self._solver(lambda _: 1, seconds, whole=False)
        highs.run()
        if highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        return len(self.week.fixed) + math.floor(highs.getInfo().objective_function_value + 1e-5)

    def most_in_whole_numbers(self, seconds: float) -> int:
        """The same for whole students and groups, as far as that is known when the time is over."""
        if not self.options:
            return len(self.week.fixed)
        highs = self._solver(lambda _: 1, seconds, whole=True)
        highs.run()
        everybody = len({one.way.student for one in self.options})
        return len(self.week.fixed) + math.floor(min(everybody, highs.getInfo().mip_dual_bound + 1e-5))

    def _solved(self, goal: Goal, start: Sequence[Placed], seconds: float) -> tuple[Placed, ...]:
        if not self.options:
            return tuple(start)
        highs = self._solver(goal, seconds, whole=True)
        highs.setSolution(self._values(start))
        highs.run()
        self.exact &= highs.getModelStatus() == highspy.HighsModelStatus.kOptimal
        solution = highs.getSolution()
        if not solution.value_valid or highs.getInfo().primal_solution_status != FEASIBLE:
            return tuple(start)
        chosen = (one for one, value in zip(self.options, solution.col_value, strict=False) if value > 0.5)
        return (*self.week.fixed, *chosen)

    def _limit_students(self) -> None:
        for columns in _by(self.options, lambda one: [one.way.student]).values():
            self.rows.append((-math.inf, 1, dict.fromkeys(columns, 1)))

    def _limit_resources(self) -> None:
        """Where fewer are left than could come; of rows over the same columns the narrowest."""
        narrowest: dict[tuple[int, ...], int] = {}
        for resource, columns in _by(self.options, self.week.draws).items():
            left = self.left.of(resource)
            if len({self.options[column].way.student for column in columns}) > left:
                narrowest[tuple(columns)] = min(left, narrowest.get(tuple(columns), left))
        for members, left in narrowest.items():
            self.rows.append((-math.inf, left, dict.fromkeys(members, 1)))

    def _bound_groups(self) -> None:
        columns: dict[tuple[Group, Cell], list[int]] = defaultdict(list)
        for number, one in enumerate(self.options):
            for cell in one.cells if one.way.group in self.week.groups else ():
                columns[one.way.group, cell].append(number)
        for (group, cell), members in columns.items():
            bounds, there = self.week.groups[group], self.left.heads[group, cell]
            column = self.groups[group, cell] = len(self.options) + len(self.groups)
            coming = dict.fromkeys(members, 1.0)
            self.rows.append((-math.inf, 0, coming | {column: min(0, there - bounds.largest)}))
            self.rows.append((0, math.inf, coming | {column: min(0, there - bounds.smallest)}))

    def _limit_supervisors(self) -> None:
        """Groups that have members already cost no further supervisor."""
        new: dict[tuple[Hashable, Cell], list[int]] = defaultdict(list)
        for (group, cell), column in self.groups.items():
            if group[1] in self.week.supervisors and group not in self.week.led and not self.left.heads[group, cell]:
                new[group[1], cell].append(column)
        for (school, cell), columns in new.items():
            left = self.week.supervisors[school] - self.left.groups[school, cell]
            self.rows.append((-math.inf, max(0, left), dict.fromkeys(columns, 1)))

    def _values(self, plan: Sequence[Placed]) -> highspy.HighsSolution:
        """A plan as values of the columns."""
        numbers = {one: number for number, one in enumerate(self.options)}
        values = np.zeros(len(self.options) + len(self.groups))
        for one in plan:
            if one in numbers:
                values[numbers[one]] = 1
                values[
                    [self.groups[one.way.group, cell] for cell in one.cells if one.way.group in self.week.groups]
                ] = 1
        solution = highspy.HighsSolution()
        solution.col_value = values.tolist()
        return solution

    def _solver(self, goal: Goal, seconds: float, *, whole: bool) -> highspy.Highs:
        highs = highspy.Highs()  # type: ignore[no-untyped-call]
        highs.silent()
        for name, value in OPTIONS.items():
            highs.setOptionValue(name, value)
        highs.setOptionValue("time_limit", max(0.0, seconds))
        highs.passModel(self._programme(goal, whole=whole))
        return highs

    def _programme(self, goal: Goal, *, whole: bool) -> highspy.HighsLp:
        many = len(self.options) + len(self.groups)
        programme = highspy.HighsLp()
        programme.num_col_, programme.num_row_ = many, len(self.rows)
        programme.sense_ = highspy.ObjSense.kMaximize
        programme.col_cost_ = np.array([goal(one) for one in self.options] + [0] * len(self.groups), float)
        programme.col_lower_, programme.col_upper_ = np.zeros(many), np.ones(many)
        if whole:
            programme.integrality_ = [highspy.HighsVarType.kInteger] * many
        programme.row_lower_ = np.array([least for least, _, _ in self.rows], float)
        programme.row_upper_ = np.array([most for _, most, _ in self.rows], float)
        matrix = programme.a_matrix_
        matrix.format_ = highspy.MatrixFormat.kRowwise
        matrix.start_ = np.cumsum([0, *(len(row) for _, _, row in self.rows)])
        matrix.index_ = np.array([column for _, _, row in self.rows for column in row], np.int32)
        matrix.value_ = np.array([value for _, _, row in self.rows for value in row.values()], float)
        return programme


FEASIBLE = highspy.SolutionStatus.kSolutionStatusFeasible


def _placing(options: Sequence[Placed]) -> Goal:
    """A student more beats any change of classes, one more of a class or harder any change of easier ones."""
    base = len({one.way.student for one in options}) + 1
    steps = [sum(base**power for power in range(level)) for level in CLASSES]
    return lambda one: base ** (len(CLASSES) - 1) + steps[one.way.candidate.hardness]


def _sparing(week: Week, options: Sequence[Placed]) -> Goal:
    """A student more beats any change of days in groups."""
    one_more = len(Weekday) * len({one.way.student for one in options}) + 1
    return lambda one: one_more - (len(one.days) if one.way.group in week.groups else 0)


def _liking(options: Sequence[Placed]) -> Goal:
    """A step of wishes beats any change of points."""
    points = [one.way.candidate.points for one in options] or [0]
    unit = math.gcd(*(one.way.candidate.wish for one in options)) or 1
    step = len({one.way.student for one in options}) * (max(points) - min(points)) + 1
    least = min(points)
    return lambda one: one.way.candidate.wish // unit * step + one.way.candidate.points - least


def _by(options: Sequence[Placed], keys: Callable[[Placed], Iterable[Any]]) -> Mapping[Any, list[int]]:
    """The numbers of the options by each of their keys."""
    found: dict[Any, list[int]] = defaultdict(list)
    for number, one in enumerate(options):
        for key in keys(one):
            found[key].append(number)
    return found
