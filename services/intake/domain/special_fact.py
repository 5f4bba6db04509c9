"""Facts of special care (C6–C8, C13, C14; AVG art. 9): codes and never a story, each with a ground and a last day."""

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

INDICATION: Example = {
    "kind": "sheltered",
    "code": "on-waiting-list",
    "ground": "legal-task",
    "reason": "Bepaalt welke plekken kunnen.",
    "expiresDate": "2027-07-31",
}

LONGEST = timedelta(days=400)
"""A school year and the holidays after it: whether it still is so, and still is needed, is looked at each year."""


class SpecialKind(StrEnum):
    """What it is about."""

    BEHAVIOUR = "behaviour"
    HOME_SITUATION = "home-situation"
    DAY_ACTIVITY = "day-activity"
    """Dagbesteding (Wmo or Wlz): how far the request for an indication is."""
    SHELTERED = "sheltered"
    """Beschut werk: the same, of UWV's advice; who has it may still wait for a place."""
    JOB_AGREEMENT = "job-agreement"
    """Banenafspraak: the same, of being registered in the doelgroepregister."""


INDICATIONS = frozenset({SpecialKind.DAY_ACTIVITY, SpecialKind.SHELTERED, SpecialKind.JOB_AGREEMENT})
"""Of these the code is a status, and a student has one at a time."""

_REQUEST = ("not-requested", "requested", "granted", "refused")

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
    SpecialKind.DAY_ACTIVITY: _REQUEST,
    SpecialKind.SHELTERED: (*_REQUEST, "on-waiting-list"),
    SpecialKind.JOB_AGREEMENT: _REQUEST,
}
"""What a coordinator has to know to choose and guide a place, and no more."""


_SAID = "; ".join(f"`{kind}`: {', '.join(codes)}" for kind, codes in CODES.items())


class SpecialGround(StrEnum):
    """Why it may be recorded (UAVG article 30: needed for the guidance of pupils; or explicit consent)."""

    LEGAL_TASK = "legal-task"
    EXPLICIT_CONSENT = "explicit-consent"


class RecordSpecialFact(Body):
    """One fact, by its code."""

    model_config = examples(EXAMPLE, INDICATION)

    kind: SpecialKind
    code: str = Field(max_length=63, description=f"What has no code is not recorded. {_SAID}.")
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
