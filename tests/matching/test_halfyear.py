"""Half a year of arrivals, by seed: the plan serves better than who comes first, and better the longer it may move."""

import pytest

from tests.support.halfyear import DAYS, a_half_year, first_come, hardest_first, hindsight, movable


@pytest.mark.parametrize("ratio", [1.4, 0.9])
def test_in_the_published_order_the_longer_proposals_may_move_the_better_and_never_beyond_hindsight(
    ratio: float,
) -> None:
    years = [a_half_year(seed, ratio, 0.5) for seed in range(3)]
    policies = (first_come, lambda year: movable(year, 0), lambda year: movable(year, 28), hindsight)
    worth = [sum(policy(year).worth for year in years) for policy in policies]
    assert worth == sorted(worth)
    assert worth[0] < worth[1] < worth[2] < worth[3]


def test_who_is_hard_to_place_gets_more_from_the_plan_than_from_coming_first() -> None:
    years = [a_half_year(seed, 0.9, 0.5) for seed in range(3)]
    first, planned = (
        sum(policy(year).hard for year in years) for policy in (first_come, lambda year: movable(year, 28))
    )
    assert planned > first
    assert sum(hardest_first(year).hard for year in years) > first


def test_a_plan_that_moves_to_the_end_is_hindsight() -> None:
    """Both keep to the seats, and nothing is given for good before all is known."""
    year = a_half_year(4, 0.9, 0.3)
    waited, known = movable(year, DAYS), hindsight(year)
    assert (waited.placed, waited.hard, waited.worth) == (known.placed, known.hard, known.worth)


@pytest.mark.parametrize("ratio", [1.4, 0.9])
def test_places_with_guidance_that_are_held_back_serve_more_who_are_hard_to_place(ratio: float) -> None:
    """And others wait far less for it than if all places were held back as long."""
    years = [a_half_year(seed, ratio, 0.5) for seed in range(3)]
    found = [(movable(year, 28), movable(year, 28, held_back=84), movable(year, 84)) for year in years]
    hard, waited = (
        [sum(getattr(one, name) for one in each) for each in zip(*found, strict=True)] for name in ("hard", "waited")
    )
    assert hard[0] < hard[1]
    assert waited[1] - waited[0] < (waited[2] - waited[0]) / 2


def test_nothing_is_left_to_chance() -> None:
    assert movable(a_half_year(5, 1.4, 0.2), 14) == movable(a_half_year(5, 1.4, 0.2), 14)
