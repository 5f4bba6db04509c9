"""Tips: employers that intermediaries name, by themselves or in answer to a call for help."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.intake.domain.addresses import Address, Situation
from services.intake.domain.employer import Employer, EmployerFacts
from services.intake.domain.fields import UNRECORDED, Day, Example, KvkNumber, Postcode, Website, examples
from shared.api import Body, ShortText, Text
from shared.errors import Refused
from shared.events.codes import Code, IntermediaryKind, Region
from shared.events.intake import EmployerSuggested
from shared.events.notifications import answerer


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


class TipState(StrEnum):
    """How far a tip came: of what happened at its employer since, the last of these."""

    OPEN = "open"
    REJECTED = "rejected"
    TAKEN_OVER = "taken-over"
    CONTACT_MADE = "contact-made"
    OFFER_OPENED = "offer-opened"
    PLACEMENT_STARTED = "placement-started"


class TipIsRejected(Refused):
    """Deze tip is al afgewezen."""

    slug = "tip-is-rejected"


class RejectTip(Body):
    """A school will not use it."""

    model_config = examples({"reason": "not-suitable"})

    reason: Code = Field(description="See the code list `tip-rejections`.")


class Rejection(Body):
    """That it is not used, as it is kept."""

    on_date: Day
    reason: Code


@dataclass(frozen=True)
class TipProgress:
    """What became of a tip: the day on which each first happened since; nothing of whom it concerned."""

    taken_over_on: date | None = None
    contact_made_on: date | None = None
    offer_opened_on: date | None = None
    placement_started_on: date | None = None

    def state(self, rejection: Rejection | None) -> TipState:
        """How far it came; what happened nevertheless counts for more than a rejection."""
        for state, day in (
            (TipState.PLACEMENT_STARTED, self.placement_started_on),
            (TipState.OFFER_OPENED, self.offer_opened_on),
            (TipState.REJECTED, rejection and rejection.on_date),
            (TipState.CONTACT_MADE, self.contact_made_on),
            (TipState.TAKEN_OVER, self.taken_over_on),
        ):
            if day:
                return state
        return TipState.OPEN


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
    rejection: Rejection | None = None

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


def answering(digest: str) -> str:
    """As whose a tip is kept that answered a call: a digest of who it was."""
    return f"answer:{digest}"


def authors_of(subject: str) -> tuple[str, str]:
    """As whose the tips of a caller are kept: given here, and in answer to calls."""
    return subject, answering(answerer(subject))


def suggestion(employer_id: UUID, named: NamedEmployer, situation: Situation, origin: Code | None = None) -> Employer:
    """An employer that somebody else named: a school looks at it before it counts as known."""
    facts = EmployerFacts(
        name=named.name,
        kvk_number=named.kvk_number,
        sectors=(named.sector,) if named.sector else (),
        website=named.website,
        origin=origin,
        address=Address(postcode=named.postcode, place=named.place) if named.postcode and named.place else None,
    )
    return Employer(employer_id, facts, situation, suggested=True)
