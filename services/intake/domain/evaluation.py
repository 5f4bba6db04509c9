"""Evaluations (K18 to K22, K28): how a placement went, said once by the school and once by the employer."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field

from services.intake.domain.fields import Codes, Example, examples, once
from services.intake.domain.placement import Placement
from services.intake.domain.support import SupportKind
from services.intake.domain.visit import must_be_followed
from shared.api import Body, Text
from shared.errors import Refused

EVALUATION: Example = {
    "experience": "positive",
    "wentWell": ["short-lines", "fixed-supervisor"],
    "couldBeBetter": ["time"],
    "information": "incomplete",
    "informationMissed": ["schemes"],
    "supportWanted": ["handholds"],
    "again": True,
    "note": "Graag een vaste dag voor het gesprek.",
}

CHANGEABLE = timedelta(days=30)
"""For so long after it was given, an evaluation can be put right; then it stands as it was counted."""

BEFORE_THE_END = timedelta(days=28)
"""In the last four weeks one knows how it went, and people are still there to ask."""


class NotAtItsEnd(Refused):
    """De plaatsing loopt nog tot en met {until}: hoe het ging, kan vanaf {since} worden vastgelegd."""

    slug = "not-at-its-end"


class EvaluationStands(Refused):
    """Deze evaluatie is van {given} en kan na {days} dagen niet meer worden veranderd."""

    slug = "evaluation-stands"


class Party(StrEnum):
    """Who says how it went."""

    SCHOOL = "school"
    EMPLOYER = "employer"


class Experience(StrEnum):
    """How it went on the whole."""

    POSITIVE = "positive"
    MIXED = "mixed"
    NEGATIVE = "negative"
    UNKNOWN = "unknown"


class Information(StrEnum):
    """Whether one knew enough beforehand (K18)."""

    COMPLETE = "complete"
    INCOMPLETE = "incomplete"
    UNKNOWN = "unknown"


class Evaluate(Body):
    """How a placement went."""

    model_config = examples(EVALUATION)

    experience: Experience
    went_well: Codes = Field(default=(), description="See the code list `evaluation-strengths`.")
    could_be_better: Codes = Field(default=(), description="See the code list `evaluation-improvements`.")
    information: Information = Information.UNKNOWN
    information_missed: Codes = Field(default=(), description="See the code list `information-missed`.")
    support_wanted: Annotated[tuple[SupportKind, ...], Field(max_length=10), AfterValidator(once)] = Field(
        default=(), description="Counted only; what is asked for is followed under `/v1/support`."
    )
    again: bool | None = Field(default=None, description="Whether one would do it again; null: not known.")
    note: Text | None = Field(default=None, description="Stays with the school, and goes with the student's record.")


@dataclass(frozen=True)
class Evaluation:
    """What one party said of a placement."""

    id: UUID
    placement_id: UUID
    student_id: UUID
    school_id: UUID
    party: Party
    author: str
    """Who wrote it down, or `link` when the party did so itself."""
    given_date: date
    said: Evaluate

    def changed(self, said: Evaluate, author: str, today: date) -> "Evaluation":
        """As it reads now; raises `EvaluationStands` when it is too late for that."""
        if today > self.given_date + CHANGEABLE:
            raise EvaluationStands(given=self.given_date, days=CHANGEABLE.days)
        return Evaluation(
            self.id, self.placement_id, self.student_id, self.school_id, self.party, author, self.given_date, said
        )


def must_be_at_its_end(placement: Placement, today: date) -> None:
    """Raise `NotAtItsEnd` for a placement of which nobody can say yet how it went."""
    must_be_followed(placement)
    if placement.end is not None:
        return
    until = placement.stay.end_date
    since = None if until is None else max(placement.stay.begin_date, until - BEFORE_THE_END)
    if since is None or today < since:
        raise NotAtItsEnd(until=until or "onbepaald", since=since or "het einde")
