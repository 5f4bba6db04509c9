"""One school at a time approaches an employer; others see who, can ask to join, and wait until it lapses."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from shared.events.intake import ClaimEnded, EmployerClaimed
from tests.intake.test_renewing import in_days, let_pass
from tests.intake.world import FIRST, SECOND, World, good, unknown

CALL: dict[str, Any] = {"channel": "telephone", "outcome": "call-back", "contactDate": "2026-09-14"}


@pytest.fixture
def coach(world: World) -> httpx.AsyncClient:
    return world.as_("coordinator", sub="coach", schools=[FIRST], email="coach@first.example")


@pytest.fixture
def other(world: World) -> httpx.AsyncClient:
    return world.as_("coordinator", sub="other", schools=[SECOND], email="coach@second.example")


async def claimed(by: httpx.AsyncClient, employer: Any, **facts: Any) -> Any:
    return await good(by.post(f"/v1/employers/{employer['id']}/claims", json=facts))


async def test_a_second_school_is_told_who_approaches_the_employer(world: World, coach: Any, other: Any) -> None:
    employer = await world.employer()
    claim = await claimed(coach, employer)
    refused = await other.post(f"/v1/employers/{employer['id']}/claims", json={})
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:stagebrug:problem:employer-is-claimed")
    for said in ("School 05KJ00", "coach@first.example", claim["id"]):
        assert said in refused.json()["detail"]
    seen = await good(other.get(f"/v1/employers/{employer['id']}"))
    assert seen["claim"] == {
        "id": claim["id"],
        "schoolId": str(world.schools[FIRST]),
        "schoolName": f"School {FIRST}",
        "coach": "coach@first.example",
        "sinceDate": claim["sinceDate"],
        "untilDate": claim["untilDate"],
    }
    told = await world.intake.next_event(EmployerClaimed)
    assert (str(told.claim_id), str(told.employer_id)) == (claim["id"], employer["id"])


async def test_of_two_claims_at_once_exactly_one_wins(world: World, coach: Any, other: Any) -> None:
    employer = await world.employer()
    path = f"/v1/employers/{employer['id']}/claims"
    answers = await asyncio.gather(*(client.post(path, json={}) for client in (coach, other) * 4))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 7


async def test_for_which_student_is_seen_by_the_own_school_alone(world: World, coach: Any, other: Any) -> None:
    student = await world.student()
    employer = await world.employer()
    claim = await claimed(coach, employer, studentId=student["id"], purpose="one-student")
    assert claim["studentId"] == student["id"]
    listed = await other.get(f"/v1/employers/{employer['id']}/claims")
    assert listed.json()["items"][0]["purpose"] == "one-student"
    for path in (
        f"/v1/claims/{claim['id']}",
        f"/v1/employers/{employer['id']}",
        f"/v1/employers/{employer['id']}/claims",
    ):
        assert student["id"] not in (await other.get(path)).text
    another = await world.employer(name="Bakkerij De Halm")
    not_own = await other.post(f"/v1/employers/{another['id']}/claims", json={"studentId": student["id"]})
    assert not_own.status_code == 404


async def test_a_contact_keeps_a_claim_up(world: World, coach: Any) -> None:
    employer = await world.employer()
    claim = await claimed(coach, employer, days=10)
    assert claim["untilDate"] in {in_days(10), in_days(11)}
    await world.intake.sql.execute("update claims set until_date = until_date - 7")
    logged = await good(coach.post(f"/v1/employers/{employer['id']}/contacts", json=CALL))
    assert logged["hint"] is None
    assert (await good(coach.get(f"/v1/claims/{claim['id']}")))["untilDate"] == claim["untilDate"]


async def test_who_speaks_with_an_employer_that_another_claimed_is_hinted_at_it(
    world: World, coach: Any, other: Any
) -> None:
    employer = await world.employer()
    claim = await claimed(coach, employer)
    logged = await good(other.post(f"/v1/employers/{employer['id']}/contacts", json=CALL))
    assert "coach@first.example" in logged["hint"]
    assert (await good(coach.get(f"/v1/claims/{claim['id']}"))) == claim


async def test_a_school_that_may_join_keeps_the_claim_up_too(world: World, coach: Any, other: Any) -> None:
    employer = await world.employer()
    claim = await claimed(coach, employer)
    path = f"/v1/claims/{claim['id']}"
    second = world.schools[SECOND]
    assert (await coach.post(f"{path}/_join", json={})).status_code == 409
    asked = await good(other.post(f"{path}/_join", json={"message": "Zullen we samen gaan?"}))
    assert [(one["state"], one["coach"]) for one in asked["joins"]] == [("asked", "coach@second.example")]
    assert (await other.post(f"{path}/_join", json={})).status_code == 409
    assert (await other.post(f"{path}/joins/{second}/_accept")).status_code == 403
    assert (await good(coach.get("/v1/claims?mine=true")))["items"][0]["joins"][0]["message"] == "Zullen we samen gaan?"

    refused = await good(coach.post(f"{path}/joins/{second}/_refuse"))
    assert refused["joins"][0]["state"] == "refused"
    assert (await coach.post(f"{path}/joins/{second}/_accept")).status_code == 409
    await good(other.post(f"{path}/_join", json={}))
    await world.intake.next_event(EmployerClaimed)
    await good(coach.post(f"{path}/joins/{second}/_accept"))
    assert (await world.intake.next_event(EmployerClaimed)).joined_by == (second,)
    assert (await good(other.post(f"/v1/employers/{employer['id']}/contacts", json=CALL)))["hint"] is None
    assert [one["id"] for one in (await good(other.get("/v1/claims")))["items"]] == [claim["id"]]


async def test_a_released_employer_can_be_claimed_by_another(world: World, coach: Any, other: Any) -> None:
    employer = await world.employer()
    path = f"/v1/claims/{(await claimed(coach, employer))['id']}"
    assert (await other.post(f"{path}/_release")).status_code == 403
    assert (await good(coach.post(f"{path}/_release")))["state"] == "released"
    assert (await coach.post(f"{path}/_release")).status_code == 409
    assert (await world.intake.next_event(ClaimEnded)).reason == "released"
    await claimed(other, employer)
    assert (await other.post(f"{path}/_join", json={})).status_code == 409


async def test_a_claim_lapses_by_itself(world: World, coach: Any, other: Any) -> None:
    employer = await world.employer()
    claim = await claimed(coach, employer)
    await let_pass(world, "claim-lapses")
    assert (await world.intake.next_event(ClaimEnded)).reason == "lapsed"
    assert (await good(coach.get(f"/v1/claims/{claim['id']}")))["state"] == "lapsed"
    assert (await good(other.get(f"/v1/employers/{employer['id']}")))["claim"] is None
    await claimed(other, employer)


async def test_a_claim_on_an_employer_that_one_may_not_know_of_is_not_found(
    world: World, coach: Any, other: Any
) -> None:
    employer = await world.employer(private=True)
    claim = await claimed(coach, employer)
    for answer in (
        await other.post(f"/v1/employers/{employer['id']}/claims", json={}),
        await other.get(f"/v1/claims/{claim['id']}"),
        await other.post(f"/v1/claims/{claim['id']}/_join", json={}),
        await coach.get(f"/v1/claims/{unknown()}"),
    ):
        assert answer.status_code == 404
    regional = world.as_("regional-coordinator", sub="regional", regions=["AM11"])
    assert (await regional.post(f"/v1/employers/{employer['id']}/claims", json={})).status_code == 403


async def test_a_claim_lasts_days_not_years(world: World, coach: Any) -> None:
    employer = await world.employer()
    for days in (0, 61, -1, "veertien"):
        answer = await coach.post(f"/v1/employers/{employer['id']}/claims", json={"days": days})
        assert answer.json()["errors"][0]["pointer"] == "/days"
    since = datetime.now(UTC).date()
    claim = await claimed(coach, employer)
    assert claim["untilDate"] in {(since + timedelta(days=days)).isoformat() for days in (14, 15)}
