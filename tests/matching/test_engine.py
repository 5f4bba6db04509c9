"""The engine against brute force."""

from dataclasses import replace
from itertools import product
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.matching.domain.engine import Candidate, Engine, Plan, Problem, ShortestPathEngine

ENGINE: Engine = ShortestPathEngine()
CLASSES = (3, 2, 1, 0)


Worth = tuple[tuple[int, ...], int, int]


def worth(plan: list[Candidate] | Plan) -> Worth:
    """How many of each class have a place, the hardest first; then the wishes, then the points."""
    placed = tuple(sum(one.hardness == level for one in plan) for level in CLASSES)
    return placed, sum(one.wish for one in plan), sum(one.points for one in plan)


def is_allowed(plan: list[Candidate] | Plan, problem: Problem) -> bool:
    taken = [one.offer for one in plan] + [one.unit for one in plan if one.unit is not None]
    one_each = len({one.student for one in plan}) == len(plan)
    return one_each and all(taken.count(unit) <= problem.seats.get(unit, 0) for unit in taken)


def best_by_brute_force(problem: Problem) -> Worth:
    students = {one.student for one in problem.candidates}
    options = [[None, *(one for one in problem.candidates if one.student == student)] for student in students]
    plans = ([one for one in choice if one] for choice in product(*options))
    return max(worth(plan) for plan in plans if is_allowed(plan, problem))


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    students, offers = draw(st.integers(1, 5)), draw(st.integers(1, 4))
    hardness = draw(st.lists(st.integers(0, 3), min_size=students, max_size=students))
    parts = [f"part of o{offer}" if draw(st.booleans()) else None for offer in range(offers)]
    candidates = [
        Candidate(
            f"s{student}",
            f"o{offer}",
            hardness[student],
            draw(st.integers(-300, 900)),
            (student, offer),
            draw(st.sampled_from([0, 4000, 8000])),
            draw(st.sampled_from([None, parts[offer]])),
        )
        for student in range(students)
        for offer in range(offers)
        if draw(st.booleans())
    ]
    seats = {f"o{offer}": draw(st.integers(0, 3)) for offer in range(offers)}
    inside = {part: f"o{offer}" for offer, part in enumerate(parts) if part}
    return Problem(candidates, seats | {part: draw(st.integers(0, 2)) for part in inside}, inside)


@settings(max_examples=400)
@given(problems())
def test_a_plan_is_as_good_as_any_that_brute_force_finds(problem: Problem) -> None:
    plan = ENGINE.propose(problem)
    assert is_allowed(plan, problem)
    assert worth(plan) == best_by_brute_force(problem)


@settings(max_examples=200)
@given(problems(), st.randoms(use_true_random=False))
def test_the_order_of_the_input_and_the_ids_change_nothing(problem: Problem, random: Random) -> None:
    before = sorted({str(one.student) for one in problem.candidates} | set(problem.seats))
    names: dict[object, int] = dict(zip(before, random.sample(range(100), len(before)), strict=True))
    renamed = [
        replace(
            one,
            student=names[one.student],
            offer=names[one.offer],
            unit=names[one.unit] if one.unit else None,
        )
        for one in problem.candidates
    ]
    random.shuffle(renamed)
    seats = {names[unit]: seats for unit, seats in problem.seats.items()}
    around = {names[unit]: names[outer] for unit, outer in problem.around.items()}
    again = ENGINE.propose(Problem(renamed, seats, around))
    assert [one.rank for one in again] == [one.rank for one in ENGINE.propose(problem)]


@settings(max_examples=200)
@given(problems())
def test_hardest_first_never_costs_a_place(problem: Problem) -> None:
    alike = replace(problem, candidates=[replace(one, hardness=0) for one in problem.candidates])
    assert len(ENGINE.propose(problem)) == len(ENGINE.propose(alike))


def test_the_one_seat_goes_to_the_student_who_is_harder_to_place() -> None:
    easy, hard = Candidate("easy", "o", 0, 9000), Candidate("hard", "o", 2, 10)
    assert ENGINE.propose(Problem([easy, hard], {"o": 1})) == (hard,)


def test_who_has_another_choice_makes_room() -> None:
    candidates = [
        Candidate("flexible", "near", 1, 8000),
        Candidate("flexible", "far", 1, 6000),
        Candidate("bound", "near", 0, 8000),
    ]
    plan = ENGINE.propose(Problem(candidates, {"near": 1, "far": 1}))
    assert {(one.student, one.offer) for one in plan} == {("flexible", "far"), ("bound", "near")}


def test_a_wish_counts_for_more_than_all_points() -> None:
    wished, better = Candidate("s", "wished", 0, 0, (), 1), Candidate("s", "better", 0, 9000)
    assert ENGINE.propose(Problem([wished, better], {"wished": 1, "better": 1})) == (wished,)


def test_who_may_take_part_of_the_seats_only_leaves_the_others_alone() -> None:
    few = [Candidate(f"few{number}", "o", 3, 0, (number,), unit="part") for number in range(3)]
    free = [Candidate(f"free{number}", "o", 0, 0, (3 + number,)) for number in range(3)]
    plan = ENGINE.propose(Problem([*few, *free], {"o": 3, "part": 1}, {"part": "o"}))
    assert [one.student for one in plan] == ["few0", "free0", "free1"]


@pytest.mark.parametrize("problem", [Problem([], {}), Problem([Candidate("s", "o", 0, 1)], {})])
def test_without_candidates_or_seats_nothing_is_proposed(problem: Problem) -> None:
    assert ENGINE.propose(problem) == ()
