"""Placements that are extended, change days, are called off or go on: what one has one keeps, for more there is a seat."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx

from services.intake.days import today
from shared.events.intake import (
    PlacementCancelled,
    PlacementChanged,
    PlacementEnded,
    PlacementStarted,
    StudentReady,
)
from tests.intake.world import World, good

BEGUN, AHEAD = today() - timedelta(days=30), today() + timedelta(days=30)
WINDOW = {
    "beginDate": (today() - timedelta(days=60)).isoformat(),
    "endDate": (today() + timedelta(days=400)).isoformat(),
}
STAY: dict[str, Any] = {
    "beginDate": BEGUN.isoformat(),
    "endDate": (BEGUN + timedelta(days=90)).isoformat(),
    "weekdays": ["mon", "tue"],
}
LATER: dict[str, Any] = {
    "beginDate": AHEAD.isoformat(),
    "endDate": (AHEAD + timedelta(days=90)).isoformat(),
    "weekdays": ["mon", "tue"],
}


def slug(answer: httpx.Response) -> str:
    return str(answer.json()["type"].split(":")[-1])


def day(days: int) -> str:
    return (BEGUN + timedelta(days=days)).isoformat()


async def placed(world: World, offer: Any, student: Any = None, **facts: Any) -> Any:
    answer = await world.place(student or await world.student(), offer, **STAY | facts)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def test_a_placement_is_extended_and_everybody_hears_of_it(world: World) -> None:
    placement = await placed(world, await world.offer(**WINDOW))
    assert (placement["state"], placement["possible"][0]) == ("running", "change")
    path = f"/v1/placements/{placement['id']}"
    changed = await good(world.first.patch(path, json={"endDate": day(200)}))
    assert (changed["endDate"], changed["weekdays"], changed["version"]) == (day(200), ["mon", "tue"], 2)
    told = await world.intake.next_event(PlacementChanged)
    assert (str(told.placement_id), told.end_date, told.begin_date, told.version) == (
        placement["id"],
        BEGUN + timedelta(days=200),
        BEGUN,
        2,
    )
    same = await good(world.first.patch(path, json={"endDate": day(200)}))
    assert same["version"] == 2  # nothing changed, nothing is told
    open_end = await good(world.first.patch(path, json={"endDate": None}))
    assert open_end["endDate"] == WINDOW["endDate"]


async def test_a_change_says_what_it_changes(world: World) -> None:
    placement = await placed(world, await world.offer(**WINDOW))
    path = f"/v1/placements/{placement['id']}"
    old = (await world.first.get(path)).headers["ETag"]
    async with world.as_("coordinator", sub="first", schools=["05KJ00"]) as client:
        bare = await httpx.AsyncClient.patch(client, path, json={"endDate": day(200)})
        assert bare.status_code == 428
    await good(world.first.patch(path, json={"endDate": day(100)}))
    lost = await world.first.patch(path, json={"endDate": day(200)}, headers={"If-Match": old})
    assert lost.status_code == 412


async def test_for_more_there_must_be_a_seat_a_window_and_no_other_place(world: World) -> None:
    offer = await world.offer(**WINDOW)
    student = await world.student()
    placement = await placed(world, offer, student)
    await placed(world, offer, beginDate=day(91), endDate=day(120))
    path = f"/v1/placements/{placement['id']}"
    elsewhere = await world.offer(**WINDOW)
    await placed(world, elsewhere, student, weekdays=["thu"])
    for change, reason in (
        ({"endDate": day(100)}, "no-seat"),
        ({"endDate": day(1000)}, "outside-window"),
        ({"weekdays": ["sat"]}, "outside-window"),
        ({"weekdays": ["mon", "thu"]}, "already-placed"),
    ):
        answer = await world.first.patch(path, json=change)
        assert (answer.status_code, slug(answer)) == (409, "placement-is-refused")
        assert reason in answer.json()["detail"]
    wrong: dict[str, Any]
    for wrong in ({"endDate": day(-1)}, {"weekdays": []}, {"beginDate": day(1)}):
        assert (await world.first.patch(path, json=wrong)).status_code == 400
    shorter = await good(world.first.patch(path, json={"endDate": day(50), "weekdays": ["mon"]}))
    assert (shorter["endDate"], shorter["weekdays"]) == (day(50), ["mon"])
    await placed(world, offer, beginDate=day(51), endDate=day(60))  # what was given back is free


async def test_a_kind_with_a_longest_stay_is_not_extended_beyond_it(world: World) -> None:
    placement = await placed(world, await world.offer(kind="taster", **WINDOW), endDate=day(40))
    answer = await world.first.patch(f"/v1/placements/{placement['id']}", json={"endDate": day(56)})
    assert "too-long" in answer.json()["detail"]
    assert (await good(world.first.patch(f"/v1/placements/{placement['id']}", json={"endDate": day(55)})))[
        "version"
    ] == 2


async def test_who_is_there_may_stay_though_nobody_new_may_come(world: World) -> None:
    offer = await world.offer(**WINDOW)
    placement = await placed(world, offer)
    await good(world.first.post(f"/v1/employers/{offer['employerId']}/_pause", json={"fromDate": today().isoformat()}))
    assert (await world.first.patch(f"/v1/placements/{placement['id']}", json={"endDate": day(200)})).is_success
    await good(world.first.post(f"/v1/offers/{offer['id']}/_withdraw", json={}))
    gone = await world.first.patch(f"/v1/placements/{placement['id']}", json={"endDate": day(210)})
    assert "offer-gone" in gone.json()["detail"]
    assert (await world.first.patch(f"/v1/placements/{placement['id']}", json={"endDate": day(60)})).is_success


async def test_two_who_are_extended_onto_one_seat_do_not_both_get_it(world: World) -> None:
    offer = await world.offer(seats=2, **WINDOW)
    sitting = [await placed(world, offer) for _ in range(2)]
    await placed(world, offer, beginDate=day(91), endDate=day(120))
    answers = await asyncio.gather(
        *(world.first.patch(f"/v1/placements/{one['id']}", json={"endDate": day(100)}) for one in sitting)
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409]


async def test_what_has_not_begun_is_agreed_and_can_be_called_off(world: World) -> None:
    student, offer = await world.student(), await world.offer(**WINDOW)
    placement = (await world.place(student, offer, **LATER)).json()
    assert placement["state"] == "agreed"
    assert "cancel" in placement["possible"]
    for query, found in (("agreed", 1), ("running", 0)):
        assert len((await good(world.first.get(f"/v1/placements?state={query}")))["items"]) == found
    path = f"/v1/placements/{placement['id']}"
    early = await world.first.post(f"{path}/_end", json={"endedDate": today().isoformat(), "outcome": "stopped-early"})
    assert (early.status_code, early.json()["errors"][0]["pointer"]) == (400, "/endedDate")
    gone = await good(world.first.post(f"{path}/_cancel", json={"reason": "no-match"}))
    assert (gone["state"], gone["reason"], gone["possible"]) == ("cancelled", "no-match", [])
    told = await world.intake.next_event(PlacementCancelled)
    assert str(told.placement_id) == placement["id"]
    assert "no-match" not in told.model_dump_json()
    assert (await good(world.first.get(f"/v1/students/{student['id']}")))["state"] == "registered"
    assert (await world.place(student, offer, **LATER)).status_code == 201  # the seat is free, for the same student too
    assert len((await good(world.first.get("/v1/placements?state=cancelled")))["items"]) == 1


async def test_what_cannot_be_done_is_refused_in_dutch_with_what_can(world: World) -> None:
    placement = await placed(world, await world.offer(**WINDOW))
    path = f"/v1/placements/{placement['id']}"
    refused = await world.first.post(f"{path}/_cancel", json={})
    assert (refused.status_code, slug(refused)) == (409, "act-is-impossible")
    assert refused.json()["detail"].startswith("Deze plaatsing is aan de gang: dit kan dan niet. Wat wel kan:")
    await good(world.first.post(f"{path}/_end", json={"endedDate": today().isoformat(), "outcome": "completed"}))
    for answer in (
        world.first.patch(path, json={"endDate": day(200)}),
        world.first.post(f"{path}/_cancel", json={}),
        world.first.post(f"{path}/_end", json={"endedDate": today().isoformat(), "outcome": "completed"}),
        world.first.put(f"{path}/agreement", json={}),
        world.first.put(f"{path}/supervision", json={}),
    ):
        assert slug(await answer) == "act-is-impossible"


async def test_others_change_nothing(world: World) -> None:
    placement = await placed(world, await world.offer(**WINDOW))
    path = f"/v1/placements/{placement['id']}"
    following = STAY | {"offerId": placement["offerId"]}
    for answer in (
        world.second.patch(path, json={"endDate": day(200)}, headers={"If-Match": "*"}),
        world.second.post(f"{path}/_cancel", json={}),
        world.second.post(f"{path}/_continue", json=following),
    ):
        assert (await answer).status_code == 404


async def test_a_student_goes_on_to_the_next_place_in_one_step(world: World) -> None:
    student, taster = await world.student(), await world.offer(kind="taster", **WINDOW)
    first = await placed(world, taster, student, endDate=day(40))
    job = await world.offer(taster["employerId"], kind="job", **WINDOW)
    body = STAY | {"offerId": job["id"], "beginDate": day(35), "endDate": day(300)}
    path = f"/v1/placements/{first['id']}/_continue"
    key = {"Idempotency-Key": "once"}
    following = (await world.first.post(path, json=body, headers=key)).json()
    assert (following["kind"], following["predecessorId"]) == ("job", first["id"])
    assert (await world.first.post(path, json=body, headers=key)).json()["id"] == following["id"]
    before = await good(world.first.get(f"/v1/placements/{first['id']}"))
    assert (before["state"], before["endedDate"], before["outcome"], before["successorId"]) == (
        "ended",
        day(35),
        "job",
        following["id"],
    )
    assert (await world.intake.next_event(PlacementEnded)).successor_id is not None
    assert str((await world.intake.next_event(PlacementStarted)).placement_id) == first["id"]
    assert str((await world.intake.next_event(PlacementStarted)).predecessor_id) == first["id"]
    assert (await good(world.first.get(f"/v1/students/{student['id']}")))["state"] == "placed"


async def test_a_step_that_cannot_be_leaves_everything_as_it_was(world: World) -> None:
    student, offer = await world.student(), await world.offer(**WINDOW)
    first, full = await placed(world, offer, student), await world.offer(**WINDOW)
    await placed(world, full)
    answer = await world.first.post(f"/v1/placements/{first['id']}/_continue", json=STAY | {"offerId": full["id"]})
    assert (answer.status_code, slug(answer)) == (409, "placement-is-refused")
    assert (await good(world.first.get(f"/v1/placements/{first['id']}")))["state"] == "running"
    assert (await good(world.first.get(f"/v1/students/{student['id']}")))["state"] == "placed"


async def test_who_stops_early_can_look_for_another_place_at_once(world: World) -> None:
    student = await world.student()
    placement = await placed(world, await world.offer(**WINDOW), student)
    end = {"endedDate": today().isoformat(), "outcome": "stopped-early", "reason": "no-match", "searchAgain": True}
    await good(world.first.post(f"/v1/placements/{placement['id']}/_end", json=end))
    assert (await good(world.first.get(f"/v1/students/{student['id']}")))["state"] == "searching"
    assert str((await world.intake.next_event(StudentReady)).student_id) == student["id"]


async def test_a_second_chance_needs_what_every_search_needs(world: World) -> None:
    student = await world.student(wishes=[])
    placement = await placed(world, await world.offer(**WINDOW), student)
    end = {"endedDate": today().isoformat(), "outcome": "stopped-early", "searchAgain": True}
    refused = await world.first.post(f"/v1/placements/{placement['id']}/_end", json=end)
    assert (refused.status_code, slug(refused)) == (409, "student-is-not-ready")
    assert (await good(world.first.get(f"/v1/placements/{placement['id']}")))["state"] == "running"


async def test_an_agreement_of_other_days_is_signed_anew(world: World) -> None:
    placement = await placed(world, await world.offer(**WINDOW))
    path = f"/v1/placements/{placement['id']}"
    await good(world.first.put(f"{path}/agreement", json={}))
    await good(world.first.patch(path, json={"endDate": day(200)}))
    assert (await good(world.first.get(f"{path}/agreement")))["state"] == "outdated"
    refused = await world.first.post(f"{path}/agreement/_sign", json={"party": "student"})
    assert slug(refused) == "agreement-is-outdated"
    anew = await world.first.put(f"{path}/agreement", json={}, headers={"If-Match": "*"})
    assert (anew.json()["number"], anew.json()["state"]) == (2, "incomplete")
