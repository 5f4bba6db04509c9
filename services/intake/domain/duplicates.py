"""Employers that may stand in the register twice."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from services.intake.domain.likeness import LIKELY, Likeness, Traits, likeness
from shared.errors import Refused

MOST_CANDIDATES: Final = 10
"""Who looks at ten and recognises none does not look at an eleventh."""


@dataclass(frozen=True)
class Known:
    """An employer of the register, as far as it is compared."""

    id: UUID
    traits: Traits


@dataclass(frozen=True)
class Candidate:
    """An employer that may be the one that is meant."""

    id: UUID
    name: str
    place: str | None
    alike: Likeness

    def to_json(self) -> dict[str, Any]:
        """As a problem shows it."""
        return {
            "employerId": str(self.id),
            "name": self.name,
            "place": self.place,
            "score": self.alike.score,
            "reasons": list(self.alike.reasons),
        }


class EmployerMayBeKnown(Refused):
    """The employer may stand in the register already: look at `candidates`, or send `confirmedNew` when it is none."""

    slug = "employer-may-be-known"
    shown = ("candidates",)


def candidates(traits: Traits, known: Iterable[Known], *, at_least: int = LIKELY) -> list[Candidate]:
    """Those that may be the one that is meant, the likeliest first."""
    alike = ((other, likeness(traits, other.traits)) for other in known)
    found = [Candidate(k.id, k.traits.name, k.traits.place, how) for k, how in alike if how.score >= at_least]
    return sorted(found, key=lambda candidate: (-candidate.alike.score, candidate.name, candidate.place or ""))
