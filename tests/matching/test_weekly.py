"""The plan for the days of the week: what holds on every seat of every day, and that nothing better is overlooked."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import combinations, product
from random import Random

import pytest

from services.matching.domain import weekly_schools
from services.matching.domain.engine import Candidate, Problem, ShortestPathEngine
from services.matching.domain.weekly import Placed, Way, Week, broken, worth
from services.matching.domain.weekly_mip import Programme
from services.matching.domain.weekly_search import FREED, pack
from services.matching.domain.widening import GroupBounds
from shared.events.codes import Weekday

ENGINE = ShortestPathEngine()
WEEK = tuple(Weekday)[:5]
MON, TUE, WED, THU, FRI = WEEK
LONG = 60.0
"""Seconds: no small week takes that long."""

SHORT = 2.0
"""Whatever is found by then must hold."""


def a_way(
    student: str,
    offer: str,
    *choices: tuple[Weekday, ...],
    hardness: int = 0,
    wish: int = 0,
    points: int = 0,
    school: str = "a",
    **more: object,
) -> Way:
    candidate = Candidate(student, offer, hardness, points, (student, offer), wish)
    return Way(candidate, school, choices, **more)  # type: ignore[arg-type]


def seats(many: int, slices: Sequence[int] = (0,)) -> dict[tuple[int, Weekday], int]:
    return {(slice_, day): many for slice_ in slices for day in WEEK}


def some_week(random: Random, students: int, offers: int, *, days: int = 3, plain: bool = False) -> Week:
    """A little of everything: seats inside seats, slices, groups, coaches, what is fixed and what is forbidden."""
    week = WEEK[:days]
    slices = range(1 if plain else 2)
    names = [f"o{number}" for number in range(offers)]
    groups = {} if plain else {name: GroupBounds(smallest=2, largest=3) for name in names if random.random() < 0.4}
    ways = []
    for number in range(students):
        asked, hardness, school = random.randint(1, 2), random.randint(0, 3), random.choice("ab")
        begin = random.choice(slices)
        there = tuple(range(begin, random.choice(range(begin, len(slices))) + 1))
        for name in names:
            if random.random() < 0.6:
                inside = f"{name}/in" if name not in groups and random.random() < 0.3 else None
                can = random.sample(week, random.randint(asked, days))
                ways.append(
                    Way(
                        Candidate(
                            f"s{number}",
                            name,
                            hardness,
                            random.randint(-3, 3),
                            (number, name),
                            random.randint(0, 2),
                            inside,
                        ),
                        school,
                        tuple(combinations(sorted(can, key=week.index), asked)),
                        there,
                        school if not plain and random.random() < 0.3 else None,
                    )
                )
    most = {name: {(one, day): random.randint(0, 2) for one in slices for day in week} for name in names}
    for name in groups:
        most[name] = {cell: random.randint(2, 4) for cell in most[name]}
    inner = {f"{name}/in": {cell: max(0, many - 1) for cell, many in most[name].items()} for name in names}
    fixed = [Placed(way, random.choice(way.choices)) for way in random.sample(ways, min(len(ways), 1))]
    return Week(
        ways,
        most | inner,
        {name: name.removesuffix("/in") for name in inner},
        {(name, school): bounds for name, bounds in groups.items() for school in "ab"},
        {} if plain else {"a": 1},
        {} if plain else {"a": 1, "b": 2},
        () if plain else tuple(fixed),
        () if plain else {(way.student, way.offer) for way in random.sample(ways, len(ways) // 5)},
    )


def all_plans(week: Week) -> Iterator[list[Placed]]:
    """Every plan that could be thought of."""
    students = {way.student for way in week.open_ways}
    options = [
        [None, *(Placed(way, days) for way in week.open_ways if way.student == student for days in way.choices)]
        for student in students
    ]
    for chosen in product(*options):
        yield [*week.fixed, *(one for one in chosen if one)]


def counts(plan: Sequence[Placed]) -> list[int]:
    """How many are placed of each class or harder."""
    return [sum(one.way.candidate.hardness >= level for one in plan) for level in range(4)]


def is_no_less(plan: Sequence[Placed], other: Sequence[Placed]) -> bool:
    return all(many >= least for many, least in zip(counts(plan), counts(other), strict=True))


@pytest.mark.parametrize("seed", range(60))
def test_small_weeks_are_planned_as_well_as_can_be(seed: int) -> None:
    week = some_week(Random(seed), 4, 3)
    packed = pack(week, ENGINE, LONG)
    assert broken(week, packed.plan) == []
    best = max(worth(plan) for plan in all_plans(week) if not broken(week, plan) and is_no_less(plan, packed.flow))
    assert worth(packed.plan) == best
    assert packed.gap == 0


@pytest.mark.parametrize("seed", range(60))
def test_no_plan_places_more_than_the_schools_say(seed: int) -> None:
    week = some_week(Random(seed), 4, 3)
    bound = weekly_schools.most(week, lambda: LONG)
    assert bound >= max(len(plan) for plan in all_plans(week) if not broken(week, plan))


def with_coaches(students: int, smallest: int, could_join: int, need_none: int = 0) -> Week:
    """All but some need the one job coach of the school, unless they are in a group."""
    names = [f"s{number}" for number in range(students)]
    alone = [a_way(name, name, (MON,), coach="a" if n >= need_none else None) for n, name in enumerate(names)]
    together = [a_way(name, "group", (MON,)) for name in names[:could_join]]
    return Week(
        [*alone, *together],
        {**{name: seats(1) for name in names}, "group": seats(students)},
        groups={("group", "a"): GroupBounds(smallest=smallest, largest=students)},
        coaches={"a": 1},
    )


def test_the_schools_know_that_a_part_of_a_group_is_none() -> None:
    week = with_coaches(students=6, smallest=5, could_join=4)
    assert (Programme(week).most(LONG), weekly_schools.most(week, lambda: LONG)) == (5, 1)


def test_a_whole_school_regroups_where_that_places_more() -> None:
    """More students than are freed at a time, none of whom can move without the others."""
    week = with_coaches(students=2 * FREED, smallest=2 * FREED - 1, could_join=2 * FREED, need_none=FREED)
    packed = pack(week, ENGINE, SHORT)
    assert len(packed.flow) == FREED + 1
    assert (len(packed.plan), packed.gap) == (2 * FREED, 0)


@pytest.mark.parametrize("students", [15, 25, 70])
@pytest.mark.parametrize("seed", range(5))
def test_everything_holds_and_no_class_has_fewer_than_by_the_flow(seed: int, students: int) -> None:
    """Also where more students are than are planned at once."""
    week = some_week(Random(seed), students, students // 4, days=5)
    packed = pack(week, ENGINE, SHORT)
    assert broken(week, packed.flow) == []
    assert broken(week, packed.plan) == []
    assert is_no_less(packed.plan, packed.flow)
    assert worth(packed.plan) >= worth(packed.flow)
    assert set(week.fixed) <= set(packed.plan)
    assert not {(one.way.student, one.way.offer) for one in packed.plan if one not in week.fixed} & set(week.forbidden)


@pytest.mark.parametrize("seed", range(15))
def test_no_fewer_are_placed_than_on_whole_seats(seed: int) -> None:
    """The engine's own plan, of who has a seat all week long."""
    week = some_week(Random(seed), 15 if seed % 2 else 70, 8, days=5, plain=True)
    whole = {unit: min(cells.values()) for unit, cells in week.seats.items()}
    chosen = ENGINE.propose(Problem([way.candidate for way in week.ways], whole, week.around))
    packed = pack(week, ENGINE, SHORT)
    for level in range(4):
        assert counts(packed.plan)[level] >= sum(one.hardness >= level for one in chosen)


def test_what_holds_is_counted_here_once_more() -> None:
    """Seats, groups and budgets of a plan, without the code that checks it elsewhere."""
    for seed in range(10):
        week = some_week(Random(1000 + seed), 25, 6, days=5)
        plan = pack(week, ENGINE, SHORT).plan
        new = [one for one in plan if one not in week.fixed]
        taken, sizes, coached = Counter[object](), Counter[object](), Counter[object]()
        for one in plan:
            candidate = one.way.candidate
            for slice_ in one.way.slices:
                coached[one.way.coach, slice_] += 1
                for day in one.days:
                    taken[candidate.offer, slice_, day] += 1
                    taken[candidate.unit, slice_, day] += 1
                    sizes[candidate.offer, one.way.school, slice_, day] += 1
        for one in new:
            for slice_, day in product(one.way.slices, one.days):
                assert taken[one.way.offer, slice_, day] <= week.seats[one.way.offer][slice_, day]
                if unit := one.way.candidate.unit:
                    assert taken[unit, slice_, day] <= week.seats[unit][slice_, day]
                if one.way.group in week.groups:
                    assert 2 <= sizes[one.way.offer, one.way.school, slice_, day] <= 3
            if one.way.coach:
                assert all(coached[one.way.coach, slice_] <= week.coaches[one.way.coach] for slice_ in one.way.slices)


def test_the_same_week_gives_the_same_plan() -> None:
    week = some_week(Random(5), 30, 8, days=5)
    assert pack(week, ENGINE, LONG).plan == pack(week, ENGINE, LONG).plan
