"""What is worked out for many pairs at once is what the rules and points of each pair alone say."""

from collections.abc import Sequence
from datetime import date
from itertools import product
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.matching.domain import candidates, fits, judging, points, rules, score
from services.matching.domain.candidates import CODES, Numbers, sieved
from services.matching.domain.fits import Fit
from services.matching.domain.model import Opening, Pin, PinKind, Search
from services.matching.domain.pairs import Pair
from shared.events.codes import Step
from tests.matching.anybody import any_offer, any_search
from tests.matching.examples import TODAY, a_search, an_offer


def a_crowd(seed: int, many: int = 20) -> tuple[list[Search], list[Opening]]:
    random = Random(seed)
    offers = [any_offer(random) for _ in range(many)]
    searches = [any_search(random, offers) for _ in range(many)]
    students = [one.student_id for one in searches]
    return searches, [*offers, *(any_offer(random, students) for _ in range(many))]


def at_once(searches: Sequence[Search], openings: Sequence[Opening], today: date = TODAY) -> list[Fit]:
    return judging.fits_among(searches, openings, sieved(searches, openings, Numbers(), today), today)


def one_by_one(searches: Sequence[Search], openings: Sequence[Opening]) -> list[Fit]:
    return fits.fits_of(product(searches, openings), TODAY)


def told(one: Fit) -> dict[str, Any]:
    """All that is known of a fit."""
    names = ("student_id", "window", "weekdays", "wish", "points", "left_out", "unit", "reasons", "stay")
    pair = {name: getattr(one.pair, name) for name in ("minutes", "seats", "slot", "circles", "choice")}
    return {name: getattr(one, name) for name in names} | pair


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10**9))
def test_all_at_once_are_as_each_alone_with_the_points_that_are_shown(seed: int) -> None:
    searches, openings = a_crowd(seed)
    alone = one_by_one(searches, openings)
    assert [told(one) for one in at_once(searches, openings)] == [told(one) for one in alone]
    for one in alone:
        assert one.points == score.total(one.reasons)
        assert one.wish == sum(each.points for each in one.reasons if each.factor in points.IN_ORDER)


def test_a_crowd_breaks_every_rule_and_shows_every_factor() -> None:
    broken, shown, asked = set[str](), set[str](), 0
    for seed in range(6):
        searches, openings = a_crowd(seed)
        pairs = [Pair(search, opening, TODAY) for search, opening in product(searches, openings)]
        broken |= {obstacle.rule for pair in pairs for obstacle in rules.obstacles(pair)}
        fitting = one_by_one(searches, openings)
        shown |= {reason.factor for one in fitting for reason in one.reasons}
        asked += sum(bool(one.left_out) for one in fitting)
    assert len(broken) == len(rules.RULES) + 1  # one rule tells who is pinned elsewhere from who is forbidden
    assert shown == set(score.SENTENCES)
    assert asked


def test_codes_beyond_the_bits_of_the_sieve_are_asked_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(candidates, "WORTH_IT", 1)
    codes = [f"code-{number}" for number in range(CODES + 1)]
    searches = [a_search(certificates=codes[:-1]), a_search(certificates=codes)]
    openings = [Opening(an_offer(certificates=codes)), Opening(an_offer(certificates=codes[-1:]))]
    possible = [(one.student_id, one.offer.offer_id) for one in fits.among(searches, openings, TODAY)]
    assert possible == [(searches[1].student_id, one.offer.offer_id) for one in openings]


def test_of_many_those_are_found_that_are_found_of_few(monkeypatch: pytest.MonkeyPatch) -> None:
    searches, openings = a_crowd(1)
    few = fits.among(searches, openings, TODAY)
    monkeypatch.setattr(candidates, "WORTH_IT", 1)
    assert [told(one) for one in fits.among(searches, openings, TODAY)] == [told(one) for one in few]


def test_where_the_circle_is_not_open_yet_nobody_fits() -> None:
    assert at_once([a_search(step=Step.OWN_NETWORK)], [Opening(an_offer())]) == []
    assert at_once([a_search()], []) == []


def test_who_is_pinned_outside_the_circle_fits_there_and_nobody_who_is_alike() -> None:
    opening = Opening(an_offer())
    pinned = {opening.offer.offer_id: Pin(PinKind.PIN, "Afgesproken", TODAY)}
    searches = [a_search(step=Step.OWN_NETWORK, more={"pins": pins}) for pins in ({}, pinned, {})]
    assert [one.student_id for one in at_once(searches, [opening])] == [searches[1].student_id]
