"""Who sees what: a student's search is the own school's, on every path that there is."""

from typing import Any

import httpx
import pytest

from shared.events.matching import MatchAccepted
from shared.ids import new_id
from tests.matching.examples import OTHER_SCHOOL, SCHOOL
from tests.matching.world import BRINS, World

STUDENT_PATHS = ("search", "proposals", "prospects")


async def status(answer: Any) -> int:
    response: httpx.Response = await answer
    if response.status_code >= 400:
        assert response.headers["Content-Type"] == "application/problem+json"
    return response.status_code


async def test_another_schools_coordinator_finds_nothing_on_any_path(world: World) -> None:
    await world.offer()
    student = await world.student()
    proposal = (await world.proposed()).proposal_id
    for path in STUDENT_PATHS:
        assert await status(world.own.get(f"/v1/students/{student}/{path}")) == 200
        assert await status(world.other.get(f"/v1/students/{student}/{path}")) == 404
    assert await status(world.other.put(f"/v1/students/{student}/effort", json={"level": 3})) == 404
    assert await status(world.other.get(f"/v1/proposals/{proposal}")) == 404
    assert await status(world.other.post(f"/v1/proposals/{proposal}/_accept")) == 404
    assert await status(world.other.post(f"/v1/proposals/{proposal}/_decline", json={"reason": "other"})) == 404
    assert (await world.other.get("/v1/proposals")).json()["items"] == []
    assert len((await world.own.get("/v1/proposals")).json()["items"]) == 1


async def test_what_does_not_exist_looks_the_same_as_what_is_anothers(world: World) -> None:
    student = await world.student()
    others = await world.other.get(f"/v1/students/{student}/search")
    nobodys = await world.other.get(f"/v1/students/{new_id()}/search")
    assert others.json() == nobodys.json()


async def test_the_offering_school_sees_that_there_is_a_proposal_but_not_for_whom(world: World) -> None:
    offer = await world.offer(brought_in_by=OTHER_SCHOOL)
    student = await world.student()
    await world.proposed()
    path = f"/v1/offers/{offer.offer_id}/proposals"
    (own,) = (await world.own.get(path)).json()["items"]
    (seen,) = (await world.other.get(path)).json()["items"]
    (counted,) = (await world.regional.get(path)).json()["items"]
    assert own["studentId"] == str(student)
    assert (seen["schoolId"], seen["state"], seen["beginDate"]) == (str(SCHOOL), "open", "2026-09-07")
    assert str(student) not in str(seen) + str(counted)
    assert own["id"] not in str(seen) + str(counted)


async def test_who_looks_after_an_offers_region_counts_students_of_the_next_one_too(world: World) -> None:
    await world.settings(region="AM36")
    offer = await world.offer(brought_in_by=OTHER_SCHOOL)
    await world.student(region="AM36")
    await world.proposed()
    async with world.matching.as_("regional-coordinator", sub="another", regions=["AM11"]) as coordinator:
        (counted,) = (await coordinator.get(f"/v1/offers/{offer.offer_id}/proposals")).json()["items"]
    assert (counted["state"], counted["schoolId"]) == ("open", str(SCHOOL))


async def test_a_third_school_sees_its_own_proposals_for_an_offer_only(world: World) -> None:
    offer = await world.offer(brought_in_by=new_id())
    await world.student()
    await world.proposed()
    path = f"/v1/offers/{offer.offer_id}/proposals"
    assert (await world.other.get(path)).json()["items"] == []


async def test_an_offer_that_a_school_keeps_to_itself_is_not_there_for_others(world: World) -> None:
    offer = await world.offer(private_to=OTHER_SCHOOL)
    path = f"/v1/offers/{offer.offer_id}/proposals"
    assert await status(world.own.get(path)) == 404
    assert await status(world.other.get(path)) == 200


async def test_what_was_proposed_is_the_successors_once_the_school_has_merged(world: World) -> None:
    await world.offer()
    student = await world.student()
    proposal = (await world.proposed()).proposal_id
    profile = world.intake.profiles[str(student)]
    before = world.ready(profile)
    merged = world.ready(profile.model_copy(update={"school_id": OTHER_SCHOOL}))
    await world.tell(merged)
    await world.tell(before, version=1)  # heard late
    await world.tell(merged)
    for path in (f"/v1/proposals/{proposal}", f"/v1/students/{student}/proposals"):
        assert await status(world.own.get(path)) == 404
    assert (await world.own.get("/v1/proposals")).json()["items"] == []
    (listed,) = (await world.other.get(f"/v1/students/{student}/proposals")).json()["items"]
    assert (listed["id"], listed["state"]) == (str(proposal), "open")
    assert await status(world.own.post(f"/v1/proposals/{proposal}/_accept")) == 404
    assert await status(world.other.post(f"/v1/proposals/{proposal}/_accept")) == 200
    assert (await world.next(MatchAccepted)).school_id == OTHER_SCHOOL


@pytest.mark.parametrize("roles", [("regional-coordinator",), ("operator",), ("intermediary",), ()])
async def test_students_are_for_coordinators_alone(world: World, roles: tuple[str, ...]) -> None:
    student = await world.student()
    caller = world.matching.as_(*roles, regions=["AM11"], schools=[BRINS[SCHOOL]])
    for path in STUDENT_PATHS:
        assert await status(caller.get(f"/v1/students/{student}/{path}")) == 403
    assert await status(caller.get("/v1/proposals")) == 403


async def test_without_a_token_nothing_is_shown(world: World) -> None:
    assert await status(world.matching.client.get("/v1/proposals")) == 401


async def test_the_regional_coordinator_sees_counts_and_no_small_ones(world: World) -> None:
    for _ in range(5):
        await world.student()
    counts = (await world.regional.get("/v1/regions/AM11/searches")).json()
    assert counts == {"region": "AM11", "searching": 5, "proposed": 0, "accepted": 0, "helpAsked": 5}
    await world.offer()
    await world.proposed()
    counts = (await world.regional.get("/v1/regions/AM11/searches")).json()
    assert (counts["searching"], counts["proposed"]) == (None, None)


async def test_settings_are_the_regional_coordinators_own(world: World) -> None:
    settings = (await world.own.get("/v1/regions/AM11/settings")).json()
    assert settings["patienceSeconds"]["ownNetwork"] == 0
    assert settings["groupBounds"] == {"smallest": 3, "largest": 10}
    body = {"proposalDays": 3}
    assert await status(world.own.put("/v1/regions/AM11/settings", json=body)) == 403
    assert await status(world.regional.put("/v1/regions/AM02/settings", json=body)) == 403
    assert await status(world.operator.put("/v1/regions/AM02/settings", json=body)) == 200
    assert (await world.own.get("/v1/regions/AM02/settings")).json()["proposalDays"] == 3
    assert await status(world.operator.get("/v1/regions/AM04/settings")) == 404


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"proposalDays": 0}, "/proposalDays"),
        ({"patienceSeconds": {"ownNetwork": -1}}, "/patienceSeconds/ownNetwork"),
        ({"patience": {}}, "/patience"),
        ({"groupBounds": {"smallest": 5, "largest": 4}}, "/groupBounds/largest"),
    ],
)
async def test_settings_that_make_no_sense_are_refused(world: World, body: dict[str, Any], pointer: str) -> None:
    answer = await world.regional.put("/v1/regions/AM11/settings", json=body)
    assert answer.status_code == 400
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


@pytest.mark.parametrize("cursor", ["!", "AAAA", "w6k", "OTk5OTk5OTk5OTk5OTk5", "wrI", "4pGg"])
async def test_a_cursor_of_nothing_is_refused(world: World, cursor: str) -> None:
    student = await world.student()
    for path in ("/v1/proposals", f"/v1/students/{student}/proposals", f"/v1/students/{student}/prospects"):
        assert await status(world.own.get(path, params={"cursor": cursor})) == 400


async def test_proposals_come_in_pages_and_by_state(world: World) -> None:
    for _ in range(3):
        await world.student()
    await world.offer(seats=3)
    first = (await world.own.get("/v1/proposals", params={"limit": 2, "state": "open"})).json()
    second = (await world.own.get("/v1/proposals", params={"limit": 2, "cursor": first["next"]})).json()
    assert [len(first["items"]), len(second["items"]), second["next"]] == [2, 1, None]
    assert (await world.own.get("/v1/proposals", params={"state": "placed"})).json()["items"] == []
