"""Grounds for sharing: without one that holds, nothing about a person leaves the school (AVG art. 6, UAVG art. 5)."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from uuid import UUID

from pydantic import Field, ValidationInfo, field_validator

from services.intake.domain.fields import Day, Example, examples, not_before
from services.intake.domain.student import ADULT_CONSENT_AGE
from shared.api import Body, ShortText
from shared.errors import Invalid, Refused

EXAMPLE: Example = {
    "recipientKind": "municipality",
    "organisation": "Gemeente Lelystad",
    "purpose": "warm-transfer",
    "legalGround": "consent",
    "givenBy": "parents",
    "givenDate": "2023-08-31",
    "endDate": "2024-07-31",
}

LONGEST_YEARS = 2
"""Consent that is older is asked for again: student, purpose and recipient are not the same any more."""


class GroundIsWithdrawn(Refused):
    """The ground was withdrawn already."""

    slug = "ground-is-withdrawn"


class RecipientKind(StrEnum):
    """Who receives something."""

    MUNICIPALITY = "municipality"
    UWV = "uwv"
    WSP = "wsp"
    SBB = "sbb"
    SCHOOL = "school"
    EMPLOYER = "employer"
    CARE = "care"
    OTHER = "other"


class Purpose(StrEnum):
    """What for; a ground for one purpose is none for another."""

    WARM_TRANSFER = "warm-transfer"
    """The student leaves, and somebody else goes on with the guidance (warme overdracht)."""
    FINDING_A_PLACE = "finding-a-place"
    INDICATION = "indication"
    FOLLOW_UP = "follow-up"
    """How former students fare, two years on."""


class LegalGround(StrEnum):
    """Which ground of AVG article 6; a legal task comes before consent, which can be withdrawn."""

    LEGAL_TASK = "legal-task"
    CONSENT = "consent"


class Giver(StrEnum):
    """Who gave consent."""

    STUDENT = "student"
    PARENTS = "parents"
    REPRESENTATIVE = "representative"
    """A guardian appointed by the court (curator, bewindvoerder, mentor), at any age."""


class RecordGround(Body):
    """Why something may be shared with whom, and until when."""

    model_config = examples(
        EXAMPLE,
        EXAMPLE | {"legalGround": "legal-task", "givenBy": None, "legalBasis": "Participatiewet, artikel 7"},
    )

    recipient_kind: RecipientKind
    organisation: ShortText = Field(description="Which one: the name of the organisation, never of a person.")
    purpose: Purpose
    legal_ground: LegalGround
    legal_basis: ShortText | None = Field(default=None, description="Of a legal task: law and article.")
    given_by: Giver | None = Field(default=None, description="Of consent: who gave it; below 16 the parents.")
    given_date: Day = Field(description="From when on it holds.")
    end_date: Day = Field(description="The last day on which it holds.")

    @field_validator("end_date")
    @classmethod
    def _in_order(cls, end: date, info: ValidationInfo) -> date:
        not_before("given_date", end, info)
        given = info.data.get("given_date")
        if given and end > _years_after(given, LONGEST_YEARS):
            raise ValueError(f"a ground holds for at most {LONGEST_YEARS} years: then it is asked for again")
        return end


@dataclass(frozen=True)
class Ground:
    """A ground in the register."""

    id: UUID
    student_id: UUID
    school_id: UUID
    author: str
    facts: RecordGround
    age_at_giving: int
    withdrawn_date: date | None = None

    def holds_on(self, day: date) -> bool:
        """Whether it holds on a day; the day of withdrawing it is the first on which it does not."""
        over = self.withdrawn_date is not None and day >= self.withdrawn_date
        return self.facts.given_date <= day <= self.facts.end_date and not over

    def withdrawn(self, day: date) -> "Ground":
        """Nothing is shared on it any more; raises `GroundIsWithdrawn`."""
        if self.withdrawn_date is not None:
            raise GroundIsWithdrawn
        return replace(self, withdrawn_date=day)


def age_on(birth_date: date, day: date) -> int:
    """Full years; who was born on 29 February becomes a year older on 1 March."""
    return day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day))


def checked(facts: RecordGround, birth_date: date) -> int:
    """The student's age when the ground was given; raises `Invalid` when it cannot have been given so."""
    age = age_on(birth_date, facts.given_date)
    if facts.legal_ground is LegalGround.LEGAL_TASK:
        if facts.given_by is not None:
            raise Invalid("/givenBy", "a legal task is given by nobody")
        if facts.legal_basis is None:
            raise Invalid("/legalBasis", "say which law, and which article")
    elif facts.given_by is None:
        raise Invalid("/givenBy", "say who gave consent")
    elif facts.given_by is Giver.STUDENT and age < ADULT_CONSENT_AGE:
        raise Invalid("/givenBy", "below 16 the parents give consent")
    elif facts.given_by is Giver.PARENTS and age >= ADULT_CONSENT_AGE:
        raise Invalid("/givenBy", "from 16 on the student gives consent, not the parents")
    return age


def ground_for(
    grounds: Iterable[Ground], kind: RecipientKind, organisation: str, purpose: Purpose, day: date
) -> Ground | None:
    """The ground on which something may be shared on a day, a legal task before consent; None: nothing personal is."""
    fitting = [
        ground
        for ground in grounds
        if ground.holds_on(day)
        and (ground.facts.recipient_kind, ground.facts.purpose) == (kind, purpose)
        and ground.facts.organisation.casefold() == organisation.casefold()
    ]
    return min(fitting, key=lambda ground: ground.facts.legal_ground is LegalGround.CONSENT, default=None)


def _years_after(day: date, years: int) -> date:
    leap_day = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year + years, day=28 if leap_day else day.day)
