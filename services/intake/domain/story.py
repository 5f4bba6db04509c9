"""Stories (F22): how it went, told to everybody, approved by the school and by who is in it."""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.intake.domain.fields import Day, Example, examples
from shared.api import Body, ShortText, Text
from shared.errors import Refused

EXAMPLE: Example = {
    "title": "Van stage naar vast contract",
    "text": "Na een half jaar stage in het tuincentrum kwam er een contract.",
}


class StoryState(StrEnum):
    """Whether everybody may read it."""

    DRAFT = "draft"
    APPROVED = "approved"
    WITHDRAWN = "withdrawn"


class NobodyAgreed(Refused):
    """Wie in het verhaal staat, heeft er geen toestemming voor gegeven: {who}."""

    slug = "nobody-agreed"


class StoryIsWithdrawn(Refused):
    """The story was withdrawn: write it anew."""

    slug = "story-is-withdrawn"


class EmployerAgreed(Body):
    """Who of an employer agreed to be told of, and when."""

    given_date: Day
    role: Annotated[ShortText, Field(max_length=60)] = Field(description="By role, never by name.")


class StoryFacts(Body):
    """What is told; changed, it is to be approved anew."""

    model_config = examples(EXAMPLE)

    title: ShortText
    text: Text
    employer_id: UUID | None = Field(default=None, description="Of which employer it tells.")
    employer_agreed: EmployerAgreed | None = None


class WriteStory(StoryFacts):
    """A school tells how it went."""

    model_config = examples(EXAMPLE)

    student_id: UUID | None = Field(
        default=None, description="Of which own student it tells: shown while a ground for publication holds."
    )
    school_id: UUID | None = Field(default=None, description="For which school; needed by who works for several.")


@dataclass(frozen=True)
class Story:
    """A story of a school."""

    id: UUID
    school_id: UUID
    region: str
    facts: StoryFacts
    student_id: UUID | None = None
    """Erased with the student."""
    state: StoryState = StoryState.DRAFT
    approved_date: date | None = None

    def retold(self, facts: StoryFacts) -> "Story":
        """With another text, which nobody has approved yet; raises `StoryIsWithdrawn`."""
        if self.state is StoryState.WITHDRAWN:
            raise StoryIsWithdrawn
        return replace(self, facts=facts, state=StoryState.DRAFT, approved_date=None)

    def approved(self, on: date, *, student_agreed: bool) -> "Story":
        """For everybody to read; raises `NobodyAgreed` or `StoryIsWithdrawn`."""
        if self.state is StoryState.WITHDRAWN:
            raise StoryIsWithdrawn
        if self.student_id is not None and not student_agreed:
            raise NobodyAgreed(who="de leerling (leg een grondslag voor publicatie vast)")
        if self.facts.employer_id is not None and self.facts.employer_agreed is None:
            raise NobodyAgreed(who="het bedrijf")
        return replace(self, state=StoryState.APPROVED, approved_date=on)

    def withdrawn(self) -> "Story":
        """Nobody reads it any more."""
        return replace(self, state=StoryState.WITHDRAWN)
