"""The sieve loses no pair that is possible, lets through what only seats, pauses and refusals forbid, and knows the way."""

from random import Random
from typing import Any

import numpy as np
import pytest

from services.matching.domain import adapting, costs, fits, machine, rules, score, whole
from services.matching.domain.candidates import (
    CODES,
    Found,
    Numbers,
    first_points,
    places_of,
    seekers_of,
    sieve,
    sift,
)
from services.matching.domain.model import Opening, Search
from services.matching.domain.pairs import Pair
from services.matching.domain.paths import quick_order
from services.matching.domain.travel import Mode
from services.matching.domain.weights import Weights
from services.matching.domain.whole import Edges
from tests.matching.anybody import any_opening, any_student
from tests.matching.examples import (
    LELYSTAD,
    TODAY,
    a_search,
    an_offer,
    north_of,
    wish,
)  # fmt: skip
from tests.support.country import TODAY as THEN
from tests.support.country import a_country
from tests.support.optimum import again, is_allowed, objective
from tests.support.population import a_region

NOT_SIFTED = {*rules.ABOUT_SEATS, "declined"}
"""Rules that need a look at more than the two."""


def crossed(seed: int, many: int) -> tuple[list[Search], list[Opening], dict[tuple[int, int], Pair]]:
    random = Random(seed)
    searches = [a_search(any_student(random)) for _ in range(many)]
    openings = [any_opening(random) for _ in range(many)]
    pairs = {
        (one, at): Pair(search, opening, TODAY)
        for one, search in enumerate(searches)
        for at, opening in enumerate(openings)
    }
    return searches, openings, pairs


@pytest.mark.parametrize("seed", range(4))
def test_a_pair_is_let_through_when_it_breaks_no_rule_but_those_of_seats_refusals_and_what_can_be_left_out(
    seed: int,
) -> None:
    searches, openings, pairs = crossed(seed, 150)
    expected = {
        key
        for key, pair in pairs.items()
        if {obstacle.rule for obstacle in rules.obstacles(pair)} <= NOT_SIFTED | {adapting.DEMANDS}
        and len(adapting.clash(pair)) <= adapting.MOST_LEFT_OUT
    }
    assert len(expected) > 20
    assert set(sieve(searches, openings, TODAY)) == expected


def test_the_fits_of_what_is_let_through_are_all_there_are() -> None:
    searches, openings, pairs = crossed(11, 200)
    possible = {key for key, pair in pairs.items() if fits.fit(pair)}
    assert possible
    assert {key for key in sieve(searches, openings, TODAY) if fits.fit(pairs[key])} == possible


def test_minutes_and_points_of_wish_and_travel_are_those_of_the_score() -> None:
    searches, openings, pairs = crossed(12, 300)
    numbers = Numbers()
    seekers, places = seekers_of(searches, numbers), places_of(openings, numbers)
    found = sift(seekers, places, TODAY)
    wishes, travel = first_points(found, seekers, Weights())
    assert len(found.student) > 50
    assert set(found.wish.tolist()) == {1, 2, 3, 4}
    for at, key in enumerate(zip(found.student.tolist(), found.place.tolist(), strict=True)):
        points = {factor.factor: factor.points for factor in score.reasons(pairs[key])}
        assert found.minutes[at] == pairs[key].minutes
        assert (wishes[at], travel[at]) == (points["wish"], points["travel"])


@pytest.mark.parametrize("mode", list(Mode))
def test_nobody_is_lost_at_the_edge_of_what_can_be_reached(mode: Mode) -> None:
    openings = [
        Opening(an_offer(location=north_of(LELYSTAD, km / 50) | {"longitude": LELYSTAD["longitude"] + east / 50}))
        for km in range(0, 1600, 40)
        for east in (0, 17)
    ]
    for most in (5, 30, 60):
        search = a_search(travel={"mode": mode, "max_minutes": most})
        near = [at for at, one in enumerate(openings) if Pair(search, one, TODAY).minutes <= most]
        assert [at for _, at in sieve([search], openings, TODAY)] == near


def test_more_codes_than_there_are_bits_lose_nobody() -> None:
    codes = [f"code-{number}" for number in range(CODES + 20)]
    searches = [a_search(wishes=wish(code), limits=codes, certificates=codes[:-1]) for code in codes]
    openings = [Opening(an_offer(sector=code, certificates=[code])) for code in codes]
    found = sieve(searches, openings, TODAY)
    assert {(number, number) for number in range(len(codes) - 1)} <= set(found)
    assert (0, 1) not in found


def test_without_students_or_without_offers_there_are_no_pairs() -> None:
    assert sieve([], [Opening(an_offer())], TODAY) == []
    assert sieve([a_search()], [], TODAY) == []


def by_looking_at_all(country: Any) -> set[tuple[int, int]]:
    """Wish, demands, profile and days, for every pair of a small country."""
    who, what = country.seekers, country.places
    wished = who.first | who.second | who.further | who.near
    suits = (wished[:, None] & what.sector > 0) & (who.limits[:, None] & what.demands == 0)
    suits &= (who.profile[:, None] & what.profiles > 0) & (~who.certificates[:, None] & what.certificates == 0)
    suits &= np.bitwise_count(who.days[:, None] & what.days) >= who.days_asked[:, None]
    return set(zip(*(numbers.tolist() for numbers in np.nonzero(suits)), strict=True))


def test_a_country_is_sifted_by_the_same_rules() -> None:
    country = a_country(3, 1.4, students=300, employers=500)
    found: Found = sift(country.seekers, country.places, THEN)
    pairs = set(zip(found.student.tolist(), found.place.tolist(), strict=True))
    assert len(pairs) == len(found.student) > 0
    assert pairs <= by_looking_at_all(country)
    assert bool((found.minutes <= country.seekers.most_minutes[found.student]).all())


@pytest.mark.parametrize("ratio", [0.4, 1.4])
def test_columns_are_planned_as_objects_are(ratio: float) -> None:
    net = a_region(2, 120, ratio)
    random = Random(2)
    wishes = np.array([random.choice([8000, 6000, 0]) for _ in net.unit])
    points = np.array([random.randint(-300, 500) for _ in net.unit])
    hardness = np.array([random.randint(0, 3) for _ in net.alone])
    edges = Edges(np.array(net.owner), np.array(net.unit), wishes, points)
    cost = costs.in_order(wishes.tolist(), points.tolist(), len(hardness), 3)
    assert [column.tolist() for column in whole.in_order(edges, len(hardness), 3)[:1]] == [list(cost.edges)]
    alone = [cost.alone(one) for one in hardness.tolist()]
    priced = again(net)._replace(cost=list(cost.edges), alone=alone)
    chosen = whole.plan(edges, hardness, np.array(net.left), np.array(net.around)).tolist()
    assert is_allowed(priced, chosen)
    assert objective(priced, chosen) == objective(priced, machine.solve(again(priced), quick_order(priced)))


def test_costs_of_columns_that_do_not_fit_are_refused() -> None:
    edges = Edges(*np.array([[0, 0], [0, 1], [0, 1], [0, 2**40]]))
    with pytest.raises(OverflowError):
        whole.in_order(edges, 10**6, 3)


def test_nobody_to_plan_for_is_no_plan() -> None:
    none = np.zeros(0, np.int64)
    assert whole.plan(Edges(none, none, none, none), none, none, none).tolist() == []
