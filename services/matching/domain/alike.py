"""How a student who needs help is described to others: so generally that at least five searching students fit it."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.matching.domain.model import Profile
from shared.events.codes import PlacementKind

ENOUGH = 5
"""Fewer alike could be recognised (privacy: a call for help is generalised until five fit it)."""

MOST_GENERAL_KIND = PlacementKind.INTERNSHIP
"""What a place is called when its kind would tell too much: in school everything begins as an internship."""


@dataclass(frozen=True)
class Description:
    """Kind of work (or none), kind of place, and how many searching students of the region fit both."""

    sector: str | None
    kind: PlacementKind
    alike: int


def describe(profile: Profile, searching: Sequence[Profile]) -> Description:
    """The most telling description that at least five of the region's searching students fit, `profile` included."""
    same_kind = [other for other in searching if other.placement_kind is profile.placement_kind]
    for sector in profile.wished_sectors:
        if (alike := sum(1 for other in same_kind if sector in other.wished_sectors)) >= ENOUGH:
            return Description(sector, profile.placement_kind, alike)
    if len(same_kind) >= ENOUGH:
        return Description(None, profile.placement_kind, len(same_kind))
    return Description(None, MOST_GENERAL_KIND, max(1, len(searching)))
