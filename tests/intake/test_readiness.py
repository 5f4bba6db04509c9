"""A student is ready when all is known that a search needs; what is missing is said in Dutch."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from services.intake.domain.addresses import Situation
from services.intake.domain.profile import profile
from services.intake.domain.readiness import missing
from services.intake.domain.student import (
    SearchIsOver,
    Student,
    StudentFacts,
    StudentIsNotReady,
    StudentIsNotSearching,
    StudentIsSearching,
    StudentState,
)
from shared.events.codes import PlacementKind, Point
from shared.ids import new_id
from tests.intake.world import STUDENT

HERE = Situation("AM11", "GM0995", Point(latitude=52.5, longitude=5.47))


def facts(**changed: Any) -> StudentFacts:
    return StudentFacts.model_validate(STUDENT | changed)


def student(**changed: Any) -> Student:
    return Student(new_id(), new_id(), facts(**changed), "AM11", HERE)


def test_a_student_of_whom_all_is_known_is_ready() -> None:
    searching, event = student().ready()
    assert searching.state is StudentState.SEARCHING
    assert event.begin_date == date(2026, 9, 7)


def test_what_is_missing_is_said_in_dutch_and_by_field() -> None:
    bare = replace(student(), facts=StudentFacts(given_name="Sam", family_name="Bos", birth_date=date(2009, 5, 17)))
    with pytest.raises(StudentIsNotReady) as refused:
        bare.ready()
    assert "het adres" in str(refused.value)
    assert {problem.pointer for problem in refused.value.problems} == {
        "/address",
        "/travel",
        "/guidanceNeed",
        "/outflowProfile",
        "/placementKind",
        "/beginDate",
        "/weekdays",
        "/daysPerWeek",
        "/wishes",
    }


def test_who_comes_to_find_out_what_to_wish_for_needs_no_wish() -> None:
    assert missing(facts(wishes=[], placementKind=PlacementKind.TASTER)) == {}
    assert "/wishes" in missing(facts(wishes=[]))


def test_who_searches_does_not_begin_twice() -> None:
    searching, _ = student().ready()
    with pytest.raises(StudentIsSearching):
        searching.ready()


def test_who_was_withdrawn_can_begin_again() -> None:
    searching, _ = student().ready()
    withdrawn, _ = searching.withdrawn()
    assert withdrawn.ready()[0].state is StudentState.SEARCHING
    with pytest.raises(StudentIsNotSearching):
        withdrawn.withdrawn()


def test_the_profile_holds_no_name_no_day_of_birth_and_no_street() -> None:
    searching, _ = student(address={"street": "Geheimstraat", "postcode": "8232VT", "place": "Lelystad"}).ready()
    told = str(profile(searching))
    for secret in ("Sam", "de Boer", "2009-05-17", "date(2009, 5, 17)", "Geheimstraat", "8232VT"):
        assert secret not in told
    assert profile(searching)["birth_year_month"] == "2009-05"


@pytest.mark.parametrize("state", [s for s in StudentState if s is not StudentState.SEARCHING])
def test_there_is_no_profile_of_who_does_not_search(state: StudentState) -> None:
    with pytest.raises(SearchIsOver):
        profile(replace(student(), state=state))


def test_after_a_placement_a_student_is_free_unless_another_runs_or_the_search_goes_on() -> None:
    placed = student().placed()
    assert placed.back(still_placed=False).state is StudentState.REGISTERED
    assert placed.back(still_placed=True).state is StudentState.PLACED
    searching, _ = placed.ready()
    assert searching.back(still_placed=False).state is StudentState.SEARCHING


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"endDate": "2026-09-06"}, "endDate"),
        ({"daysPerWeek": 4}, "daysPerWeek"),
        ({"wishes": [{"rank": 1, "sector": "horeca"}, {"rank": 1, "sector": "sport"}]}, "wishes"),
        ({"consent": {"givenBy": "student", "givenDate": "2025-05-16"}}, "consent"),
        ({"birthDate": 12}, "birthDate"),
        ({"birthDate": "1889-01-01"}, "birthDate"),
        ({"givenName": "111222333"}, "givenName"),
        ({"notes": "bsn 1112.22.333"}, "notes"),
        ({"limits": ["No Code"]}, "limits"),
        ({"secret": 1}, "secret"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(wrong: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as refused:
        facts(**wrong)
    assert [error["loc"][0] for error in refused.value.errors()] == [field]


def test_parents_consent_below_sixteen_and_students_from_then_on() -> None:
    assert facts(consent={"givenBy": "parents", "givenDate": "2025-05-16"}).consent
    assert facts(consent={"givenBy": "student", "givenDate": "2025-05-17"}).consent
