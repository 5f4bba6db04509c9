"""Adapted work (M8): a demand of the work that an employer is asked to leave out, and what it answered.

The question speaks of the work, never of a student; the answer is kept with the offer, so that nobody asks twice.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.intake.domain.company_text import CompanyText
from services.intake.domain.fields import UNRECORDED, Codes, Day, Example, examples
from services.intake.domain.offer import Offer, PlaceFacts
from shared.api import Body
from shared.errors import Invalid, Refused

QUESTION: Example = {"demands": ["till"], "note": "Kan iemand anders afrekenen?"}

MOST_LEFT_OUT = 2
"""Work without three of its demands is other work: that asks for a talk, no question (docs/matching.md)."""


class QuestionIsAnswered(Refused):
    """Op deze vraag is al geantwoord: {answer}. Stel een nieuwe vraag als het nu anders ligt."""

    slug = "adaptation-is-answered"


class AdaptationAnswer(StrEnum):
    """What the employer said."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    OTHER_PROPOSAL = "other-proposal"
    """Not by leaving them out, but in another way: in `adaptations`."""


class AskAdaptation(Body):
    """Can the work do without these demands?"""

    model_config = examples(QUESTION)

    demands: Annotated[Codes, Field(min_length=1, max_length=MOST_LEFT_OUT)] = Field(
        description="Of the demands of the offer."
    )
    note: CompanyText | None = Field(default=None, description="About the work, never about a student.")
    school_id: UUID | None = Field(default=None, description="For which school; needed by who works for several.")


class AnswerAdaptation(Body):
    """What the employer answered."""

    model_config = examples(
        {"answer": "accepted"},
        {"answer": "other-proposal", "adaptations": ["hours"], "note": "Wel op de rustige ochtenden."},
    )

    answer: AdaptationAnswer
    adaptations: Codes = Field(
        default=(), description="What else can be adapted: see the code list `adaptations`. Kept with the employer."
    )
    note: CompanyText | None = Field(default=None, description="About the work, never about a student.")


@dataclass(frozen=True)
class AdaptationQuestion:
    """A question to an employer, of one school."""

    id: UUID
    offer_id: UUID
    employer_id: UUID
    school_id: UUID
    author: str
    asked: AskAdaptation
    answer: AnswerAdaptation | None = None
    answered_date: date | None = None
    recorded_at: datetime = UNRECORDED

    def answered(self, answer: AnswerAdaptation, today: Day) -> "AdaptationQuestion":
        """With its answer; raises `QuestionIsAnswered` the second time."""
        if self.answer is not None:
            raise QuestionIsAnswered(answer=self.answer.answer)
        return replace(self, answer=answer, answered_date=today)


def check_question(offer: Offer, asked: AskAdaptation) -> None:
    """Raise `OfferIsWithdrawn`, or `Invalid` for a demand that the work does not have, or can do without."""
    offer.must_be_open()
    for at, demand in enumerate(asked.demands):
        if demand not in offer.facts.demands:
            raise Invalid(f"/demands/{at}", "the work does not ask that")
        if demand in offer.facts.adaptable:
            raise Invalid(f"/demands/{at}", "the employer said already that it can be left out")


def known_from(offer: Offer, question: AdaptationQuestion) -> Offer:
    """The offer with what the employer answered: for the next round of matching, and for every school."""
    assert question.answer is not None
    said, demands = question.answer.answer, question.asked.demands
    facts = offer.facts
    adaptable, essential = _without(facts.adaptable, demands), _without(facts.essential, demands)
    if said is AdaptationAnswer.ACCEPTED:
        adaptable += demands
    else:
        essential += demands
    known = {"adaptable": adaptable, "essential": essential}
    return replace(offer, facts=PlaceFacts.model_construct(**(dict(facts) | known)))


def _without(codes: tuple[str, ...], others: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(code for code in codes if code not in others)
