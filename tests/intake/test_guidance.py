"""Guidance during a placement: visits, bottlenecks, how it went; the student's own school alone reads it."""

from datetime import date, timedelta
from typing import Any

import httpx
import pytest

from services.intake.days import today
from shared.events.intake import BottleneckRecorded, VisitOverdue
from tests.intake.test_row_security import as_the_service
from tests.intake.world import SECOND, World, good

VISIT = {"form": "at-work", "spokeWith": ["supervisor"], "note": "Vergeetmij doet het goed."}
BOTTLENECK = {"noticedBy": "employer", "codes": ["home-situation", "motivation"], "note": "Vergeetmij slaapt slecht."}
EVALUATION = {"experience": "positive", "wentWell": ["short-lines"], "information": "complete", "again": True}


async def a_placement(world: World, weeks_ago: int = 10, **facts: Any) -> Any:
    begin = today() - timedelta(weeks=weeks_ago)
    days = {"beginDate": begin.isoformat(), "endDate": (today() + timedelta(weeks=20)).isoformat()}
    offer = await world.offer(**days)
    student = await world.searching(familyName="Vergeetmij")
    placed = await world.place(student, offer, **days | facts)
    assert placed.is_success, placed.text
    return placed.json()


def path(placement: Any, what: str) -> str:
    return f"/v1/placements/{placement['id']}/{what}"


async def fire(world: World, kind: str) -> None:
    await world.intake.sql.execute("update timers set next_at = clock_timestamp() where kind = $1", kind)
    await world.intake.sql.execute("select pg_notify('stagebrug', 'timers')")


async def set_rhythm(world: World, placement: Any, weeks: int = 4, **headers: str) -> httpx.Response:
    body = {"everyWeeks": weeks}
    return await world.first.put(path(placement, "visit-rhythm"), json=body, headers={"If-Match": "*"} | headers)


async def test_a_visit_that_nobody_made_is_told_of_once_and_a_visit_ends_it(world: World) -> None:
    placement = await a_placement(world)
    rhythm = await good(set_rhythm(world, placement))
    begin = date.fromisoformat(placement["beginDate"])
    assert rhythm["dueDate"] == (begin + timedelta(weeks=4)).isoformat()
    assert rhythm["overdue"]
    told = await world.intake.next_event(VisitOverdue)
    assert (str(told.placement_id), told.due_date) == (placement["id"], begin + timedelta(weeks=4))
    assert placement["studentId"] not in told.model_dump_json()
    (due,) = (await good(world.first.get("/v1/visits/due")))["items"]
    assert (due["placementId"], due["studentId"], due["overdue"]) == (placement["id"], placement["studentId"], True)
    assert (await good(world.second.get("/v1/visits/due")))["items"] == []

    await good(world.first.post(path(placement, "visits"), json=VISIT | {"visitDate": today().isoformat()}))
    after = await good(world.first.get(path(placement, "visit-rhythm")))
    assert after["dueDate"] == (today() + timedelta(weeks=4)).isoformat()
    assert (await good(world.first.get("/v1/visits/due")))["items"] == []
    until = {"until": after["dueDate"]}
    assert len((await good(world.first.get("/v1/visits/due", params=until)))["items"]) == 1
    await fire(world, "visit-overdue")  # too early: nothing is overdue
    await world.intake.until("select count(*) = 0 from timers where kind = 'visit-overdue'")
    query = "select count(*) from outbox where type like '%visit-overdue%'"
    logged = "select count(*) from event_log where type like '%visit-overdue%'"
    assert await world.intake.sql.fetchval(f"select ({query}) + ({logged})") == 1


async def test_an_end_ends_the_waiting(world: World) -> None:
    placement = await a_placement(world, weeks_ago=1)
    await good(set_rhythm(world, placement))
    assert await world.intake.sql.fetchval("select count(*) from timers where kind = 'visit-overdue'") == 1
    end = {"endedDate": today().isoformat(), "outcome": "completed"}
    await good(world.first.post(f"/v1/placements/{placement['id']}/_end", json=end))
    assert await world.intake.sql.fetchval("select count(*) from timers where kind = 'visit-overdue'") == 0
    assert (await good(world.first.get(path(placement, "visit-rhythm"))))["dueDate"] is None


async def test_how_often_is_changed_by_who_knows_what_it_was(world: World) -> None:
    placement = await a_placement(world, weeks_ago=1)
    assert (await world.first.get(path(placement, "visit-rhythm"))).status_code == 404
    made = await world.first.put(path(placement, "visit-rhythm"), json={"everyWeeks": 4})
    assert made.is_success
    assert (await world.first.put(path(placement, "visit-rhythm"), json={"everyWeeks": 2})).status_code == 428
    assert (await set_rhythm(world, placement, 2, **{"If-Match": '"stale"'})).status_code == 412
    tag = {"If-Match": made.headers["ETag"]}
    assert (await good(set_rhythm(world, placement, 2, **tag)))["everyWeeks"] == 2


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"visitDate": (today() + timedelta(days=1)).isoformat()}, "/visitDate"),
        ({"visitDate": "2020-01-01"}, "/visitDate"),
        ({"spokeWith": []}, "/spokeWith"),
        ({"note": "BSN 111222333"}, "/note"),
    ],
)
async def test_a_visit_that_cannot_have_been_is_refused(world: World, wrong: Any, pointer: str) -> None:
    placement = await a_placement(world)
    body = VISIT | {"visitDate": today().isoformat()} | wrong
    answer = await world.first.post(path(placement, "visits"), json=body)
    assert answer.status_code == 400
    assert pointer in {problem["pointer"] for problem in answer.json()["errors"]}


async def test_a_visit_sent_twice_is_one(world: World) -> None:
    placement = await a_placement(world)
    for _ in range(2):
        body = VISIT | {"visitDate": today().isoformat()}
        await good(world.first.post(path(placement, "visits"), json=body, headers={"Idempotency-Key": "a-visit"}))
    (seen,) = (await good(world.first.get(path(placement, "visits"))))["items"]
    assert (seen["note"], seen["spokeWith"], seen["author"]) == (VISIT["note"], ["supervisor"], "first")


async def test_another_school_a_job_coach_and_an_intermediary_read_nothing_of_it(world: World) -> None:
    placement = await a_placement(world)
    await good(world.first.post(path(placement, "visits"), json=VISIT | {"visitDate": today().isoformat()}))
    noticed = BOTTLENECK | {"noticedDate": today().isoformat()}
    made = await good(world.first.post(path(placement, "bottlenecks"), json=noticed))
    for what in ("visits", "bottlenecks", "evaluations", "visit-rhythm"):
        assert (await world.second.get(path(placement, what))).status_code == 404, what
    assert (await world.second.get(f"/v1/bottlenecks/{made['id']}")).status_code == 404
    assert (await world.as_("intermediary").get(path(placement, "visits"))).status_code == 404
    jobcoach = {"email": "coach@gemeente.example", "untilDate": (today() + timedelta(days=90)).isoformat()}
    jobcoach |= {"ground": "legal-task"}
    await good(world.first.put(f"/v1/students/{placement['studentId']}/jobcoach", json=jobcoach))
    coach = world.as_("jobcoach", sub="coach", email=jobcoach["email"])
    assert (await coach.get(f"/v1/placements/{placement['id']}")).is_success
    assert (await coach.get(path(placement, "visits"))).status_code == 403
    seen_today = VISIT | {"visitDate": today().isoformat()}
    assert (await world.second.post(path(placement, "visits"), json=seen_today)).status_code == 404
    assert (await coach.post(path(placement, "visits"), json=seen_today)).status_code == 403
    for table in ("visits", "bottlenecks"):
        assert await world.intake.sql.fetchval(f"select count(*) from {table}") == 1
        async with as_the_service(world, acting="caller", schools=world.schools[SECOND]) as sql:
            assert await sql.fetchval(f"select count(*) from {table}") == 0
            assert await sql.execute(f"delete from {table}") == "DELETE 0"


async def test_a_bottleneck_is_worked_at_and_counted_without_the_student(world: World) -> None:
    placement = await a_placement(world)
    noticed = BOTTLENECK | {"noticedDate": today().isoformat()}
    made = await good(world.first.post(path(placement, "bottlenecks"), json=noticed))
    told = await world.intake.next_event(BottleneckRecorded)
    assert (told.codes, told.noticed_by, told.solved) == (("home-situation", "motivation"), "employer", None)
    for secret in (placement["id"], placement["studentId"], placement["employerId"], "Vergeetmij"):
        assert secret not in told.model_dump_json()
    body = {"solutions": ["care-taken-over"], "solved": "yes"}
    changed = await good(world.first.patch(f"/v1/bottlenecks/{made['id']}", json=body))
    assert (changed["solved"], changed["note"], changed["codes"]) == ("yes", BOTTLENECK["note"], BOTTLENECK["codes"])
    again = await world.intake.next_event(BottleneckRecorded)
    assert (again.solutions, again.solved, again.version > told.version) == (("care-taken-over",), "yes", True)
    stale = await world.first.patch(f"/v1/bottlenecks/{made['id']}", json=body, headers={"If-Match": '"stale"'})
    assert stale.status_code == 412


async def test_an_early_end_names_its_bottleneck(world: World) -> None:
    placement, other = await a_placement(world), await a_placement(world)
    noticed = BOTTLENECK | {"noticedDate": today().isoformat()}
    made = await good(world.first.post(path(placement, "bottlenecks"), json=noticed))
    end = {"endedDate": today().isoformat(), "outcome": "stopped-early", "bottleneckId": made["id"]}
    for wrong, of in (
        (end | {"outcome": "completed"}, placement),
        (end | {"bottleneckId": placement["id"]}, placement),
        (end, other),
    ):
        answer = await world.first.post(f"/v1/placements/{of['id']}/_end", json=wrong)
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["pointer"] == "/bottleneckId"
    await good(world.first.post(f"/v1/placements/{placement['id']}/_end", json=end))
    assert (await good(world.first.get(f"/v1/bottlenecks/{made['id']}")))["ledToEnd"]


async def test_both_parties_say_how_it_went_once_it_is_at_its_end(world: World) -> None:
    placement = await a_placement(world)
    early = await world.first.put(path(placement, "evaluations/school"), json=EVALUATION)
    assert (early.status_code, early.json()["type"].rsplit(":", 1)[-1]) == (409, "not-at-its-end")
    end = {"endedDate": today().isoformat(), "outcome": "completed"}
    await good(world.first.post(f"/v1/placements/{placement['id']}/_end", json=end))
    for party in ("school", "employer"):
        said = await world.first.put(path(placement, f"evaluations/{party}"), json=EVALUATION)
        assert said.is_success, said.text
    assert (await world.first.put(path(placement, "evaluations/employer"), json=EVALUATION)).status_code == 428
    better, tag = EVALUATION | {"experience": "mixed"}, {"If-Match": said.headers["ETag"]}
    await good(world.first.put(path(placement, "evaluations/employer"), json=better, headers=tag))
    seen = (await good(world.first.get(path(placement, "evaluations"))))["items"]
    assert {one["party"]: one["experience"] for one in seen} == {"school": "positive", "employer": "mixed"}
    assert not any(one["byLink"] for one in seen)

    await world.intake.sql.execute("update evaluations set given_date = given_date - 31")
    late = await world.first.put(path(placement, "evaluations/school"), json=better, headers={"If-Match": "*"})
    assert (late.status_code, late.json()["type"].rsplit(":", 1)[-1]) == (409, "evaluation-stands")


async def test_all_of_it_goes_with_the_student_and_nothing_new_is_recorded(world: World) -> None:
    placement = await a_placement(world)
    await good(set_rhythm(world, placement))
    await good(world.first.post(path(placement, "visits"), json=VISIT | {"visitDate": today().isoformat()}))
    noticed = BOTTLENECK | {"noticedDate": today().isoformat()}
    await good(world.first.post(path(placement, "bottlenecks"), json=noticed))
    end = {"endedDate": today().isoformat(), "outcome": "completed"}
    await good(world.first.post(f"/v1/placements/{placement['id']}/_end", json=end))
    await good(world.first.put(path(placement, "evaluations/school"), json=EVALUATION))
    await good(world.first.post(f"/v1/students/{placement['studentId']}/_erase", json={"reason": "asked"}))
    for table in ("visit_rhythms", "visits", "bottlenecks", "evaluations"):
        assert await world.intake.sql.fetchval(f"select count(*) from {table}") == 0, table
    answer = await world.first.post(path(placement, "visits"), json=VISIT | {"visitDate": today().isoformat()})
    assert (answer.status_code, answer.json()["type"].rsplit(":", 1)[-1]) == (409, "student-is-erased")
