"""A student is the own school's alone: on every path that there is, anybody else's call finds nothing."""

import re
from typing import Any

from tests.journeys.world import (
    Person,
    World,
    employer_of,
    offer_of,
    placement_of,
    proposal_for,
    ready_student_of,
)

SERVICES = ("intake", "matching", "notifications", "analytics")
BODIES: dict[str, Any] = {
    "_decline": {"reason": "too-far"},
    "_end": {"endedDate": "2027-03-31", "outcome": "completed"},
    "PATCH": {"givenName": "Ander"},
    "effort": {"level": 1},
    "coach": {"email": "ander@school.example"},
    "jobcoach": {"email": "ander@gemeente.example", "untilDate": "2087-01-01", "ground": "legal-task"},
    "_erase": {"reason": "asked"},
    "_leave": {"leftDate": "2026-07-17"},
    "pins": {
        "offerId": "01920000-0000-7000-8000-000000000002",
        "kind": "forbid",
        "reason": "Broer werkt daar",
        "untilDate": "2087-01-01",
    },
    "grounds": {
        "recipientKind": "municipality",
        "organisation": "Gemeente Lelystad",
        "purpose": "warm-transfer",
        "legalGround": "consent",
        "givenBy": "parents",
        "givenDate": "2023-08-31",
        "endDate": "2024-07-31",
    },
    "special-facts": {
        "kind": "behaviour",
        "code": "needs-one-contact",
        "ground": "legal-task",
        "reason": "Begeleiding",
        "expiresDate": "2027-01-31",
    },
    "handovers": {"parts": ["direction"]},
    "requests": {"indication": "job-agreement"},
    "_accept": {"ground": "legal-task", "reason": "Bepaalt welke plekken kunnen."},
    "visit-rhythm": {"everyWeeks": 4},
    "visits": {"visitDate": "2026-10-12", "form": "at-work", "spokeWith": ["supervisor"]},
    "bottlenecks": {"noticedBy": "employer", "noticedDate": "2026-10-19", "codes": ["lack-of-time"]},
    "{party}": {"experience": "positive"},
}
OF_PLACEMENTS: dict[str, Any] = BODIES | {
    "requests": {"kind": "guidance", "question": "Hoe begeleidt dit bedrijf beter?"},
    "PATCH": {"endDate": "2027-01-29"},
    "_sign": {"party": "student"},
    "_continue": {
        "offerId": "01920000-0000-7000-8000-000000000002",
        "beginDate": "2027-04-01",
        "endDate": "2027-06-30",
        "weekdays": ["mon"],
    },
}

OTHERS = {
    "{party}": "school",
    **dict.fromkeys(("{handoverId}", "{requestId}"), "01920000-0000-7000-8000-0000000000b7"),
}
"""What else a path names."""


async def paths_about(world: World, word: str) -> list[tuple[str, str, str]]:
    """Every (service, method, path) whose path has an id of this kind."""
    found = []
    for service in SERVICES:
        document = await world.operator.get(service, "/v1/openapi.json")
        for path, operations in document["paths"].items():
            if re.search(rf"/{word}/{{[^}}]+}}", path):
                found += [(service, method.upper(), path) for method in operations]
    return found


async def answers(person: Person, paths: list[tuple[str, str, str]], word: str, one: str) -> dict[str, int]:
    """The status of each call."""
    found = {}
    for service, method, path in paths:
        address = re.sub(rf"/{word}/{{[^}}]+}}", f"/{word}/{one}", path)
        for name, given in OTHERS.items():
            address = address.replace(name, given)
        bodies = OF_PLACEMENTS if word == "placements" else BODIES
        body = bodies.get(path.rsplit("/", 1)[1], bodies.get(method, {} if method in {"POST", "PUT"} else None))
        found[f"{method} {service} {path}"] = (await person.call(method, service, address, body)).status_code
    return found


async def test_a_student_of_another_school_is_not_found_on_any_path(world: World) -> None:
    own, other = await world.school("AM11"), await world.school("AM11", "vso")
    await offer_of(own, await employer_of(own))
    student = await ready_student_of(own)
    proposal = await proposal_for(own, student)
    regional = Person(world, roles=["regional-coordinator"], regions=["AM11"])
    sbb = await world.intermediary("sbb", "AM11")
    for stranger in (other, regional, sbb, world.operator):
        for word, one in (("students", student), ("proposals", proposal["id"])):
            paths = await paths_about(world, word)
            assert len(paths) > 2
            seen = {
                path: status
                for path, status in (await answers(stranger, paths, word, one)).items()
                if status not in {403, 404}
            }
            assert not seen, (stranger.claims, seen)
    exact = await answers(other, await paths_about(world, "students"), "students", student)
    assert {path: status for path, status in exact.items() if status != 404 and "matching-profile" not in path} == {}

    await own.post("matching", f"/v1/proposals/{proposal['id']}/_accept")
    placement = await placement_of(own, student)
    paths = await paths_about(world, "placements")
    seen = {
        path: status
        for path, status in (await answers(other, paths, "placements", placement["id"])).items()
        if status != 404
    }
    assert not seen
    for service, path in (("intake", "/v1/students"), ("intake", "/v1/placements"), ("matching", "/v1/proposals")):
        assert student not in (await other.call("GET", service, path)).text


async def test_other_schools_see_that_a_seat_is_taken_and_not_by_whom(world: World) -> None:
    own, other = await world.school("AM11"), await world.school("AM11")
    offer = await offer_of(own, await employer_of(own, name="Fietsenmaker Wiel"), sector="techniek-en-productie")
    student = await ready_student_of(own, wishes=[{"rank": 1, "sector": "techniek-en-productie", "tasks": []}])
    proposal = await proposal_for(own, student)
    await own.post("matching", f"/v1/proposals/{proposal['id']}/_accept")
    await placement_of(own, student)
    shown = await other.call("GET", "intake", f"/v1/offers/{offer['id']}")
    assert own.claims["school_id"] in shown.text
    assert student not in shown.text
    assert "Voorbeeld" not in shown.text
