"""A student from registration to the search and back, as the own school goes about it."""

from shared.events.intake import StudentReady, StudentWithdrawn
from tests.intake.world import FIRST, LELYSTAD, SECOND, STUDENT, World, good, unknown


async def test_of_a_registered_student_nobody_hears(world: World) -> None:
    student = await world.student()
    assert (student["state"], student["version"], student["region"]) == ("registered", 0, "AM11")
    events = await world.intake.sql.fetch("select type from outbox union all select type from event_log")
    assert not [row for row in events if "student" in row["type"]]


async def test_readiness_is_refused_with_what_is_missing(world: World) -> None:
    student = await good(
        world.first.post("/v1/students", json={"givenName": "Noor", "familyName": "Vos", "birthDate": "2009-01-01"})
    )
    assert "het adres" in student["missing"]
    answer = await world.first.post(f"/v1/students/{student['id']}/_ready")
    problem = answer.json()
    assert (answer.status_code, problem["type"]) == (409, "urn:stagebrug:problem:student-is-not-ready")
    assert "minstens één wens" in problem["detail"]
    assert {"in": "body", "pointer": "/travel", "detail": "hoe en hoe lang de leerling kan reizen"} in problem["errors"]
    rest = {name: STUDENT[name] for name in STUDENT if name not in {"givenName", "familyName", "birthDate"}}
    completed = await good(world.first.patch(f"/v1/students/{student['id']}", json=rest))
    assert completed["missing"] == []
    assert (await good(world.first.post(f"/v1/students/{student['id']}/_ready")))["state"] == "searching"


async def test_a_ready_student_is_announced_with_where_the_profile_is(world: World) -> None:
    student = await world.searching()
    told = await world.intake.next_event(StudentReady)
    assert (str(told.student_id), told.school_id, told.region) == (student["id"], world.schools[FIRST], "AM11")
    envelope = await world.intake.sql.fetchval(
        "select message from (select message, type from outbox union all select message, type from event_log) e "
        "where type = 'nl.stagebrug.student-ready.v1'"
    )
    assert f"/v1/students/{student['id']}/matching-profile" in envelope
    assert (await world.first.post(f"/v1/students/{student['id']}/_ready")).status_code == 409


async def test_who_searches_with_other_wishes_is_announced_again(world: World) -> None:
    student = await world.searching()
    await world.intake.next_event(StudentReady)
    path = f"/v1/students/{student['id']}"
    renamed = await good(world.first.patch(path, json={"familyName": "van den Boer"}))
    assert renamed["version"] == 1
    changed = await good(world.first.patch(path, json={"travel": {"mode": "walk", "maxMinutes": 15}}))
    assert (await world.intake.next_event(StudentReady)).version == changed["version"] == 2


async def test_who_searches_keeps_what_a_search_needs(world: World) -> None:
    student = await world.searching()
    path = f"/v1/students/{student['id']}"
    answer = await world.first.patch(path, json={"travel": None})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (409, "/travel")
    assert (await good(world.first.get(path)))["travel"] == STUDENT["travel"]


async def test_a_student_is_withdrawn_from_the_search(world: World) -> None:
    student = await world.searching()
    path = f"/v1/students/{student['id']}/_withdraw"
    assert (await good(world.first.post(path)))["state"] == "withdrawn"
    assert str((await world.intake.next_event(StudentWithdrawn)).student_id) == student["id"]
    assert (await world.first.post(path)).status_code == 409


async def test_a_move_changes_the_region(world: World) -> None:
    student = await world.student()
    moved = await good(
        world.first.patch(f"/v1/students/{student['id']}", json={"address": {"postcode": "8011AA", "place": "Zwolle"}})
    )
    assert (moved["region"], moved["municipality"]) == ("AM36", "GM0193")


async def test_students_are_found_by_name_in_the_body(world: World) -> None:
    sam = await world.student()
    await world.student(givenName="Noor", familyName="Vos")
    page = await good(world.first.post("/v1/students/_search", json={"text": "BOER sam"}))
    assert [student["id"] for student in page["items"]] == [sam["id"]]
    page = await good(world.first.get("/v1/students?state=searching"))
    assert page["items"] == []


async def test_who_works_for_several_schools_says_whose_student_it_is(world: World) -> None:
    bureau = world.as_("coordinator", schools=[FIRST, SECOND])
    assert (await bureau.post("/v1/students", json=STUDENT)).json()["errors"][0]["pointer"] == "/school"
    student = await world.student(by=bureau, school=SECOND)
    assert student["schoolId"] == str(world.schools[SECOND])
    assert (await world.first.post("/v1/students", json=STUDENT | {"school": SECOND})).status_code == 403
    assert (await world.first.post("/v1/students", json=STUDENT | {"school": "99ZZ99"})).status_code == 403


async def test_all_errors_of_a_body_come_at_once(world: World) -> None:
    body = STUDENT | {
        "endDate": "2020-01-01",
        "travel": {"mode": "horse", "maxMinutes": 10**40},
        "address": LELYSTAD | {"postcode": "1"},
    }
    answer = await world.first.post("/v1/students", json=body)
    assert {error["pointer"] for error in answer.json()["errors"]} == {
        "/address/postcode",
        "/endDate",
        "/travel/maxMinutes",
        "/travel/mode",
    }


async def test_unknown_ids_are_404_and_no_ids_are_400(world: World) -> None:
    assert (await world.first.get(f"/v1/students/{unknown()}")).status_code == 404
    assert (await world.first.get("/v1/students/1")).status_code == 400
    assert (await world.first.get("/v1/students?cursor=%F0")).status_code == 400
    assert (await world.first.get("/v1/students?cursor=bm8")).status_code == 400
    assert (await world.first.get("/v1/students?limit=9999999999999999999999")).status_code == 400
