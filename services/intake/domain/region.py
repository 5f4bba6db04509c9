"""What a region decides for itself in the register; what it decides about matching stands there."""

from dataclasses import dataclass, field
from typing import Annotated

from pydantic import Field

from services.intake.domain.fields import examples
from services.intake.domain.offer_kinds import GroupBounds
from services.intake.domain.relation import DORMANT_MONTHS
from shared.api import Body


class RegionSettings(Body):
    """A region's settings; what is left out goes back to its default."""

    model_config = examples({"groupBounds": {"smallest": 5, "largest": 10}, "claimDays": 14, "dormantMonths": 6})

    group_bounds: GroupBounds = GroupBounds()
    claim_days: Annotated[int, Field(ge=0, le=90)] = Field(
        default=14,
        description="How many days ahead a school may keep a seat for itself; 0: only for the same day.",
    )
    """Two weeks are time for a visit to the employer, and too short to hoard."""
    dormant_months: Annotated[int, Field(ge=1, le=60)] = Field(
        default=DORMANT_MONTHS,
        description="After how many months without contact, offer or placement schools are reminded of an employer.",
    )


@dataclass(frozen=True)
class SettledRegion:
    """A region with what it decided, and how often it did."""

    region: str
    settings: RegionSettings = field(default_factory=RegionSettings)
    version: int = 0
