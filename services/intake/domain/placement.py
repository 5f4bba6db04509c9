"""Placements: who is where. The register alone decides whether there is a seat."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, ValidationInfo, field_validator

from services.intake.domain.coach import Coach
from services.intake.domain.fields import Day, Weekdays, examples, not_before
from services.intake.domain.placement_states import PLACEMENT, Act, PlacementState, kept_as, standing
from services.intake.domain.seats import Occupation
from shared.api import Body
from shared.errors import Invalid
from shared.events.codes import Code, Outcome, PlacementKind
from shared.events.intake import (
    PlacementCancelled,
    PlacementChanged,
    PlacementEnded,
    PlacementRefused,
    PlacementStarted,
)

DAY = timedelta(days=1)


class Stay(Body):
    """When a student would be (or is) there."""

    begin_date: Day
    end_date: Day | None = None
    weekdays: Annotated[Weekdays, Field(min_length=1)]

    @field_validator("end_date")
    @classmethod
    def _in_order(cls, end: date | None, info: ValidationInfo) -> date | None:
        return not_before("begin_date", end, info)

    @property
    def last(self) -> date:
        """The last day, or the end of time."""
        return self.end_date or date.max

    def overlaps(self, other: Occupation) -> bool:
        """Whether they have a day of the week in common, at some time."""
        return not other.weekdays.isdisjoint(self.weekdays) and other.overlaps(self.begin_date, self.last)


class PlaceStudent(Stay):
    """A placement by hand: what people arranged without the search."""

    model_config = examples(
        {
            "studentId": "01920000-0000-7000-8000-000000000001",
            "offerId": "01920000-0000-7000-8000-000000000002",
            "beginDate": "2026-09-08",
            "endDate": "2027-02-12",
            "weekdays": ["tue", "thu"],
        }
    )

    student_id: UUID
    offer_id: UUID
    predecessor_id: UUID | None = Field(default=None, description="The placement of this student that it follows.")


class EndPlacement(Body):
    """A placement is over; from `endedDate` on the seat is free."""

    model_config = examples(
        {"endedDate": "2027-02-12", "outcome": "completed"},
        {"endedDate": "2026-11-20", "outcome": "stopped-early", "reason": "motivation"},
    )

    ended_date: Day
    outcome: Outcome
    reason: Code | None = Field(default=None, description="Kept by the own school: see the code list `end-reasons`.")
    successor_id: UUID | None = Field(default=None, description="The placement of this student that follows it.")
    bottleneck_id: UUID | None = Field(default=None, description="Which of its bottlenecks it stopped early for.")


class CancelPlacement(Body):
    """A placement that has not begun will not begin."""

    model_config = examples({"reason": "no-match"}, {})

    reason: Code | None = Field(default=None, description="Kept by the own school: see the code list `end-reasons`.")


@dataclass(frozen=True)
class Placement:
    """A student at an offer's seat."""

    id: UUID
    student_id: UUID
    school_id: UUID
    offer_id: UUID
    employer_id: UUID
    region: str
    municipality: str | None
    """Where the student lives."""
    kind: PlacementKind
    stay: Stay
    proposal_id: UUID | None = None
    predecessor_id: UUID | None = None
    state: PlacementState = PlacementState.RUNNING
    refused_reason: str | None = None
    end: EndPlacement | None = None
    cancelling: CancelPlacement | None = None
    coach: Coach | None = None
    """Who of the school looks after the student: other schools see it on the seat."""
    wish_rank: int | None = None
    """Which of the student's wishes it honours (1: the first choice), 0: none, as it was when it began (C18)."""
    version: int = 0

    def stands(self, today: date) -> PlacementState:
        """Where it stands on a day: before its first it is agreed, and not running yet."""
        return standing(self.state, self.stay.begin_date, today)

    def after(self, act: Act, today: date) -> PlacementState:
        """What it becomes by something that is done with it; raises `ActIsImpossible`."""
        return PLACEMENT.after(self.stands(today), act)

    @property
    def is_anonymous(self) -> bool:
        """Whether the student was erased: then the placement names itself in the student's place."""
        return self.student_id == self.id

    def _facts(self) -> dict[str, Any]:
        return {
            "placement_id": self.id,
            "proposal_id": self.proposal_id,
            "student_id": self.student_id,
            "school_id": self.school_id,
            "offer_id": self.offer_id,
            "employer_id": self.employer_id,
            "region": self.region,
            "municipality": self.municipality,
            "kind": self.kind,
            "begin_date": self.stay.begin_date,
            "end_date": self.stay.end_date,
            "predecessor_id": self.predecessor_id,
            "weekdays": self.stay.weekdays,
        }

    def _coach_code(self, key: bytes) -> str | None:
        return None if self.coach is None else self.coach.code_at(self.school_id, key)

    def started(self, coach_key: bytes) -> PlacementStarted:
        """The seat is taken."""
        return PlacementStarted(**self._facts(), coach_code=self._coach_code(coach_key))

    def refused(self, obstacle: str, proposal_id: UUID) -> tuple["Placement", PlacementRefused]:
        """It could not be."""
        event = PlacementRefused(
            placement_id=self.id,
            proposal_id=proposal_id,
            student_id=self.student_id,
            offer_id=self.offer_id,
            reason=obstacle,
        )
        return replace(self, state=PlacementState.REFUSED, refused_reason=obstacle), event

    def changed(self, stay: Stay, today: date, coach_key: bytes) -> tuple["Placement", PlacementChanged]:
        """Until another day or on other days; raises `ActIsImpossible`."""
        state = self.after(Act.CHANGE, today)
        facts = self._facts() | {"end_date": stay.end_date, "weekdays": stay.weekdays}
        event = PlacementChanged(**facts, coach_code=self._coach_code(coach_key))
        return replace(self, stay=stay, state=kept_as(state)), event

    def cancelled(self, cancelling: CancelPlacement, today: date) -> tuple["Placement", PlacementCancelled]:
        """Called off before it began; raises `ActIsImpossible`."""
        state = self.after(Act.CANCEL, today)
        return replace(self, state=state, cancelling=cancelling), PlacementCancelled(**self._facts())

    def ended(self, end: EndPlacement, today: date) -> tuple["Placement", PlacementEnded]:
        """It is over; raises `ActIsImpossible`, or `Invalid` when it would end before it began."""
        state = self.after(Act.END, today)
        if end.ended_date < self.stay.begin_date:
            raise Invalid("/endedDate", "ligt vóór het begin van de plaatsing: wat niet begint, wordt geannuleerd")
        event = PlacementEnded(
            **self._facts(), ended_date=end.ended_date, outcome=end.outcome, successor_id=end.successor_id
        )
        return replace(self, state=state, end=end), event

    @property
    def occupation(self) -> Occupation:
        """The seat it takes: through its last day, or until the day it was ended."""
        if self.end is not None:
            free_from = self.end.ended_date
        else:
            free_from = self.stay.last + DAY if self.stay.last < date.max else date.max
        return Occupation(self.school_id, self.stay.begin_date, free_from, frozenset(self.stay.weekdays))
