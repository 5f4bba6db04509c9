"""What intake announces: the register's facts. Of a student an event holds nothing but ids."""

from datetime import date
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from shared.events.base import Event, Wire
from shared.events.codes import (
    Code,
    EmployerKind,
    Guidance,
    IntermediaryKind,
    Municipality,
    Outcome,
    OutflowProfile,
    PlacementKind,
    Point,
    Recognition,
    Region,
    SchoolKind,
    SizeClass,
    Trend,
    Weekday,
)


class IntakeEvent(Event):
    """An event of the register."""

    publisher: ClassVar[str] = "intake"


class SchoolRegistered(IntakeEvent):
    """A school takes part, or what is known of it changed."""

    subject_kind: ClassVar[str] = "school"
    school_id: UUID
    brin: str
    name: str
    kind: SchoolKind
    region: Region
    municipality: Municipality | None
    student_count: int | None


class Cooperation(Wire):
    """A school that works with an employer, and since when."""

    school_id: UUID
    since_date: date | None = None


class EmployerRegistered(IntakeEvent):
    """An employer is known, or what is known of it changed: the whole state."""

    subject_kind: ClassVar[str] = "employer"
    employer_id: UUID
    name: str
    kind: EmployerKind
    region: Region
    municipality: Municipality | None
    location: Point
    sectors: tuple[Code, ...]
    tasks: tuple[Code, ...] = ()
    size_class: SizeClass
    recognition: Recognition
    guidance: Guidance
    places_per_year: int | None
    places_trend: Trend
    jobs_per_year: int | None
    jobs_trend: Trend
    found_through: SchoolKind | None
    brought_in_by: UUID | None
    private_to: UUID | None
    """The only school that may see this employer for now."""
    cooperations: tuple[Cooperation, ...] = ()


class EmployerPaused(IntakeEvent):
    """An employer takes nobody for a while (or, without an end, until it says so)."""

    subject_kind: ClassVar[str] = "employer"
    employer_id: UUID
    from_date: date
    until_date: date | None
    reason: Code


class EmployerResumed(IntakeEvent):
    """An employer that had paused takes students again."""

    subject_kind: ClassVar[str] = "employer"
    employer_id: UUID


class OfferFacts(IntakeEvent):
    """The whole state of an offer: what it is, for whom, when and where."""

    offer_id: UUID
    employer_id: UUID
    kind: PlacementKind
    sector: Code
    tasks: tuple[Code, ...] = ()
    demands: tuple[Code, ...] = ()
    """What the work asks that not everybody can: a student with the same code among the limits cannot do it."""
    certificates: tuple[Code, ...] = ()
    seats: Annotated[int, Field(ge=1)]
    begin_date: date
    end_date: date | None
    weekdays: tuple[Weekday, ...]
    region: Region
    municipality: Municipality | None
    location: Point
    minimum_age: int | None
    guidance: Guidance
    jobcoach_welcome: bool
    outflow_profiles: tuple[OutflowProfile, ...]
    job_prospect: bool
    valid_until_date: date | None
    brought_in_by: UUID | None
    private_to: UUID | None


class EmployerOffered(OfferFacts):
    """An employer offers a place: one of the three events that the system turns on."""

    subject_kind: ClassVar[str] = "offer"


class OfferChanged(OfferFacts):
    """An offer reads differently now."""

    subject_kind: ClassVar[str] = "offer"


class OfferWithdrawn(IntakeEvent):
    """An offer is no more."""

    subject_kind: ClassVar[str] = "offer"
    offer_id: UUID
    employer_id: UUID
    reason: Code


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


class PlacementStarted(PlacementFacts):
    """A student has a place: the seat is taken."""

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


class ContactLogged(IntakeEvent):
    """Somebody of a school spoke with an employer."""

    subject_kind: ClassVar[str] = "employer"
    employer_id: UUID
    contact_id: UUID
    school_id: UUID
    student_id: UUID | None
    channel: Code
    initiator: Code
    outcome: Code
    arguments: tuple[Code, ...] = ()
    contact_date: date


class EmployerSuggested(IntakeEvent):
    """An intermediary named an employer worth a call."""

    subject_kind: ClassVar[str] = "employer"
    employer_id: UUID
    tip_id: UUID
    call_id: UUID | None
    source: IntermediaryKind
    region: Region
    sector: Code | None
    known_already: bool
