"""Grounds for sharing, facts of special care, and what is forgotten by itself: each on both sides of its borders."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest

from services.intake.domain.codes import LISTS
from services.intake.domain.ground import (
    EXAMPLE,
    Giver,
    Ground,
    LegalGround,
    Purpose,
    RecipientKind,
    RecordGround,
    age_on,
    checked,
    ground_for,
)
from services.intake.domain.special_fact import CODES, INDICATION, INDICATIONS, RecordSpecialFact, SpecialKind
from services.intake.domain.special_fact import EXAMPLE as SPECIAL
from shared.errors import Invalid
from tests.intake.world import World, good

BORN = date(2009, 5, 17)
GIVEN = date(2025, 9, 1)
TOMORROW = date.today() + timedelta(days=1)  # noqa: DTZ011 — a Dutch day, give or take one
LEGAL: dict[str, Any] = {"legalGround": "legal-task", "givenBy": None, "legalBasis": "Participatiewet, artikel 7"}


def recorded(**facts: Any) -> RecordGround:
    return RecordGround.model_validate(EXAMPLE | {"givenDate": "2025-09-01", "endDate": "2026-07-31"} | facts)


def a_ground(withdrawn: date | None = None, **facts: Any) -> Ground:
    return Ground(uuid4(), uuid4(), uuid4(), "somebody", recorded(**facts), 16, withdrawn)


def asked(*grounds: Ground, day: date = date(2026, 1, 1), organisation: str = "Gemeente Lelystad") -> Ground | None:
    return ground_for(grounds, RecipientKind.MUNICIPALITY, organisation, Purpose.WARM_TRANSFER, day)


@pytest.mark.parametrize(
    ("born", "day", "age"),
    [
        (BORN, date(2025, 5, 16), 15),
        (BORN, date(2025, 5, 17), 16),
        (date(2008, 2, 29), date(2024, 2, 28), 15),
        (date(2008, 2, 29), date(2026, 2, 28), 17),
        (date(2008, 2, 29), date(2026, 3, 1), 18),
    ],
)
def test_an_age_counts_full_years(born: date, day: date, age: int) -> None:
    assert age_on(born, day) == age


def test_below_sixteen_the_parents_give_consent_and_from_sixteen_on_the_student() -> None:
    day_before, birthday = {"givenDate": "2025-05-16"}, {"givenDate": "2025-05-17"}
    assert checked(recorded(givenBy="parents", **day_before), BORN) == 15
    assert checked(recorded(givenBy="student", **birthday), BORN) == 16
    for who, when in (("student", day_before), ("parents", birthday)):
        with pytest.raises(Invalid) as refused:
            checked(recorded(givenBy=who, **when), BORN)
        assert refused.value.problems[0].pointer == "/givenBy"
    for when in (day_before, birthday):
        checked(recorded(givenBy=Giver.REPRESENTATIVE, **when), BORN)


def test_consent_says_who_gave_it_and_a_legal_task_says_which_law() -> None:
    checked(recorded(**LEGAL), BORN)
    for facts, pointer in (
        ({"givenBy": None}, "/givenBy"),
        (LEGAL | {"legalBasis": None}, "/legalBasis"),
        (LEGAL | {"givenBy": "parents"}, "/givenBy"),
    ):
        with pytest.raises(Invalid) as refused:
            checked(recorded(**facts), BORN)
        assert refused.value.problems[0].pointer == pointer


def test_a_ground_holds_from_its_first_day_through_its_last() -> None:
    ground = a_ground()
    days = {date(2025, 8, 31): False, GIVEN: True, date(2026, 7, 31): True, date(2026, 8, 1): False}
    assert {day: ground.holds_on(day) for day in days} == days


def test_a_withdrawn_ground_holds_no_more_from_that_day_on() -> None:
    ground = a_ground(withdrawn=date(2026, 1, 10))
    assert ground.holds_on(date(2026, 1, 9))
    assert not ground.holds_on(date(2026, 1, 10))


def test_a_ground_holds_for_two_years_at_most() -> None:
    recorded(endDate="2027-09-01")
    with pytest.raises(ValueError, match="2 years"):
        recorded(endDate="2027-09-02")
    with pytest.raises(ValueError, match="before givenDate"):
        recorded(endDate="2025-08-31")


def test_a_ground_is_for_one_recipient_and_one_purpose() -> None:
    assert asked(a_ground())
    assert asked(a_ground(organisation="gemeente lelystad"))
    assert asked(a_ground(organisation="Gemeente Almere")) is None
    assert asked(a_ground(recipientKind="uwv")) is None
    assert asked(a_ground(purpose="follow-up")) is None
    assert asked(a_ground(), day=date(2026, 8, 1)) is None
    assert asked() is None


def test_a_legal_task_comes_before_consent() -> None:
    consent, legal = a_ground(), a_ground(**LEGAL)
    for grounds in ((consent, legal), (legal, consent)):
        assert (found := asked(*grounds))
        assert found.facts.legal_ground is LegalGround.LEGAL_TASK


async def test_a_ground_is_recorded_listed_and_withdrawn(world: World) -> None:
    student = await world.student()
    path = f"/v1/students/{student['id']}/grounds"
    made = await world.first.post(path, json=EXAMPLE)
    assert made.status_code == 201, made.text
    ground = made.json()
    assert (ground["ageAtGiving"], ground["holds"]) == (14, False)
    assert (await good(world.first.get(made.headers["Location"]))) == ground
    assert (await good(world.first.get(path)))["items"] == [ground]
    withdrawn = await good(world.first.post(f"/v1/grounds/{ground['id']}/_withdraw"))
    assert withdrawn["withdrawnDate"]
    assert (await world.first.post(f"/v1/grounds/{ground['id']}/_withdraw")).status_code == 409
    for method, other in (("GET", ""), ("POST", "/_withdraw")):
        answer = await world.second.request(method, f"/v1/grounds/{ground['id']}{other}")
        assert answer.status_code == 404
    refused = await world.first.post(path, json=EXAMPLE | {"givenBy": "student"})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (400, "/givenBy")


async def test_facts_of_special_care_are_in_no_list_and_gone_when_they_expire(world: World) -> None:
    student = await world.searching()
    path = f"/v1/students/{student['id']}/special-facts"
    body = SPECIAL | {"expiresDate": TOMORROW.isoformat()}
    made = await world.first.post(path, json=body)
    assert made.status_code == 201, made.text
    one = f"/v1/special-facts/{made.json()['id']}"
    assert (await good(world.first.get(path)))["items"] == [await good(world.first.get(one))]
    for elsewhere in ("/v1/students", f"/v1/students/{student['id']}"):
        assert "needs-one-contact" not in (await world.first.get(elsewhere)).text
    profile = await world.matching.get(f"/v1/students/{student['id']}/matching-profile")
    assert "needs-one-contact" not in profile.text
    for stranger in (world.second, world.operator):
        assert (await stranger.get(one)).status_code == 404
        assert (await stranger.delete(one)).status_code == 404
    await world.intake.sql.execute("update special_facts set expires_date = '2026-01-01'")
    assert (await good(world.first.get(path)))["items"] == []
    assert (await world.first.get(one)).status_code == 404
    again = (await world.first.post(path, json=body)).json()
    assert (await world.first.delete(f"/v1/special-facts/{again['id']}")).status_code == 204
    assert (await good(world.first.get(path)))["items"] == []


async def test_a_fact_of_special_care_is_a_known_code_for_a_year_at_most(world: World) -> None:
    student = await world.student()
    for facts, pointer in (
        ({"code": "steals"}, "/code"),
        ({"code": "lives-in-care"}, "/code"),
        ({"expiresDate": "2020-01-01"}, "/expiresDate"),
        ({"expiresDate": (TOMORROW + timedelta(days=500)).isoformat()}, "/expiresDate"),
        ({"reason": "zie 111222333"}, "/reason"),
    ):
        answer = await world.first.post(f"/v1/students/{student['id']}/special-facts", json=SPECIAL | facts)
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, pointer), answer.text


STATUSES = ("not-requested", "requested", "granted", "refused")


@pytest.mark.parametrize("kind", sorted(INDICATIONS))
def test_an_indication_says_how_far_its_request_is(kind: SpecialKind) -> None:
    for code in STATUSES:
        RecordSpecialFact.model_validate(INDICATION | {"kind": kind, "code": code})
    for code in ("needs-one-contact", "", *(["on-waiting-list"] if kind is not SpecialKind.SHELTERED else [])):
        with pytest.raises(ValueError, match="one of these is meant"):
            RecordSpecialFact.model_validate(INDICATION | {"kind": kind, "code": code})


def test_every_status_of_an_indication_has_words() -> None:
    assert {code for kind in INDICATIONS for code in CODES[kind]} == set(LISTS["indication-statuses"])


def test_an_indication_has_a_ground_a_reason_and_a_last_day() -> None:
    for part in ("ground", "reason", "expiresDate", "code"):
        with pytest.raises(ValueError, match=part):
            RecordSpecialFact.model_validate({name: said for name, said in INDICATION.items() if name != part})


async def test_an_indication_stands_apart_and_in_one_status_at_a_time(world: World) -> None:
    student = await world.searching()
    path = f"/v1/students/{student['id']}/special-facts"
    ends = {"expiresDate": TOMORROW.isoformat()}
    await good(world.first.post(path, json=SPECIAL | ends))
    for kind in sorted(INDICATIONS):
        await good(world.first.post(path, json=INDICATION | ends | {"kind": kind, "code": "requested"}))
    await good(world.first.post(path, json=INDICATION | ends))
    listed = (await good(world.first.get(path)))["items"]
    assert {one["kind"]: one["code"] for one in listed} == {
        "behaviour": "needs-one-contact",
        "day-activity": "requested",
        "job-agreement": "requested",
        "sheltered": "on-waiting-list",
    }
    assert len(listed) == 4
    profile = await world.matching.get(f"/v1/students/{student['id']}/matching-profile")
    for seen in (
        profile,
        await world.first.get(f"/v1/students/{student['id']}"),
        await world.first.get("/v1/students"),
    ):
        assert "waiting-list" not in seen.text
    assert (await world.second.get(path)).status_code == 404
