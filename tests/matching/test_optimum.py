"""The plan is the optimum: the same as other solvers find, on random graphs and on those that are hard to search."""

from dataclasses import replace
from itertools import accumulate
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.matching.domain import costs, machine, paths
from services.matching.domain.engine import Candidate, Problem, ShortestPathEngine
from services.matching.domain.paths import NONE, Net, net_of, quick_order
from services.matching.domain.weights import FIRST_WISH, FURTHER_WISH, SECOND_WISH, STEP
from tests.support.optimum import again, by_assignment, by_flow, by_highs, is_allowed, objective
from tests.support.population import a_region

STUDENTS_OF_THE_COUNTRY = 70_000
"""All students of the kinds of school that we serve: more than ever search at once."""


def a_net(random: Random, students: int, units: int, *, most: int = 9, chance: float = 0.3, nested: bool = True) -> Net:
    """Any net; with `most` at zero all edges cost the same."""
    options = [[unit for unit in range(units) if random.random() < chance] for _ in range(students)]
    edges = [unit for units in options for unit in units]
    wishes = [random.randint(0, min(most, 3)) for _ in edges]
    points = [random.randint(-most, most) for _ in edges]
    cost = costs.in_order(wishes, points, students, 3)
    return net_of(
        first=list(accumulate((len(units) for units in options), initial=0)),
        unit=edges,
        cost=list(cost.edges),
        alone=[cost.alone(random.randint(0, 3)) for _ in range(students)],
        seats=[random.randint(0, 4) for _ in range(units)],
        around=[
            random.randint(0, unit - 1) if nested and unit and random.random() < 0.6 else NONE for unit in range(units)
        ],
    )


@st.composite
def nets(draw: st.DrawFn, *, nested: bool) -> Net:
    students, units = draw(st.integers(1, 9)), draw(st.integers(1, 6))
    unit = [draw(st.lists(st.integers(0, units - 1), max_size=4, unique=True)) for _ in range(students)]
    edges = sum(len(mine) for mine in unit)
    cost = draw(st.lists(st.integers(0, draw(st.sampled_from([0, 1, 9]))), min_size=edges, max_size=edges))
    return net_of(
        first=list(accumulate((len(mine) for mine in unit), initial=0)),
        unit=[one for mine in unit for one in mine],
        cost=cost,
        alone=draw(st.lists(st.integers(0, 40), min_size=students, max_size=students)),
        seats=draw(st.lists(st.integers(0, 3), min_size=units, max_size=units)),
        around=[draw(st.integers(NONE, one - 1)) if nested else NONE for one in range(units)],
    )


@settings(max_examples=300, deadline=None)
@given(nets(nested=True), st.randoms(use_true_random=False))
def test_units_inside_units_in_any_order_of_students_cost_what_or_tools_and_highs_find(
    net: Net, random: Random
) -> None:
    searched, order = again(net), list(range(len(net.alone)))
    random.shuffle(order)
    paths.solve(searched, order)
    assert is_allowed(net, searched.edge)
    assert objective(net, searched.edge) == by_flow(net) == by_highs(net)


@settings(max_examples=300, deadline=None)
@given(nets(nested=False), st.randoms(use_true_random=False))
def test_single_units_cost_what_scipy_finds(net: Net, random: Random) -> None:
    searched, order = again(net), list(range(len(net.alone)))
    random.shuffle(order)
    paths.solve(searched, order)
    assert is_allowed(net, searched.edge)
    assert objective(net, searched.edge) == by_assignment(net)


@pytest.mark.parametrize("most", [0, 1, 9, 400])
@pytest.mark.parametrize("seats", ["scarce", "normal"])
def test_larger_graphs_with_the_costs_of_the_published_order_are_solved_exactly(most: int, seats: str) -> None:
    random = Random(f"{most} {seats}")
    for students in (20, 40, 80, 120):
        net = a_net(random, students, students // (4 if seats == "scarce" else 2), most=most)
        for order in (list(range(students)), list(range(students))[::-1]):
            searched = again(net)
            paths.solve(searched, order)
            assert is_allowed(net, searched.edge)
            assert objective(net, searched.edge) == by_flow(net)


@settings(max_examples=300, deadline=None)
@given(nets(nested=True), st.randoms(use_true_random=False))
def test_compiled_code_finds_a_plan_as_good_in_any_order_of_students(net: Net, random: Random) -> None:
    order = list(range(len(net.alone)))
    random.shuffle(order)
    chosen = machine.solve_compiled(net, order)
    assert is_allowed(net, chosen)
    assert objective(net, chosen) == by_flow(net)


@pytest.mark.parametrize("most", [0, 1, 9, 400])
def test_compiled_code_solves_larger_graphs_exactly(most: int) -> None:
    random = Random(most)
    for students in (60, 150, 300):
        for units in (students // 8, students // 4, students // 2):
            net = a_net(random, students, units, most=most)
            chosen = machine.solve_compiled(net, random.sample(range(students), students))
            assert is_allowed(net, chosen)
            assert objective(net, chosen) == by_flow(net)


def a_queue(length: int) -> Net:
    """Everybody likes the first seats best, the next a little less, and there are too few: each who comes later moves all
    others on by one. Nested twice, so that each move leads through units inside others.
    """
    reach = 8
    unit = [3 * min(one + on, length - reach) for one in range(length) for on in range(reach)]
    cost = costs.in_order([0] * len(unit), [-on * on for _ in range(length) for on in range(reach)], length, 3)
    seats = [number for _ in range(length - reach + 1) for number in (1, 1, 2)]
    return net_of(
        first=list(range(0, reach * length + 1, reach)),
        unit=unit,
        cost=list(cost.edges),
        alone=[cost.alone(one % 4) for one in range(length)],
        seats=seats,
        around=[one + 1 if one % 3 < 2 else NONE for one in range(len(seats))],
    )


@pytest.mark.parametrize("backwards", [False, True])
def test_a_queue_in_which_everybody_moves_on_is_solved_exactly(backwards: bool) -> None:
    net = a_queue(120)
    chosen = machine.solve_compiled(net, list(range(120))[:: -1 if backwards else 1])
    assert is_allowed(net, chosen)
    assert objective(net, chosen) == by_flow(net)


def test_a_large_problem_is_solved_compiled() -> None:
    net = a_net(Random(8), 300, 120, chance=0.4)
    assert len(net.unit) > machine.WORTH_IT
    assert machine.solve(net, list(range(300))) == machine.solve_compiled(net, list(range(300)))
    assert sum(net.used) == 0, "the lists that were given are not those that were searched"


@pytest.mark.parametrize("ratio", [0.6, 0.9, 1.4])
def test_regions_with_guidance_seats_inside_seats_are_planned_as_well_as_others_plan_them(ratio: float) -> None:
    for seed in range(5):
        net = a_region(seed, 80, ratio)
        chosen = machine.solve(again(net), quick_order(net))
        assert is_allowed(net, chosen)
        assert objective(net, chosen) == by_flow(net) == by_assignment(net)


def a_chain(length: int, points: int) -> tuple[list[Candidate], dict[str, int]]:
    """Students who each like their own seat best, and lose points by moving on to the next; the last seat is free."""
    candidates = [
        Candidate(f"s{number}", f"o{number + on}", 0, -points * on, (number,))
        for number in range(length)
        for on in (0, 1)
    ]
    return candidates, {f"o{number}": 1 for number in range(length + 1)}


POINTS, LENGTH = 5000, 300
NEWCOMER = Candidate("new", "o0", 0, -POINTS, (LENGTH,))


def chosen(candidates: list[Candidate], seats: dict[str, int]) -> list[Candidate]:
    return list(ShortestPathEngine().propose(Problem(candidates, seats)))


def test_no_chain_of_lost_points_keeps_anybody_out() -> None:
    candidates, seats = a_chain(LENGTH, POINTS)
    assert len(chosen([*candidates, NEWCOMER], seats)) == LENGTH + 1


def test_no_chain_of_lost_points_keeps_out_who_is_harder_to_place() -> None:
    candidates, seats = a_chain(LENGTH, POINTS)
    last = f"o{LENGTH}"
    assert replace(NEWCOMER, hardness=1) in chosen([*candidates, replace(NEWCOMER, hardness=1)], seats | {last: 0})


def test_no_chain_of_lost_points_keeps_a_wish_from_being_honoured() -> None:
    candidates, seats = a_chain(LENGTH, POINTS)
    wished, other = replace(NEWCOMER, wish=2000), replace(NEWCOMER, offer="elsewhere", points=POINTS)
    assert wished in chosen([*candidates, wished, other], seats | {"elsewhere": 1})


def test_no_chain_of_wishes_keeps_anybody_out() -> None:
    candidates, seats = a_chain(LENGTH, 0)
    wishful = [replace(one, wish=8000 if one.offer == f"o{one.rank[0]}" else 0) for one in candidates]
    assert len(chosen([*wishful, NEWCOMER], seats)) == LENGTH + 1


def test_the_costs_of_the_largest_instance_fit() -> None:
    """With any weights that a region can set, a plan for all students of the country fits 64 bits with room to spare."""
    wishes = [FIRST_WISH, SECOND_WISH, FURTHER_WISH, 0]
    found = costs.in_order(wishes, [STEP * 10, -STEP * 10, 0, 0], STUDENTS_OF_THE_COUNTRY, 3)
    assert found.step > STUDENTS_OF_THE_COUNTRY * max(found.edges)
    assert min(found.edges) == 0


def test_costs_that_do_not_fit_are_refused() -> None:
    with pytest.raises(OverflowError):
        costs.in_order([0, 1], [0, 2**40], 10**6, 3)
