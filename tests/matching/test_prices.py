"""One more seat brings what its price says: exactly what solving anew with it finds."""

from collections import Counter
from collections.abc import Hashable
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.matching.domain.engine import Candidate, Plan, Problem, ShortestPathEngine
from services.matching.domain.prices import NOTHING, Price, priced

ENGINE = ShortestPathEngine()


def a_problem(random: Random, students: int, offers: int, chance: float = 0.4) -> Problem:
    """Offers of which some keep seats for one school, so that a unit lies inside another."""
    seats: dict[Any, int] = {}
    around: dict[Any, Hashable] = {}
    for offer in range(offers):
        seats[offer, "all"] = random.randint(0, 3)
        if random.random() < 0.5:
            seats[offer, "others"] = random.randint(0, 2)
            around[offer, "others"] = (offer, "all")
    hardness = [random.randint(0, 3) for _ in range(students)]
    candidates = [
        Candidate(
            student,
            offer,
            hardness[student],
            random.randint(-9, 9),
            (student,),
            random.choice([0, 4000, 6000, 8000]),
            random.choice([unit for unit in seats if unit[0] == offer]),
        )
        for student in range(students)
        for offer in range(offers)
        if random.random() < chance
    ]
    return Problem(candidates, seats, around)


def more(problem: Problem, unit: Any) -> Problem:
    """One more seat in a unit, and so in those around it."""
    seats = dict(problem.seats)
    name: Any = unit
    while name is not None:
        seats[name] += 1
        name = problem.around.get(name)
    return Problem(problem.candidates, seats, problem.around)


def worth(plan: Plan) -> tuple[Counter[int], int, int]:
    return Counter(one.hardness for one in plan), sum(one.wish for one in plan), sum(one.points for one in plan)


def gained(problem: Problem, unit: Any) -> tuple[Counter[int], int, int]:
    """By solving twice."""
    before, after = worth(ENGINE.propose(problem)), worth(ENGINE.propose(more(problem, unit)))
    placed = Counter(after[0])
    placed.subtract(before[0])
    return +placed, after[1] - before[1], after[2] - before[2]


def said(price: Price) -> tuple[Counter[int], int, int]:
    return Counter([price.placed.hardness] if price.placed else []), price.wish, price.points


@settings(max_examples=200, deadline=None)
@given(st.randoms(use_true_random=False), st.integers(1, 12), st.integers(1, 6))
def test_the_price_of_every_unit_is_what_one_more_seat_brings(random: Random, students: int, offers: int) -> None:
    problem = a_problem(random, students, offers)
    found = priced(problem)
    assert worth(found.plan) == worth(ENGINE.propose(problem))
    for unit, price in found.prices.items():
        assert said(price) == gained(problem, unit)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("students", [60, 18])
def test_where_seats_are_scarce_it_is_a_place_and_where_not_a_better_one(students: int, seed: int) -> None:
    random = Random(seed)
    problem = a_problem(random, students, 14, 0.3)
    prices = priced(problem).prices
    assert any(bool(price.placed) == (students == 60) for price in prices.values() if price != NOTHING)
    for unit, price in prices.items():
        assert said(price) == gained(problem, unit)


def test_a_seat_that_is_not_there_yet_has_a_price() -> None:
    one = Candidate("s", "o", 2, 5, wish=8000)
    price = priced(Problem([one], {"o": 0})).prices["o"]
    assert (price.placed, price.wish, price.points) == (one, 8000, 5)


def test_a_seat_beside_a_free_one_is_worth_nothing() -> None:
    assert priced(Problem([Candidate("s", "o", 0, 5)], {"o": 1})).prices["o"] == NOTHING
