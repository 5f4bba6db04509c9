"""What a school records of a student for itself, and what leaves it."""

from typing import Any

from tests.intake.world import STUDENT, World, good

FACTS: dict[str, Any] = {
    "wishes": [{"rank": 1, "sector": "detailhandel", "neighbourhoods": ["8232"]}],
    "possibilities": ["customers"],
    "skills": {"onTime": "strong", "motivation": "growing"},
    "level": "mbo-entry",
    "indications": [{"kind": "sheltered", "status": "requested", "requestedDate": "2026-08-01", "onWaitingList": True}],
    "certificates": ["vca", "bhv"],
    "certificateDates": [{"code": "vca", "validUntil": "2026-09-06"}, {"code": "bhv", "validUntil": "2026-09-07"}],
    "network": [{"employerName": "Bakkerij De Korenaar", "relation": "family"}],
    "orientation": [{"kind": "taster", "sector": "horeca", "doneDate": "2026-03-02", "verdict": "does-not-suit"}],
}


async def test_the_school_reads_what_it_recorded(world: World) -> None:
    made = await good(world.first.post("/v1/students", json=STUDENT | FACTS))
    read = await good(world.first.get(f"/v1/students/{made['id']}"))
    assert read["skills"]["onTime"] == "strong"
    assert read["wishes"][0]["neighbourhoods"] == ["8232"]
    assert read["indications"][0]["onWaitingList"] is True
    assert read["network"][0]["relation"] == "family"
    assert read["orientation"][0]["verdict"] == "does-not-suit"


async def test_matching_hears_only_what_it_uses(world: World) -> None:
    made = await good(world.first.post("/v1/students", json=STUDENT | FACTS))
    await good(world.first.post(f"/v1/students/{made['id']}/_ready"))
    told = await good(world.matching.get(f"/v1/students/{made['id']}/matching-profile"))
    own = {"possibilities", "skills", "level", "indications", "certificateDates", "network", "orientation"}
    assert not own & set(told)
    assert told["wishes"] == [{"rank": 1, "sector": "detailhandel", "tasks": []}]
    assert told["certificates"] == ["bhv"], "one that is over before the student begins does not count"


async def test_a_change_that_matching_does_not_use_stays_in_the_school(world: World) -> None:
    made = await good(world.first.post("/v1/students", json=STUDENT))
    ready = await good(world.first.post(f"/v1/students/{made['id']}/_ready"))
    changed = await good(world.first.patch(f"/v1/students/{made['id']}", json={"level": "practical"}))
    assert changed["version"] == ready["version"]


async def test_what_cannot_be_is_refused_at_its_field(world: World) -> None:
    for wrong, pointer in (
        ({"possibilities": ["noise"]}, "/possibilities"),
        ({"possibilities": ["no-such-code"]}, "/possibilities/0"),
        ({"orientation": [{"kind": "taster", "sector": "nowhere", "doneDate": "2026-03-02"}]}, "/orientation/0/sector"),
    ):
        answer = await world.first.post("/v1/students", json=STUDENT | wrong)
        assert answer.status_code == 400
        assert pointer in answer.text


async def test_the_checklist_says_what_is_missing_and_where(world: World) -> None:
    made = await good(world.first.post("/v1/students", json=STUDENT | {"travel": None, "wishes": []}))
    address = f"/v1/students/{made['id']}/readiness"
    told = await good(world.first.get(address))
    assert told["ready"] is False
    lacking = {item["pointer"] for item in told["items"] if item["needed"] and not item["present"]}
    assert lacking == {"/travel", "/wishes"}
    assert (await world.second.get(address)).status_code == 404
    await good(world.first.patch(f"/v1/students/{made['id']}", json={k: STUDENT[k] for k in ("travel", "wishes")}))
    assert (await good(world.first.get(address)))["ready"] is True
