"""Matching with its neighbours played by the test: events as intake tells them, and profiles for who may read them."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar
from uuid import UUID

import httpx
import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

from deploy.ports import free_ports
from services.matching.domain.model import Profile
from shared.events import Event
from shared.events.codes import (
    EmployerKind,
    Guidance,
    Outcome,
    PlacementKind,
    Recognition,
    SchoolKind,
    SizeClass,
    Trend,
)
from shared.events.intake import (
    EmployerOffered,
    EmployerRegistered,
    PlacementCancelled,
    PlacementChanged,
    PlacementEnded,
    PlacementStarted,
    SchoolRegistered,
    StudentReady,
)
from shared.events.matching import MatchProposed
from shared.ids import new_id
from tests.matching.examples import OTHER_SCHOOL, SCHOOL, a_profile, an_employer, an_offer
from tests.support.bench import QuietServer
from tests.support.service import RunningService, served

E = TypeVar("E", bound=Event)

BRINS = {SCHOOL: "05KJ00", OTHER_SCHOOL: "30AB01"}
NAMES = {SCHOOL: "De Dijk", OTHER_SCHOOL: "De Polder"}

AT_ONCE: dict[str, Any] = {
    "patienceSeconds": dict.fromkeys(("ownNetwork", "otherSchools", "neighbouringWork", "group", "nextRegion"), 0),
    "helpDelaySeconds": 0,
}
"""A region without any patience."""


@dataclass
class FakeIntake:
    """What intake answers when matching asks for a profile."""

    profiles: dict[str, Profile] = field(default_factory=dict)
    delegates: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Who acts for whom, by delegation."""
    url: str = ""
    status: int = 200
    """What it answers instead, when it is not well."""
    asked: list[str] = field(default_factory=list)
    """The Authorization headers that came."""


@contextlib.asynccontextmanager
async def a_fake_intake() -> AsyncIterator[FakeIntake]:
    """Serve it on a port of its own."""
    intake, app = FakeIntake(), FastAPI()

    @app.get("/v1/students/{student_id}/matching-profile")
    async def profile(student_id: str, request: Request) -> Response:
        intake.asked.append(request.headers.get("Authorization", ""))
        if intake.status != 200 or student_id not in intake.profiles:
            return Response(status_code=404 if intake.status == 200 else intake.status)
        body = intake.profiles[student_id].model_dump_json(by_alias=True)
        return Response(body, media_type="application/json")

    @app.get("/v1/delegations/{delegation_id}/delegate")
    async def delegate(delegation_id: str) -> Response:
        found = intake.delegates.get(delegation_id)
        return Response(status_code=404) if found is None else JSONResponse(found)

    port = free_ports(["intake"])["intake"]
    server = QuietServer(uvicorn.Config(app, port=port, log_config=None, lifespan="off"))
    task = asyncio.create_task(server.serve())
    async with asyncio.timeout(10):
        while not server.started:
            await asyncio.sleep(0.01)  # a poll with a deadline
    intake.url = f"http://127.0.0.1:{port}"
    yield intake
    server.should_exit = True
    await task


@dataclass
class World:
    """Two schools of a region, their coordinators, and who looks after the region."""

    matching: RunningService
    intake: FakeIntake
    own: httpx.AsyncClient
    other: httpx.AsyncClient
    regional: httpx.AsyncClient
    operator: httpx.AsyncClient

    async def tell(self, event: Event, **options: Any) -> str:
        return await self.matching.tell(event, **options)

    async def next(self, event: type[E]) -> E:
        return await self.matching.next_event(event)

    async def told(self, event: type[Event]) -> int:
        """How many events of a class matching has announced by now."""
        await self.matching.published_everything()
        found: int = await self.matching.sql.fetchval(
            "select count(*) from event_log where type = $1", event.event_type()
        )
        return found

    @contextlib.asynccontextmanager
    async def replica(self) -> AsyncIterator[str]:
        """A second replica, with the same neighbours; its address."""
        service = self.matching
        async with contextlib.AsyncExitStack() as stack:
            settings = {"intake_url": self.intake.url}
            yield await served(stack, service.bench, service.name, service.database, settings)

    async def move_timers(self, hours: float) -> None:
        """Let time pass for all that is set for a moment."""
        await self.matching.sql.execute(
            "update timers set next_at = next_at - make_interval(secs => $1), due_at = due_at - make_interval(secs => $1)",
            hours * 3600,
        )
        await self.matching.sql.execute("select pg_notify('stagebrug', 'timers')")

    async def proposed(self) -> MatchProposed:
        return await self.next(MatchProposed)

    async def settings(self, changes: Mapping[str, Any] | None = None, *, region: str = "AM11") -> None:
        """The region decides anew; without changes it has no patience at all."""
        answer = await self.regional.put(f"/v1/regions/{region}/settings", json=AT_ONCE | dict(changes or {}))
        assert answer.status_code == 200, answer.text

    async def employer(self, **facts: Any) -> EmployerRegistered:
        event = registered(**facts)
        await self.tell(event)
        return event

    async def offer(self, **facts: Any) -> EmployerOffered:
        event = offered(**facts)
        await self.tell(event)
        return event

    async def student(self, **facts: Any) -> UUID:
        """A student of the first school becomes ready."""
        profile = a_profile(**facts)
        await self.tell(self.ready(profile))
        return profile.student_id

    def ready(self, profile: Profile) -> StudentReady:
        """What intake says of a student whose profile it holds."""
        self.intake.profiles[str(profile.student_id)] = profile
        return StudentReady(
            student_id=profile.student_id,
            school_id=profile.school_id,
            region=profile.region,
            municipality=profile.municipality,
            begin_date=profile.begin_date,
            end_date=profile.end_date,
        )

    async def search(self, student_id: UUID) -> Any:
        return (await self.own.get(f"/v1/students/{student_id}/search")).raise_for_status().json()

    async def accept(self, proposal_id: UUID) -> httpx.Response:
        return await self.own.post(f"/v1/proposals/{proposal_id}/_accept")

    async def decline(self, proposal_id: UUID, reason: str = "other") -> httpx.Response:
        return await self.own.post(f"/v1/proposals/{proposal_id}/_decline", json={"reason": reason})


async def a_world(matching: RunningService, intake: FakeIntake) -> World:
    """The region at its beginning: nobody searches, nothing is offered, and there is no patience."""
    world = World(
        matching,
        intake,
        matching.as_("coordinator", sub="own", schools=[BRINS[SCHOOL]]),
        matching.as_("coordinator", sub="other", schools=[BRINS[OTHER_SCHOOL]]),
        matching.as_("regional-coordinator", sub="regional", regions=["AM11", "AM36"]),
        matching.as_("operator", sub="operator"),
    )
    for school, brin in BRINS.items():
        await world.tell(
            SchoolRegistered(
                school_id=school,
                brin=brin,
                name=NAMES[school],
                kind=SchoolKind.PRO,
                region="AM11",
                municipality="GM0995",
                student_count=180,
            )
        )
    await world.settings()
    return world


def registered(**facts: Any) -> EmployerRegistered:
    """An employer as intake tells of it."""
    employer = an_employer(**facts).model_dump()
    rest = {
        "kind": EmployerKind.REGULAR,
        "recognition": Recognition.NONE,
        "municipality": None,
        "size_class": SizeClass.SMALL,
        "places_per_year": None,
        "places_trend": Trend.SAME,
        "jobs_per_year": None,
        "jobs_trend": Trend.SAME,
        "found_through": None,
    }
    return EmployerRegistered.model_validate(rest | employer)


def offered(**facts: Any) -> EmployerOffered:
    """An offer as intake tells of it."""
    return EmployerOffered.model_validate({"guidance": Guidance.FULL} | an_offer(**facts).model_dump())


def started(offer: EmployerOffered, student_id: UUID, **facts: Any) -> PlacementStarted:
    """A placement as intake tells of it."""
    values: dict[str, Any] = {
        "placement_id": new_id(),
        "proposal_id": None,
        "student_id": student_id,
        "school_id": SCHOOL,
        "offer_id": offer.offer_id,
        "employer_id": offer.employer_id,
        "region": "AM11",
        "municipality": "GM0995",
        "kind": PlacementKind.INTERNSHIP,
        "begin_date": date(2026, 9, 7),
        "end_date": date(2027, 2, 12),
    }
    return PlacementStarted.model_validate(values | facts)


def changed(placement: PlacementStarted, **facts: Any) -> PlacementChanged:
    """A change of a placement as intake tells of it."""
    return PlacementChanged.model_validate(placement.model_dump() | {"version": 0} | facts)


def cancelled(placement: PlacementStarted) -> PlacementCancelled:
    """That a placement was called off as intake tells of it."""
    return PlacementCancelled.model_validate(placement.model_dump() | {"version": 0})


def ended(placement: PlacementStarted, on: date, outcome: Outcome = Outcome.COMPLETED) -> PlacementEnded:
    """The end of a placement as intake tells of it."""
    return PlacementEnded.model_validate(placement.model_dump() | {"ended_date": on, "outcome": outcome, "version": 0})
