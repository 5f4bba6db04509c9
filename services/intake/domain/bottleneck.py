"""Bottlenecks (J6, J7, J8, L1): what stands in a placement's way, who noticed, what was tried, and if it worked."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.intake.domain.fields import UNRECORDED, Codes, Day, Example, examples
from services.intake.domain.placement import Placement
from services.intake.domain.visit import must_be_followed
from shared.api import Body, Text
from shared.errors import Invalid
from shared.events.intake import BottleneckRecorded

BOTTLENECK: Example = {
    "noticedBy": "employer",
    "noticedDate": "2026-10-19",
    "codes": ["lack-of-time", "expectations"],
    "solutions": ["care-taken-over"],
    "solved": "partly",
    "note": "De jobcoach komt de eerste weken mee.",
}


class Noticer(StrEnum):
    """Who noticed, or says how it went."""

    SCHOOL = "school"
    EMPLOYER = "employer"
    STUDENT = "student"
    PARENTS = "parents"


class Solved(StrEnum):
    """Whether what was tried worked."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"


class RecordBottleneck(Body):
    """Something stands in the way of a placement."""

    model_config = examples(BOTTLENECK)

    noticed_by: Noticer
    noticed_date: Day = Field(description="Today or before, not before the placement began.")
    codes: Annotated[Codes, Field(min_length=1, description="See the code list `bottlenecks`.")]
    solutions: Codes = Field(default=(), description="What was tried: see the code list `bottleneck-solutions`.")
    solved: Solved | None = Field(default=None, description="Left out: not known yet.")
    note: Text | None = Field(default=None, description="Stays with the school, and goes with the student's record.")


@dataclass(frozen=True)
class Bottleneck:
    """A bottleneck in the register of the student's own school."""

    id: UUID
    placement_id: UUID
    student_id: UUID
    school_id: UUID
    region: str
    author: str
    facts: RecordBottleneck
    led_to_end: bool = False
    """Whether the placement ended early because of it."""
    recorded_at: datetime = UNRECORDED
    version: int = 0

    def recorded(self) -> BottleneckRecorded:
        """What is counted of it: neither the student nor the placement, so that the codes are nobody's."""
        return BottleneckRecorded(
            bottleneck_id=self.id,
            school_id=self.school_id,
            region=self.region,
            noticed_by=self.facts.noticed_by,
            noticed_date=self.facts.noticed_date,
            codes=self.facts.codes,
            solutions=self.facts.solutions,
            solved=self.facts.solved,
            led_to_end=self.led_to_end,
        )


def check_bottleneck(placement: Placement, facts: RecordBottleneck, today: date) -> None:
    """Raise `Invalid` for a day on which it cannot have been noticed."""
    must_be_followed(placement)
    if not placement.stay.begin_date <= facts.noticed_date <= today:
        raise Invalid("/noticedDate", "lies before the placement began, or ahead")
