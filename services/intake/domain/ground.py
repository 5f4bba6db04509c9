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

PUBLICATION: Example = {"recipientKind": "public", "organisation": "iedereen", "purpose": "publication"}
"""What makes a ground one for a profile card or a story."""

LONGEST_YEARS = 2
"""Consent that is older is asked for again: student, purpose and recipient are not the same any more."""


class GroundIsWithdrawn(Refused):
    """The ground was withdrawn already."""

    slug = "ground-is-withdrawn"


class NothingIsObjectedTo(Refused):
    """Nobody objects to this ground, or the school has decided about that already."""

    slug = "nothing-is-objected-to"


class NoGround(Refused):
    """There is no ground that holds for telling {organisation} about this student: record one first."""

    slug = "no-ground"


class RecipientKind(StrEnum):
    """Who receives something."""

    MUNICIPALITY = "municipality"
    UWV = "uwv"
    WSP = "wsp"
    SBB = "sbb"
    SCHOOL = "school"
    EMPLOYER = "employer"
    CARE = "care"
    PUBLIC = "public"
    """Everybody: a profile card or a story."""
    OTHER = "other"


class Purpose(StrEnum):
    """What for; a ground for one purpose is none for another."""

    WARM_TRANSFER = "warm-transfer"
    """The student leaves, and somebody else goes on with the guidance (warme overdracht)."""
    FINDING_A_PLACE = "finding-a-place"
    INDICATION = "indication"
    FOLLOW_UP = "follow-up"
    """How former students fare, two years on."""
    PUBLICATION = "publication"
    """An anonymous profile card, or a story: by consent alone, and gone the moment that is withdrawn (M5, F22)."""


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
        EXAMPLE | PUBLICATION,
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
        if given and end > years_after(given, LONGEST_YEARS):
            raise ValueError(f"a ground holds for at most {LONGEST_YEARS} years: then it is asked for again")
        return end


class KeepSharing(Body):
    """Why the school goes on sharing although somebody objects."""

    model_config = examples({"reason": "De gemeente moet volgens de Participatiewet weten wie er van school gaat."})

    reason: ShortText = Field(description="The compelling ground (AVG art. 21), in words that who objects can read.")


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
    objected_date: date | None = None
    kept_because: str | None = None
    """Why the school goes on, although somebody objected on that day."""

    def holds_on(self, day: date) -> bool:
        """Whether it holds on a day; the day of withdrawing it is the first on which it does not.

        Nothing is shared on it from an objection until the school has decided (AVG art. 18 and 21).
        """
        over = self.withdrawn_date is not None and day >= self.withdrawn_date
        return self.facts.given_date <= day <= self.facts.end_date and not over and not self.is_in_dispute

    @property
    def is_in_dispute(self) -> bool:
        """Whether somebody objects, and the school has not decided."""
        return self.objected_date is not None and self.kept_because is None

    def objected_to(self, day: date) -> "Ground":
        """Nothing is shared on it until the school has decided; a later objection asks for a decision of its own."""
        return replace(self, objected_date=day, kept_because=None)

    def kept(self, why: KeepSharing) -> "Ground":
        """It holds again; raises `NothingIsObjectedTo`."""
        if not self.is_in_dispute:
            raise NothingIsObjectedTo
        return replace(self, kept_because=why.reason)

    def publishes_on(self, day: date) -> bool:
        """Whether something of the student may be shown to everybody on a day."""
        return self.facts.purpose is Purpose.PUBLICATION and self.holds_on(day)

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
    if (facts.purpose is Purpose.PUBLICATION) != (facts.recipient_kind is RecipientKind.PUBLIC):
        raise Invalid("/recipientKind", "`publication` is for the `public`, and nothing else is")
    if facts.purpose is Purpose.PUBLICATION and facts.legal_ground is not LegalGround.CONSENT:
        raise Invalid("/legalGround", "nobody is published by a legal task: consent is asked for")
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


def years_after(day: date, years: int) -> date:
    """The same day so many years on; of a leap day the day before the first of March."""
    leap_day = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year + years, day=28 if leap_day else day.day)
