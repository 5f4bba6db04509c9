"""What the people of a journey do, in their words; every step is a call of a public API."""

import asyncio
import itertools
import random
import string
from contextlib import AsyncExitStack
from typing import Any, Self

import httpx

from deploy import tokens
from deploy.stack import Stack
from tests.support.webhook_receiver import WebhookReceiver

PLACES = {
    "AM01": {
        "postcode": "9711 AB",
        "place": "Groningen",
        "municipality": "GM0014",
        "latitude": 53.22,
        "longitude": 6.57,
    },
    "AM05": {
        "postcode": "7511 AB",
        "place": "Enschede",
        "municipality": "GM0153",
        "latitude": 52.22,
        "longitude": 6.9,
    },
    "AM07": {
        "postcode": "6811 AB",
        "place": "Arnhem",
        "municipality": "GM0202",
        "latitude": 51.98,
        "longitude": 5.91,
    },
    "AM09": {
        "postcode": "7001 AB",
        "place": "Doetinchem",
        "municipality": "GM0222",
        "latitude": 51.96,
        "longitude": 6.29,
    },
    "AM36": {
        "postcode": "8011 AB",
        "place": "Zwolle",
        "municipality": "GM0193",
        "latitude": 52.51,
        "longitude": 6.09,
    },
    "AM11": {
        "postcode": "8232 VT",
        "place": "Lelystad",
        "municipality": "GM0995",
        "latitude": 52.51,
        "longitude": 5.47,
    },
    "AM02": {
        "postcode": "8911 AB",
        "place": "Leeuwarden",
        "municipality": "GM0080",
        "latitude": 53.2,
        "longitude": 5.8,
    },
    "AM20": {
        "postcode": "2801 AB",
        "place": "Gouda",
        "municipality": "GM0513",
        "latitude": 52.01,
        "longitude": 4.71,
    },
    "AM24": {
        "postcode": "4331 AB",
        "place": "Middelburg",
        "municipality": "GM0687",
        "latitude": 51.5,
        "longitude": 3.61,
    },
    "AM30": {
        "postcode": "6211 AB",
        "place": "Maastricht",
        "municipality": "GM0935",
        "latitude": 50.85,
        "longitude": 5.69,
    },
    "AM21": {
        "postcode": "2511 AB",
        "place": "Den Haag",
        "municipality": "GM0518",
        "latitude": 52.08,
        "longitude": 4.31,
    },
    "AM25": {
        "postcode": "4811 AB",
        "place": "Breda",
        "municipality": "GM0758",
        "latitude": 51.59,
        "longitude": 4.78,
    },
    "AM27": {
        "postcode": "5211 AB",
        "place": "'s-Hertogenbosch",
        "municipality": "GM0796",
        "latitude": 51.69,
        "longitude": 5.3,
    },
}
"""An address per region; a journey whose outcome others in its region could change has one to itself."""

_PAIRS = ["".join(pair) for pair in itertools.product(string.ascii_uppercase, repeat=2)]
_brins = iter([f"{number:02d}{pair}00" for pair in random.sample(_PAIRS, 2) for number in range(10, 99)])
"""Of schools that no run before registered, as far as chance goes: a running system may have had some."""


class Person:
    """Somebody with a token."""

    def __init__(self, world: "World", **claims: Any) -> None:
        self.world = world
        self.claims = claims
        token = tokens.mint(world.stack.folder, world.stack.urls["issuer"], {"sub": f"person-{id(self)}", **claims})
        self.client = httpx.AsyncClient(headers={"Authorization": f"Bearer {token}"}, timeout=30)

    async def call(self, method: str, service: str, path: str, body: Any = None) -> httpx.Response:
        """One call, whatever it answers."""
        return await self.client.request(method, self.world.stack.urls[service] + path, json=body)

    async def get(self, service: str, path: str) -> Any:
        """What a GET answers; it must be 200."""
        answer = await self.call("GET", service, path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def post(self, service: str, path: str, body: Any = None) -> Any:
        """What a POST answers; it must be 2xx."""
        answer = await self.call("POST", service, path, body)
        assert answer.is_success, answer.text
        return answer.json()

    async def put(self, service: str, path: str, body: Any) -> Any:
        """What a PUT answers; it must be 2xx."""
        answer = await self.call("PUT", service, path, body)
        assert answer.is_success, answer.text
        return answer.json()

    async def until(self, service: str, path: str, seen: Any, within: float = 30) -> Any:
        """Read a resource again until it is there and `seen(resource)` gives something; what it gives."""
        async with asyncio.timeout(within):
            while True:
                answer = await self.call("GET", service, path)
                assert answer.status_code in {200, 404}, answer.text
                if answer.is_success and (found := seen(answer.json())):
                    return found
                await asyncio.sleep(0.05)  # a poll with a deadline


class World:
    """A journey's region, and who lives in it."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self._open = AsyncExitStack()
        self.operator = Person(self, roles=["operator"])

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._open.aclose()

    async def school(self, region: str, kind: str = "pro") -> Person:
        """A school joins; its coordinator, with `.school` and `.region` set."""
        brin = next(_brins)
        body = {"name": f"School {brin}", "brin": brin, "kind": kind, "address": PLACES[region], "studentCount": 120}
        made = await self.operator.post("intake", "/v1/schools", body)
        coordinator = Person(self, roles=["coordinator"], schools=[brin], email=f"{brin.lower()}@school.example")
        coordinator.claims |= {"region": region, "school_id": made["id"]}
        return coordinator

    async def intermediary(self, kind: str, region: str, *municipalities: str) -> Person:
        """An organisation that knows employers."""
        claim = {"kind": kind, "oin": "00000099000000000002", "municipalities": municipalities, "regions": [region]}
        return Person(self, roles=["intermediary"], intermediary=claim)

    async def impatient(self, region: str, **settings: Any) -> None:
        """Let a region widen and ask for help at once."""
        regional = Person(self, roles=["regional-coordinator"], regions=[region])
        known = await regional.get("matching", f"/v1/regions/{region}/settings")
        body = {name: value for name, value in known.items() if name not in {"region", "version"}}
        body |= {"patienceSeconds": dict.fromkeys(known["patienceSeconds"], 0), "helpDelaySeconds": 0, **settings}
        await regional.put("matching", f"/v1/regions/{region}/settings", body)

    async def listening(self, who: Person, *types: str) -> WebhookReceiver:
        """A real HTTP server that a subscription of `who` delivers to."""
        receiver = await self._open.enter_async_context(WebhookReceiver())
        made = await who.post("notifications", "/v1/subscriptions", {"sink": receiver.url, "types": list(types)})
        receiver.secret = made["secret"]
        await who.until("notifications", f"/v1/subscriptions/{made['id']}", lambda s: s["state"] == "active")
        return receiver


async def employer_of(coordinator: Person, **facts: Any) -> dict[str, Any]:
    """An employer that the coordinator's school brings in."""
    body = {
        "name": "Tuincentrum De Linde",
        "kind": "regular",
        "sectors": ["detailhandel"],
        "sizeClass": "small",
        "recognition": "boris",
        "guidance": "full",
        "placesPerYear": 3,
        "address": PLACES[coordinator.claims["region"]],
        "confirmedNew": True,
        **facts,
    }
    made: dict[str, Any] = await coordinator.post("intake", "/v1/employers", body)
    return made


async def offer_of(coordinator: Person, employer: dict[str, Any], **facts: Any) -> dict[str, Any]:
    """A place at an employer."""
    body = {
        "kind": "internship",
        "sector": "detailhandel",
        "tasks": ["vakken-vullen"],
        "seats": 1,
        "beginDate": "2027-02-01",
        "endDate": "2027-07-09",
        "weekdays": ["mon", "tue", "wed", "thu", "fri"],
        "guidance": "full",
        "jobcoachWelcome": True,
        "outflowProfiles": ["work"],
        **facts,
    }
    made: dict[str, Any] = await coordinator.post("intake", f"/v1/employers/{employer['id']}/offers", body)
    return made


_numbers = itertools.count(1)


async def ready_student_of(coordinator: Person, **facts: Any) -> str:
    """A student of the coordinator's school who looks for a place; the id."""
    body = {
        "givenName": "Sam",
        "familyName": f"Voorbeeld{next(_numbers)}",
        "birthDate": "2009-05-17",
        "address": PLACES[coordinator.claims["region"]],
        "school": coordinator.claims["schools"][0],
        "wishes": [{"rank": 1, "sector": "detailhandel", "tasks": ["vakken-vullen"]}],
        "limits": [],
        "guidanceNeed": "limited",
        "hasJobcoach": False,
        "outflowProfile": "work",
        "certificates": [],
        "travel": {"mode": "bike", "maxMinutes": 45},
        "acceptsNeighbouringWork": False,
        "lastYear": False,
        "placementKind": "internship",
        "beginDate": "2027-02-08",
        "endDate": "2027-06-25",
        "weekdays": ["mon", "tue", "thu"],
        "daysPerWeek": 2,
        **facts,
    }
    made = await coordinator.post("intake", "/v1/students", body)
    await coordinator.post("intake", f"/v1/students/{made['id']}/_ready")
    return str(made["id"])


async def proposal_for(coordinator: Person, student: str, within: float = 30) -> dict[str, Any]:
    """The open proposal of a student, as soon as there is one."""

    def opened(page: Any) -> Any:
        return next((proposal for proposal in page["items"] if proposal["state"] == "open"), None)

    found: dict[str, Any] = await coordinator.until("matching", f"/v1/students/{student}/proposals", opened, within)
    return found


async def placement_of(coordinator: Person, student: str) -> dict[str, Any]:
    """The placement of a student, as soon as it is there."""

    def theirs(page: Any) -> Any:
        return next((placement for placement in page["items"] if placement["studentId"] == student), None)

    found: dict[str, Any] = await coordinator.until("intake", f"/v1/placements?studentId={student}", theirs)
    return found
