"""After the half year: a morning in one region today, so that whoever logs in finds work waiting."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from deploy.demo.actors import Actor, Actors, NotAsPlayed
from deploy.demo.logins import REGION
from deploy.demo.organisations import School
from deploy.demo.quiet import DECIDING, quiet

STUDENTS = 7
"""Of each school: enough to fill a page, few enough to read."""

ACCEPTED = 3
WEEK = ["mon", "tue", "wed", "thu", "fri"]


async def played(actors: Actors, schools: Sequence[School]) -> None:
    """Places open, students search, some proposals are accepted and the others wait."""
    own = sorted((school for school in schools if school.region == REGION), key=lambda school: school.brin)
    coordinators = [await actors.coordinator(school.brin) for school in own]
    operator = await actors.operator()
    await _offer(coordinators)
    await quiet(operator, DECIDING)
    for coordinator in coordinators:
        await _search(coordinator)
        await quiet(operator, DECIDING)
    for coordinator in coordinators:
        await _accept(coordinator)
    await quiet(operator, DECIDING)
    await _tell(coordinators)


def day(days: int) -> str:
    """A day from today on, as the APIs take it."""
    return (datetime.now(UTC).date() + timedelta(days=days)).isoformat()


async def _offer(coordinators: Sequence[Actor]) -> None:
    """Most employers of the region offer something, in what they do."""
    found = await coordinators[0].get("intake", "/v1/employers", region=REGION, limit=200)
    able = [one for one in found["items"] if not (one["suggested"] or one["pause"] or one["stopped"])]
    for index, employer in enumerate(able):
        begin = 7 if index % 3 == 0 else -21
        body = {
            "kind": "internship",
            "sector": employer["sectors"][0],
            "tasks": employer["tasks"],
            "seats": 3,
            "beginDate": day(begin),
            "endDate": day(begin + 140),
            "weekdays": WEEK,
            "guidance": "full",
            "outflowProfiles": ["work", "further-education", "sheltered", "day-activity"],
        }
        await coordinators[index % len(coordinators)].post("intake", f"/v1/employers/{employer['id']}/offers", body)


async def _search(coordinator: Actor) -> None:
    students = (await coordinator.get("intake", "/v1/students", limit=200))["items"]
    waiting = [one for one in students if one["state"] in ("registered", "withdrawn") and not one["missing"]]
    for index, student in enumerate(waiting[:STUDENTS]):
        begin = 10 if index % 3 == 0 else -7
        change: Mapping[str, Any] = {"beginDate": day(begin), "endDate": day(begin + 100)}
        await coordinator.change("intake", f"/v1/students/{student['id']}", change)
        await coordinator.post("intake", f"/v1/students/{student['id']}/_ready")


async def _accept(coordinator: Actor) -> None:
    """What began before today first, so that some placements run already; one proposal at least is left to answer."""
    found = (await coordinator.get("matching", "/v1/proposals", state="open", limit=200))["items"]
    if len(found) < 2:
        raise NotAsPlayed(f"{coordinator.name}: {len(found)} proposals wait for an answer, and a page needs two")
    for proposal in sorted(found, key=lambda one: str(one["beginDate"]))[: min(ACCEPTED, len(found) - 1)]:
        await coordinator.post("matching", f"/v1/proposals/{proposal['id']}/_accept")


async def _tell(coordinators: Sequence[Actor]) -> None:
    """What schools tell and ask each other, and what was agreed with an employer."""
    one, other, *_ = coordinators
    relations = (await one.get("intake", "/v1/relations/dormant"))["items"]
    employers = (await one.get("intake", "/v1/employers", region=REGION, limit=5))["items"]
    known = [relation["employerId"] for relation in relations] + [employer["id"] for employer in employers]
    first, second = known[0], known[1]
    contact = {
        "channel": "telephone",
        "outcome": "call-back",
        "contactDate": day(-2),
        "nextStep": "Terugbellen over een plek na de vakantie",
        "nextStepDate": day(1),
    }
    await one.post("intake", f"/v1/employers/{first}/contacts", contact)
    await other.post("intake", f"/v1/employers/{second}/claims", {"purpose": "places"})
    remark = {"experiences": ["guidance-good", "welcoming"], "text": "Begint rustig: eerst een dag meelopen."}
    await other.post("intake", f"/v1/employers/{first}/remarks", remark)
    question = {"text": "Hoe gaat daar een rustige leerling die graag met de handen werkt?"}
    await other.post("intake", f"/v1/employers/{first}/questions", question)
