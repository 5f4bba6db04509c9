"""Students who leave: handed over to their municipality on a ground, and followed for 24 months."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from services.intake.days import today
from shared.events.intake import FollowUpDue, FollowUpRecorded
from tests.intake.test_guidance import fire
from tests.intake.test_links import a_link, sent
from tests.intake.world import FIRST, SECOND, World, good

GROUND = {
    "recipientKind": "municipality", "organisation": "Gemeente Lelystad", "purpose": "warm-transfer",
    "legalGround": "consent", "givenBy": "student", "givenDate": (today() - timedelta(days=1)).isoformat(),
    "endDate": (today() + timedelta(days=300)).isoformat(),
}  # fmt: skip
SECRET: dict[str, Any] = {
    "notes": "Niet voor anderen.",
    "limits": ["noise"],
    "possibilities": ["till"],
    "certificates": ["vca"],
}


def a_municipality(world: World, *codes: str, kind: str = "municipality") -> httpx.AsyncClient:
    who = {"kind": kind, "oin": "00000099000000000002", "municipalities": list(codes), "regions": []}
    return world.as_("intermediary", sub="gemeente", intermediary=who)


async def a_leaver(world: World) -> Any:
    student = await world.student(birthDate="2008-01-17", **SECRET)
    left = {"leftDate": today().isoformat()}
    await good(world.first.post(f"/v1/students/{student['id']}/_leave", json=left))
    return student


async def ground_of(world: World, student: Any, **facts: Any) -> Any:
    return await good(world.first.post(f"/v1/students/{student['id']}/grounds", json=GROUND | facts))


async def handed_over(world: World, student: Any, *parts: str) -> httpx.Response:
    body = {"parts": list(parts)} if parts else {}
    return await world.first.post(f"/v1/students/{student['id']}/handovers", json=body)


async def test_without_a_ground_nothing_is_handed_over_and_the_answer_says_what_to_do(world: World) -> None:
    student = await a_leaver(world)
    for other in ({"purpose": "finding-a-place"}, {"organisation": "Gemeente Dronten"}, {"recipientKind": "uwv"}):
        await ground_of(world, student, **other)
    answer = await handed_over(world, student)
    assert (answer.status_code, answer.json()["type"].rsplit(":", 1)[-1]) == (409, "no-ground-for-handover")
    assert f"POST /v1/students/{student['id']}/grounds" in answer.json()["detail"]


async def test_the_municipality_fetches_what_consent_carries_and_the_school_sees_that_it_did(world: World) -> None:
    student = await a_leaver(world)
    await ground_of(world, student)
    made = await good(handed_over(world, student, "direction", "wishes", "certificates"))
    lelystad = a_municipality(world, "GM0995")
    (waiting,) = (await good(lelystad.get("/v1/handovers")))["items"]
    assert set(waiting) == {"id", "municipality", "recordedAt"}
    file = await good(lelystad.get(f"/v1/handovers/{made['id']}"))
    assert set(file) == {"id", "legalGround", *made["fields"]}
    assert (file["givenName"], file["postcode"], file["leavingDate"]) == ("Sam", "8232VT", today().isoformat())
    assert (file["wishes"][0]["sector"], file["certificates"]) == ("detailhandel", ["vca"])
    assert "guidanceNeed" not in file
    assert "Niet voor anderen" not in str(file)
    (seen,) = (await good(world.first.get(f"/v1/students/{student['id']}/handovers")))["items"]
    assert [(one["oin"], one["subject"]) for one in seen["fetches"]] == [("00000099000000000002", "gemeente")]
    accesses = (await good(world.first.get(f"/v1/students/{student['id']}/accesses")))["items"]
    assert ("gemeente", "handed-over") in {(one["subject"], one["action"]) for one in accesses}


async def test_a_legal_task_carries_less_and_says_so(world: World) -> None:
    student = await a_leaver(world)
    task = {"legalGround": "legal-task", "givenBy": None, "legalBasis": "Participatiewet, artikel 7"}
    await ground_of(world, student, **task)
    refused = await handed_over(world, student, "direction", "wishes")
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (400, "/parts/1")
    made = await good(handed_over(world, student))
    file = await good(a_municipality(world, "GM0995").get(f"/v1/handovers/{made['id']}"))
    assert not {"wishes", "certificates", "placements"} & set(file)


async def test_nobody_else_fetches_it(world: World) -> None:
    student = await a_leaver(world)
    await ground_of(world, student)
    path = f"/v1/handovers/{(await good(handed_over(world, student)))['id']}"
    dronten = a_municipality(world, "GM0303")
    assert (await dronten.get(path)).status_code == 404
    assert (await good(dronten.get("/v1/handovers")))["items"] == []
    for who in (a_municipality(world, "GM0995", kind="wsp"), world.second, world.first, world.operator):
        assert (await who.get(path)).status_code == 403
    assert (await world.second.get(f"/v1/students/{student['id']}/handovers")).status_code == 404
    assert (await world.second.post(f"/v1/students/{student['id']}/handovers", json={})).status_code == 404
    assert await world.intake.sql.fetchval("select count(*) from handover_fetches") == 0


async def test_a_hand_over_waits_while_somebody_objects_to_it(world: World) -> None:
    student = await a_leaver(world)
    task = {"legalGround": "legal-task", "givenBy": None, "legalBasis": "Participatiewet, artikel 7"}
    ground = await ground_of(world, student, **task)
    path = f"/v1/handovers/{(await good(handed_over(world, student)))['id']}"
    lelystad = a_municipality(world, "GM0995")
    await sent(world, await a_link(world, "sharing", student, "student"), stop=f"object:{ground['id']}")
    assert (await lelystad.get(path)).status_code == 410
    assert (await good(lelystad.get("/v1/handovers")))["items"] == []
    await good(world.first.post(f"/v1/grounds/{ground['id']}/_keep", json={"reason": "De wet vraagt het."}))
    assert (await good(lelystad.get(path)))["givenName"] == "Sam"
    assert len((await good(lelystad.get("/v1/handovers")))["items"]) == 1


@pytest.mark.parametrize("how", ["withdrawn", "moved", "forgotten"])
async def test_a_hand_over_is_gone_with_its_ground(world: World, how: str) -> None:
    student = await a_leaver(world)
    ground = await ground_of(world, student)
    path = f"/v1/handovers/{(await good(handed_over(world, student)))['id']}"
    lelystad = a_municipality(world, "GM0995")
    await good(lelystad.get(path))
    if how == "withdrawn":
        await good(world.first.post(f"/v1/grounds/{ground['id']}/_withdraw"))
    elif how == "moved":
        address = {"address": {"postcode": "8011AA", "place": "Zwolle"}}
        await good(world.first.patch(f"/v1/students/{student['id']}", json=address))
    else:
        await world.intake.sql.execute("delete from grounds")
    answer = await lelystad.get(path)
    assert (answer.status_code, answer.json()["type"].rsplit(":", 1)[-1]) == (410, "handover-is-over")
    if how != "moved":
        assert (await good(lelystad.get("/v1/handovers")))["items"] == []


async def follow_ups_of(world: World, student: Any, **asked: Any) -> Any:
    params = {"studentId": student["id"]} | asked
    return (await good(world.first.get("/v1/follow-ups", params=params)))["items"]


async def test_a_leaver_is_asked_after_three_times_and_each_is_told_of(world: World) -> None:
    student = await a_leaver(world)
    coming = await follow_ups_of(world, student)
    assert [one["months"] for one in coming] == [6, 12, 24]
    assert not any(one["due"] for one in coming)
    assert await follow_ups_of(world, student, due=True) == []
    await fire(world, "follow-up-due")
    told = [await world.intake.next_event(FollowUpDue) for _ in coming]
    assert {str(one.follow_up_id) for one in told} == {one["id"] for one in coming}
    assert student["id"] not in "".join(one.model_dump_json() for one in told)
    assert await world.intake.sql.fetchval("select count(*) from timers where kind = 'follow-up-due'") == 0


async def test_what_became_of_a_leaver_is_counted_coarsely_and_asked_for_no_more(world: World) -> None:
    student = await a_leaver(world)
    first = (await follow_ups_of(world, student))[0]
    path, heard = f"/v1/follow-ups/{first['id']}", {"outcome": "to-work", "reasons": ["job-kept"], "note": "Bij Bas."}
    body = heard | {"askedDate": today().isoformat()}
    assert (await world.first.put(path, json=body)).status_code == 428
    assert (await world.second.put(path, json=body, headers={"If-Match": "*"})).status_code == 404
    tag = {"If-Match": (await world.first.get(path)).headers["ETag"]}
    seen = await good(world.first.put(path, json=body, headers=tag))
    assert (seen["heard"]["outcome"], seen["due"]) == ("to-work", False)
    assert (await world.first.put(path, json=body, headers=tag)).status_code == 412
    told = await world.intake.next_event(FollowUpRecorded)
    assert (told.months, told.outcome, told.region) == (6, "to-work", "AM11")
    for secret in (student["id"], "Bas", "job-kept"):
        assert secret not in told.model_dump_json()
    late = body | {"askedDate": (today() + timedelta(days=1)).isoformat()}
    answer = await world.first.put(path, json=late, headers={"If-Match": "*"})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, "/askedDate")
    left = await world.intake.sql.fetchval("select count(*) from timers where kind = 'follow-up-due'")
    assert left == 2


async def test_another_day_of_leaving_moves_what_is_to_come_and_keeps_what_was_heard(world: World) -> None:
    student = await a_leaver(world)
    first = (await follow_ups_of(world, student))[0]
    body = {"outcome": "at-home", "askedDate": today().isoformat()}
    await good(world.first.put(f"/v1/follow-ups/{first['id']}", json=body, headers={"If-Match": "*"}))
    before = (today() - timedelta(days=400)).isoformat()
    await good(world.first.post(f"/v1/students/{student['id']}/_leave", json={"leftDate": before}))
    now = await follow_ups_of(world, student)
    assert sorted((one["months"], one["leftDate"], one["heard"] is not None) for one in now) == [
        (6, today().isoformat(), True),
        (24, before, False),
    ]


@pytest.mark.parametrize("how", ["looks", "gets"])
async def test_who_looks_for_a_place_again_or_gets_one_is_followed_no_more(world: World, how: str) -> None:
    student = await a_leaver(world)
    if how == "looks":
        await good(world.first.post(f"/v1/students/{student['id']}/_ready"))
    else:
        await good(world.place(student, await world.offer()))
    assert await follow_ups_of(world, student) == []
    assert await world.intake.sql.fetchval("select count(*) from timers where kind = 'follow-up-due'") == 0


async def test_all_of_it_goes_with_the_student_and_late_timers_do_nothing(world: World) -> None:
    student = await a_leaver(world)
    await ground_of(world, student)
    made = await good(handed_over(world, student))
    lelystad = a_municipality(world, "GM0995")
    await good(lelystad.get(f"/v1/handovers/{made['id']}"))
    await good(world.first.post(f"/v1/students/{student['id']}/_erase", json={"reason": "asked"}))
    for table in ("handovers", "handover_fetches", "follow_ups"):
        assert await world.intake.sql.fetchval(f"select count(*) from {table}") == 0, table
    assert (await lelystad.get(f"/v1/handovers/{made['id']}")).status_code == 404
    await fire(world, "follow-up-due")
    await world.intake.until("select count(*) = 0 from timers where kind = 'follow-up-due'")
    for table in ("outbox", "event_log"):
        told = f"select count(*) from {table} where type like '%follow-up-due%'"
        assert await world.intake.sql.fetchval(told) == 0


async def test_what_a_school_followed_goes_on_at_its_successor(world: World) -> None:
    student = await a_leaver(world)
    body = {"successorId": str(world.schools[SECOND]), "mergedDate": today().isoformat()}
    await good(world.operator.post(f"/v1/schools/{world.schools[FIRST]}/_merge", json=body))
    query = "select count(*) = 3 from follow_ups where school_id = $1"
    await world.intake.until(query, world.schools[SECOND])
    assert len((await good(world.second.get("/v1/follow-ups", params={"studentId": student["id"]})))["items"]) == 3
