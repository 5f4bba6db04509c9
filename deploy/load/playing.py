"""Plays the week: what is there is registered first; then places and students come, and coordinators say yes."""

import asyncio
import secrets
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from random import Random
from typing import Any

from deploy.demo.actors import Actor, Actors, NotAnswered, NotAsPlayed
from deploy.demo.organisations import Town
from deploy.demo.quiet import SERVICES
from deploy.errors import StackError
from deploy.load import stock
from deploy.load.stopping import Stopping
from deploy.load.watching import Event, Seen, Watch
from deploy.load.week import NAME, Drawing, Week
from deploy.progress import Report
from deploy.stack import Stack
from shared.progress import Progress, unfinished

AT_ONCE = 16
"""Calls in flight: more than two cores serve at once, and fewer than the services' pools."""

QUIET_WITHIN = 180.0
"""Seconds after the last call until every consumer has handled everything."""

PLACES_A_STUDENT = 0.6
"""Offers for each student who searches: with 2 seats on average there is room, and not for every wish."""

TELL_SECONDS = 10.0


@dataclass
class Played:
    """What was asked of the system and answered with 2xx, when (monotonic seconds), and what was seen of it."""

    offers: dict[str, tuple[float, int]] = field(default_factory=dict)
    ready: dict[str, float] = field(default_factory=dict)
    days: dict[str, int] = field(default_factory=dict)
    yes: dict[str, float] = field(default_factory=dict)
    calls: list[float] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    latest: float = 0.0
    seconds: float = 0.0
    registered: dict[str, float] = field(default_factory=dict)
    published: dict[str, int] = field(default_factory=dict)
    parked: dict[str, int] = field(default_factory=dict)
    there: dict[str, int] = field(default_factory=dict)
    left: list[str] = field(default_factory=list)
    seen: Seen = field(default_factory=Seen)


@dataclass(frozen=True)
class School:
    """A school of the load, its coordinator and where it lies."""

    brin: str
    coordinator: Actor
    town: Town


async def play(
    folder: Path, week: Week, speed: float, minutes: float | None, report: Report, *, alone: bool, again: bool
) -> Played:
    """Register what is there, play the week or so many minutes of it, and wait until all is quiet.

    `alone`: only where no schools but those of a play are. `again`: with what an earlier play registered.
    """
    if (running := Stack.last(folder)) is None:
        raise StackError(f"No stack was started in {folder}: run `stagebrug up` first.")
    async with Actors(running) as actors:
        player = _Player(actors, await actors.operator(), week, report, Stopping())
        if alone:
            await player.refuse_others()
        await (player.find() if again else player.register())
        await player.play(week.seconds / speed, minutes)
        return player.played


class _Player:
    def __init__(self, actors: Actors, operator: Actor, week: Week, report: Report, stopping: Stopping) -> None:
        self.played = Played()
        self._stopping = stopping
        self._random = Random(week.seed)  # noqa: S311 — a play, and the same one again for the same seed
        self._actors, self._operator, self._week, self._report = actors, operator, week, report
        self._drawing = Drawing(week)
        self._schools: list[School] = []
        self._by_id: dict[str, School] = {}
        self._employers: list[tuple[str, str, School]] = []
        self._free = asyncio.Semaphore(AT_ONCE)
        self._saying_yes: set[asyncio.Task[None]] = set()

    async def refuse_others(self) -> None:
        page = await self._operator.get("intake", "/v1/schools", limit=50)
        if any(not school["name"].startswith(NAME) for school in page["items"]):
            raise StackError(
                "Schools are here that are not of a load test, and made-up data stays: play on a system to be "
                "thrown away, as `stagebrug up --folder .stack-load --free-ports` starts one, or say --among-others."
            )

    async def register(self) -> None:
        """Schools, employers, half of the places, and the students who search for nothing this week."""
        week, run = self._week, secrets.token_hex(3)
        await self._many("schools", week.schools, lambda number: self._school(number, run))
        if not self._schools:
            raise NotAsPlayed(f"no school could be registered: {self.played.failed[0]}")
        schools = cycle(self._schools)
        await self._employers_from_a_file(run)
        await self._many("offers", int(week.searching * PLACES_A_STUDENT) // 2, lambda _: self._offer())
        await self._many("students", week.waiting, lambda _: self._waits(next(schools)))
        self.played.failed += await self._settled()
        self.played.calls.clear()

    async def find(self) -> None:
        """What an earlier play registered: its schools, and the employers near them."""
        query: dict[str, Any] = {"limit": stock.PAGE}
        while page := await self._operator.get("intake", "/v1/schools", **query):
            for made in page["items"]:
                if made["name"].startswith(NAME):
                    await self._knows(made)
            if not page["next"]:
                break
            query["cursor"] = page["next"]
        if not self._schools:
            raise NotAsPlayed("no earlier play registered schools here: play without --again first")
        self._offering([item async for item in stock.known(self._schools[0].coordinator)])
        if not self._employers:
            raise NotAsPlayed("an earlier play registered no employers here: play without --again")
        self._report(f"{len(self._schools)} schools and {len(self._employers)} employers of an earlier play")
        self.played.failed += await self._settled()

    async def play(self, seconds: float, minutes: float | None) -> None:
        """Everything at its moment; what is late is made at once, and how late it was is kept."""
        self.played.offers.clear()
        before = await self._progress()
        watch = Watch(self._operator, self._proposed)
        await watch.begin()
        begun = time.monotonic()
        within = min(seconds, minutes * 60) if minutes else seconds
        await self._at_their_moments(begun, seconds, within, watch)
        self.played.left = await self._quiet(watch)
        self.played.seconds = time.monotonic() - begun
        await watch.end()
        self.played.seen = watch.seen
        after = await self._progress()
        for service in SERVICES:
            done = sum(after[service].published.values()) - sum(before[service].published.values())
            self.played.published[service] = done
            self.played.parked[service] = after[service].open.get("parked", 0) - before[service].open.get("parked", 0)

    async def _employers_from_a_file(self, run: str) -> None:
        """All at once, through the import; offers are made by a school in the same town, where there is one."""
        week, begun = self._week, time.monotonic()
        first = stock.first_kvk_of(run, week.employers)
        here = self._schools[0].coordinator
        await stock.bring_in(here, self._drawing, list(week.towns), week.employers, run, self._report)
        found = await stock.registered(here, first, week.employers)
        self._stopping.must_go_on()
        self._offering(found)
        rate = self.played.registered["employers"] = len(found) / (time.monotonic() - begun)
        self._report(f"{len(found)} employers registered, {rate:.0f} a second")

    def _offering(self, employers: list[dict[str, Any]]) -> None:
        """Offers come from all over, in no order; a school in the same town makes them, where there is one.

        Its own students see them first, so that no town's are all one school's.
        """
        self._random.shuffle(employers)
        near: dict[str, list[School]] = defaultdict(list)
        for school in self._schools:
            near[school.town.place].append(school)
        for each in employers:
            school = self._random.choice(near.get(each["address"]["place"], self._schools))
            self._employers.append((each["id"], each["sectors"][0], school))
        self._having = cycle(self._employers)
        self.played.there = {"schools": len(self._schools), "employers": len(self._employers)}

    async def _settled(self) -> list[str]:
        """Wait until all have heard of what is there; what is left when nothing has moved for long."""
        before, moved_at = list[str](), time.monotonic()
        while left := await self._unfinished():
            self._stopping.must_go_on()
            if left != before:
                before, moved_at = left, time.monotonic()
                self._report(f"before the play: {'; '.join(left)}")
            if time.monotonic() - moved_at > QUIET_WITHIN:
                return left
            await asyncio.sleep(TELL_SECONDS / 2)
        return []

    async def _at_their_moments(self, begun: float, seconds: float, within: float, watch: Watch) -> None:
        week, drawing, schools = self._week, self._drawing, cycle(self._schools)
        coming: list[tuple[float, Callable[[], Awaitable[None]]]]
        coming = [(at, lambda: self._search(next(schools))) for at in drawing.pauses(week.coming, seconds)]
        offers = int(week.coming * PLACES_A_STUDENT) // 2
        coming += [(at, self._offer) for at in drawing.pauses(offers, seconds)]
        told = begun
        async with asyncio.TaskGroup() as group:
            for at, what in sorted(((at, what) for at, what in coming if at < within), key=lambda one: one[0]):
                if await self._stopping.within(begun + at - time.monotonic()):
                    self._report("stopped: what was asked so far is waited for and checked")
                    break
                await self._free.acquire()
                self.played.latest = max(self.played.latest, time.monotonic() - begun - at)
                group.create_task(self._freeing(what()))
                watch.must_run()
                if time.monotonic() - told > TELL_SECONDS:
                    told = time.monotonic()
                    self._report(f"{len(self.played.ready)} students search, {len(self.played.yes)} have a place")

    async def _many(self, what: str, many: int, work: Callable[[int], Coroutine[Any, Any, None]]) -> None:
        begun = told = time.monotonic()
        async with asyncio.TaskGroup() as group:
            for number in range(many):
                await self._free.acquire()
                if self._stopping.is_asked:
                    self._free.release()
                    break
                group.create_task(self._freeing(work(number)))
                if time.monotonic() - told > TELL_SECONDS:
                    told = time.monotonic()
                    self._report(f"{number} of {many} {what}")
        self._stopping.must_go_on()
        seconds = time.monotonic() - begun
        self.played.registered[what] = many / seconds
        self._report(f"{many} {what} registered, {many / seconds:.0f} a second")

    async def _freeing(self, work: Awaitable[None]) -> None:
        try:
            await work
        except NotAsPlayed as error:
            self.played.failed.append(str(error)[:300])
        finally:
            self._free.release()

    async def _timed(self, call: Callable[[], Awaitable[Any]]) -> Any:
        begun = time.monotonic()
        answer = await call()
        self.played.calls.append(time.monotonic() - begun)
        return answer

    async def _school(self, number: int, run: str) -> None:
        body = self._drawing.school(number, run)
        made = await self._operator.post("intake", "/v1/schools", body)
        await self._knows(made)

    async def _knows(self, made: dict[str, Any]) -> None:
        brin, town = made["brin"], Town.read()[made["address"]["place"]]
        school = School(brin, await self._actors.coordinator(brin), town)
        self._schools.append(school)
        self._by_id[made["id"]] = school

    async def _offer(self) -> None:
        employer, sector, school = next(self._having)
        body, path = self._drawing.offer(sector), f"/v1/employers/{employer}/offers"
        made = await self._timed(lambda: school.coordinator.post("intake", path, body))
        self.played.offers[made["id"]] = (time.monotonic(), body["seats"])

    async def _student(self, school: School) -> str:
        body = self._drawing.student(school.brin, school.town)
        made = await self._timed(lambda: school.coordinator.post("intake", "/v1/students", body))
        self.played.days[made["id"]] = body["daysPerWeek"]
        return str(made["id"])

    async def _waits(self, school: School) -> None:
        await self._student(school)

    async def _search(self, school: School) -> None:
        student = await self._student(school)
        await self._timed(lambda: school.coordinator.post("intake", f"/v1/students/{student}/_ready"))
        self.played.ready[student] = time.monotonic()

    def _proposed(self, event: Event) -> None:
        if school := self._by_id.get(event["schoolId"]):
            task = asyncio.create_task(self._say_yes(school, event["proposalId"]))
            self._saying_yes.add(task)
            task.add_done_callback(self._saying_yes.discard)

    async def _say_yes(self, school: School, proposal: str) -> None:
        try:
            await self._timed(lambda: school.coordinator.post("matching", f"/v1/proposals/{proposal}/_accept"))
        except NotAsPlayed as error:  # it was replaced by a better one meanwhile, or is no more
            if " 409" not in str(error):
                self.played.failed.append(str(error)[:300])
        else:
            self.played.yes[proposal] = time.monotonic()

    async def _quiet(self, watch: Watch) -> list[str]:
        """What is left after too long; empty when everything was handled and every proposal answered."""
        deadline = time.monotonic() + QUIET_WITHIN
        while True:
            watch.must_run()
            if not (left := await self._unfinished()) and not self._saying_yes:
                await asyncio.sleep(1)  # until what was told last has been read
                if not self._saying_yes and not await self._unfinished():
                    return []
            if time.monotonic() > deadline:
                return left
            await asyncio.sleep(0.5)

    async def _unfinished(self) -> list[str]:
        """What is left to do; a service that is being restarted will say it afterwards."""
        try:
            return unfinished(await self._progress())
        except NotAnswered as error:
            return [str(error)]

    async def _progress(self) -> dict[str, Progress]:
        return {
            service: Progress.model_validate(await self._operator.get(service, "/v1/progress")) for service in SERVICES
        }
