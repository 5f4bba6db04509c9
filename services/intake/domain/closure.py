"""Closures (M9, L11): a sector of a region, or all of it, takes nobody for a while; what runs there asks a decision."""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, ValidationInfo, field_validator, model_validator

from services.intake.domain.fields import Day, examples, not_before
from services.intake.domain.placement import EndPlacement, Placement
from shared.api import Body, Text
from shared.errors import Refused
from shared.events.codes import Code, Outcome, Region
from shared.events.intake import SectorClosed, SectorReopened


class ClosureIsOver(Refused):
    """The closure was ended before."""

    slug = "closure-is-over"


class ClosureState(StrEnum):
    """Whether a closure stands."""

    STANDING = "standing"
    REOPENED = "reopened"


class Decision(StrEnum):
    """What the own school decides about a placement that runs in a closed sector."""

    GOES_ON = "goes-on"
    PAUSES = "pauses"
    ENDS = "ends"


class CloseSector(Body):
    """A sector of a region closes, or without `sector` the whole region."""

    model_config = examples(
        {
            "region": "AM11",
            "sector": "zorg-en-welzijn",
            "fromDate": "2027-01-11",
            "untilDate": "2027-02-21",
            "reason": "epidemic",
        }
    )

    region: Region
    sector: Code | None = Field(default=None, description="Left out: every sector of the region.")
    from_date: Day
    until_date: Day | None = Field(default=None, description="The last day; left out: until it is reopened.")
    reason: Code = Field(description="See the code list `closure-reasons`.")
    explanation: Text | None = None

    @field_validator("until_date")
    @classmethod
    def _in_order(cls, until: date | None, info: ValidationInfo) -> date | None:
        return not_before("from_date", until, info)


class DecidePlacement(Body):
    """What happens to a placement while its sector is closed."""

    model_config = examples(
        {"placementId": "01920000-0000-7000-8000-00000000000d", "decision": "goes-on"},
        {"placementId": "01920000-0000-7000-8000-00000000000d", "decision": "ends", "endedDate": "2027-01-11"},
    )

    placement_id: UUID
    decision: Decision
    ended_date: Annotated[Day | None, Field(description="With `ends`: from this day on the seat is free.")] = None

    @model_validator(mode="after")
    def _says_when(self) -> Self:
        if (self.decision is Decision.ENDS) != (self.ended_date is not None):
            raise ValueError("endedDate is given with the decision `ends`, and only with that")
        return self

    @property
    def ending(self) -> EndPlacement | None:
        """How the placement ends, when that was decided."""
        if self.ended_date is None:
            return None
        return EndPlacement(ended_date=self.ended_date, outcome=Outcome.STOPPED_EARLY, reason="sector-closed")


@dataclass(frozen=True)
class Closure:
    """A sector (or all) of a region that takes nobody for a while."""

    id: UUID
    facts: CloseSector
    closed_by: str
    state: ClosureState = ClosureState.STANDING
    reopened_date: date | None = None
    version: int = 0

    def holds_on(self, day: date) -> bool:
        """Whether it holds on a day."""
        facts = self.facts
        in_time = facts.from_date <= day and (facts.until_date is None or day <= facts.until_date)
        return self.state is ClosureState.STANDING and in_time

    def concerns(self, region: str, sector: str) -> bool:
        """Whether it is about a sector in a region."""
        return self.facts.region == region and self.facts.sector in {None, sector}

    def touches(self, placement: Placement) -> bool:
        """Whether a placement (of that region and sector) has a day in the closed time."""
        last = self.facts.until_date or date.max
        return placement.stay.begin_date <= last and placement.stay.last >= self.facts.from_date

    def closed(self) -> SectorClosed:
        """What others are told."""
        facts = self.facts
        return SectorClosed(
            closure_id=self.id,
            region=facts.region,
            sector=facts.sector,
            from_date=facts.from_date,
            until_date=facts.until_date,
            reason=facts.reason,
        )

    def reopened(self, on: date) -> tuple["Closure", SectorReopened]:
        """It is over, by hand or by the calendar; raises `ClosureIsOver` the second time."""
        if self.state is ClosureState.REOPENED:
            raise ClosureIsOver
        event = SectorReopened(closure_id=self.id, region=self.facts.region, sector=self.facts.sector, reopened_date=on)
        return replace(self, state=ClosureState.REOPENED, reopened_date=on), event
