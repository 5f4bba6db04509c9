"""Tips: employers that intermediaries name, by themselves or in answer to a call for help."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.intake.domain.addresses import Address, Situation
from services.intake.domain.employer import Employer, EmployerFacts
from services.intake.domain.fields import UNRECORDED, Example, KvkNumber, Postcode, Website, examples
from shared.api import Body, ShortText, Text
from shared.events.codes import Code, IntermediaryKind, Region
from shared.events.intake import EmployerSuggested


class NamedEmployer(Body):
    """What an intermediary says of an employer: an organisation, never a person."""

    name: ShortText
    kvk_number: KvkNumber | None = None
    sector: Code | None = None
    postcode: Postcode | None = None
    place: Annotated[ShortText, Field(max_length=100)] | None = None
    website: Website | None = None


EXAMPLE: Example = {
    "employer": {"name": "Bakkerij Van Dam", "kvkNumber": "87654321", "sector": "detailhandel", "postcode": "8242AB"},
    "region": "AM11",
    "note": "Zoekt hulp in de ochtend.",
}


class GiveTip(Body):
    """An employer worth a call."""

    model_config = examples(EXAMPLE)

    employer: NamedEmployer
    region: Region
    call_id: UUID | None = Field(default=None, description="The call for help that it answers.")
    note: Text | None = None


@dataclass(frozen=True)
class Tip:
    """An employer that an intermediary named."""

    id: UUID
    employer_id: UUID
    source: IntermediaryKind
    given: GiveTip
    known_already: bool
    author: str
    recorded_at: datetime = UNRECORDED

    def suggested(self) -> EmployerSuggested:
        """What others are told."""
        return EmployerSuggested(
            employer_id=self.employer_id,
            tip_id=self.id,
            call_id=self.given.call_id,
            source=self.source,
            region=self.given.region,
            sector=self.given.employer.sector,
            known_already=self.known_already,
        )


def suggestion(employer_id: UUID, named: NamedEmployer, situation: Situation) -> Employer:
    """An employer that only an intermediary knows so far: a school looks at it before it counts as known."""
    facts = EmployerFacts(
        name=named.name,
        kvk_number=named.kvk_number,
        sectors=(named.sector,) if named.sector else (),
        website=named.website,
        address=Address(postcode=named.postcode, place=named.place) if named.postcode and named.place else None,
    )
    return Employer(employer_id, facts, situation, suggested=True)
