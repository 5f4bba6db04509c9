"""Programmes over several schools: seats are given out once, in the order of coming, and each school sees its own."""

import asyncio
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.intake.calendar_data import read_calendar
from services.intake.days import AMSTERDAM, today
from services.intake.domain.division import Division
from services.intake.domain.enrolment import hold_until
from services.intake.domain.placement import DAY
from services.intake.domain.programme import Programme, ProgrammeFacts
from services.intake.domain.school_calendar import Part
from services.intake.programming import weekly
from shared.events.intake import SeatOffered, StudentReady
from shared.ids import new_id
from tests.intake.test_renewing import let_pass
from tests.intake.world import FIRST, SECOND, STUDENT, World, good, unknown

TODAY = today()
BEGIN = TODAY + timedelta(days=30)
END = BEGIN + timedelta(days=400)
LESSONS = [{"kind": "lesson", "weekday": "mon", "begins": "09:00", "ends": "12:00"}]
FACTS: dict[str, Any] = {
    "name": "Leerwerkcentrum",
    "kind": "learn-work-centre",
    "seats": 2,
    "beginDate": BEGIN.isoformat(),
    "endDate": END.isoformat(),
}
SCHOOLS = [UUID(int=number) for number in range(4)]

agreements = st.dictionaries(st.sampled_from(SCHOOLS), st.integers(0, 4), max_size=4)
coming = st.lists(st.sampled_from(SCHOOLS), max_size=30)


@settings(deadline=None)
@given(seats=st.integers(0, 20), agreed=agreements, coming=coming)
def test_no_more_seats_are_given_out_than_there_are_and_agreed_ones_are_kept(
    seats: int, agreed: dict[UUID, int], coming: list[UUID]
) -> None:
    seats = max(seats, sum(agreed.values()))
    division = Division(seats, agreed)
    chosen = division.next_in_line({}, coming)
    held = {school: sum(coming[place] == school for place in chosen) for school in SCHOOLS}
    assert sum(held.values()) <= seats
    for school in SCHOOLS:
        assert held[school] >= min(agreed.get(school, 0), coming.count(school))
    shared = seats - sum(agreed.values())
    assert sum(max(0, held[school] - agreed.get(school, 0)) for school in SCHOOLS) <= shared


@settings(deadline=None)
@given(seats=st.integers(0, 20), coming=coming)
def test_who_came_first_goes_first_where_no_seats_are_agreed(seats: int, coming: list[UUID]) -> None:
    assert Division(seats, {}).next_in_line({}, coming) == list(range(min(seats, len(coming))))


def test_with_fewer_seats_than_are_taken_nobody_gets_one_more() -> None:
    assert not Division(1, {SCHOOLS[0]: 3}).has_room(SCHOOLS[0], {SCHOOLS[0]: 1})


def test_a_seat_is_held_for_school_days_and_holidays_use_up_nobodys_time() -> None:
    known = (Part.MIDDLE, read_calendar(), AMSTERDAM)
    before = hold_until(5, date(2026, 12, 16), *known).astimezone(AMSTERDAM)
    assert before.date() == date(2027, 1, 6) + DAY  # 17 and 18 December, then 4, 5 and 6 January
    unknown_yet = hold_until(5, date(2060, 3, 1), None, read_calendar(), AMSTERDAM)
    assert unknown_yet.astimezone(AMSTERDAM).date() == date(2060, 3, 1) + timedelta(days=61)


def test_weekly_moments_are_planned_on_school_days_alone() -> None:
    facts = ProgrammeFacts.model_validate(
        FACTS | {"moments": LESSONS, "beginDate": "2026-10-05", "endDate": "2026-11-02"}
    )
    planned = weekly(Programme(new_id(), new_id(), "AM11", facts), "GM0995")
    part = read_calendar().part_of("AM11", "GM0995")
    free = {Part.NORTH: 12, Part.MIDDLE: 19, Part.SOUTH: 19}[part or Part.MIDDLE]
    assert [one.on_date.day for one in planned] == [day for day in (5, 12, 19, 26, 2) if day != free]


async def a_programme(world: World, **facts: Any) -> str:
    made = await good(world.first.post("/v1/programmes", json=FACTS | facts))
    return f"/v1/programmes/{made['id']}"


async def shared_with_second(world: World, path: str, **facts: Any) -> None:
    await good(world.first.post(f"{path}/_invite", json={"schoolId": str(world.schools[SECOND])} | facts))
    await good(world.second.post(f"{path}/_accept", json={}))


async def enrol(by: Any, path: str, student: Any) -> Any:
    return await good(by.post(f"{path}/enrolments", json={"studentId": student["id"]}))


async def standing(by: Any, enrolment: Any) -> tuple[str, int | None]:
    found = await good(by.get(f"/v1/enrolments/{enrolment['id']}"))
    return found["state"], found["ahead"]


async def test_of_many_who_come_at_once_as_many_get_a_seat_as_there_are(world: World) -> None:
    path = await a_programme(world, seats=5)
    await shared_with_second(world, path)
    students = [(by, await world.student(by)) for by in (world.first, world.second) * 8]
    answers = await asyncio.gather(*(enrol(by, path, student) for by, student in students))
    assert [one["state"] for one in answers].count("enrolled") == 5
    assert sorted(one["ahead"] for one in answers if one["state"] == "waiting") == list(range(11))
    seated = [(by, one) for (by, _), one in zip(students, answers, strict=True) if one["state"] == "enrolled"]
    await asyncio.gather(*(good(by.post(f"/v1/enrolments/{one['id']}/_leave")) for by, one in seated))
    counts = (await good(world.second.get(path)))["counts"]
    assert counts == {"enrolled": 0, "offered": 5, "waiting": 6}
    offered = {(await world.intake.next_event(SeatOffered)).enrolment_id for _ in range(5)}
    first_waiting = sorted((one for one in answers if one["state"] == "waiting"), key=lambda one: one["ahead"])[:5]
    assert {str(one) for one in offered} == {one["id"] for one in first_waiting}


async def test_seats_agreed_for_a_school_wait_for_its_students(world: World) -> None:
    path = await a_programme(world, seats=2)
    await shared_with_second(world, path, seats=1)
    ours = [await enrol(world.first, path, await world.student()) for _ in range(2)]
    assert [one["state"] for one in ours] == ["enrolled", "waiting"]
    theirs = await enrol(world.second, path, await world.student(world.second))
    assert theirs["state"] == "enrolled"
    await good(world.second.post(f"/v1/enrolments/{theirs['id']}/_leave"))
    assert await standing(world.first, ours[1]) == ("waiting", 0)
    more = await world.first.post(f"{path}/_invite", json={"schoolId": str(world.schools[SECOND])})
    assert (more.status_code, more.json()["type"]) == (409, "urn:stagebrug:problem:school-takes-part")


async def test_a_seat_that_nobody_answers_for_goes_to_the_next_one(world: World) -> None:
    path = await a_programme(world, seats=1)
    seated, next_one, after = [await enrol(world.first, path, await world.student()) for _ in range(3)]
    await good(world.first.post(f"/v1/enrolments/{seated['id']}/_leave"))
    assert await standing(world.first, next_one) == ("offered", None)
    assert await standing(world.first, after) == ("waiting", 0)
    await let_pass(world, "seat-held")
    await world.intake.until("select state = 'offered' from enrolments where id = $1", UUID(after["id"]))
    assert await standing(world.first, next_one) == ("lapsed", None)
    late = await world.first.post(f"/v1/enrolments/{next_one['id']}/_accept")
    assert (late.status_code, late.json()["type"]) == (409, "urn:stagebrug:problem:enrolment-cannot")
    await good(world.first.post(f"/v1/enrolments/{after['id']}/_accept"))
    assert await world.intake.sql.fetchval("select count(*) from timers where kind = 'seat-held'") == 0


async def test_the_seat_of_an_erased_student_goes_to_the_next_one(world: World) -> None:
    path = await a_programme(world, seats=1)
    student = await world.student()
    await enrol(world.first, path, student)
    waiting = await enrol(world.first, path, await world.student())
    await good(world.first.post(f"/v1/students/{student['id']}/_erase", json={"reason": "asked"}))
    await world.intake.until("select state = 'offered' from enrolments where id = $1", UUID(waiting["id"]))
    assert await world.intake.sql.fetchval("select count(*) from enrolments") == 1


@pytest.mark.parametrize(("days", "state"), [(0, "left"), (5, "enrolled")])
async def test_a_student_who_leaves_school_leaves_its_programmes_on_that_day(
    world: World, days: int, state: str
) -> None:
    path, student = await a_programme(world, seats=1), await world.student()
    enrolment = await enrol(world.first, path, student)
    waiting = await enrol(world.first, path, await world.student())
    left = {"leftDate": (TODAY + timedelta(days=days)).isoformat()}
    await good(world.first.post(f"/v1/students/{student['id']}/_leave", json=left))
    if state == "left":
        await world.intake.until("select state = 'offered' from enrolments where id = $1", UUID(waiting["id"]))
    else:
        await let_pass(world, "student-leaves")  # too early: it looks at the day once more
        await world.intake.until("select count(*) = 0 from timers where kind = 'student-leaves'")
    assert (await standing(world.first, enrolment))[0] == state


async def test_the_seats_of_a_school_that_left_go_to_those_who_wait(world: World) -> None:
    path = await a_programme(world, seats=1)
    await shared_with_second(world, path)
    await enrol(world.second, path, await world.student(world.second))
    waiting = await enrol(world.first, path, await world.student())
    left = {"leftDate": TODAY.isoformat()}
    await good(world.operator.post(f"/v1/schools/{world.schools[SECOND]}/_leave", json=left))
    await world.intake.until("select state = 'offered' from enrolments where id = $1", UUID(waiting["id"]))


async def test_a_school_that_merges_takes_its_programmes_and_seats_along(world: World) -> None:
    path = await a_programme(world, seats=1)
    await shared_with_second(world, path)
    enrolment = await enrol(world.second, path, await world.student(world.second))
    merged = {"successorId": str(world.schools[FIRST]), "mergedDate": TODAY.isoformat()}
    await good(world.operator.post(f"/v1/schools/{world.schools[SECOND]}/_merge", json=merged))
    await world.intake.until("select school_id = $1 from enrolments", world.schools[FIRST])
    assert await standing(world.first, enrolment) == ("enrolled", None)
    assert (await good(world.first.get(path)))["partners"] == []


async def test_more_seats_go_to_those_who_wait_and_only_who_runs_it_gives_them(world: World) -> None:
    path = await a_programme(world, seats=0)
    await shared_with_second(world, path)
    waiting = await enrol(world.second, path, await world.student(world.second))
    assert (await world.second.patch(path, json={"seats": 1})).status_code == 403
    assert (await world.first.patch(path, json={"seats": 1}, headers={"If-Match": '"old"'})).status_code == 412
    seen = await world.first.patch(path, json={"seats": 1})
    assert seen.json()["counts"] == {"enrolled": 0, "offered": 1, "waiting": 0}
    again = await world.first.patch(path, json={"name": "Ander"}, headers={"If-Match": seen.headers["ETag"]})
    assert again.status_code == 200
    declined = await good(world.second.post(f"/v1/enrolments/{waiting['id']}/_decline"))
    assert declined["state"] == "declined"
    back = await enrol(world.second, path, {"id": waiting["studentId"]})
    assert back["state"] == "enrolled"


async def test_a_school_sees_nothing_before_it_is_invited_and_enrols_nobody_before_it_accepts(world: World) -> None:
    path, student = await a_programme(world), await world.student(world.second)
    body = {"studentId": student["id"]}
    assert (await world.second.get(path)).status_code == 404
    assert (await world.second.post(f"{path}/_accept", json={})).status_code == 404
    await good(world.first.post(f"{path}/_invite", json={"schoolId": str(world.schools[SECOND])}))
    assert (await world.second.post(f"{path}/enrolments", json=body)).status_code == 403
    assert (await world.first.post(f"{path}/_accept", json={})).status_code == 404
    assert (await world.second.post(f"{path}/_decline", json={})).status_code == 204
    assert (await world.second.get(path)).status_code == 404
    await shared_with_second(world, path)
    assert (await world.second.post(f"{path}/_accept", json={})).status_code == 409
    assert (await world.second.post(f"{path}/_invite", json={"schoolId": unknown()})).status_code == 403
    assert (await world.first.post(f"{path}/_invite", json={"schoolId": unknown()})).status_code == 400


async def test_another_schools_student_is_a_number(world: World) -> None:
    path = await a_programme(world)
    await shared_with_second(world, path)
    student = await world.student()
    enrolment = await enrol(world.first, path, student)
    assert (await good(world.second.get(f"{path}/enrolments")))["items"] == []
    assert (await good(world.second.get(path)))["counts"]["enrolled"] == 1
    assert (await world.second.post(f"{path}/enrolments", json={"studentId": student["id"]})).status_code == 404
    assert (await world.second.get(f"{path}/entry-check?studentId={student['id']}")).status_code == 404
    for step in ("_leave", "_accept", "_decline"):
        assert (await world.second.post(f"/v1/enrolments/{enrolment['id']}/{step}")).status_code == 404
    assert (await world.second.get(f"/v1/enrolments/{enrolment['id']}/progress")).status_code == 404


RULES: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    ({"minimumAge": 30}, {}, "nodig is 30 jaar"),
    ({"maximumAge": 12}, {}, "hoogstens mag 12 jaar"),
    ({"schoolKinds": ["vso"]}, {}, "voor leerlingen van VSO"),
    ({"sectors": ["zorg-en-welzijn", "horeca"]}, {}, "geen wens voor zorg en welzijn of horeca"),
    ({"certificates": ["bhv", "vca"]}, {"certificates": ["vca"]}, "Nodig is: BHV."),
    (
        {"certificates": ["bhv"]},
        {"certificates": ["bhv"], "certificateDates": [{"code": "bhv", "validUntil": "2026-09-01"}]},
        "Nodig is: BHV.",
    ),
    ({"outflowProfiles": ["day-activity"]}, {}, "uitstroomprofiel"),
    ({"levels": ["practical"]}, {}, "niveau"),
]


@pytest.mark.parametrize(("rules", "facts", "why"), RULES)
async def test_who_cannot_enter_is_told_why_in_dutch(
    world: World, rules: dict[str, Any], facts: dict[str, Any], why: str
) -> None:
    path, student = await a_programme(world, entry=rules), await world.student(**facts)
    checked = await good(world.first.get(f"{path}/entry-check?studentId={student['id']}"))
    assert not checked["possible"]
    assert [why in reason for reason in checked["reasons"]] == [True]
    refused = await world.first.post(f"{path}/enrolments", json={"studentId": student["id"]})
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:stagebrug:problem:entry-is-refused")
    assert why in refused.json()["errors"][0]["detail"]


async def test_who_fits_every_rule_enters(world: World) -> None:
    rules = {"minimumAge": 12, "maximumAge": 30, "schoolKinds": ["pro"], "sectors": ["detailhandel"]}
    path, student = await a_programme(world, entry=rules), await world.student()
    checked = await good(world.first.get(f"{path}/entry-check?studentId={student['id']}"))
    assert checked == {"possible": True, "reasons": []}
    assert (await enrol(world.first, path, student))["state"] == "enrolled"


async def test_a_student_is_enrolled_once_however_often_it_is_sent(world: World) -> None:
    path, student = await a_programme(world), await world.student()
    body, headers = {"studentId": student["id"]}, {"Idempotency-Key": "een-keer"}
    one, other = [await good(world.first.post(f"{path}/enrolments", json=body, headers=headers)) for _ in range(2)]
    assert one["id"] == other["id"]
    again = await world.first.post(f"{path}/enrolments", json={"studentId": student["id"]})
    assert (again.status_code, again.json()["type"]) == (409, "urn:stagebrug:problem:student-is-enrolled")


async def test_nobody_enters_a_programme_that_is_over(world: World) -> None:
    path = await a_programme(world, beginDate="2024-09-02", endDate="2025-07-11")
    refused = await world.first.post(f"{path}/enrolments", json={"studentId": (await world.student())["id"]})
    assert refused.json()["type"] == "urn:stagebrug:problem:programme-is-over"


async def test_days_with_lessons_are_no_days_for_another_place(world: World) -> None:
    offer = await world.offer(beginDate=BEGIN.isoformat(), endDate=None)
    days: dict[str, Any] = {"beginDate": BEGIN.isoformat(), "endDate": (BEGIN + timedelta(days=90)).isoformat()}
    student = await world.searching(**days)
    await world.intake.next_event(StudentReady)
    enrolment = await enrol(world.first, await a_programme(world, moments=LESSONS), student)
    assert str((await world.intake.next_event(StudentReady)).student_id) == student["id"]
    profile = await good(world.matching.get(f"/v1/students/{student['id']}/matching-profile"))
    assert (profile["weekdays"], profile["daysPerWeek"]) == (["tue", "thu"], 2)
    refused = await world.place(student, offer, **days, weekdays=["mon"])
    assert "al een plek of les" in refused.json()["detail"]
    other = await a_programme(world, moments=LESSONS)
    twice = await world.first.post(f"{other}/enrolments", json={"studentId": student["id"]})
    assert "op de lesdagen" in twice.json()["errors"][0]["detail"]
    await good(world.first.post(f"/v1/enrolments/{enrolment['id']}/_leave"))
    again = await good(world.matching.get(f"/v1/students/{student['id']}/matching-profile"))
    assert again["weekdays"] == STUDENT["weekdays"]
    assert (await world.place(student, offer, **days, weekdays=["mon"])).status_code == 201


async def test_a_programmes_own_placement_days_stay_free_for_its_placement(world: World) -> None:
    briefed = [{"kind": kind, "weekday": "mon", "begins": at, "ends": "16:00"} for kind, at in
               (("lesson", "08:00"), ("placement", "09:00"), ("look-back", "15:00"))]  # fmt: skip
    student = await world.student()
    await enrol(world.first, await a_programme(world, moments=briefed), student)
    offer = await world.offer(beginDate=BEGIN.isoformat(), endDate=None)
    days: dict[str, Any] = {"beginDate": BEGIN.isoformat(), "endDate": (BEGIN + timedelta(days=90)).isoformat()}
    assert (await world.place(student, offer, **days, weekdays=["mon"])).status_code == 201


async def test_sessions_are_planned_cancelled_and_attended(world: World) -> None:
    path = await a_programme(world, certificates=["bhv"], workProcesses=[{"crebo": "25254", "workProcess": "B1-K1-W1"}])
    shown = {"crebo": "25254", "workProcess": "B1-K1-W1", "progress": "shown"}
    other = {"crebo": "25254", "workProcess": "B1-K1-W2", "progress": "planned"}
    student = await world.student(practiceCertificates=[shown, other], certificates=["bhv", "vca"])
    enrolment = await enrol(world.first, path, student)
    body = {"kind": "look-back", "onDate": BEGIN.isoformat(), "begins": "15:00", "ends": "16:00"}
    sessions = [await good(world.first.post(f"{path}/sessions", json=body)) for _ in range(3)]
    attendances = f"/v1/enrolments/{enrolment['id']}/attendances"
    for session, presences in zip(sessions, (["absent", "present"], ["late"]), strict=False):
        for presence in presences:
            done = await world.first.put(f"{attendances}/{session['id']}", json={"presence": presence})
            assert done.status_code == 204, done.text
    assert (await world.second.get(f"/v1/sessions/{sessions[2]['id']}")).status_code == 404
    cancelled = await good(world.first.post(f"/v1/sessions/{sessions[2]['id']}/_cancel", json={"reason": "Storm"}))
    assert cancelled["cancelledBecause"] == "Storm"
    nobody = await world.first.put(f"{attendances}/{sessions[2]['id']}", json={"presence": "present"})
    assert nobody.json()["type"] == "urn:stagebrug:problem:session-is-cancelled"
    elsewhere = await a_programme(world)
    foreign = await good(world.first.post(f"{elsewhere}/sessions", json=body))
    assert (await world.first.put(f"{attendances}/{foreign['id']}", json={"presence": "late"})).status_code == 404
    progress = await good(world.first.get(f"/v1/enrolments/{enrolment['id']}/progress"))
    assert {name: progress[name] for name in ("present", "late", "absent")} == {"present": 1, "late": 1, "absent": 0}
    assert [one["workProcess"] for one in progress["practiceCertificates"]] == ["B1-K1-W1"]
    assert progress["obtained"] == ["bhv"]
    listed = await good(world.first.get(f"{path}/sessions?fromDate={BEGIN}&toDate={BEGIN}"))
    assert [one["id"] for one in listed["items"]] == [one["id"] for one in sessions]
    outside = body | {"onDate": (END + DAY).isoformat()}
    assert (await world.first.post(f"{path}/sessions", json=outside)).status_code == 400


async def test_the_regions_waiting_list_for_sheltered_work_shows_no_small_numbers(world: World) -> None:
    regional = world.as_("regional-coordinator", regions=["AM11"])
    facts = FACTS | {"kind": "sheltered-work", "seats": 0, "region": "AM11"}
    assert (await world.first.post("/v1/programmes", json=facts)).status_code == 403
    made = await good(regional.post("/v1/programmes", json=facts))
    path = f"/v1/programmes/{made['id']}"
    students = [await world.student() for _ in range(5)]
    refused = await world.first.post(f"{path}/enrolments", json={"studentId": students[0]["id"]})
    assert "geen indicatie beschut werk" in refused.json()["detail"]
    indication = {
        "kind": "sheltered", "code": "on-waiting-list", "ground": "legal-task", "reason": "Bepaalt welke plekken kunnen.",
        "expiresDate": BEGIN.isoformat(),
    }  # fmt: skip
    for number, student in enumerate(students, 1):
        await good(world.first.post(f"/v1/students/{student['id']}/special-facts", json=indication))
        assert (await enrol(world.first, path, student))["ahead"] == number - 1
        waiting = (await good(world.second.get(path)))["counts"]["waiting"]
        assert waiting == (None if number < 5 else 5)
    assert (await good(regional.get("/v1/programmes?kind=sheltered-work")))["items"][0]["id"] == made["id"]
    assert (await regional.get(f"{path}/enrolments")).status_code == 403
    await good(regional.patch(path, json={"seats": 1}))
    told = await world.intake.next_event(SeatOffered)
    assert told.school_id == world.schools[FIRST]
    assert students[0]["id"] not in told.model_dump_json()


INVALID: list[tuple[dict[str, Any], str]] = [
    ({"endDate": (BEGIN - DAY).isoformat()}, "/endDate"),
    ({"endDate": (BEGIN + timedelta(days=1500)).isoformat()}, "/endDate"),
    ({"moments": [LESSONS[0] | {"ends": "08:00"}]}, "/moments/0/ends"),
    ({"moments": [LESSONS[0] | {"begins": "25:00"}]}, "/moments/0/begins"),
    ({"entry": {"minimumAge": 18, "maximumAge": 16}}, "/entry/maximumAge"),
    ({"entry": {"sectors": ["horca"]}}, "/entry/sectors/0"),
    ({"sector": "horca"}, "/sector"),
    ({"description": "Bel 111222333."}, "/description"),
    ({"region": "AM04"}, "/region"),
]


@pytest.mark.parametrize(("facts", "pointer"), INVALID)
async def test_a_programme_that_cannot_be_says_why(world: World, facts: dict[str, Any], pointer: str) -> None:
    answer = await world.first.post("/v1/programmes", json=FACTS | facts)
    assert answer.status_code == 400, answer.text
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
