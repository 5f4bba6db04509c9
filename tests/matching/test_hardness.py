"""How much effort placing takes."""

from dataclasses import replace
from typing import Any

import pytest

from services.matching.domain import hardness
from tests.matching.examples import a_profile, a_search


@pytest.mark.parametrize(
    ("facts", "level"),
    [
        ({}, 0),
        ({"guidance_need": "full"}, 0),
        ({"guidance_need": "full", "limits": ["noise", "till"]}, 1),
        ({"guidance_need": "intensive", "limits": ["noise", "till"]}, 2),
        ({"guidance_need": "intensive", "outflow_profile": "sheltered", "accepts_neighbouring_work": False}, 3),
        (
            {
                "guidance_need": "intensive",
                "outflow_profile": "sheltered",
                "limits": ["noise", "till"],
                "travel": {"mode": "taxi", "max_minutes": 20},
                "accepts_neighbouring_work": False,
            },
            3,
        ),
    ],
)
def test_the_class_is_one_less_than_what_makes_it_harder_and_at_most_three(facts: dict[str, Any], level: int) -> None:
    assert hardness.derive(a_profile(**facts)).level == level


def test_what_it_was_derived_from_is_told() -> None:
    found = hardness.derive(a_profile(guidance_need="full", travel={"mode": "walk", "max_minutes": 60}))
    assert found.because == (
        "Heeft een vaste begeleider nodig.",
        "Reist te voet, met de taxi of korter dan een half uur.",
    )


def test_a_person_can_overrule_it() -> None:
    found = hardness.of(replace(a_search(), hardness_set_to=3))
    assert (found.level, found.set_by_hand) == (3, True)
