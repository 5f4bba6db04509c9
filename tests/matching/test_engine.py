"""The engine against brute force."""

from itertools import product
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.matching.domain.engine import Candidate, Engine, Plan, Problem, ShortestPathEngine

ENGINE: Engine = ShortestPathEngine()
CLASSES = (3, 2, 1, 0)


def worth(plan: list[Candidate] | Plan) -> tuple[tuple[int, ...], int]:
    """How many of each class have a place, the hardest first; then the points."""
    return tuple(sum(one.hardness == level for one in plan) for level in CLASSES), sum(one.points for one in plan)


def is_allowed(plan: list[Candidate] | Plan, problem: Problem) -> bool:
    offers = [one.offer for one in plan]
    one_each = len({one.student for one in plan}) == len(plan)
    return one_each and all(offers.count(offer) <= problem.seats.get(offer, 0) for offer in offers)


def best_by_brute_force(problem: Problem) -> tuple[tuple[int, ...], int]:
    students = {one.student for one in problem.candidates}
    options = [[None, *(one for one in problem.candidates if one.student == student)] for student in students]
    plans = ([one for one in choice if one] for choice in product(*options))
    return max(worth(plan) for plan in plans if is_allowed(plan, problem))


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    students, offers = draw(st.integers(1, 5)), draw(st.integers(1, 4))
    hardness = draw(st.lists(st.integers(0, 3), min_size=students, max_size=students))
    candidates = [
        Candidate(f"s{student}", f"o{offer}", hardness[student], draw(st.integers(-300, 900)), (student, offer))
        for student in range(students)
        for offer in range(offers)
        if draw(st.booleans())
    ]
    return Problem(candidates, {f"o{offer}": draw(st.integers(0, 3)) for offer in range(offers)})


@settings(max_examples=400)
@given(problems())
def test_a_plan_is_as_good_as_any_that_brute_force_finds(problem: Problem) -> None:
    plan = ENGINE.propose(problem)
    assert is_allowed(plan, problem)
    assert worth(plan) == best_by_brute_force(problem)


@settings(max_examples=200)
@given(problems(), st.randoms(use_true_random=False))
def test_the_order_of_the_input_and_the_ids_change_nothing(problem: Problem, random: Random) -> None:
    before = sorted({str(name) for one in problem.candidates for name in (one.student, one.offer)})
    names: dict[object, int] = dict(zip(before, random.sample(range(100), len(before)), strict=True))
    renamed = [
        Candidate(names[one.student], names[one.offer], one.hardness, one.points, one.rank)
        for one in problem.candidates
    ]
    random.shuffle(renamed)
    seats = {names[offer]: seats for offer, seats in problem.seats.items() if offer in names}
    again = ENGINE.propose(Problem(renamed, seats))
    assert [one.rank for one in again] == [one.rank for one in ENGINE.propose(problem)]


@settings(max_examples=200)
@given(problems())
def test_hardest_first_never_costs_a_place(problem: Problem) -> None:
    all_alike = [Candidate(one.student, one.offer, 0, one.points, one.rank) for one in problem.candidates]
    assert len(ENGINE.propose(problem)) == len(ENGINE.propose(Problem(all_alike, problem.seats)))


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


@pytest.mark.parametrize("problem", [Problem([], {}), Problem([Candidate("s", "o", 0, 1)], {})])
def test_without_candidates_or_seats_nothing_is_proposed(problem: Problem) -> None:
    assert ENGINE.propose(problem) == ()
