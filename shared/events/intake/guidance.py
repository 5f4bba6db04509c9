"""Guidance during placements and afterwards: what somebody must hear of, or what is counted. Nothing of a student."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from shared.events.codes import Code, IntermediaryKind, Region
from shared.events.intake.base import IntakeEvent


class VisitOverdue(IntakeEvent):
    """Nobody of the school saw a placement when it was due; told of once."""

    subject_kind: ClassVar[str] = "rhythm"
    rhythm_id: UUID
    placement_id: UUID
    school_id: UUID
    due_date: date


class BottleneckRecorded(IntakeEvent):
    """Something stands, or stood, in the way of a placement: the codes of it, for counting.

    Neither the student nor the placement is named: a code such as a home situation is to be nobody's.
    """

    subject_kind: ClassVar[str] = "bottleneck"
    bottleneck_id: UUID
    school_id: UUID
    region: Region
    noticed_by: Code
    noticed_date: date
    codes: tuple[Code, ...]
    solutions: tuple[Code, ...] = ()
    solved: Code | None = None
    led_to_end: bool = False


class SupportAsked(IntakeEvent):
    """An employer would be helped with something: who looks after the region, or can help, hears of it."""

    subject_kind: ClassVar[str] = "support"
    support_id: UUID
    employer_id: UUID
    school_id: UUID | None
    region: Region
    kind: Code
    asked_by: Code


class FollowUpDue(IntakeEvent):
    """A school is to ask how a former student fares."""

    subject_kind: ClassVar[str] = "follow_up"
    follow_up_id: UUID
    school_id: UUID
    months: int
    """After leaving."""
    due_date: date


class FollowUpRecorded(IntakeEvent):
    """What became of a former student, coarsely, for counting; not of whom."""

    subject_kind: ClassVar[str] = "follow_up"
    follow_up_id: UUID
    school_id: UUID
    region: Region
    months: int
    outcome: Code
    asked_date: date


class StudentRequestMoved(IntakeEvent):
    """What a school asks an intermediary for one of its students was asked, taken up, answered or withdrawn.

    Neither of whom nor what: an indication is health data, and so is that somebody asks for one.
    """

    subject_kind: ClassVar[str] = "student_request"
    student_request_id: UUID
    school_id: UUID
    intermediary: IntermediaryKind
    region: Region
    state: Code


class RequestMoved(IntakeEvent):
    """What a school asks an intermediary about a placement was asked, taken up, answered, declined or withdrawn."""

    subject_kind: ClassVar[str] = "request"
    request_id: UUID
    school_id: UUID
    employer_id: UUID
    intermediary: IntermediaryKind
    region: Region
    kind: Code
    state: Code
