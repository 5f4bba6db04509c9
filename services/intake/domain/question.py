"""Questions about an employer (F8, F9): a coach asks the schools that know it; the answer is kept where it belongs."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import Field, model_validator

from services.intake.domain.company_text import CompanyText
from services.intake.domain.fields import UNRECORDED, examples
from services.intake.domain.remark import Experiences, ShareRemark
from services.intake.domain.rights import Viewer
from shared.api import Body
from shared.errors import Forbidden, Refused
from shared.events.intake import QuestionAnswered, QuestionAsked


class NobodyKnowsTheEmployer(Refused):
    """Geen andere school kent dit bedrijf; er is niemand om het te vragen. (No other school knows this employer.)"""

    slug = "nobody-knows-the-employer"


class AskAboutEmployer(Body):
    """A question to the schools that know an employer."""

    model_config = examples({"text": "Past het bij leerlingen die niet tegen drukte kunnen?"})

    text: CompanyText
    school_id: UUID | None = Field(default=None, description="For which school; needed by who works for several.")


class AnswerQuestion(Body):
    """What a school that knows the employer says."""

    model_config = examples(
        {"text": "In de kas wel, in de winkel is het op zaterdag druk."},
        {"text": "Ja, er is een rustige plek.", "experiences": ["welcoming"], "shared": True},
    )

    text: CompanyText
    experiences: Experiences = Field(default=(), description="With `shared`: see the code list `experiences`.")
    shared: bool = Field(
        default=False, description="Kept with the employer as a remark for all schools; else for who asked."
    )
    school_id: UUID | None = Field(default=None, description="For which school; needed by who works for several.")

    @model_validator(mode="after")
    def _codes_are_shared(self) -> Self:
        if self.experiences and not self.shared:
            raise ValueError("experiences are kept with the employer: say shared as well")
        return self

    def as_remark(self) -> ShareRemark:
        """The same for all schools."""
        return ShareRemark(experiences=self.experiences, text=self.text)


@dataclass(frozen=True)
class Answer:
    """An answer; `remark_id` where it is kept for all schools too."""

    id: UUID
    question_id: UUID
    school_id: UUID
    author: str
    coach: str | None
    text: str
    remark_id: UUID | None
    recorded_at: datetime = UNRECORDED


@dataclass(frozen=True)
class Question:
    """A question about an employer."""

    id: UUID
    employer_id: UUID
    school_id: UUID
    author: str
    coach: str | None
    text: str
    asked_of: tuple[UUID, ...]
    """The schools that knew the employer when it was asked."""
    answers: tuple[Answer, ...] = ()
    recorded_at: datetime = UNRECORDED
    version: int = 0

    def answers_for(self, viewer: Viewer) -> tuple[Answer, ...]:
        """All for who asked; for a school that was asked its own."""
        if self.school_id in viewer.schools:
            return self.answers
        return tuple(answer for answer in self.answers if answer.school_id in viewer.schools)

    def must_be_asked_of(self, school_id: UUID) -> None:
        """Raise `Forbidden` unless the school was asked."""
        if school_id not in self.asked_of:
            raise Forbidden("the schools that were asked answer")

    def asked(self) -> QuestionAsked:
        """What others are told: who asks whom, never what."""
        return QuestionAsked(
            question_id=self.id, employer_id=self.employer_id, school_id=self.school_id, asked_of=self.asked_of
        )

    def answered_by(self, school_id: UUID) -> QuestionAnswered:
        """What others are told of an answer."""
        return QuestionAnswered(
            question_id=self.id, employer_id=self.employer_id, school_id=self.school_id, answered_by=school_id
        )


def to_ask(known_by: Iterable[UUID], school_id: UUID) -> tuple[UUID, ...]:
    """Whom a school asks; raises `NobodyKnowsTheEmployer`."""
    others = tuple(sorted(set(known_by) - {school_id}))
    if not others:
        raise NobodyKnowsTheEmployer
    return others
