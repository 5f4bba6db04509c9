"""Experiences and remarks (B20, B23): coded facts and a text about a company, with author, reply and an end."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Self
from uuid import UUID

from pydantic import AfterValidator, Field, model_validator

from services.intake.domain.company_text import CompanyText
from services.intake.domain.fields import UNRECORDED, examples
from services.intake.domain.rights import Viewer
from shared.api import Body, Text
from shared.errors import Refused
from shared.events.intake import ExperienceShared, ExperienceWithdrawn

LIVES = timedelta(days=730)
"""24 months (STANDARDS §7): an older experience says more about the past than about the company."""


class RemarkIsHidden(Refused):
    """Deze opmerking is al verborgen. (The remark was hidden before.)"""

    slug = "remark-is-hidden"


class Experience(StrEnum):
    """What happened, as a code: a fact that can be checked with the company, no judgement."""

    AGREEMENT_KEPT = "agreement-kept"
    AGREEMENT_NOT_KEPT = "agreement-not-kept"
    GUIDANCE_GOOD = "guidance-good"
    GUIDANCE_LACKING = "guidance-lacking"
    WELCOMING = "welcoming"
    TASKS_FIT = "tasks-fit"
    TASKS_DID_NOT_FIT = "tasks-did-not-fit"
    EASY_TO_REACH = "easy-to-reach"
    HARD_TO_REACH = "hard-to-reach"
    SAFETY_IN_ORDER = "safety-in-order"
    SAFETY_NEEDS_ATTENTION = "safety-needs-attention"
    WORTH_REPEATING = "worth-repeating"


class Audience(StrEnum):
    """Who reads a remark."""

    SCHOOLS = "schools"
    OWN_SCHOOL = "own-school"


class OnBehalfOf(StrEnum):
    """Whose reply it is."""

    EMPLOYER = "employer"
    SCHOOL = "school"


Experiences = Annotated[
    tuple[Experience, ...],
    Field(max_length=len(Experience)),
    AfterValidator(lambda codes: tuple(dict.fromkeys(codes))),
]


class ShareRemark(Body):
    """What a school experienced with a company."""

    model_config = examples(
        {"experiences": ["agreement-kept", "guidance-good"], "text": "Er is elke vrijdag een vast gesprek."},
        {"experiences": ["hard-to-reach"], "audience": "own-school"},
    )

    experiences: Experiences = Field(default=(), description="See the code list `experiences`.")
    text: CompanyText | None = None
    audience: Audience = Audience.SCHOOLS
    school_id: UUID | None = Field(default=None, description="For which school; needed by who works for several.")

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.experiences and self.text is None:
            raise ValueError("a remark has experiences, a text, or both")
        return self


class ReplyToRemark(Body):
    """The other side of the story."""

    model_config = examples({"onBehalfOf": "employer", "text": "De vaste begeleider was die maand ziek."})

    on_behalf_of: OnBehalfOf = Field(description="`employer`: recorded by the school that spoke with it.")
    text: CompanyText
    school_id: UUID | None = Field(default=None, description="For which school; needed by who works for several.")


class HideRemark(Body):
    """A remark that should not be read."""

    model_config = examples({"reason": "Gaat over een persoon."})

    reason: Text


@dataclass(frozen=True)
class Reply:
    """A reply to a remark; it goes when the remark goes."""

    id: UUID
    school_id: UUID
    coach: str | None
    author: str
    said: ReplyToRemark
    recorded_at: datetime = UNRECORDED


@dataclass(frozen=True)
class Remark:
    """What a school experienced with a company."""

    id: UUID
    employer_id: UUID
    school_id: UUID
    author: str
    coach: str | None
    said: ShareRemark
    hidden_reason: str | None = None
    replies: tuple[Reply, ...] = ()
    recorded_at: datetime = UNRECORDED

    def visible_to(self, viewer: Viewer, region: str) -> bool:
        """Whether a caller who knows the employer, which lies in that region, may read it."""
        if self.school_id in viewer.schools:
            return True
        return self.said.audience is Audience.SCHOOLS and (self.hidden_reason is None or viewer.governs(region))

    @property
    def until(self) -> datetime:
        """When it is forgotten."""
        return self.recorded_at + LIVES

    def shared(self, on: date) -> ExperienceShared | None:
        """What others are told: codes alone, and nothing of what the own school keeps to itself."""
        if self.said.audience is not Audience.SCHOOLS or not self.said.experiences:
            return None
        return ExperienceShared(
            employer_id=self.employer_id,
            remark_id=self.id,
            school_id=self.school_id,
            experiences=tuple(code.value for code in self.said.experiences),
            shared_date=on,
        )

    def withdrawn(self) -> ExperienceWithdrawn | None:
        """That others see it no more, where its codes were told and it was not hidden before."""
        if self.said.audience is not Audience.SCHOOLS or not self.said.experiences or self.hidden_reason is not None:
            return None
        return ExperienceWithdrawn(employer_id=self.employer_id, remark_id=self.id, school_id=self.school_id)

    def hidden(self, reason: str) -> "Remark":
        """Read by its own school and the region's coordinator only; raises `RemarkIsHidden` the second time."""
        if self.hidden_reason is not None:
            raise RemarkIsHidden
        return replace(self, hidden_reason=reason)
