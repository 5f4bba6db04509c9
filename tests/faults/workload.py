"""Many short histories through the public APIs; every attempt and every 2xx is in the journal before the next step."""

import asyncio
import itertools
from collections.abc import Callable, Coroutine
from random import Random
from typing import Any

import httpx

from tests.faults.system import System
from tests.journeys.world import PLACES

SECTORS = ("detailhandel", "horeca", "sport", "techniek-en-productie", "textiel-en-mode", "recreatie")
AGAIN_AFTER = 0.5
"""Seconds before a call that got no answer, or a 5xx, is made again."""

GIVE_UP_AFTER = 90.0
"""Seconds that a step of a history may take: longer than the longest fault that is not told otherwise."""


class GaveUp(Exception):
    """A history came to no end in time, or was refused: allowed while things are broken, and never a violation."""


class Person:
    """Somebody with a token, whose commands are written down."""

    def __init__(self, system: System, **claims: Any) -> None:
        self.system = system
        self.claims = claims
        headers = {"Authorization": f"Bearer {system.token(**{'sub': f'person-{id(self)}', **claims})}"}
        limits = httpx.Limits(max_keepalive_connections=4)
        self.client = httpx.AsyncClient(headers=headers, timeout=8, trust_env=False, limits=limits)

    async def command(self, fact: str, service: str, path: str, body: Any = None, **facts: Any) -> dict[str, Any]:
        """Ask until there is an answer; `fact` is the event that a 2xx promises."""
        note = self.system.journal.note
        for attempt in itertools.count(1):
            note("attempt", fact=fact, attempt=attempt, path=path, **facts)
            try:
                answer = await self.client.request(self._method(path), self.system.urls[service] + path, json=body)
            except httpx.TransportError as error:
                note("unknown", fact=fact, attempt=attempt, error=repr(error), **facts)
            else:
                if answer.is_success:
                    made: dict[str, Any] = answer.json()
                    note("ack", fact=fact, service=service, id=made.get("id"), status=answer.status_code, **facts)
                    return made
                note("refused", fact=fact, attempt=attempt, status=answer.status_code, said=answer.text[:200], **facts)
                if answer.status_code < 500 and answer.status_code not in {401, 429}:
                    raise GaveUp(f"{fact}: {answer.status_code} {answer.text[:200]}")
            await asyncio.sleep(AGAIN_AFTER)
        raise AssertionError

    async def until(self, service: str, path: str, seen: Callable[[Any], Any]) -> Any:
        """Read again until something is seen."""
        while True:
            try:
                answer = await self.client.get(self.system.urls[service] + path)
                if answer.is_success and (found := seen(answer.json())):
                    return found
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.25)  # the history as a whole has a deadline

    @staticmethod
    def _method(path: str) -> str:
        return "PUT" if path == "/v1/me" else "POST"


class Workload:
    """Starts a history every so often, several at a time, until it is told to end."""

    def __init__(self, system: System, seed: int, *, at_once: int = 8, every: float = 0.5) -> None:
        self.system = system
        self.chance = Random(seed)
        self.finished = 0
        self.gave_up = 0
        self._free = asyncio.Semaphore(at_once)
        self._every = every
        self.ending = asyncio.Event()
        self._numbers = itertools.count(1)
        self._schools: list[Person] = []
        self._running: set[asyncio.Task[None]] = set()

    async def prepare(self) -> None:
        """Schools of three regions, who want mail; a municipality that wants webhooks."""
        operator = Person(self.system, roles=["operator"])
        for number, region in enumerate(PLACES):
            brin = f"{10 + number}XA00"
            school = {"name": f"School {brin}", "brin": brin, "kind": "pro", "address": PLACES[region]}
            made = await operator.command("school-registered", "intake", "/v1/schools", school, marker=brin)
            email = f"{brin.lower()}@school.example"
            who = Person(self.system, sub=f"coordinator-{brin}", roles=["coordinator"], schools=[brin], email=email)
            who.claims |= {"region": region, "school_id": made["id"]}
            await who.command("wish", "notifications", "/v1/me", {"mail": "at-once"})
            self._schools.append(who)
        await self._subscribe()

    async def _subscribe(self) -> None:
        municipalities = [str(place["municipality"]) for place in PLACES.values()]
        claim = {"kind": "municipality", "oin": "00000099000000000002", "municipalities": municipalities}
        municipality = Person(self.system, roles=["intermediary"], intermediary={**claim, "regions": list(PLACES)})
        sink = f"http://127.0.0.1:{self.system.links['webhook'].port}/events"
        body = {"sink": sink, "types": ["nl.stagebrug.placement-started.v1", "nl.stagebrug.placement-ended.v1"]}
        made = await municipality.command("subscription", "notifications", "/v1/subscriptions", body)
        self.system.receiver.secret = made["secret"]

    def beside(self, other: Coroutine[Any, Any, None]) -> None:
        """Something that writes, too, and has to have ended before anything is counted."""
        task = asyncio.create_task(other)
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def run(self) -> None:
        """Start histories until told to end."""
        while not self.ending.is_set():
            await self._free.acquire()
            task = asyncio.create_task(self._history(next(self._numbers), Random(self.chance.random())))
            self._running.add(task)
            task.add_done_callback(self._ended)
            await asyncio.sleep(self._every)

    async def end(self, within: float = 30.0) -> None:
        """Start no more, and let those under way come to their ends."""
        self.ending.set()
        if self._running:
            await asyncio.wait(self._running, timeout=within)
        for task in list(self._running):
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    def _ended(self, task: "asyncio.Task[None]") -> None:
        self._running.discard(task)
        self._free.release()

    async def _history(self, number: int, chance: Random) -> None:
        marker = f"history-{number}"
        try:
            async with asyncio.timeout(GIVE_UP_AFTER):
                await _Story(chance.choice(self._schools), marker, chance).tell()
            self.finished += 1
        except (GaveUp, TimeoutError) as error:
            self.gave_up += 1
            self.system.journal.note("gave-up", marker=marker, error=str(error) or "too late")


class _Story:
    """One student and one place, from the first call to an end that chance picks."""

    def __init__(self, who: Person, marker: str, chance: Random) -> None:
        self.who, self.marker, self.chance = who, marker, chance
        self.sector = chance.choice(SECTORS)
        self.address = PLACES[who.claims["region"]]

    async def tell(self) -> None:
        employer = await self._command("employer-registered", "intake", "/v1/employers", self._employer())
        path = f"/v1/employers/{employer['id']}"
        await self._command("employer-offered", "intake", f"{path}/offers", self._offer())
        if self.chance.random() < 0.3:
            talk = {"channel": "telephone", "outcome": "good-talk", "contactDate": "2026-09-14"}
            await self._command("contact-logged", "intake", f"{path}/contacts", talk, about=employer["id"])
        student = (await self._command("student-registered", "intake", "/v1/students", self._student()))["id"]
        await self._command("student-ready", "intake", f"/v1/students/{student}/_ready")
        proposal = await self._proposal(student)
        if self.chance.random() < 0.15:
            await self._command(
                "match-declined", "matching", f"/v1/proposals/{proposal}/_decline", {"reason": "too-far"}
            )
            return
        await self._command("match-accepted", "matching", f"/v1/proposals/{proposal}/_accept")
        placement = await self._placement(student)
        if placement and self.chance.random() < 0.7:
            end = {"endedDate": "2027-03-31", "outcome": "completed"}
            await self._command("placement-ended", "intake", f"/v1/placements/{placement}/_end", end)

    async def _command(
        self, fact: str, service: str, path: str, body: Any = None, about: str | None = None
    ) -> dict[str, Any]:
        return await self.who.command(fact, service, path, body, marker=self.marker, about=about)

    async def _proposal(self, student: str) -> str:
        def opened(page: Any) -> Any:
            return next((one["id"] for one in page["items"] if one["state"] == "open"), None)

        return str(await self.who.until("matching", f"/v1/students/{student}/proposals", opened))

    async def _placement(self, student: str) -> str | None:
        """The running placement; none when it was refused."""

        def theirs(page: Any) -> Any:
            return next(iter(page["items"]), None)

        found = await self.who.until("intake", f"/v1/placements?studentId={student}", theirs)
        return str(found["id"]) if found["state"] in {"agreed", "running"} else None

    def _employer(self) -> dict[str, Any]:
        return {
            "name": self.marker,
            "kind": "regular",
            "sectors": [self.sector],
            "sizeClass": "small",
            "recognition": "boris",
            "guidance": "full",
            "placesPerYear": 3,
            "address": self.address,
            "confirmedNew": True,
        }

    def _offer(self) -> dict[str, Any]:
        return {
            "kind": "internship",
            "sector": self.sector,
            "tasks": ["vakken-vullen"],
            "seats": 2,
            "beginDate": "2027-02-01",
            "endDate": "2027-07-09",
            "weekdays": ["mon", "tue", "wed", "thu", "fri"],
            "guidance": "full",
            "jobcoachWelcome": True,
            "outflowProfiles": ["work"],
        }

    def _student(self) -> dict[str, Any]:
        return {
            "givenName": "Sam",
            "familyName": self.marker,
            "birthDate": "2009-05-17",
            "address": self.address,
            "school": self.who.claims["schools"][0],
            "wishes": [{"rank": 1, "sector": self.sector, "tasks": []}],
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
        }
