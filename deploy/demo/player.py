"""Half a school year in fast motion, through the public APIs only: what people would do, step by step.

Regions that are near each other share a lane, and a lane takes one step at a time: students may go to the next region,
and a run must come out the same each time.
"""

import asyncio
import itertools
import math
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from deploy.demo import timeline
from deploy.demo.actors import Actor, Actors
from deploy.demo.intermediaries import Intermediary, Suggestion
from deploy.demo.organisations import Employer, Town
from deploy.demo.population import Population
from deploy.demo.quiet import DECIDING, quiet
from deploy.demo.receiver import CALL_FOR_HELP, Receiver
from deploy.demo.students import Student
from deploy.progress import Report

AT_ONCE = 8
PAGE = 1000
NEAR_KM = 30.0
"""Regions with towns nearer than this share a lane: in the hour that students travel at most, nobody gets farther."""

HOOK_SECONDS = 20.0


@dataclass
class Course:
    """What became of a student so far."""

    student: Student
    id: str
    begun: bool = False
    searching: bool = False
    placement: dict[str, Any] | None = None
    declined: int = 0


@dataclass
class Player:
    """Plays a population on a running system."""

    population: Population
    actors: Actors
    receiver: Receiver
    report: Report
    schools: dict[str, str] = field(default_factory=dict)
    employers: dict[str, str] = field(default_factory=dict)
    courses: dict[str, Course] = field(default_factory=dict)
    lanes: dict[str, int] = field(default_factory=dict)
    proposed: dict[str, dict[str, Any]] = field(default_factory=dict)
    ended: dict[str, datetime] = field(default_factory=dict)
    matched_again: list[float] = field(default_factory=list)
    """Seconds from the end of a placement to the proposal of its seat to somebody who waited for one."""
    positions: Counter[str] = field(default_factory=Counter)
    happened: Counter[str] = field(default_factory=Counter)
    answered: set[str] = field(default_factory=set)
    called: set[str] = field(default_factory=set)

    async def play(self) -> None:
        """Set the region up and live the half year."""
        await self._set_up()
        self.lanes = self._lanes()
        by_month = itertools.groupby(self.population.timeline(), key=lambda step: step.on.replace(day=1))
        for month, steps in by_month:
            for _, week in itertools.groupby(steps, key=lambda step: step.on.isocalendar()[:2]):
                await self._week(list(week))
            self.report(f"{month:%B %Y}: {self._so_far()}")

    def _so_far(self) -> str:
        placed = sum(course.placement is not None for course in self.courses.values())
        searching = sum(course.searching for course in self.courses.values())
        return f"{placed} students have a place, {searching} are searching, {self.happened['answer']} calls answered"

    # --- before the half year

    async def _set_up(self) -> None:
        operator = await self.actors.operator()
        await self._for_all(self.population.schools, self._register_school)
        await quiet(operator)
        await self._for_all(self.population.employers, self._register_employer)
        await self._for_all(sorted({school.region for school in self.population.schools}), self._set_region)
        await self._for_all(self.population.intermediaries, self._subscribe)
        self.report(f"{len(self.schools)} schools and {len(self.employers)} employers registered")
        await self._for_all(self.population.students, self._register_student)
        await quiet(operator)
        self.report(f"{len(self.courses)} students registered, each seen by the own school only")

    @staticmethod
    async def _for_all(things: Iterable[Any], act: Callable[[Any], Awaitable[None]]) -> None:
        gate = asyncio.Semaphore(AT_ONCE)

        async def one(thing: Any) -> None:
            async with gate:
                await act(thing)

        await asyncio.gather(*(one(thing) for thing in things))

    async def _register_school(self, school: Any) -> None:
        operator = await self.actors.operator()
        self.schools[school.brin] = (await operator.post("intake", "/v1/schools", school.body()))["id"]

    async def _register_employer(self, employer: Employer) -> None:
        finder = await self.actors.coordinator(employer.brought_in_by)
        made = await finder.post("intake", "/v1/employers", employer.body(self.schools))
        self.employers[employer.key] = made["id"]

    async def _set_region(self, region: str) -> None:
        """No patience in fast motion: a real region waits days before it widens and asks for help."""
        regional = await self.actors.regional_coordinator(region)
        settings = await regional.get("matching", f"/v1/regions/{region}/settings")
        patience = dict.fromkeys(settings["patienceSeconds"], 0)
        body = {key: value for key, value in settings.items() if key not in {"region", "version"}}
        body |= {"patienceSeconds": patience, "helpDelaySeconds": 0}
        await regional.call("PUT", "matching", f"/v1/regions/{region}/settings", body=body)

    async def _subscribe(self, organisation: Any) -> None:
        machine = await self.actors.intermediary(organisation)
        body = {"sink": f"{self.receiver.url}/{machine.name}", "types": []}
        made = await machine.post("notifications", "/v1/subscriptions", body)
        self.receiver.secrets[machine.name] = made["secret"]

    async def _register_student(self, student: Student) -> None:
        coordinator = await self.actors.coordinator(student.school)
        made = await coordinator.post("intake", "/v1/students", student.body())
        self.courses[made["id"]] = Course(student, made["id"])

    # --- the half year

    def _lanes(self) -> dict[str, int]:
        """The lane of each region: the connected parts of "near each other"."""
        towns = Town.read().values()
        lanes = {region: number for number, region in enumerate(sorted({town.region for town in towns}))}
        for one, other in itertools.combinations(towns, 2):
            if lanes[one.region] != lanes[other.region] and _km(one, other) < NEAR_KM:
                joined, gone = sorted((lanes[one.region], lanes[other.region]))
                lanes = {region: joined if lane == gone else lane for region, lane in lanes.items()}
        return lanes

    async def _week(self, steps: Sequence[timeline.Step]) -> None:
        by_lane: dict[int, list[timeline.Step]] = defaultdict(list)
        for step in steps:
            by_lane[self.lanes[self._region(step)]].append(step)
        for together in itertools.zip_longest(*by_lane.values()):
            if any(await asyncio.gather(*(self._take(step) for step in together if step))):
                await self._settle()
        await self._answer_calls()

    def _region(self, step: timeline.Step) -> str:
        match step:
            case timeline.LogContact(contact=contact):
                return self._employer(contact.employer).region
            case timeline.MakeOffer(offer=offer):
                return self._employer(offer.employer).region
            case timeline.PauseEmployer(employer=key) | timeline.ResumeEmployer(employer=key):
                return self._employer(key).region
            case _:
                return self._course(getattr(step, "student", "")).student.region

    def _employer(self, key: str) -> Employer:
        return next(employer for employer in self.population.employers if employer.key == key)

    def _course(self, key: str) -> Course:
        return next(course for course in self.courses.values() if course.student.key == key)

    async def _take(self, step: timeline.Step) -> bool:
        """Do what a step says if it still makes sense; whether anything was done that matching hears of."""
        match step:
            case timeline.LogContact(contact=contact):
                actor = await self.actors.coordinator(contact.school)
                await actor.post("intake", f"/v1/employers/{self.employers[contact.employer]}/contacts", contact.body())
                return False
            case timeline.MakeOffer(offer=offer):
                actor = await self.actors.coordinator(self._employer(offer.employer).brought_in_by)
                await actor.post("intake", f"/v1/employers/{self.employers[offer.employer]}/offers", offer.body())
            case timeline.PauseEmployer():
                actor = await self.actors.coordinator(self._employer(step.employer).brought_in_by)
                await actor.post("intake", f"/v1/employers/{self.employers[step.employer]}/_pause", step.body())
            case timeline.ResumeEmployer():
                actor = await self.actors.coordinator(self._employer(step.employer).brought_in_by)
                await actor.post("intake", f"/v1/employers/{self.employers[step.employer]}/_resume")
            case _:
                return await self._take_with_student(step, self._course(getattr(step, "student", "")))
        return True

    async def _take_with_student(self, step: timeline.Step, course: Course) -> bool:
        actor = await self.actors.coordinator(course.student.school)
        if course.begun and not course.searching and course.placement is None:
            await self._read_on(await self.actors.operator())  # a placement may be on its way
        match step:
            case timeline.BecomeReady() if not course.searching and course.placement is None:
                await self._become_ready(step, course, actor)
            case timeline.WithdrawStudent() if course.searching:
                course.searching = False
                await actor.post("intake", f"/v1/students/{course.id}/_withdraw")
            case timeline.EndPlacement() if course.placement and course.placement["beginDate"] < step.on.isoformat():
                placement, course.placement = course.placement, None
                self.happened["ended"] += 1
                await actor.post("intake", f"/v1/placements/{placement['placementId']}/_end", step.body())
            case timeline.CallFromProspects() if course.searching:
                return await self._call(step, course, actor)
            case _:
                return False
        return True

    async def _become_ready(self, step: timeline.BecomeReady, course: Course, actor: Actor) -> None:
        if step.again:
            await actor.change("intake", f"/v1/students/{course.id}", step.body())
        course.searching = course.begun = True
        self.happened["ready"] += 1
        await actor.post("intake", f"/v1/students/{course.id}/_ready")

    async def _call(self, step: timeline.CallFromProspects, course: Course, actor: Actor) -> bool:
        """Call the first of the student's call list; a yes is recorded with the offer it brings."""
        prospects = (await actor.get("matching", f"/v1/students/{course.id}/prospects"))["items"]
        keys = {employer_id: key for key, employer_id in self.employers.items()}
        known = [keys[prospect["employerId"]] for prospect in prospects if prospect["employerId"] in keys]
        if not known:
            return False
        offer = None if known[0] in self.called else self.population.when_called.get(known[0])
        body = step.body(course.id, offer)
        if body["outcome"] == "yes":
            self.called.add(known[0])
            self.happened["call that became an offer"] += 1
        self.happened["call from the list"] += 1
        await actor.post("intake", f"/v1/employers/{self.employers[known[0]]}/contacts", body)
        return True

    async def _settle(self) -> None:
        """Wait until all is quiet and answer what was proposed, until nothing new is.

        After a yes nothing is waited for: matching has given the seat away with its answer.
        """
        operator = await self.actors.operator()
        while await self._read_on(operator):
            decisions = [self._decide(self.proposed.pop(one)) for one in self._in_order()]
            await asyncio.gather(*(self._accept(proposal) for proposal, reason in decisions if reason is None))
            by_lane: dict[int, list[tuple[dict[str, Any], str]]] = defaultdict(list)
            for proposal, reason in decisions:
                if reason is not None:
                    by_lane[self.lanes[self._student(proposal).region]].append((proposal, reason))
            for together in itertools.zip_longest(*by_lane.values()):
                await asyncio.gather(*(self._decline(*one) for one in together if one))
                await quiet(operator, DECIDING)
            if not by_lane:
                return

    def _in_order(self) -> list[str]:
        return sorted(self.proposed, key=lambda one: self._student(self.proposed[one]).key)

    def _student(self, proposal: dict[str, Any]) -> Student:
        return self.courses[proposal["studentId"]].student

    async def _read_on(self, operator: Actor) -> bool:
        """Wait for quiet and read both logs on; whether proposals wait for an answer."""
        await quiet(operator, DECIDING)
        for event in await self._log(operator, "intake"):
            data = event["data"]
            if event["type"].endswith("placement-started.v1"):
                self.courses[data["studentId"]].placement = data
                self.happened["started"] += 1
            elif event["type"].endswith("placement-ended.v1"):
                self.ended[event["id"]] = datetime.fromisoformat(event["time"])
            elif event["type"].endswith("placement-refused.v1"):
                self.courses[data["studentId"]].searching = True
        for event in await self._log(operator, "matching"):
            if event["type"].endswith("match-proposed.v1"):
                self.proposed[event["data"]["proposalId"]] = event["data"]
                if freed_at := self.ended.get(event.get("causationid", "")):
                    self.matched_again.append((datetime.fromisoformat(event["time"]) - freed_at).total_seconds())
            elif event["type"].endswith("match-expired.v1"):
                self.proposed.pop(event["data"]["proposalId"], None)
        return bool(self.proposed)

    async def _log(self, operator: Actor, service: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        while True:
            page = await operator.get(service, "/v1/events", after=self.positions[service], limit=PAGE)
            self.positions[service] = page["next"]
            found += [item["event"] for item in page["items"]]
            if len(page["items"]) < PAGE:
                return found

    def _decide(self, proposal: dict[str, Any]) -> tuple[dict[str, Any], str | None]:
        course = self.courses[proposal["studentId"]]
        if course.declined < len(course.student.declines):
            course.declined += 1
            return proposal, course.student.declines[course.declined - 1]
        return proposal, None

    async def _accept(self, proposal: dict[str, Any]) -> None:
        course = self.courses[proposal["studentId"]]
        course.searching = False
        self.happened["accepted"] += 1
        actor = await self.actors.coordinator(course.student.school)
        await actor.post("matching", f"/v1/proposals/{proposal['proposalId']}/_accept")

    async def _decline(self, proposal: dict[str, Any], reason: str) -> None:
        self.happened["declined"] += 1
        actor = await self.actors.coordinator(self._student(proposal).school)
        await actor.post("matching", f"/v1/proposals/{proposal['proposalId']}/_decline", {"reason": reason})

    # --- help

    async def _answer_calls(self) -> None:
        """At the end of a week intermediaries answer what reached their own systems, with employers not yet named."""
        operator = await self.actors.operator()
        await quiet(operator)
        await self._hooks_arrived(operator)
        called = self.receiver.called()
        by_lane: dict[int, list[tuple[Actor, str, Suggestion]]] = defaultdict(list)
        for organisation in self.population.intermediaries:
            machine = await self.actors.intermediary(organisation)
            if machine.name in called:
                by_lane[self.lanes[organisation.region]] += await self._answers(machine, organisation)
        for together in itertools.zip_longest(*by_lane.values()):
            await asyncio.gather(*(self._answer(*one) for one in together if one))
            await quiet(operator, (*DECIDING, "notifications"))
        await self._settle()

    async def _answers(self, machine: Actor, organisation: Intermediary) -> list[tuple[Actor, str, Suggestion]]:
        """What an organisation answers to its open calls, each once and each employer once."""
        unnamed = [one for one in organisation.suggestions if f"{machine.name} {one.name}" not in self.answered]
        calls = (await machine.get("notifications", "/v1/calls"))["items"]
        open_calls = [
            c["id"] for c in calls if c["state"] == "open" and f"{machine.name} {c['id']}" not in self.answered
        ]
        found = list(zip(open_calls, unnamed, strict=False))
        self.answered |= {f"{machine.name} {part}" for call, one in found for part in (call, one.name)}
        return [(machine, call, one) for call, one in found]

    async def _answer(self, machine: Actor, call: str, suggestion: Suggestion) -> None:
        self.happened["answer"] += 1
        await machine.post("notifications", f"/v1/calls/{call}/_answer", {"employer": suggestion.body()})

    async def _hooks_arrived(self, operator: Actor) -> None:
        asked = (await operator.get("notifications", "/v1/progress"))["published"]
        expected = asked.get("nl.stagebrug.intermediary-asked.v1", 0)
        async with asyncio.timeout(HOOK_SECONDS):
            while self.receiver.count(CALL_FOR_HELP) < expected:  # noqa: ASYNC110 — another process sends them
                await asyncio.sleep(0.02)


def _km(one: Town, other: Town) -> float:
    north = (one.latitude - other.latitude) * 111
    east = (one.longitude - other.longitude) * 111 * math.cos(math.radians(52))
    return math.hypot(north, east)
