"""Schools and employers."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from shared.events.base import Wire
from shared.events.codes import (
    Code,
    EmployerKind,
    Guidance,
    IntermediaryKind,
    Municipality,
    Point,
    Recognition,
    Region,
    SchoolKind,
    SizeClass,
    Trend,
)
from shared.events.intake.base import IntakeEvent


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
    left_date: date | None = None
    """From this day on it takes part no more; a successor goes on with what it had."""
    successor_id: UUID | None = None


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
    verified_date: date | None = None
    """When a school last said that this is right; none in older messages, too."""


class EmployersMerged(IntakeEvent):
    """Two employers were one: whatever names the merged one means the other from now on.

    Its open offers and its whole state follow as events of their own.
    """

    subject_kind: ClassVar[str] = "employer"
    employer_id: UUID
    """The one that stays."""
    merged_id: UUID
    region: Region
    reason: Code
    private_to: UUID | None
    """The only school that may see the one that stays."""


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
