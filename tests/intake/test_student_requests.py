"""An indication asked of UWV: on a ground, without a free word, seen by the own school and by UWV where it may (H10)."""

from datetime import timedelta
from typing import Any

import httpx

from services.intake.days import today
from services.intake.domain.special_fact import LONGEST
from shared.events.intake import StudentRequestMoved
from tests.intake.world import World, good

UWV = {"recipientKind": "uwv", "organisation": "UWV", "purpose": "indication", "legalGround": "consent"}
KEPT = {"ground": "explicit-consent", "reason": "Bepaalt welke plekken kunnen."}


def uwv(world: World, kind: str = "uwv", region: str = "AM11") -> httpx.AsyncClient:
    return world.as_("intermediary", sub=kind, intermediary={"kind": kind, "regions": [region]})


async def ground_of(world: World, student: Any, by: Any = None, **other: Any) -> Any:
    days = {"givenDate": today().isoformat(), "endDate": (today() + timedelta(days=300)).isoformat()}
    given = UWV | {"givenBy": "student"} | days | other
    return await good((by or world.first).post(f"/v1/students/{student['id']}/grounds", json=given))


async def asked_for(world: World) -> tuple[Any, Any, Any]:
    student = await world.student()
    ground = await ground_of(world, student)
    path = f"/v1/students/{student['id']}/requests"
    return student, ground, await good(world.first.post(path, json={"indication": "job-agreement"}))


async def test_without_a_ground_nothing_is_asked(world: World) -> None:
    student = await world.student()
    for other in ({"purpose": "finding-a-place"}, {"recipientKind": "wsp"}):
        await ground_of(world, student, **other)
    refused = await world.first.post(f"/v1/students/{student['id']}/requests", json={"indication": "sheltered"})
    assert (refused.status_code, refused.json()["type"].rsplit(":", 1)[-1]) == (409, "no-ground-to-ask")
    odd = await world.first.post(f"/v1/students/{student['id']}/requests", json={"indication": "behaviour"})
    assert odd.status_code == 400


async def test_what_uwv_decides_becomes_an_indication_when_the_school_takes_it_over(world: World) -> None:
    student, _, asked = await asked_for(world)
    event = await world.intake.next_event(StudentRequestMoved)
    assert (str(event.student_request_id), event.intermediary, event.state) == (asked["id"], "uwv", "asked")
    told = event.model_dump_json()
    assert not [word for word in (student["id"], "job-agreement", "indication") if word in told]
    office = uwv(world)
    [waiting] = (await good(office.get("/v1/student-requests", params={"state": "asked"})))["items"]
    assert set(waiting) == {"id", "region", "state", "steps"}
    path = f"/v1/student-requests/{asked['id']}"
    file = await good(office.get(path))
    assert (file["givenName"], file["indication"]) == ("Sam", "job-agreement")
    assert student["id"] not in str(file)
    accesses = (await good(world.first.get(f"/v1/students/{student['id']}/accesses")))["items"]
    assert ("uwv", "handed-over") in {(one["subject"], one["action"]) for one in accesses}
    own = f"/v1/students/{student['id']}/requests/{asked['id']}"
    assert (await good(world.first.get(f"{path}/school")))["studentId"] == student["id"]
    assert (await world.first.post(f"{own}/_accept", json=KEPT)).status_code == 409
    assert (await good(office.post(f"{path}/_take")))["state"] == "taken"
    last = (today() + timedelta(days=1000)).isoformat()
    refused = await office.post(f"{path}/_answer", json={"outcome": "refused", "lastDate": last})
    assert refused.status_code == 400
    answered = await good(office.post(f"{path}/_answer", json={"outcome": "granted", "lastDate": last}))
    assert "granted" not in str(answered)
    assert [(await world.intake.next_event(StudentRequestMoved)).state for _ in range(2)] == ["taken", "answered"]
    facts = f"/v1/students/{student['id']}/special-facts"
    assert (await good(world.first.get(facts)))["items"] == []
    seen = await good(world.first.post(f"{own}/_accept", json=KEPT))
    assert (seen["outcome"], seen["lastDate"], seen["acceptedDate"]) == ("granted", last, today().isoformat())
    [fact] = (await good(world.first.get(facts)))["items"]
    assert (fact["kind"], fact["code"], fact["reason"]) == ("job-agreement", "granted", KEPT["reason"])
    assert fact["expiresDate"] == (today() + LONGEST).isoformat()
    assert (await world.first.post(f"{own}/_accept", json=KEPT)).status_code == 409
    assert [(await office.get(path)).status_code, (await office.post(f"{path}/_take")).status_code] == [410, 410]
    assert (await good(office.get("/v1/student-requests")))["items"] == []
    [over] = (await good(office.get("/v1/student-requests", params={"state": "answered"})))["items"]
    assert over["id"] == asked["id"]


async def test_only_the_school_and_uwv_in_its_region_see_a_request(world: World) -> None:
    student, ground, asked = await asked_for(world)
    path, own = f"/v1/student-requests/{asked['id']}", f"/v1/students/{student['id']}/requests/{asked['id']}"
    elsewhere = uwv(world, region="AM36")
    assert (await elsewhere.get(path)).status_code == 404
    assert (await elsewhere.post(f"{path}/_take")).status_code == 404
    assert (await good(elsewhere.get("/v1/student-requests")))["items"] == []
    for stranger in (uwv(world, "sbb"), world.first, world.second, world.operator):
        assert (await stranger.get(path)).status_code == 403
    for verb in ("", "/_withdraw", "/_accept"):
        call = (
            world.second.get(own) if not verb else world.second.post(f"{own}{verb}", json=KEPT if "acc" in verb else {})
        )
        assert (await call).status_code == 404
    assert (await world.second.get(f"{path}/school")).status_code == 404
    assert (await uwv(world).get(f"{path}/school")).status_code == 403
    await good(world.first.post(f"/v1/grounds/{ground['id']}/_withdraw"))
    assert (await uwv(world).get(path)).status_code == 410
    assert (await uwv(world).post(f"{path}/_take")).status_code == 410
    assert (await good(uwv(world).get("/v1/student-requests")))["items"] == []
    lawful = {"legalGround": "legal-task", "legalBasis": "Participatiewet, artikel 7", "givenBy": None}
    later = (today() + timedelta(days=1)).isoformat()
    await ground_of(world, student, **lawful, givenDate=later)
    assert (await good(uwv(world).get("/v1/student-requests")))["items"] == []
    await ground_of(world, student)
    task = await ground_of(world, student, **lawful)
    assert (await good(uwv(world).get(path)))["givenName"] == "Sam"
    assert len((await good(uwv(world).get("/v1/student-requests")))["items"]) == 1
    assert (await good(world.first.post(f"{own}/_withdraw")))["state"] == "withdrawn"
    again = await good(world.first.post(own.rsplit("/", 1)[0], json={"indication": "sheltered"}))
    assert again["groundId"] == task["id"]
    await good(uwv(world).get(f"/v1/student-requests/{again['id']}"))
    await good(world.first.post(f"/v1/students/{student['id']}/requests/{again['id']}/_withdraw"))
    assert (await uwv(world).get(f"/v1/student-requests/{again['id']}")).status_code == 410


async def test_a_request_goes_with_its_student(world: World) -> None:
    student, _, _ = await asked_for(world)
    await good(world.first.post(f"/v1/students/{student['id']}/_erase", json={"reason": "asked"}))
    assert await world.intake.sql.fetchval("select count(*) from student_requests") == 0
