"""A small region to test in: schools, an employer, an offer, students, through the public API."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx

from shared.ids import new_id
from tests.support.service import RunningService

LELYSTAD = {"postcode": "8232VT", "place": "Lelystad"}
ZWOLLE = {"postcode": "8011AA", "place": "Zwolle"}
FIRST, SECOND = "05KJ00", "30AB01"

STUDENT: dict[str, Any] = {
    "givenName": "Sam",
    "familyName": "de Boer",
    "birthDate": "2009-05-17",
    "address": LELYSTAD,
    "wishes": [{"rank": 1, "sector": "detailhandel"}],
    "limits": ["noise"],
    "guidanceNeed": "limited",
    "outflowProfile": "work",
    "travel": {"mode": "bike", "maxMinutes": 30},
    "placementKind": "internship",
    "beginDate": "2026-09-07",
    "endDate": "2027-02-12",
    "weekdays": ["mon", "tue", "thu"],
    "daysPerWeek": 2,
}
EMPLOYER: dict[str, Any] = {"name": "Tuincentrum De Linde", "sectors": ["detailhandel"], "address": LELYSTAD}
OFFER: dict[str, Any] = {"sector": "detailhandel", "seats": 1, "beginDate": "2026-09-01", "endDate": "2027-07-09"}
STAY: dict[str, Any] = {"beginDate": "2026-09-07", "endDate": "2027-02-12", "weekdays": ["mon", "tue"]}


async def good(answer: Any) -> Any:
    """The body of a call that must succeed."""
    response: httpx.Response = await answer
    assert response.is_success, response.text
    return response.json()


class Careful(httpx.AsyncClient):
    """Changes what it has just read, as a front end does, unless a test says in If-Match what it wants."""

    async def patch(self, url: Any, **given: Any) -> httpx.Response:
        headers = dict(given.pop("headers", {}))
        if "If-Match" not in headers and (tag := (await self.get(url)).headers.get("ETag")):
            headers["If-Match"] = tag
        return await super().patch(url, headers=headers, **given)


@dataclass
class World:
    """Clients of those who call, and the ids of the two schools."""

    intake: RunningService
    operator: httpx.AsyncClient
    first: httpx.AsyncClient
    second: httpx.AsyncClient
    matching: httpx.AsyncClient
    schools: dict[str, UUID] = field(default_factory=dict)

    def as_(self, *roles: str, **claims: Any) -> httpx.AsyncClient:
        return a_client(self.intake, *roles, **claims)

    async def employer(self, by: httpx.AsyncClient | None = None, **facts: Any) -> Any:
        return await good((by or self.first).post("/v1/employers", json=EMPLOYER | {"confirmedNew": True} | facts))

    async def offer(self, employer_id: str | None = None, **facts: Any) -> Any:
        employer_id = employer_id or (await self.employer())["id"]
        return await good(self.first.post(f"/v1/employers/{employer_id}/offers", json=OFFER | facts))

    async def student(self, by: httpx.AsyncClient | None = None, **facts: Any) -> Any:
        return await good((by or self.first).post("/v1/students", json=STUDENT | facts))

    async def searching(self, by: httpx.AsyncClient | None = None, **facts: Any) -> Any:
        student = await self.student(by, **facts)
        return await good((by or self.first).post(f"/v1/students/{student['id']}/_ready"))

    async def place(
        self, student: Any, offer: Any, by: httpx.AsyncClient | None = None, **facts: Any
    ) -> httpx.Response:
        body = STAY | {"studentId": student["id"], "offerId": offer["id"]} | facts
        return await (by or self.first).post("/v1/placements", json=body)


def a_client(intake: RunningService, *roles: str, **claims: Any) -> httpx.AsyncClient:
    """A client with a token; without TLS settings, of which making each takes longer than a call."""
    token = intake.bench.token(roles=list(roles), **claims)
    headers = {"Authorization": f"Bearer {token}"}
    return Careful(base_url=intake.url, headers=headers, timeout=20, verify=False)


async def a_world(intake: RunningService) -> World:
    """Two schools in Flevoland and who calls for them."""
    first = a_client(intake, "coordinator", sub="first", schools=[FIRST])
    second = a_client(intake, "coordinator", sub="second", schools=[SECOND])
    matching = a_client(intake, sub="matching", scope="intake:profiles:read")
    world = World(intake, a_client(intake, "operator", sub="operator"), first, second, matching)
    for brin in (FIRST, SECOND):
        school = {"brin": brin, "name": f"School {brin}", "kind": "pro", "address": LELYSTAD}
        made = await good(world.operator.post("/v1/schools", json=school))
        world.schools[brin] = UUID(made["id"])
    return world


def unknown() -> str:
    """An id of nothing."""
    return str(new_id())
