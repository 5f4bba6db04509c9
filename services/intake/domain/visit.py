"""Visits and progress talks (J3, J9, J11): how often a placement is seen, what was said, and when that is overdue."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field

from services.intake.domain.fields import UNRECORDED, Codes, Day, Example, examples, once
from services.intake.domain.placement import DAY, Placement
from services.intake.domain.placement_states import UNREAL, PlacementState
from shared.api import Body, Text
from shared.errors import Invalid, Refused
from shared.events.intake import VisitOverdue

VISIT: Example = {
    "visitDate": "2026-10-12",
    "form": "at-work",
    "spokeWith": ["supervisor", "student"],
    "subjects": ["work", "learning"],
    "note": "Gaat goed; mag nu ook de kas doen.",
}


class StudentIsErased(Refused):
    """De leerling van deze plaatsing is gewist: over de begeleiding wordt niets meer vastgelegd."""

    slug = "student-is-erased"


class PlacementNeverWas(Refused):
    """Deze plaatsing is niet doorgegaan: er valt niets te begeleiden."""

    slug = "placement-never-was"


class VisitForm(StrEnum):
    """How one met."""

    AT_WORK = "at-work"
    AT_SCHOOL = "at-school"
    TELEPHONE = "telephone"
    VIDEO = "video"


class SpokeWith(StrEnum):
    """With whom, by role: never a name."""

    STUDENT = "student"
    SUPERVISOR = "supervisor"
    EMPLOYER = "employer"
    COLLEAGUE = "colleague"
    JOBCOACH = "jobcoach"
    PARENTS = "parents"


class SetRhythm(Body):
    """How often somebody of the school sees a placement."""

    model_config = examples({"everyWeeks": 4})

    every_weeks: Annotated[int, Field(ge=1, le=26)]


class RecordVisit(Body):
    """A visit or a progress talk that took place."""

    model_config = examples(VISIT)

    visit_date: Day = Field(description="Today or before, not before the placement began.")
    form: VisitForm
    spoke_with: Annotated[tuple[SpokeWith, ...], Field(min_length=1, max_length=12), AfterValidator(once)]
    subjects: Codes = Field(default=(), description="See the code list `visit-subjects`.")
    note: Text | None = Field(default=None, description="Stays with the school, and goes with the student's record.")


@dataclass(frozen=True)
class Visit:
    """A visit in the register of the student's own school."""

    id: UUID
    placement_id: UUID
    student_id: UUID
    school_id: UUID
    author: str
    said: RecordVisit
    recorded_at: datetime = UNRECORDED


@dataclass(frozen=True)
class Rhythm:
    """How often a placement is seen, and when it is due next."""

    id: UUID
    placement_id: UUID
    student_id: UUID
    school_id: UUID
    every_weeks: int
    due_date: date | None
    """The last day on which the next visit is in time; None: the placement has ended."""
    told_date: date | None = None
    """The due date that the school was told of: of each once."""
    version: int = 0

    def is_overdue(self, today: date) -> bool:
        """Whether its visit should have been."""
        return self.due_date is not None and self.due_date < today

    def overdue(self, today: date) -> tuple["Rhythm", VisitOverdue] | None:
        """What the school is told; None when it knows, or when there is nothing to tell."""
        if self.due_date is None or not self.is_overdue(today) or self.told_date == self.due_date:
            return None
        event = VisitOverdue(
            rhythm_id=self.id, placement_id=self.placement_id, school_id=self.school_id, due_date=self.due_date
        )
        return replace(self, told_date=self.due_date), event


def must_be_followed(placement: Placement) -> None:
    """Raise unless there is a student somewhere whose guidance can be recorded."""
    if placement.is_anonymous:
        raise StudentIsErased
    if placement.state in UNREAL:
        raise PlacementNeverWas


def check_visit(placement: Placement, said: RecordVisit, today: date) -> None:
    """Raise `Invalid` for a day on which it cannot have been."""
    must_be_followed(placement)
    if said.visit_date > today:
        raise Invalid("/visitDate", "lies ahead")
    if said.visit_date < placement.stay.begin_date:
        raise Invalid("/visitDate", "lies before the placement began")


def next_due(placement: Placement, every_weeks: int, visited: Collection[date], today: date) -> date | None:
    """Until when the next visit is in time: so many weeks after the last, at first after the begin.

    None when the placement is over: the last talk of one that ended is an evaluation.
    """
    ahead = placement.end is not None and placement.end.ended_date > today
    if placement.state is not PlacementState.RUNNING and not ahead:
        return None
    return max((placement.stay.begin_date, *visited)) + timedelta(weeks=every_weeks)


def still_due(placement: Placement, due: date) -> bool:
    """Whether a placement is there on the day on which its visit is due: in its last weeks none need follow."""
    return due <= (placement.end.ended_date - DAY if placement.end else placement.stay.last)
