"""What schools and employers think, as codes: no event says which of them thinks so."""

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from shared.events.base import Wire
from shared.events.codes import Code, Region, SchoolKind
from shared.events.intake.base import IntakeEvent


class CodedAnswer(Wire):
    """The answer to a question that was asked."""

    question: Code
    answered: bool = True
    """False: asked, and left open."""
    codes: tuple[Code, ...] = ()
    """What was chosen; none of several choices is an answer, too."""
    number: int | None = None


class AnswersGiven(IntakeEvent):
    """An organisation filled in a questionnaire, or changed its answers: all of them, in place of those before."""

    subject_kind: ClassVar[str] = "response"
    response_id: UUID
    """A pseudonym of the organisation in this round; outside the register nothing leads to whom it is."""
    round_id: UUID
    questionnaire: Code
    questionnaire_version: int
    audience: Code
    """`school` or `employer`."""
    region: Region
    school_kind: SchoolKind | None
    """The kind of school; of an employer the kind that found it."""
    from_date: date
    until_date: date
    opened_at: datetime
    answers: tuple[CodedAnswer, ...]


class AnswersAwaited(IntakeEvent):
    """Schools of a region are asked to fill in a questionnaire, or reminded of it once."""

    subject_kind: ClassVar[str] = "round"
    round_id: UUID
    region: Region
    asked_of: tuple[UUID, ...]
    until_date: date
    reminder: bool
