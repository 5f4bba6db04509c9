"""A student exists for the own school only: 404 for everybody else, on every path, and every read leaves a trace."""

import importlib
import re
from typing import Any

import httpx

from services.intake.app import create_app
from services.intake.domain.bottleneck import BOTTLENECK
from services.intake.domain.evaluation import EVALUATION
from services.intake.domain.ground import EXAMPLE as GROUND
from services.intake.domain.special_fact import EXAMPLE as SPECIAL
from services.intake.domain.visit import VISIT
from services.intake.settings import Settings
from tests.intake.world import EMPLOYER, OFFER, STAY, World, good, unknown
from tests.support.service import KERNEL_PATHS

BODIES: dict[str, Any] = {
    "_erase": {"reason": "asked"},
    "_leave": {"leftDate": "2026-07-17"},
    "grounds": GROUND,
    "special-facts": SPECIAL,
    "PATCH": {"travel": {"mode": "walk", "maxMinutes": 10}},
    "_end": {"endedDate": "2026-10-01", "outcome": "completed"},
    "coach": {"email": "ander@school.example"},
    "jobcoach": {"email": "ander@gemeente.example", "untilDate": "2087-01-01", "ground": "legal-task"},
    "handovers": {"parts": ["direction"]},
    "requests": {"indication": "job-agreement"},
    "_accept": {"ground": "legal-task", "reason": "Bepaalt welke plekken kunnen."},
    "visit-rhythm": {"everyWeeks": 4},
    "visits": VISIT,
    "bottlenecks": BOTTLENECK,
    "{party}": EVALUATION,
}


OF_PLACEMENTS: dict[str, Any] = {
    **BODIES,
    "_sign": {"party": "student"},
    "requests": {"kind": "guidance", "question": "Hoe begeleidt dit bedrijf beter?"},
    "_continue": STAY | {"offerId": unknown()},
    "PATCH": {"endDate": "2027-01-29"},
}


def body_of(method: str, path: str, bodies: dict[str, Any] = BODIES) -> Any:
    return None if method == "GET" else bodies.get(path.rsplit("/", 1)[1], bodies.get(method, {}))


def at(path: str, **ids: str) -> str:
    """The path with these ids, and with ids of nothing for whatever else it names."""
    return path.format_map({"handoverId": unknown(), "requestId": unknown(), "party": "school"} | ids)


def operations(naming: str = "") -> list[tuple[str, str]]:
    """Every operation of the register, or those whose path names a student or a placement."""
    app = create_app(Settings(database_url="postgresql://nobody@localhost/none", amqp_url="amqp://localhost"))
    found = [
        (method.upper(), path)
        for path, methods in app.openapi()["paths"].items()
        for method in methods
        if naming in path and not path.startswith(KERNEL_PATHS)
    ]
    assert found
    return found


STUDENT_PATHS = operations("{studentId}")
PLACEMENT_PATHS = operations("{placementId}")


async def everybody_else(world: World) -> dict[str, httpx.AsyncClient]:
    return {
        "a second school": world.second,
        "an operator": world.operator,
        "the regional coordinator": world.as_("regional-coordinator", regions=["AM11"], schools=["05KJ00"]),
        "an intermediary": world.as_(
            "intermediary", intermediary={"kind": "sbb", "regions": ["AM11"]}, schools=["05KJ00"]
        ),
        "a machine without the scope": world.as_(scope="intake:events:read"),
        "a coordinator of no school": world.as_("coordinator"),
    }


async def test_everybody_else_gets_404_for_a_student_on_every_path(world: World) -> None:
    student = await world.searching()
    for who, client in (await everybody_else(world)).items():
        for method, path in STUDENT_PATHS:
            answer = await client.request(method, at(path, studentId=student["id"]), json=body_of(method, path))
            assert answer.status_code == 404, f"{who}: {method} {path}: {answer.text}"
            assert student["id"] not in answer.text
    assert (await good(world.first.get(f"/v1/students/{student['id']}")))["travel"] == student["travel"]


async def test_everybody_else_gets_404_for_a_placement_on_every_path(world: World) -> None:
    student = await world.student()
    placement = (await world.place(student, await world.offer())).json()
    for who, client in (await everybody_else(world)).items():
        for method, path in PLACEMENT_PATHS:
            body = body_of(method, path, OF_PLACEMENTS)
            answer = await client.request(method, at(path, placementId=placement["id"]), json=body)
            assert answer.status_code == 404, f"{who}: {method} {path}: {answer.text}"
    assert (await good(world.first.get(f"/v1/placements/{placement['id']}")))["state"] == "running"


async def test_a_student_of_another_school_and_one_of_nobody_look_the_same(world: World) -> None:
    student, offer = await world.searching(), await world.offer()
    for path in (f"/v1/students/{student['id']}", f"/v1/students/{unknown()}"):
        answer = await world.second.get(path)
        assert answer.json()["detail"] == "There is no such student, or you may not see it."
    for student_id in (student["id"], unknown()):
        placed = await world.place({"id": student_id}, offer, by=world.second)
        assert placed.status_code == 404
        contact = {"channel": "telephone", "outcome": "no", "contactDate": "2026-09-10", "studentId": student_id}
        logged = await world.second.post(f"/v1/employers/{offer['employerId']}/contacts", json=contact)
        assert logged.status_code == 404


async def test_lists_hold_the_own_school_only(world: World) -> None:
    own, other = await world.student(), await world.student(by=world.second, givenName="Noor")
    await world.place(own, await world.offer())
    for method, path, body in (
        ("GET", "/v1/students", None),
        ("POST", "/v1/students/_search", {}),
        ("GET", "/v1/placements", None),
        ("GET", f"/v1/placements?studentId={own['id']}", None),
    ):
        assert own["id"] in (await world.first.request(method, path, json=body)).text
        assert own["id"] not in (await world.second.request(method, path, json=body)).text
        assert (await world.operator.request(method, path, json=body)).status_code == 403
    assert other["id"] in (await world.second.get("/v1/students")).text


async def test_an_offer_shows_that_a_seat_is_taken_but_not_by_whom(world: World) -> None:
    student, offer = await world.student(), await world.offer()
    placement = (await world.place(student, offer)).json()
    seen = await world.second.get(f"/v1/offers/{offer['id']}")
    assert seen.json()["occupied"] == [
        {
            "schoolId": str(world.schools["05KJ00"]),
            "schoolName": "School 05KJ00",
            "beginDate": "2026-09-07",
            "untilDate": "2027-02-12",
            "weekdays": ["mon", "tue"],
            "coach": None,  # nobody of the school is named yet, and the token names no address
        }
    ]
    assert student["id"] not in seen.text
    assert placement["id"] not in seen.text


async def test_matching_reads_the_profile_while_the_student_searches(world: World) -> None:
    student = await world.searching(address={"street": "Geheimstraat", "postcode": "8232VT", "place": "Lelystad"})
    path = f"/v1/students/{student['id']}/matching-profile"
    profile = await good(world.matching.get(path))
    assert profile["birthYearMonth"] == "2009-05"
    assert profile["version"] == student["version"] == 1
    assert profile["travel"] == {"mode": "bike", "maxMinutes": 30}
    assert not re.search("Sam|Boer|2009-05-17|Geheim|8232", str(profile))
    await good(world.first.post(f"/v1/students/{student['id']}/_withdraw"))
    gone = await world.matching.get(path)
    assert (gone.status_code, gone.json()["type"]) == (410, "urn:stagebrug:problem:search-is-over")
    assert (await world.matching.get(f"/v1/students/{unknown()}/matching-profile")).status_code == 404
    assert (await world.first.get(path)).status_code == 404


async def test_every_read_of_a_student_is_logged(world: World) -> None:
    student = await world.searching()
    await good(world.first.get(f"/v1/students/{student['id']}"))
    await good(world.first.get("/v1/students"))
    await good(world.matching.get(f"/v1/students/{student['id']}/matching-profile"))
    lines = (await good(world.first.get(f"/v1/students/{student['id']}/accesses")))["items"]
    assert [(line["subject"], line["action"]) for line in lines] == [
        ("first", "changed"),
        ("first", "read"),
        ("first", "listed"),
        ("matching", "matched"),
        ("first", "read"),
    ]
    assert all(line["accessedAt"].endswith("Z") for line in lines)


async def test_the_access_log_is_read_page_by_page(world: World) -> None:
    student = await world.student()
    for _ in range(3):
        await good(world.first.get(f"/v1/students/{student['id']}"))
    path = f"/v1/students/{student['id']}/accesses?limit=2"
    page = await good(world.first.get(path))
    assert len(page["items"]) == 2
    rest = await good(world.first.get(f"{path}&cursor={page['next']}"))
    assert len(rest["items"]) == 2


async def test_events_about_a_student_hold_ids_and_nothing_else(world: World) -> None:
    student, offer = await world.searching(), await world.offer()
    await world.place(student, offer)
    rows = await world.intake.sql.fetch("select message from outbox union all select message from event_log")
    told = " ".join(row["message"] for row in rows)
    assert student["id"] in told
    assert not re.search(r"Sam|de Boer|2009-05|8232VT|noise|limited|bike", told)


PUBLIC = {
    "/v1/public/profile-cards",
    "/v1/public/counters",
    "/v1/public/stories",
    "/v1/public/newsletter-readers/{key}/_confirm",
    "/v1/public/newsletter-readers/{key}/_leave",
}
"""What everybody may read, or does by a key of its own: nothing there names a student (M5)."""


async def test_who_has_no_token_gets_401_everywhere_but_for_what_is_public(world: World) -> None:
    assert {path for _, path in operations() if path.startswith("/v1/public/")} == PUBLIC
    for method, path in operations():
        if path in PUBLIC:
            continue
        answer = await world.intake.client.request(method, re.sub(r"{\w+}", unknown(), path))
        assert answer.status_code == 401, f"{method} {path}"


async def test_a_citizen_service_number_is_refused_wherever_text_is_free(world: World) -> None:
    number = "nr 111.222.333, zie boven"
    employer = await world.employer()
    student = await world.student()
    for client, method, path, body in (
        (world.first, "PATCH", f"/v1/students/{student['id']}", {"notes": number}),
        (world.first, "PATCH", f"/v1/students/{student['id']}", {"familyName": number}),
        (world.first, "POST", f"/v1/employers/{employer['id']}/offers", OFFER | {"description": number}),
        (world.first, "POST", "/v1/employers", EMPLOYER | {"contactPersons": [{"name": number}]}),
        (
            world.first,
            "POST",
            f"/v1/employers/{employer['id']}/contacts",
            {"channel": "telephone", "outcome": "no", "contactDate": "2026-09-10", "note": number},
        ),
    ):
        answer = await client.request(method, path, json=body)
        assert answer.status_code == 400, path
        assert "BSN" in answer.json()["errors"][0]["detail"]
        assert number not in answer.text


def test_nothing_but_the_store_of_students_reads_their_table() -> None:
    """Every way to a student leads through one file, which asks for the school and writes the access log."""
    for module in ("employers", "offers", "contacts", "placements", "tips", "schools"):
        source = importlib.import_module(f"services.intake.store.{module}")
        assert not hasattr(source, "students"), module


async def test_placing_by_hand_is_for_the_own_student_only(world: World) -> None:
    offer, other = await world.offer(), await world.student(by=world.second)
    answer = await world.first.post("/v1/placements", json=STAY | {"studentId": other["id"], "offerId": offer["id"]})
    assert answer.status_code == 404
