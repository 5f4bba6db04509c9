"""Schools: the tenants, each by its BRIN and location."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.intake.domain.addresses import Address, Situation
from services.intake.domain.fields import Brin, Example, examples
from shared.api import Body, ShortText
from shared.errors import Refused
from shared.events.codes import SchoolKind
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


@dataclass(frozen=True)
class School:
    """A school that takes part."""

    id: UUID
    brin: str
    facts: SchoolFacts
    situation: Situation
    version: int = 0

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
        )
