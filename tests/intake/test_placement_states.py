"""One table says what can be done with a placement, and everything that acts on one asks it."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.domain.placement_states import (
    IN_WORDS,
    PLACEMENT,
    STEPS,
    UNREAL,
    Act,
    ActIsImpossible,
    PlacementState,
    kept_as,
    standing,
)

PAGE = Path(__file__).parents[2] / "docs" / "processes.md"
DAYS = st.dates(date(2026, 1, 1), date(2027, 12, 31))


@given(begins=DAYS, today=DAYS)
def test_the_calendar_begins_a_placement_and_nothing_else_does(begins: date, today: date) -> None:
    stands = standing(PlacementState.RUNNING, begins, today)
    assert stands is (PlacementState.AGREED if today < begins else PlacementState.RUNNING)
    for over in (PlacementState.ENDED, *UNREAL):
        assert standing(over, begins, today) is over


def test_it_runs_from_its_first_day_on() -> None:
    begins = date(2026, 9, 7)
    assert standing(PlacementState.RUNNING, begins, begins - timedelta(days=1)) is PlacementState.AGREED
    assert standing(PlacementState.RUNNING, begins, begins) is PlacementState.RUNNING


@pytest.mark.parametrize("state", PlacementState)
@pytest.mark.parametrize("act", Act)
def test_what_the_table_does_not_name_is_refused_with_what_is_possible(state: PlacementState, act: Act) -> None:
    if act in STEPS[state]:
        assert PLACEMENT.after(state, act) is STEPS[state][act]
        return
    with pytest.raises(ActIsImpossible) as refused:
        PLACEMENT.after(state, act)
    said = str(refused.value)
    assert IN_WORDS[state] in said
    assert all(IN_WORDS[possible] in said for possible in STEPS[state])
    assert STEPS[state] or "niets meer" in said


def test_what_never_was_or_is_over_does_not_begin_again() -> None:
    reached = {state: set(steps.values()) for state, steps in STEPS.items()}
    assert reached[PlacementState.ENDED] == {PlacementState.ENDED}
    for never in UNREAL:
        assert reached[never] == set()


def test_agreed_is_never_kept() -> None:
    assert {kept_as(state) for state in PlacementState} == set(PlacementState) - {PlacementState.AGREED}


def test_the_page_of_processes_shows_the_table() -> None:
    assert PLACEMENT.as_mermaid() in PAGE.read_text()
