"""How the circle widens, which circle an offer lies in, and how a student is described when help is asked."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from services.matching.domain.alike import Description, describe
from services.matching.domain.model import Profile
from services.matching.domain.regions import WITHIN_REACH
from services.matching.domain.widening import Patience, RegionSettings, due_at, is_used_up, widened
from shared.events.codes import PlacementKind, Step
from tests.matching.examples import (
    MORNING,
    OTHER_SCHOOL,
    SCHOOL,
    a_pair,
    a_profile,
    a_search,
    an_employer,
    an_offer,
    known_to,
    wish,
)

HOUR = timedelta(hours=1)
SETTINGS = RegionSettings(
    patience_seconds=Patience(own_network=3600, other_schools=3600, neighbouring_work=0, group=0, next_region=3600),
    help_delay_seconds=3600,
)
NONE = RegionSettings(
    patience_seconds=Patience(own_network=0, other_schools=0, neighbouring_work=0, group=0, next_region=0),
    help_delay_seconds=0,
)


@pytest.mark.parametrize(
    ("after", "step"),
    [
        (timedelta(), Step.OWN_NETWORK),
        (HOUR - timedelta(seconds=1), Step.OWN_NETWORK),
        (HOUR, Step.OTHER_SCHOOLS),
        (2 * HOUR, Step.NEXT_REGION),
        (99 * HOUR, Step.NEXT_REGION),
    ],
)
def test_a_circle_opens_when_the_patience_of_the_one_before_is_used_up(after: timedelta, step: Step) -> None:
    search = a_search(step=Step.OWN_NETWORK)
    assert widened(search, SETTINGS, MORNING + after).step is step


def test_without_patience_all_circles_open_at_once_and_help_is_asked_at_once() -> None:
    wide = widened(a_search(step=Step.OWN_NETWORK), NONE, MORNING)
    assert wide.step is Step.NEXT_REGION
    assert is_used_up(wide, NONE, MORNING)


def test_help_is_asked_after_all_patience_and_the_time_for_calling_prospects() -> None:
    wide = widened(a_search(step=Step.OWN_NETWORK), SETTINGS, MORNING + 2 * HOUR)
    assert due_at(wide, SETTINGS) == MORNING + 4 * HOUR
    assert not is_used_up(wide, SETTINGS, MORNING + 4 * HOUR - timedelta(seconds=1))
    assert is_used_up(wide, SETTINGS, MORNING + 4 * HOUR)


def test_help_is_asked_once() -> None:
    asked = replace(a_search(), unmatched_at=MORNING)
    assert due_at(asked, NONE) is None
    assert not is_used_up(asked, NONE, MORNING + HOUR)


def test_a_region_that_decided_nothing_asks_nobody_in_its_first_two_weeks() -> None:
    settings = RegionSettings()
    first = widened(a_search(step=Step.OWN_NETWORK), settings, MORNING + timedelta(days=14))
    assert not is_used_up(first, settings, MORNING + timedelta(days=14))
    assert first.step is Step.NEXT_REGION


@pytest.mark.parametrize(
    ("student", "offer", "employer", "step"),
    [
        ({}, {}, known_to(SCHOOL), Step.OWN_NETWORK),
        ({}, {"brought_in_by": SCHOOL}, {}, Step.OWN_NETWORK),
        ({}, {"region": "AM36"}, known_to(SCHOOL), Step.OWN_NETWORK),
        ({}, {}, known_to(OTHER_SCHOOL), Step.OTHER_SCHOOLS),
        ({"wishes": wish("zorg-en-welzijn")}, {}, known_to(SCHOOL), Step.NEIGHBOURING_WORK),
        ({}, {"kind": "group"}, known_to(SCHOOL), Step.GROUP),
        ({"placement_kind": "group"}, {"kind": "group"}, known_to(SCHOOL), Step.OWN_NETWORK),
        ({}, {"region": "AM36"}, {}, Step.NEXT_REGION),
        ({"wishes": []}, {}, {}, Step.OTHER_SCHOOLS),
    ],
)
def test_an_offer_lies_in_the_farthest_circle_that_it_asks_for(
    student: dict[str, Any], offer: dict[str, Any], employer: dict[str, Any], step: Step
) -> None:
    assert a_pair(a_search(**student), an_offer(**offer), employer=an_employer(**employer)).step is step


def test_borders_are_shared() -> None:
    assert all(region in WITHIN_REACH[other] for region, near in WITHIN_REACH.items() for other in near)


def many(number: int, **facts: Any) -> list[Profile]:
    return [a_profile(**facts) for _ in range(number)]


def test_the_kind_of_work_is_told_once_five_fit_it() -> None:
    own = a_profile(wishes=wish("horeca"))
    others = many(4, wishes=wish("sport", "horeca"))
    assert describe(own, [own, *others]) == Description("horeca", PlacementKind.INTERNSHIP, 5)
    assert describe(own, [own, *others[:3], *many(3, wishes=wish("sport"))]) == Description(
        None, PlacementKind.INTERNSHIP, 7
    )


def test_a_second_wish_is_told_where_the_first_would_tell_too_much() -> None:
    own = a_profile(wishes=wish("textiel-en-mode", "horeca"))
    assert describe(own, [own, *many(4)]).sector == "horeca"


def test_a_rare_kind_of_place_is_not_told() -> None:
    own = a_profile(placement_kind=PlacementKind.SHELTERED, wishes=wish("horeca"))
    assert describe(own, [own, *many(6)]) == Description(None, PlacementKind.INTERNSHIP, 7)


def test_where_fewer_than_five_search_all_of_them_are_meant() -> None:
    own = a_profile()
    assert describe(own, [own, *many(2)]) == Description(None, PlacementKind.INTERNSHIP, 3)
