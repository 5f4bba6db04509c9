"""Students, by ids alone, and where they are placed."""

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from shared.events.codes import Code, Municipality, Outcome, PlacementKind, Region, Weekday
from shared.events.intake.base import IntakeEvent


class StudentReady(IntakeEvent):
    """A student looks for a place: one of the three events that the system turns on.

    What kind of place, the `dataref` tells those who may know.
    """

    subject_kind: ClassVar[str] = "student"
    student_id: UUID
    school_id: UUID
    region: Region
    municipality: Municipality | None
    begin_date: date
    end_date: date | None


class StudentWithdrawn(IntakeEvent):
    """A student does not look any more."""

    subject_kind: ClassVar[str] = "student"
    student_id: UUID
    school_id: UUID


class PersonErased(IntakeEvent):
    """A person is to be known nowhere any more: every service takes out what it holds and confirms it."""

    subject_kind: ClassVar[str] = "person"
    person_id: UUID
    kind: Code
    """Whose id it is: `student`."""
    erased_at: datetime


class PlacementFacts(IntakeEvent):
    """Who is (or was to be) where, by ids."""

    placement_id: UUID
    proposal_id: UUID | None
    student_id: UUID
    school_id: UUID
    offer_id: UUID
    employer_id: UUID
    region: Region
    municipality: Municipality | None
    """Where the student lives, for routing to the municipality that may know."""
    kind: PlacementKind
    begin_date: date
    end_date: date | None
    predecessor_id: UUID | None = None
    weekdays: tuple[Weekday, ...] = ()
    """When the student is there; none in older messages, which is to say on all days of the offer."""


class PlacementStarted(PlacementFacts):
    """A student has a place: the seat is taken."""

    subject_kind: ClassVar[str] = "placement"
    coach_code: Code | None = None
    """Of who of the school looks after the student: the same for one address of work at one school."""


class PlacementChanged(PlacementFacts):
    """A placement has another end or other days: its seat is taken longer, shorter, or on other days of the week."""

    subject_kind: ClassVar[str] = "placement"
    coach_code: Code | None = None
    """Of who of the school looks after the student: the same for one address of work at one school."""


class PlacementCancelled(PlacementFacts):
    """A placement was called off before it began: nobody had the seat, and it is free."""

    subject_kind: ClassVar[str] = "placement"


class PlacementEnded(PlacementFacts):
    """A placement is over: its seat is free again, and how it went is known coarsely."""

    subject_kind: ClassVar[str] = "placement"
    ended_date: date
    outcome: Outcome
    successor_id: UUID | None = None


class PlacementRefused(IntakeEvent):
    """An accepted proposal found no seat (any more), or the student or offer gone."""

    subject_kind: ClassVar[str] = "placement"
    placement_id: UUID
    proposal_id: UUID
    student_id: UUID
    offer_id: UUID
    reason: Code
