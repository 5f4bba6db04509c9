"""Schools: the tenants, each by its BRIN and location."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.intake.domain.addresses import Address, Situation
from services.intake.domain.fields import Brin, Day, Example, examples
from shared.api import Body, ShortText
from shared.errors import Refused
from shared.events.codes import Code, SchoolKind
from shared.events.intake import SchoolRegistered

EXAMPLE: Example = {
    "brin": "05KJ00",
    "name": "Praktijkschool De Horizon",
    "kind": "pro",
    "address": {"postcode": "8232VT", "place": "Lelystad"},
    "studentCount": 210,
}


class SchoolIsKnown(Refused):
    """A school with BRIN {brin} takes part already."""

    slug = "school-is-known"


class SchoolFacts(Body):
    """What is known of a school."""

    model_config = examples({k: v for k, v in EXAMPLE.items() if k != "brin"})

    name: ShortText
    kind: SchoolKind
    address: Address
    student_count: Annotated[int, Field(ge=1, le=10_000)] | None = None
    website: Annotated[str, Field(max_length=200, pattern=r"^https?://\S+$")] | None = None


class RegisterSchool(SchoolFacts):
    """A school that is going to take part."""

    model_config = examples(EXAMPLE)

    brin: Brin


class SchoolHasLeft(Refused):
    """The school left on {left_date}: that stands."""

    slug = "school-has-left"


class SchoolIsAwaited(Refused):
    """Another school is still to merge into this one: let that one merge elsewhere first."""

    slug = "school-is-awaited"


class Departure(Body):
    """A school takes part no more, from a day on."""

    model_config = examples({"leftDate": "2027-08-01", "reason": "closed"})

    left_date: Day
    reason: Code = "other"
    successor_id: UUID | None = Field(
        default=None, description="The school that goes on with its students, placements and employers."
    )


@dataclass(frozen=True)
class School:
    """A school that takes part."""

    id: UUID
    brin: str
    facts: SchoolFacts
    situation: Situation
    version: int = 0
    departure: Departure | None = None

    def leaves(self, departure: Departure, today: date) -> "School":
        """Take part no more from a day on; until that day it can be said anew. Raises `SchoolHasLeft`."""
        if self.departure is not None and self.departure.left_date <= today:
            raise SchoolHasLeft(left_date=self.departure.left_date)
        return replace(self, departure=departure)

    def takes_part_on(self, day: date) -> bool:
        """Whether it has not left by a day."""
        return self.departure is None or self.departure.left_date > day

    def registered(self) -> SchoolRegistered:
        """What others are told of it."""
        return SchoolRegistered(
            school_id=self.id,
            brin=self.brin,
            name=self.facts.name,
            kind=self.facts.kind,
            region=self.situation.region,
            municipality=self.situation.municipality,
            student_count=self.facts.student_count,
            left_date=self.departure.left_date if self.departure else None,
            successor_id=self.departure.successor_id if self.departure else None,
        )
