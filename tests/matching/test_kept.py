"""A plan that is kept is the optimum after every event: as good as one made anew, moves from the seats that were given
included.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import accumulate
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.matching.domain import costs, machine
from services.matching.domain.engine import Candidate, Plan, Problem, ShortestPathEngine
from services.matching.domain.kept import KeptPlan, Move
from services.matching.domain.paths import NONE, Net, net_of
from tests.support.optimum import by_flow

ENGINE = ShortestPathEngine()
WISHES = (8000, 6000, 4000, 0)

Worth = tuple[tuple[int, ...], int, int]


@dataclass
class Region:
    """What is true by now, kept apart from the plan that is tested."""

    random: Random
    stay: int
    students: int
    offers: int
    ratio: float
    options: dict[str, dict[str, Candidate]] = field(default_factory=dict)
    seats: dict[str, int] = field(default_factory=dict)
    around: dict[str, str] = field(default_factory=dict)
    seated: dict[str, str] = field(default_factory=dict)
    paused: dict[str, int] = field(default_factory=dict)
    names: Iterator[int] = field(default_factory=lambda: iter(range(10**9)))
    plan: KeptPlan = field(init=False)

    def __post_init__(self) -> None:
        for _ in range(self.offers):
            self._new_offer()
        for _ in range(self.students):
            student = self._new_name("s")
            self.options[student] = self._some_options(student)
        self.plan = KeptPlan(self.problem(), self.stay)
        for student in (one for one, options in self.options.items() if not options):
            self.plan.put(student, [])
        self.look()

    def problem(self) -> Problem:
        every = [one for options in self.options.values() for one in options.values()]
        return Problem(every, dict(self.seats), dict(self.around))

    def with_stay(self) -> Problem:
        """The same, with what keeping a seat is worth among the wishes."""
        problem = self.problem()
        kept = [self.valued(one) for one in problem.candidates]
        return replace(problem, candidates=kept)

    def valued(self, one: Candidate) -> Candidate:
        stays = self.seated.get(str(one.student)) == one.takes_from
        return replace(one, wish=one.wish + self.stay) if stays else one

    def worth(self, plan: Plan) -> Worth:
        valued = [self.valued(one) for one in plan]
        placed = tuple(sum(one.hardness == level for one in valued) for level in (3, 2, 1, 0))
        return placed, sum(one.wish for one in valued), sum(one.points for one in valued)

    def look(self, *, others: bool = False) -> None:
        """Hold the plan against one made anew, give the seats, and hold it again: giving changes no optimum."""
        for _ in range(2):
            plan, anew = self.plan.plan, ENGINE.propose(self.with_stay())
            assert is_allowed(plan, self.problem())
            assert self.worth(plan) == self.worth(tuple(self.options[one.student][one.takes_from] for one in anew))  # type: ignore[index]  # names are strings here
            if others:
                net = a_net(self.with_stay())
                assert cost_in(net, self.with_stay(), [self.valued(one) for one in plan]) == by_flow(net)
            self.follow(self.plan.moved())
            assert {one.student: one.takes_from for one in plan} == self.seated

    def follow(self, moves: list[Move]) -> None:
        for move in moves:
            assert self.seated.get(str(move.student)) == move.before
            if move.after is None:
                del self.seated[str(move.student)]
            else:
                self.seated[str(move.student)] = str(move.after)

    # Events

    def comes(self) -> None:
        student = self._new_name("s")
        self.options[student] = self._some_options(student)
        self.plan.put(student, list(self.options[student].values()))

    def goes(self) -> None:
        if student := self._anybody():
            self._gone(student)
            self.plan.drop(student)

    def changes(self) -> None:
        if student := self._anybody():
            self.options[student] = self._some_options(student)
            if self.seated.get(student) not in self.options[student]:
                self.seated.pop(student, None)
            self.plan.put(student, list(self.options[student].values()))

    def declined(self) -> None:
        seated = [one for one in self.seated if one in self.options]
        if seated:
            student = self.random.choice(seated)
            unit = self.seated.pop(student)
            del self.options[student][unit]
            self.plan.forbid(student, unit)

    def pinned(self) -> None:
        free = [unit for unit in self.seats if all(self.seats[one] > 0 for one in self._with_outer(unit))]
        able = [(one, unit) for one, options in self.options.items() for unit in options if unit in free]
        if able:
            student, unit = self.random.choice(able)
            self._gone(student)
            for one in self._with_outer(unit):
                self.seats[one] -= 1
            self.plan.pin(student, unit)

    def more_seats(self) -> None:
        self._set(self.random.choice(list(self.seats)), self.random.randint(1, 3))

    def fewer_seats(self) -> None:
        self._set(self.random.choice(list(self.seats)), -1)

    def paused_or_resumed(self) -> None:
        unit = self.random.choice(list(self.seats))
        if unit in self.paused:
            self._set(unit, self.paused.pop(unit))
        else:
            self.paused[unit] = self.seats[unit]
            self._set(unit, -self.seats[unit])

    def offered(self) -> None:
        unit = self._new_offer()
        around = self.around.get(unit)
        able = self.random.sample(list(self.options), min(len(self.options), self.random.randint(0, 8)))
        candidates = [self._candidate(student, unit) for student in able]
        for one in candidates:
            self.options[str(one.student)][unit] = one
        self.plan.open(unit, self.seats[unit], candidates, around)

    def withdrawn(self) -> None:
        unit = self.random.choice(list(self.seats))
        if len(self.seats) < 4 or unit in self.around.values():
            return
        self.plan.close(unit)
        self.seats[unit] = 0
        self.paused.pop(unit, None)
        for student, options in self.options.items():
            if options.pop(unit, None) and self.seated.get(student) == unit:
                del self.seated[student]

    def happens(self) -> None:
        kinds = (self.comes, self.goes, self.changes, self.declined, self.pinned, self.more_seats, self.fewer_seats)
        rarer = (self.paused_or_resumed, self.offered, self.withdrawn)
        events = [*kinds, *kinds, *rarer]
        if len(self.options) < self.students:
            events += [self.comes] * 4
        if sum(self.seats.values()) < self.ratio * len(self.options):
            events += [self.more_seats, self.offered] * 2
        self.random.choice(events)()

    def _set(self, unit: str, more: int) -> None:
        self.seats[unit] = max(0, self.seats[unit] + more)
        self.plan.set_seats(unit, self.seats[unit])

    def _gone(self, student: str) -> None:
        del self.options[student]
        self.seated.pop(student, None)

    def _anybody(self) -> str | None:
        return self.random.choice(list(self.options)) if self.options else None

    def _with_outer(self, unit: str) -> list[str]:
        return [unit, *(self._with_outer(self.around[unit]) if unit in self.around else [])]

    def _new_offer(self) -> str:
        unit = self._new_name("u")
        if self.seats and self.random.random() < 0.4:
            self.around[unit] = self.random.choice(list(self.seats))
        self.seats[unit] = self.random.randint(0, 3)
        return unit

    def _some_options(self, student: str) -> dict[str, Candidate]:
        near = self.random.sample(list(self.seats), min(len(self.seats), self.random.randint(0, 6)))
        hardness = self.random.choice([0, 0, 0, 1, 2, 3])
        return {unit: self._candidate(student, unit, hardness) for unit in near}

    def _candidate(self, student: str, unit: str, hardness: int | None = None) -> Candidate:
        if hardness is None:
            known = list(self.options[student].values())
            hardness = known[0].hardness if known else 0
        points = self.random.choice([0, 10, self.random.randint(-300, 600)])
        return Candidate(student, unit, hardness, points, (student, unit), self.random.choice(WISHES))

    def _new_name(self, kind: str) -> str:
        return f"{kind}{next(self.names)}"


def is_allowed(plan: Plan, problem: Problem) -> bool:
    taken: Counter[Any] = Counter()
    for one in plan:
        unit: Any = one.takes_from
        while unit is not None:
            taken[unit] += 1
            unit = problem.around.get(unit)
    one_each = len({one.student for one in plan}) == len(plan)
    return one_each and all(many <= problem.seats[unit] for unit, many in taken.items())


def a_net(problem: Problem) -> Net:
    """The problem in numbers, by way of nothing that is tested here."""
    students = list(dict.fromkeys(one.student for one in problem.candidates))
    edges = [one for student in students for one in problem.candidates if one.student == student]
    units = {unit: number for number, unit in enumerate(problem.seats)}
    scale = a_scale(problem)
    return net_of(
        first=list(accumulate((sum(one.student == student for one in edges) for student in students), initial=0)),
        unit=[units[one.takes_from] for one in edges],
        cost=[scale.edge(one.wish, one.points) for one in edges],
        alone=[scale.alone(next(one.hardness for one in edges if one.student == student)) for student in students],
        seats=list(problem.seats.values()),
        around=[units[problem.around[unit]] if unit in problem.around else NONE for unit in units],
    )


def a_scale(problem: Problem) -> costs.Scale:
    every = problem.candidates
    students = len({one.student for one in every})
    return costs.Scale.of([one.wish for one in every], [one.points for one in every], students, 3)


def cost_in(net: Net, problem: Problem, plan: list[Candidate]) -> int:
    scale, hardness = a_scale(problem), {one.student: one.hardness for one in problem.candidates}
    placed = sum(scale.edge(one.wish, one.points) for one in plan)
    without = hardness.keys() - {one.student for one in plan}
    return placed + sum(scale.alone(hardness[student]) for student in without)


@pytest.mark.parametrize("stay", [0, 500, 2000])
@pytest.mark.parametrize(("kind", "ratio"), [("normal", 1.4), ("tight", 0.9), ("scarce", 0.5)])
def test_after_every_event_the_plan_is_as_good_as_one_made_anew(kind: str, ratio: float, stay: int) -> None:
    region = Region(Random(f"{kind} {stay}"), stay, 25, 14, ratio)
    for number in range(400):
        region.happens()
        region.look(others=number % 20 == 0)


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32), st.integers(0, 8), st.integers(1, 6), st.sampled_from([0, 1000, 2000, 4000]))
def test_small_regions_of_any_kind_stay_at_their_optimum(seed: int, students: int, offers: int, stay: int) -> None:
    region = Region(Random(seed), stay, students, offers, 0.8)
    for _ in range(12):
        region.happens()
        region.look()


def test_compiled_code_repairs_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "WORTH_IT", 1)
    region = Region(Random(3), 1000, 25, 14, 0.9)
    for number in range(150):
        region.happens()
        region.look(others=number % 20 == 0)


def test_who_comes_with_points_beyond_the_scale_has_the_plan_made_anew() -> None:
    near, far = Candidate("easy", "near", 0, 10), Candidate("easy", "far", 0, 0)
    plan = KeptPlan(Problem([near, far], {"near": 1, "far": 1}))
    plan.put("new", [Candidate("new", "near", 0, 10**6), Candidate("new", "far", 0, 0)])
    assert {(one.student, one.takes_from) for one in plan.plan} == {("new", "near"), ("easy", "far")}


def a_row(points: int, stay: int) -> KeptPlan:
    """Somebody who has a seat given, and could go elsewhere."""
    given = [Candidate("given", "near", 0, 500, (), 8000), Candidate("given", "far", 0, 0, (), 8000)]
    plan = KeptPlan(Problem(given, {"near": 1, "far": 1}), stay)
    assert plan.moved() == [Move("given", None, "near")]
    plan.put("new", [Candidate("new", "near", 0, points, (), 8000), Candidate("new", "far", 0, 0, (), 6000)])
    return plan


def test_who_has_a_seat_given_moves_for_a_wish_that_is_worth_a_move() -> None:
    moves = a_row(0, 1000).moved()
    assert set(moves) == {Move("given", "near", "far"), Move("new", None, "near")}


def test_nobody_moves_where_a_move_costs_more_than_the_wish_or_for_points() -> None:
    assert a_row(10**4, 4000).moved() == [Move("new", None, "far")]


def test_whatever_a_move_costs_somebody_gets_a_place_by_it() -> None:
    plan = KeptPlan(
        Problem([Candidate("given", "near", 0, 500), Candidate("given", "far", 0, 0)], {"near": 1, "far": 1}), 10**6
    )
    plan.moved()
    plan.put("bound", [Candidate("bound", "near", 0, 0)])
    assert set(plan.moved()) == {Move("given", "near", "far"), Move("bound", None, "near")}


def test_who_is_pinned_takes_the_seat_along_and_nobody_moves() -> None:
    plan = a_row(0, 4000)
    plan.moved()
    plan.pin("given", "near")
    assert plan.moved() == []
    assert [(one.student, one.takes_from) for one in plan.plan] == [("new", "far")]
    assert plan.problem.seats == {"near": 0, "far": 1}
