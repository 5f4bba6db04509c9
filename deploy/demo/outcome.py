"""What came of the half year, as the services tell it, and whether it is what was played."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from deploy.demo import opinions
from deploy.demo.organisations import REGION_NAMES
from deploy.demo.player import Player


@dataclass(frozen=True)
class Outcome:
    """Figures of analytics by region (and of all), and why students still search, as matching says it."""

    regions: dict[str, dict[str, Any]]
    total: dict[str, Any]
    why: Counter[str]
    happened: Counter[str]
    matched_again: tuple[float, ...]
    """Seconds from the end of a placement to the proposal of its seat to somebody who waited for one.
    Often nobody does: seats are shared over the week, and what falls free soon is proposed before."""


async def of(player: Player) -> Outcome:
    """Ask analytics for the figures and matching for the reasons."""
    operator = await player.actors.operator()
    regions = {
        name: await operator.get("analytics", "/v1/figures/summary", region=region)
        for region, name in REGION_NAMES.items()
    }
    total = await operator.get("analytics", "/v1/figures/summary")
    return Outcome(regions, total, await _why(player), player.happened, tuple(player.matched_again))


async def _why(player: Player) -> Counter[str]:
    """The rule that most often stands in the way of each student who still searches."""
    found: Counter[str] = Counter()
    for course in player.courses.values():
        if course.searching:
            actor = await player.actors.coordinator(course.student.school)
            search = await actor.get("matching", f"/v1/students/{course.id}/search")
            found[search["whyNot"][0]["rule"] if search["whyNot"] else "no offer in reach"] += 1
    return found


async def problems(player: Player, found: Outcome) -> list[str]:
    """What the services tell otherwise than the demo played it; empty when all is as it should be."""
    happened, total = player.happened, found.total
    searching = sum(course.searching for course in player.courses.values())
    same = {
        "students who became ready": (len({c.student.key for c in player.courses.values() if c.begun}), total["ready"]),
        "students still searching": (searching, total["stillSearching"]),
        "placements that ended": (happened["ended"], total["ended"]),
        "answers to calls for help": (happened["answer"], total["answers"]),
    }
    wrong = [
        f"{what}: played {played}, counted {counted}" for what, (played, counted) in same.items() if played != counted
    ]
    enough = {
        "placements started": happened["started"] >= len(player.courses) / 2,
        "proposals declined": happened["declined"] > 0,
        "calls that became an offer": happened["call that became an offer"] > 0,
        "calls for help answered": happened["answer"] > 0,
        "webhooks whose signature fits": bool(player.receiver.received) and not player.receiver.refused,
    }
    few = [f"too few: {what}" for what, well in enough.items() if not well]
    return [*wrong, *few, *await opinions.misheard(await player.actors.operator()), *await _parked(player)]


async def _parked(player: Player) -> list[str]:
    operator = await player.actors.operator()
    found = []
    for service in ("intake", "matching", "notifications", "analytics"):
        progress = await operator.get(service, "/v1/progress")
        found += [f"{service} has {number} messages in state {status}" for status, number in progress["open"].items()]
    return found
