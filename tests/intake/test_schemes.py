"""Schemes for employers: what there is on a day, and what applies where, with why or why not."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.domain.scheme import Applies, Scheme, SchemeFact, apply
from services.intake.domain.special_fact import SpecialKind
from services.intake.law_data import read_schemes
from shared.events.codes import PlacementKind, Recognition
from tests.intake.world import World, good, unknown

IN_THE_WINDOW = date(2026, 9, 17)
LAST_YEAR: dict[str, Any] = {"lastYear": True}
GRANTED = {
    "kind": "job-agreement",
    "code": "granted",
    "ground": "legal-task",
    "reason": "Bepaalt welke regelingen er zijn.",
    "expiresDate": (date.today() + timedelta(days=200)).isoformat(),  # noqa: DTZ011 — a day, give or take one
}


def named(scheme_id: str) -> Scheme:
    return next(scheme for scheme in read_schemes() if scheme.id == scheme_id)


def answered(scheme_id: str, day: date = IN_THE_WINDOW, **known: Any) -> Applies:
    facts = {SchemeFact(name.replace("_", "-")): frozenset({value}) for name, value in known.items()}
    return next(one.applies for one in apply(read_schemes(), facts, day) if one.scheme.id == scheme_id)


def test_a_scheme_applies_when_every_condition_is_met_and_says_when_one_is_not_known() -> None:
    subsidy = "practical-learning-2026"
    place: dict[str, Any] = {"kind": "internship", "recognition": "recognised"}
    assert answered(subsidy, **place, last_year="yes") is Applies.YES
    assert answered(subsidy, **place) is Applies.DEPENDS
    assert answered(subsidy, **place, last_year="no") is Applies.NO
    assert answered(subsidy, kind="internship", recognition="none") is Applies.NO
    assert answered(subsidy, kind="job", recognition="boris", last_year="yes") is Applies.NO


def test_after_the_last_day_of_its_window_it_is_too_late_and_the_next_year_is_another_scheme() -> None:
    facts: dict[str, Any] = {"kind": "long", "recognition": "boris", "last_year": "yes"}
    day_after = IN_THE_WINDOW + timedelta(days=1)
    assert answered("practical-learning-2026", IN_THE_WINDOW, **facts) is Applies.YES
    assert answered("practical-learning-2026", day_after, **facts) is Applies.TOO_LATE
    assert answered("practical-learning-2027", day_after, **facts) is Applies.YES
    with pytest.raises(StopIteration):
        answered("practical-learning-2027", IN_THE_WINDOW, **facts)


def test_what_has_ended_is_in_no_answer() -> None:
    ended = named("low-income-benefit")
    assert [ended.holds_on(day) for day in (date(2024, 12, 31), date(2025, 1, 1))] == [True, False]
    assert "low-income-benefit" not in {one.scheme.id for one in apply(read_schemes(), {}, IN_THE_WINDOW)}


@pytest.mark.parametrize(
    ("scheme_id", "applies", "does_not"),
    [
        ("wage-cost-subsidy", {"kind": "job", "indication": "job-agreement"}, {"kind": "internship"}),
        ("wage-cost-benefit", {"kind": "job", "indication": "job-agreement"}, {"kind": "sheltered"}),
        ("no-risk", {"kind": "job", "indication": "sheltered"}, {"kind": "trial"}),
        ("job-coach", {"kind": "trial", "indication": "job-agreement"}, {"kind": "taster"}),
        ("workplace-adaptation", {"kind": "job", "indication": "sheltered"}, {"kind": "group"}),
        ("trial-placement", {"kind": "trial"}, {"kind": "job"}),
        ("participation-job", {"kind": "participation-job"}, {"kind": "job"}),
        ("practice-certificate", {"kind": "internship", "recognition": "boris"}, {"recognition": "none"}),
    ],
)
def test_each_scheme_applies_on_one_side_of_its_conditions(
    scheme_id: str, applies: dict[str, Any], does_not: dict[str, Any]
) -> None:
    assert answered(scheme_id, **applies) is Applies.YES
    assert answered(scheme_id, **does_not) is Applies.NO


@given(st.sampled_from(PlacementKind), st.sampled_from(Recognition))
def test_nothing_is_promised_that_depends_on_an_unknown_student(kind: PlacementKind, known: Recognition) -> None:
    facts = {SchemeFact.KIND: frozenset({str(kind)}), SchemeFact.RECOGNITION: frozenset({str(known)})}
    for answer in apply(read_schemes(), facts, IN_THE_WINDOW):
        about_students = {SchemeFact.LAST_YEAR, SchemeFact.INDICATION}
        if any(condition.fact in about_students for condition in answer.scheme.conditions):
            assert answer.applies is not Applies.YES, answer.scheme.id


def test_conditions_use_the_codes_of_the_register() -> None:
    codes: dict[SchemeFact, set[Any]] = {
        SchemeFact.KIND: set(PlacementKind),
        SchemeFact.RECOGNITION: set(Recognition),
        SchemeFact.LAST_YEAR: {"yes", "no"},
        SchemeFact.INDICATION: set(SpecialKind),
    }
    for scheme in read_schemes():
        for condition in scheme.conditions:
            assert set(condition.any_of) <= {str(code) for code in codes[condition.fact]}, scheme.id


async def test_the_catalogue_is_read_for_a_day(world: World) -> None:
    today = {one["id"] for one in (await good(world.first.get("/v1/schemes?on=2026-09-17")))["items"]}
    assert {"practical-learning-2026", "no-risk"} <= today
    assert "low-income-benefit" not in today
    all_of_them = (await good(world.first.get("/v1/schemes?on=2026-09-17&ended=true")))["items"]
    assert {one["id"] for one in all_of_them} == today | {"low-income-benefit"}
    subsidy = next(one for one in all_of_them if one["id"] == "practical-learning-2026")
    assert (subsidy["mostCents"], subsidy["closesDate"]) == (270000, "2026-09-17")
    assert subsidy["source"]["title"].startswith("RVO")


async def test_an_offer_shows_what_applies_and_for_the_own_student_what_depends(world: World) -> None:
    employer = await world.employer(recognition="boris")
    offer = await world.offer(employer["id"])
    path = f"/v1/offers/{offer['id']}/schemes?on=2026-09-17"

    async def of(query: str = "") -> Any:
        items = (await good(world.first.get(f"{path}{query}")))["items"]
        return {one["scheme"]["id"]: one["applies"] for one in items}

    assert (await of())["practical-learning-2026"] == "depends"
    last, first_year = await world.student(**LAST_YEAR), await world.student()
    assert (await of(f"&studentId={last['id']}"))["practical-learning-2026"] == "yes"
    assert (await of(f"&studentId={first_year['id']}"))["practical-learning-2026"] == "no"
    assert (await world.second.get(f"{path}&studentId={last['id']}")).status_code == 404
    assert (await world.second.get(path)).status_code == 200
    assert (await world.first.get(f"/v1/offers/{unknown()}/schemes")).status_code == 404


async def test_an_indication_counts_when_it_was_decided(world: World) -> None:
    offer = await world.offer(kind="job")
    student = await world.student()
    path = f"/v1/offers/{offer['id']}/schemes?studentId={student['id']}"

    async def benefit() -> Any:
        items = (await good(world.first.get(path)))["items"]
        return next(one for one in items if one["scheme"]["id"] == "wage-cost-benefit")

    assert (await benefit())["applies"] == "depends"
    await good(world.first.post(f"/v1/students/{student['id']}/special-facts", json=GRANTED))
    found = await benefit()
    assert (found["applies"], {one["met"] for one in found["conditions"]}) == ("yes", {True})
