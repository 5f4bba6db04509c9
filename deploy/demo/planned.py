"""What coordinators read at the end of the half year: why a place was proposed, and the plan of a region."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from deploy.demo.organisations import REGION_NAMES
from deploy.demo.player import Player


@dataclass(frozen=True)
class Planned:
    """A proposal's reasons for the student's coordinator, and a draft of the plan for the coordinator of a region."""

    reasons: list[dict[str, Any]]
    region: str
    plan: dict[str, Any]
    longer: dict[str, Any]
    """What ten minutes more on the way would bring there."""


async def of(player: Player) -> Planned:
    """Of the proposal with most to say, and of the region where most still look for a place."""
    still = Counter(course.student.region for course in player.courses.values() if course.searching)
    region = max(sorted(REGION_NAMES), key=lambda one: still[one])
    regional = await player.actors.regional_coordinator(region)
    plan = await regional.post("matching", f"/v1/regions/{region}/plans", {"kind": "waiting"})
    changes = {"extraTravelMinutes": 10}
    longer = await regional.post("matching", "/v1/plans/_whatif", {"region": region, "changes": changes})
    return Planned(await _most_reasons(player), REGION_NAMES[region], plan, longer)


async def _most_reasons(player: Player) -> list[dict[str, Any]]:
    school = sorted({course.student.school for course in player.courses.values()})[0]
    coordinator = await player.actors.coordinator(school)
    proposals = (await coordinator.get("matching", "/v1/proposals", limit=100))["items"]
    reasons: list[list[dict[str, Any]]] = [proposal["reasons"] for proposal in proposals]
    return max(reasons, key=len, default=[])
