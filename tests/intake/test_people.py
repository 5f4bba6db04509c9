"""People and rights: colleagues who act for a while, job coaches with a caseload, bureaus of several schools (M11)."""

from datetime import timedelta
from typing import Any

import httpx

from services.intake.days import today
from services.intake.domain.ground import EXAMPLE as GROUND
from services.intake.domain.special_fact import EXAMPLE as SPECIAL
from shared.events.intake import DelegationChanged
from tests.intake.world import FIRST, SECOND, STUDENT, World, good, unknown

SOON, YESTERDAY = (today() + timedelta(days=7)).isoformat(), (today() - timedelta(days=1)).isoformat()
COLLEAGUE = "Collega@Elders.example"


def colleague(world: World, email: str = COLLEAGUE, **claims: Any) -> httpx.AsyncClient:
    return world.as_("coordinator", sub="colleague", email=email, **claims)


async def test_a_colleague_acts_for_the_whole_school_until_the_last_day(world: World) -> None:
    student = await world.student()
    other = colleague(world, schools=[SECOND])
    path = f"/v1/students/{student['id']}"
    assert (await other.get(path)).status_code == 404
    given = await good(world.first.post("/v1/delegations", json={"email": COLLEAGUE, "untilDate": SOON}))
    assert (given["holds"], given["email"]) == (True, COLLEAGUE.lower())
    assert (await other.get(path)).status_code == 200
    assert (await other.post(f"{path}/_ready")).status_code == 200
    assert (await colleague(world, "iemand@elders.example", schools=[SECOND]).get(path)).status_code == 404
    assert (await other.post("/v1/students", json=STUDENT)).status_code == 400  # for which school?
    assert (await other.post("/v1/students", json=STUDENT | {"school": FIRST})).status_code == 201

    await world.intake.sql.execute("update delegations set until_date = $1", today() - timedelta(days=1))
    assert (await other.get(path)).status_code == 404
    assert student["id"] not in (await other.get("/v1/students")).text


async def test_a_colleague_acts_for_named_students_only(world: World) -> None:
    lent, kept = await world.student(), await world.student()
    body = {"email": COLLEAGUE, "studentIds": [lent["id"]], "untilDate": SOON}
    await good(world.first.post("/v1/delegations", json=body))
    other = colleague(world, schools=[SECOND])
    assert [one["id"] for one in (await good(other.get("/v1/students")))["items"]] == [lent["id"]]
    assert (await other.get(f"/v1/students/{kept['id']}")).status_code == 404
    placed = await world.place(lent, await world.offer(), other)
    assert placed.status_code == 201
    end = {"endedDate": "2026-10-01", "outcome": "completed"}
    assert (await other.post(f"/v1/placements/{placed.json()['id']}/_end", json=end)).status_code == 200
    assert (await world.second.get(f"/v1/placements/{placed.json()['id']}")).status_code == 404
    jobcoach = {"email": "j@x.example", "untilDate": SOON, "ground": "legal-task"}
    assert (await other.put(f"/v1/students/{lent['id']}/jobcoach", json=jobcoach)).status_code == 403


async def test_a_delegation_ends_at_once_and_once(world: World) -> None:
    student = await world.student()
    given = await good(world.first.post("/v1/delegations", json={"email": COLLEAGUE, "untilDate": SOON}))
    other, path = colleague(world), f"/v1/delegations/{given['id']}"
    assert (await world.second.get(path)).status_code == 404
    assert (await world.second.post(f"{path}/_end")).status_code == 404
    assert [one["id"] for one in (await good(other.get("/v1/delegations")))["items"]] == [given["id"]]
    assert (await good(world.first.post(f"{path}/_end")))["holds"] is False
    assert (await world.first.post(f"{path}/_end")).status_code == 409
    assert (await other.get(f"/v1/students/{student['id']}")).status_code == 404


async def test_matching_is_told_who_acts_and_asks_for_the_address(world: World) -> None:
    given = await good(world.first.post("/v1/delegations", json={"email": COLLEAGUE, "untilDate": SOON}))
    told = await world.intake.next_event(DelegationChanged)
    assert (str(told.delegation_id), told.has_ended) == (given["id"], False)
    path = f"/v1/delegations/{given['id']}/delegate"
    matching = world.as_(sub="matching", scope="intake:delegates:read")
    assert await good(matching.get(path)) == {"email": COLLEAGUE.lower(), "studentIds": []}
    for other in (world.first, world.as_(sub="another", scope="intake:profiles:read")):
        assert (await other.get(path)).status_code == 403, "it is no answer that somebody could take for `taken back`"
    await good(world.first.post(f"/v1/delegations/{given['id']}/_end"))
    assert (await world.intake.next_event(DelegationChanged)).has_ended
    assert (await matching.get(path)).status_code == 404


async def test_who_was_given_some_students_gives_them_back(world: World) -> None:
    lent = await world.student()
    given = await good(
        world.first.post(
            "/v1/delegations", json={"email": COLLEAGUE, "studentIds": [lent["id"], lent["id"]], "untilDate": SOON}
        )
    )
    assert given["studentIds"] == [lent["id"]]
    other = colleague(world, schools=[SECOND])
    assert (await other.post(f"/v1/delegations/{given['id']}/_end")).status_code == 200
    assert (await other.get(f"/v1/students/{lent['id']}")).status_code == 404


async def test_what_cannot_be_delegated_is_refused(world: World) -> None:
    theirs = await world.student(world.second)
    await good(world.second.post("/v1/delegations", json={"email": COLLEAGUE, "untilDate": SOON}))
    lent_on = {"email": "derde@elders.example", "schoolId": str(world.schools[SECOND]), "untilDate": SOON}
    other = colleague(world, schools=[FIRST])
    assert (await other.post("/v1/delegations", json=lent_on)).status_code == 403
    for wrong in (
        {"untilDate": YESTERDAY},
        {"untilDate": "2099-01-01"},
        {"fromDate": SOON, "untilDate": today().isoformat()},
        {"email": "nobody", "untilDate": SOON},
        {"email": COLLEAGUE.lower(), "untilDate": SOON},
        {
            "studentIds": [theirs["id"]],
            "untilDate": SOON,
            "email": "a@b.example",
            "schoolId": str(world.schools[FIRST]),
        },
        {"studentIds": [unknown()], "untilDate": SOON, "email": "a@b.example"},
    ):
        answer = await other.post("/v1/delegations", json={"email": "x@y.example"} | wrong)
        assert answer.status_code == 400, (wrong, answer.text)
    regional = world.as_("regional-coordinator", regions=["AM11"])
    assert (await regional.post("/v1/delegations", json=lent_on)).status_code == 403


async def test_a_job_coach_sees_the_caseload_and_changes_nothing(world: World) -> None:
    seen, unseen = await world.student(notes="thuis rustig aan"), await world.student()
    coach = world.as_("jobcoach", sub="coach", email="j.bakker@gemeente.example")
    path = f"/v1/students/{seen['id']}"
    assert (await coach.get(path)).status_code == 404
    body = {"name": "J. Bakker", "email": "J.Bakker@gemeente.example", "untilDate": SOON, "ground": "legal-task"}
    assert (await world.first.put(f"{path}/jobcoach", json=body | {"ground": "consent"})).status_code == 400
    assert (await world.first.put(f"{path}/jobcoach", json=body | {"untilDate": YESTERDAY})).status_code == 400
    assert (await world.second.put(f"{path}/jobcoach", json=body)).status_code == 404
    assert (await world.first.put(f"{path}/jobcoach", json=body)).status_code == 200

    placed = await world.place(seen, await world.offer())
    known = await good(coach.get(path))
    assert (known["givenName"], known["notes"]) == ("Sam", None)
    assert [one["id"] for one in (await good(coach.get("/v1/students")))["items"]] == [seen["id"]]
    assert [one["id"] for one in (await good(coach.get("/v1/placements")))["items"]] == [placed.json()["id"]]
    assert (await coach.get(f"/v1/students/{unseen['id']}")).status_code == 404
    for method, address in (
        ("POST", f"{path}/_ready"),
        ("POST", f"{path}/_withdraw"),
        ("DELETE", f"{path}/jobcoach"),
    ):
        assert (await coach.request(method, address)).status_code == 403, address
    assert (await coach.patch(path, json={"givenName": "Ander"})).status_code == 403
    end = {"endedDate": "2026-10-01", "outcome": "completed"}
    assert (await coach.post(f"/v1/placements/{placed.json()['id']}/_end", json=end)).status_code == 403

    accesses = await good(world.first.get(f"{path}/accesses"))
    assert ("coach", "read") in {(one["subject"], one["action"]) for one in accesses["items"]}
    assert (await world.first.delete(f"{path}/jobcoach")).status_code == 204
    assert (await coach.get(path)).status_code == 404


async def test_a_caseload_lapses_by_its_date(world: World) -> None:
    student = await world.student()
    coach = world.as_("jobcoach", sub="coach", email="j.bakker@gemeente.example")
    body = {"email": "j.bakker@gemeente.example", "untilDate": SOON, "ground": "legal-task"}
    await good(world.first.put(f"/v1/students/{student['id']}/jobcoach", json=body))
    assert (await coach.get(f"/v1/students/{student['id']}")).status_code == 200
    await world.intake.sql.execute("update student_coaches set until_date = $1", today() - timedelta(days=1))
    assert (await coach.get(f"/v1/students/{student['id']}")).status_code == 404


async def test_who_makes_a_student_ready_is_the_coach_that_others_can_call(world: World) -> None:
    by = world.as_("coordinator", sub="first", schools=[FIRST], email="Eerste@School.example")
    student = await world.searching(by)
    assert (await good(by.get(f"/v1/students/{student['id']}/coach")))["email"] == "eerste@school.example"
    await world.searching()
    mine = await good(by.get("/v1/students?mine=true"))
    assert [one["id"] for one in mine["items"]] == [student["id"]]
    offer = await world.offer()
    await world.place(student, offer, by)
    path = f"/v1/offers/{offer['id']}"
    assert (await good(world.second.get(path)))["occupied"][0]["coach"]["email"] == "eerste@school.example"
    await good(by.put(f"/v1/students/{student['id']}/coach", json={"name": "B", "email": "b@school.example"}))
    assert (await good(world.second.get(path)))["occupied"][0]["coach"]["name"] == "B"


async def lent(world: World, *students: Any) -> httpx.AsyncClient:
    """A coordinator of the second school, to whom the first lent these students."""
    body = {"email": COLLEAGUE, "studentIds": [one["id"] for one in students], "untilDate": SOON}
    await good(world.first.post("/v1/delegations", json=body))
    return colleague(world, schools=[SECOND])


async def test_who_acts_for_named_students_decides_nothing_that_is_their_schools(world: World) -> None:
    student = await world.student()
    other, path = await lent(world, student), f"/v1/students/{student['id']}"
    jobcoach = {"email": "j.bakker@gemeente.example", "untilDate": SOON, "ground": "legal-task"}
    await good(world.first.put(f"{path}/jobcoach", json=jobcoach))
    for method, below, body in (
        ("DELETE", "/jobcoach", None),
        ("PUT", "/coach", {"email": "b@school.example"}),
        ("POST", "/grounds", GROUND),
        ("GET", "/grounds", None),
        ("POST", "/special-facts", SPECIAL | {"expiresDate": SOON}),
        ("GET", "/special-facts", None),
        ("GET", "/accesses", None),
        ("POST", "/_leave", {"leftDate": YESTERDAY}),
        ("POST", "/_erase", {"reason": "asked"}),
    ):
        answer = await other.request(method, path + below, json=body)
        assert answer.status_code == 403, (method, below, answer.text)
    assert (await good(world.first.get(f"{path}/jobcoach")))["email"] == jobcoach["email"]


async def test_who_acts_for_a_whole_school_erases_nobody_and_lets_nobody_leave(world: World) -> None:
    student = await world.student()
    await good(world.first.post("/v1/delegations", json={"email": COLLEAGUE, "untilDate": SOON}))
    other, path = colleague(world, schools=[SECOND]), f"/v1/students/{student['id']}"
    assert (await other.post(f"{path}/_leave", json={"leftDate": YESTERDAY})).status_code == 403
    assert (await other.post(f"{path}/_erase", json={"reason": "asked"})).status_code == 403
    assert (await other.put(f"{path}/coach", json={"email": "b@school.example"})).status_code == 200


async def test_who_places_a_named_student_leaves_its_coach(world: World) -> None:
    student = await world.student()
    path = f"/v1/students/{student['id']}"
    await good(world.first.put(f"{path}/coach", json={"email": "eigen@school.example"}))
    other = await lent(world, student)
    assert (await good(other.get(f"{path}/coach")))["email"] == "eigen@school.example"
    placed = await good(world.place(student, await world.offer(), other))
    assert placed["coach"]["email"] == "eigen@school.example"


async def test_who_makes_a_named_student_ready_looks_after_it_when_nobody_does(world: World) -> None:
    alone, cared_for = await world.student(), await world.student()
    await good(world.first.put(f"/v1/students/{cared_for['id']}/coach", json={"email": "eigen@school.example"}))
    other = await lent(world, alone, cared_for)
    for student, coach in ((alone, COLLEAGUE.lower()), (cared_for, "eigen@school.example")):
        assert (await other.post(f"/v1/students/{student['id']}/_ready")).status_code == 200
        assert (await good(world.first.get(f"/v1/students/{student['id']}/coach")))["email"] == coach


async def test_who_acts_for_a_named_student_decides_about_its_placement_under_a_closure(world: World) -> None:
    student = await world.student()
    other = await lent(world, student)
    placed = await good(world.place(student, await world.offer()))
    days = {"fromDate": placed["beginDate"], "untilDate": placed["endDate"]}
    closure = await good(world.operator.post("/v1/closures", json={"region": "AM11", "reason": "epidemic"} | days))
    for decision in ("pauses", "goes-on"):
        body = {"placementId": placed["id"], "decision": decision}
        decided = await good(other.post(f"/v1/closures/{closure['id']}/_decide", json=body))
        assert (decided["decision"], decided["studentId"]) == (decision, student["id"])


async def test_a_school_that_left_lends_nothing(world: World) -> None:
    whole, named = await world.student(), await world.student()
    other = await lent(world, named)
    jobcoach = {"email": "j.bakker@gemeente.example", "untilDate": SOON, "ground": "legal-task"}
    await good(world.first.put(f"/v1/students/{named['id']}/jobcoach", json=jobcoach))
    coach = world.as_("jobcoach", sub="coach", email=jobcoach["email"])
    await good(world.first.post("/v1/delegations", json={"email": "b@b.example", "untilDate": SOON}))
    for_all = colleague(world, "b@b.example", schools=[SECOND])
    paths = [
        (other, f"/v1/students/{named['id']}"),
        (for_all, f"/v1/students/{whole['id']}"),
        (coach, f"/v1/students/{named['id']}"),
    ]
    await world.intake.sql.execute(
        "update schools set departure = $2 where id = $1", world.schools[FIRST], f'{{"left_date": "{today()}"}}'
    )
    for who, path in paths:
        assert (await who.get(path)).status_code == 200
        assert (await who.patch(path, json={"givenName": "Ander"})).status_code == 404
    await world.intake.sql.execute(
        "update schools set departure = $2 where id = $1",
        world.schools[FIRST],
        f'{{"left_date": "{today() - timedelta(days=42)}"}}',
    )
    for who, path in paths:
        assert (await who.get(path)).status_code == 404


async def test_a_job_coach_sees_a_student_for_a_school_year_at_most(world: World) -> None:
    student = await world.student()
    path = f"/v1/students/{student['id']}/jobcoach"
    body = {"email": "j.bakker@gemeente.example", "ground": "legal-task"}
    last = today() + timedelta(days=366)
    refused = await world.first.put(path, json=body | {"untilDate": (last + timedelta(days=1)).isoformat()})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (400, "/untilDate")
    assert (await world.first.put(path, json=body | {"untilDate": last.isoformat()})).status_code == 200


async def test_a_job_coach_on_consent_sees_nothing_once_it_is_withdrawn(world: World) -> None:
    student = await world.student(consent={"givenBy": "parents", "givenDate": "2026-08-31"})
    path = f"/v1/students/{student['id']}"
    coach = world.as_("jobcoach", sub="coach", email="j.bakker@gemeente.example")
    body = {"email": "j.bakker@gemeente.example", "untilDate": SOON, "ground": "consent"}
    await good(world.first.put(f"{path}/jobcoach", json=body))
    assert (await coach.get(path)).status_code == 200
    assert (await world.first.patch(path, json={"consent": None})).status_code == 200
    assert (await coach.get(path)).status_code == 404
    assert (await good(coach.get("/v1/students")))["items"] == []


async def test_a_job_coach_sees_what_work_needs_and_nothing_else(world: World) -> None:
    student = await world.student(
        notes="thuis rustig aan",
        consent={"givenBy": "parents", "givenDate": "2026-08-31"},
        possibilities=["standing"],
        skills={"onTime": "strong"},
        level="practical",
        indications=[{"kind": "sheltered", "status": "requested"}],
        network=[{"employerName": "De Linde", "relation": "family"}],
        orientation=[{"kind": "internship", "sector": "horeca", "doneDate": "2026-05-01"}],
        wishes=[{"rank": 1, "sector": "detailhandel", "neighbourhoods": ["8232"]}],
        certificates=["vca"],
    )
    path = f"/v1/students/{student['id']}"
    body = {"email": "j.bakker@gemeente.example", "untilDate": SOON, "ground": "legal-task"}
    await good(world.first.put(f"{path}/jobcoach", json=body))
    both = world.as_("jobcoach", "coordinator", sub="both", email=body["email"], schools=[SECOND])
    coach = world.as_("jobcoach", sub="coach", email=body["email"])
    searched = await good(both.post("/v1/students/_search", json={}))
    for known in (
        await good(coach.get(path)),
        (await good(coach.get("/v1/students")))["items"][0],
        searched["items"][0],
    ):
        hidden = {key for key in student if known[key] != student[key]}
        assert hidden == {
            "address", "location", "notes", "consent", "possibilities", "skills", "level", "indications", "network",
            "orientation", "wishes",
        }  # fmt: skip
        assert known["wishes"][0] == student["wishes"][0] | {"neighbourhoods": []}
    assert (await coach.get(f"{path}/accesses")).status_code == 403
