"""What schools do with employers and tell each other of them."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from shared.events.codes import Code
from shared.events.intake.base import IntakeEvent


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


class EmployerClaimed(IntakeEvent):
    """A school is going to approach an employer, or does so for longer or with others: the whole state of the claim."""

    subject_kind: ClassVar[str] = "claim"
    claim_id: UUID
    employer_id: UUID
    school_id: UUID
    joined_by: tuple[UUID, ...] = ()
    """Other schools that approach the employer together with it."""
    since_date: date
    until_date: date


class ClaimEnded(IntakeEvent):
    """A school let go of an employer that it had claimed, or its time was over."""

    subject_kind: ClassVar[str] = "claim"
    claim_id: UUID
    employer_id: UUID
    school_id: UUID
    reason: Code


class ClaimJoinAsked(IntakeEvent):
    """Another school asks whether it may approach a claimed employer too."""

    subject_kind: ClassVar[str] = "claim"
    claim_id: UUID
    employer_id: UUID
    school_id: UUID
    """Whose claim it is: who answers."""
    asked_by: UUID


class ExperienceShared(IntakeEvent):
    """A school shared with others what it experienced with an employer: codes alone."""

    subject_kind: ClassVar[str] = "employer"
    employer_id: UUID
    remark_id: UUID
    school_id: UUID
    experiences: tuple[Code, ...]
    shared_date: date


class ExperienceWithdrawn(IntakeEvent):
    """What a school told of an employer is for nobody else's eyes any more: it took it back, or it was hidden."""

    subject_kind: ClassVar[str] = "employer"
    employer_id: UUID
    remark_id: UUID
    school_id: UUID


class QuestionAsked(IntakeEvent):
    """A school asks others about an employer that they know; what it asks, they read in the register."""

    subject_kind: ClassVar[str] = "question"
    question_id: UUID
    employer_id: UUID
    school_id: UUID
    asked_of: tuple[UUID, ...]


class QuestionAnswered(IntakeEvent):
    """A school answered what another asked about an employer."""

    subject_kind: ClassVar[str] = "question"
    question_id: UUID
    employer_id: UUID
    school_id: UUID
    """Who asked."""
    answered_by: UUID


class RelationsCooled(IntakeEvent):
    """A school is reminded of employers that it had nothing to do with for so many months; of each of them once."""

    subject_kind: ClassVar[str] = "school"
    school_id: UUID
    months: int
    relation_count: int
    """Of how many employers."""
    employer_ids: tuple[UUID, ...]
    """The most promising of them, as many as a mail can hold; the register lists them all."""
