"""Facts of special care (C13, C14; AVG art. 9): codes and never a story, with a ground, and gone when they expire."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from pydantic import Field, ValidationInfo, field_validator

from services.intake.domain.fields import UNRECORDED, Day, Example, examples
from shared.api import Body, ShortText
from shared.errors import Invalid

EXAMPLE: Example = {
    "kind": "behaviour",
    "code": "needs-one-contact",
    "ground": "legal-task",
    "reason": "Begeleider op de stage moet het weten.",
    "expiresDate": "2027-07-31",
}

LONGEST = timedelta(days=400)
"""A school year and the holidays after it: whether it still is so, and still is needed, is looked at each year."""


class SpecialKind(StrEnum):
    """What it is about."""

    BEHAVIOUR = "behaviour"
    HOME_SITUATION = "home-situation"


CODES: dict[SpecialKind, tuple[str, ...]] = {
    SpecialKind.BEHAVIOUR: (
        "needs-one-contact",
        "needs-structure",
        "needs-time-out",
        "easily-overwhelmed",
        "conflicts-with-authority",
        "not-alone",
    ),
    SpecialKind.HOME_SITUATION: (
        "lives-in-care",
        "cares-for-family",
        "little-support",
        "guardian-decides",
        "no-contact-with-home",
        "changing-address",
    ),
}
"""What a coordinator has to know to choose and guide a place, and no more."""


class SpecialGround(StrEnum):
    """Why it may be recorded (UAVG article 30: needed for the guidance of pupils; or explicit consent)."""

    LEGAL_TASK = "legal-task"
    EXPLICIT_CONSENT = "explicit-consent"


class RecordSpecialFact(Body):
    """One fact, by its code."""

    model_config = examples(EXAMPLE)

    kind: SpecialKind
    code: str = Field(max_length=63, description="See the kind; what has no code is not recorded.")
    ground: SpecialGround
    reason: ShortText = Field(description="Why guidance needs it: without names and without a story.")
    expires_date: Day

    @field_validator("code")
    @classmethod
    def _known(cls, code: str, info: ValidationInfo) -> str:
        known = CODES.get(info.data.get("kind"), ())  # type: ignore[arg-type]
        if known and code not in known:
            raise ValueError(f"one of these is meant: {', '.join(known)}")
        return code


@dataclass(frozen=True)
class SpecialFact:
    """A fact of special care about a student of the own school."""

    id: UUID
    student_id: UUID
    school_id: UUID
    author: str
    fact: RecordSpecialFact
    recorded_at: datetime = UNRECORDED


def check_expiry(fact: RecordSpecialFact, today: date) -> None:
    """Raises `Invalid` for a fact that has expired, or would be kept for longer than a year."""
    if fact.expires_date < today:
        raise Invalid("/expiresDate", "lies in the past")
    if fact.expires_date > today + LONGEST:
        raise Invalid("/expiresDate", f"at most {LONGEST.days} days from now: then it is looked at again")
