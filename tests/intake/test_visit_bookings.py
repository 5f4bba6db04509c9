"""Employers come to see a school: booked by those who know them, while there are seats."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx

from services.intake.days import today
from tests.intake.world import SECOND, World, good

DAY = today() + timedelta(days=30)
PROGRAMME = {
    "name": "Kijkje in de praktijk",
    "kind": "school-visit",
    "seats": 0,
    "beginDate": DAY.isoformat(),
    "endDate": DAY.isoformat(),
}


async def a_visit(world: World, **facts: Any) -> str:
    made = await good(world.first.post("/v1/programmes", json=PROGRAMME))
    path = f"/v1/programmes/{made['id']}"
    await good(world.first.post(f"{path}/_invite", json={"schoolId": str(world.schools[SECOND])}))
    body = {"kind": "visit", "onDate": DAY.isoformat(), "begins": "10:00", "ends": "11:30", "seats": 3}
    session = await good(world.first.post(f"{path}/sessions", json=body | facts))
    return f"/v1/sessions/{session['id']}"


async def book(by: httpx.AsyncClient, path: str, employer: Any, people: int = 1) -> httpx.Response:
    return await by.post(f"{path}/bookings", json={"employerId": employer["id"], "people": people})


async def test_no_more_people_come_than_there_are_seats(world: World) -> None:
    path = await a_visit(world)
    employers = [await world.employer(name=f"Bedrijf {number}") for number in range(5)]
    clients = (world.first, world.second, world.first, world.second, world.first)
    answers = await asyncio.gather(*(book(by, path, one) for by, one in zip(clients, employers, strict=True)))
    assert sorted(answer.status_code for answer in answers) == [201, 201, 201, 409, 409]
    booked = next(answer.json() for answer in answers if answer.status_code == 201)
    mine = world.first if booked["schoolId"] != str(world.schools[SECOND]) else world.second
    other = world.second if mine is world.first else world.first
    assert (await other.delete(f"/v1/visit-bookings/{booked['id']}")).status_code == 404
    assert (await mine.delete(f"/v1/visit-bookings/{booked['id']}")).status_code == 204
    assert (await book(other, path, await world.employer(name="Nog een"), 2)).status_code == 409
    assert (await book(other, path, await world.employer(name="Nog een"), 1)).status_code == 201


async def test_an_employer_comes_once_and_to_a_visit_that_takes_place(world: World) -> None:
    path, employer = await a_visit(world), await world.employer()
    assert (await book(world.first, path, employer)).status_code == 201
    again = await book(world.second, path, employer)
    assert again.json()["type"] == "urn:stagebrug:problem:employer-comes"
    lesson = await a_visit(world, kind="lesson")
    assert (await book(world.first, lesson, employer)).status_code == 400
    cancelled = await a_visit(world)
    await good(world.first.post(f"{cancelled}/_cancel", json={"reason": "Storm"}))
    gone = await book(world.first, cancelled, employer)
    assert gone.json()["type"] == "urn:stagebrug:problem:session-is-cancelled"


async def test_who_runs_it_sees_who_comes_and_others_whom_they_bring(world: World) -> None:
    path = await a_visit(world)
    shared, pearl = await world.employer(), await world.employer(world.second, private=True)
    await book(world.first, path, shared)
    theirs = (await book(world.second, path, pearl)).json()
    seen = (await good(world.second.get(f"{path}/bookings")))["items"]
    assert [one["id"] for one in seen] == [theirs["id"]]
    seen = (await good(world.first.get(f"{path}/bookings")))["items"]
    assert [one["employerId"] for one in seen] == [shared["id"]]
    assert (await world.first.get(f"/v1/visit-bookings/{theirs['id']}")).status_code == 404
    outsider = world.as_("coordinator", sub="third", schools=["99ZZ00"])
    assert (await outsider.get(f"{path}/bookings")).status_code == 404
