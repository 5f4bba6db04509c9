"""The warm hand-over (H5): what a municipality gets of a resident who leaves school, field by field and by ground.

No more than the ground carries, and only the parts that the school hands over. Notes, limits, skills, motivation and
facts of special care are in no part: what the municipality needs of those, it asks the former student.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, Field

from services.intake.domain.fields import UNRECORDED, Day, examples, once
from services.intake.domain.ground import Ground, LegalGround, Purpose, RecipientKind
from shared.api import Body
from shared.errors import Invalid, Refused


class NoGroundForHandover(Refused):
    """Er is geen geldige grondslag om over te dragen aan {municipality}. Leg eerst vast waarom dat mag: POST /v1/students/{student_id}/grounds met recipientKind "municipality", purpose "warm-transfer" en de gemeente als organisatie."""  # noqa: E501 — a sentence

    slug = "no-ground-for-handover"


class HandoverIsOver(Refused):
    """De grondslag voor deze overdracht is ingetrokken of verlopen: er wordt niets meer gedeeld."""

    slug = "handover-is-over"
    status = 410


class Part(StrEnum):
    """A part of the file."""

    IDENTITY = "identity"
    """Who it is: without it there is no file."""
    DIRECTION = "direction"
    GUIDANCE = "guidance"
    WISHES = "wishes"
    CERTIFICATES = "certificates"
    EXPERIENCE = "experience"


BOTH = frozenset(LegalGround)
BY_CONSENT = frozenset({LegalGround.CONSENT})


@dataclass(frozen=True)
class Carried:
    """A field of the file: in which part, and on which grounds it goes."""

    part: Part
    grounds: frozenset[LegalGround]
    why: str


FIELDS: Mapping[str, Carried] = {
    "given_name": Carried(Part.IDENTITY, BOTH, "whom to call"),
    "family_name": Carried(Part.IDENTITY, BOTH, "whom to call"),
    "birth_date": Carried(Part.IDENTITY, BOTH, "which resident it is, without a citizen service number"),
    "postcode": Carried(Part.IDENTITY, BOTH, "which resident it is; that it is one of its own"),
    "school_name": Carried(Part.IDENTITY, BOTH, "who hands over"),
    "leaving_date": Carried(Part.DIRECTION, BOTH, "from when on the municipality's own task begins"),
    "outflow_profile": Carried(Part.DIRECTION, BOTH, "where the student is heading"),
    "guidance_need": Carried(Part.GUIDANCE, BOTH, "how much support to have ready"),
    "has_jobcoach": Carried(Part.GUIDANCE, BOTH, "whether somebody guides already"),
    "wishes": Carried(Part.WISHES, BY_CONSENT, "the kinds of work to look for, as ranked by the student"),
    "travel_mode": Carried(Part.WISHES, BY_CONSENT, "what can be reached"),
    "certificates": Carried(Part.CERTIFICATES, BY_CONSENT, "what can be shown to an employer"),
    "practice_certificates": Carried(Part.CERTIFICATES, BY_CONSENT, "what was certified in practice"),
    "placements": Carried(Part.EXPERIENCE, BY_CONSENT, "kinds of work done, and how long; not where, nor how it ended"),
}
"""Participatiewet, art. 7 carries what the municipality needs to begin its task; the rest is the student's to give."""

NEVER = frozenset({"notes", "limits", "skills", "level", "possibilities", "indications", "consent", "network"})
"""Facts of a student that stand in no part, whatever the ground."""


class HandOver(Body):
    """A student who leaves is handed over to the municipality."""

    model_config = examples({"parts": ["direction", "guidance", "wishes"]})

    parts: Annotated[tuple[Part, ...], Field(max_length=12), AfterValidator(once)] = Field(
        default=(Part.DIRECTION, Part.GUIDANCE),
        description="What is shared beside who it is; some parts only go with consent.",
    )


@dataclass(frozen=True)
class Handover:
    """A file that a municipality may fetch, while its ground holds."""

    id: UUID
    student_id: UUID
    school_id: UUID
    municipality: str
    ground_id: UUID
    legal_ground: LegalGround
    parts: tuple[Part, ...]
    author: str
    recorded_at: datetime = UNRECORDED

    @property
    def fields(self) -> tuple[str, ...]:
        """What the file holds."""
        return fields_for(self.legal_ground, self.parts)


@dataclass(frozen=True)
class Fetch:
    """Who fetched a file, and when."""

    id: UUID
    student_id: UUID
    school_id: UUID
    handover_id: UUID
    oin: str | None
    subject: str
    fetched_at: datetime = UNRECORDED


def fields_for(legal: LegalGround, parts: Collection[Part]) -> tuple[str, ...]:
    """The fields that a ground carries, of who it is and the parts that are shared."""
    shared = {Part.IDENTITY, *parts}
    return tuple(name for name, field in FIELDS.items() if field.part in shared and legal in field.grounds)


def check_parts(ground: Ground, parts: Collection[Part]) -> None:
    """Raise `Invalid` for a part of which the ground carries nothing: it would be missed in silence."""
    carried = {FIELDS[name].part for name in fields_for(ground.facts.legal_ground, parts)}
    for at, part in enumerate(parts):
        if part not in carried:
            raise Invalid(f"/parts/{at}", "goes with consent only: record that as a ground first")


def ground_to_hand_over(
    grounds: Collection[Ground], municipality: str, parts: Collection[Part], day: Day
) -> Ground | None:
    """The ground that holds on a day for a warm transfer to a municipality of that name, a legal task before consent.

    Where a part goes with consent only, consent comes first. The ground names the organisation: `Gemeente Lelystad`.
    """
    consent_first = any(BOTH - FIELDS[name].grounds for name in FIELDS if FIELDS[name].part in parts)
    fitting = [
        ground
        for ground in grounds
        if ground.holds_on(day)
        and (ground.facts.recipient_kind, ground.facts.purpose) == (RecipientKind.MUNICIPALITY, Purpose.WARM_TRANSFER)
        and _names(ground.facts.organisation, municipality)
    ]
    return min(fitting, key=lambda one: (one.facts.legal_ground is LegalGround.CONSENT) != consent_first, default=None)


def _names(organisation: str, municipality: str) -> bool:
    """Whether an organisation is that municipality: with or without the word before it."""
    return organisation.casefold().removeprefix("gemeente ").strip() == municipality.casefold()


def file_of(handover: Handover, known: Mapping[str, Any]) -> dict[str, Any]:
    """The file: the fields that are carried, of all that is known."""
    return {name: known[name] for name in handover.fields}


def is_over(ground: Ground | None, today: date) -> bool:
    """Whether nothing may be shared on a ground (any more); a ground that was forgotten is over."""
    return ground is None or not ground.holds_on(today)
