"""Offers: the places that employers have, as seats over a window and the days of the week."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, ValidationInfo, field_validator

from services.intake.domain.employer import Employer
from services.intake.domain.fields import WORKING_WEEK, Codes, Day, Example, Weekdays, examples, not_before
from services.intake.domain.rights import Viewer
from services.intake.domain.seats import Occupation, most_taken
from shared.api import Body, Text
from shared.errors import Refused
from shared.events.codes import Code, Guidance, OutflowProfile, PlacementKind, Weekday
from shared.events.intake import EmployerOffered, OfferChanged, OfferFacts, OfferWithdrawn

EXAMPLE: Example = {
    "kind": "internship",
    "sector": "detailhandel",
    "tasks": ["vakken-vullen"],
    "demands": ["standing", "customers"],
    "seats": 2,
    "beginDate": "2026-09-01",
    "endDate": "2027-07-09",
    "weekdays": ["tue", "thu", "fri"],
    "guidance": "limited",
    "jobcoachWelcome": True,
    "outflowProfiles": ["work"],
    "jobProspect": True,
}


class OfferIsWithdrawn(Refused):
    """The offer was withdrawn."""

    slug = "offer-is-withdrawn"


class SeatsAreTaken(Refused):
    """{taken} seats of this offer are taken at once; it cannot have fewer."""

    slug = "seats-are-taken"


class OfferState(StrEnum):
    """Whether an offer still stands."""

    OPEN = "open"
    WITHDRAWN = "withdrawn"


class PlaceFacts(Body):
    """What a place is, for whom, and when."""

    model_config = examples(EXAMPLE)

    kind: PlacementKind = PlacementKind.INTERNSHIP
    sector: Annotated[Code, Field(examples=["horeca"])]
    tasks: Codes = Field(default=(), examples=[["afwassen"]])
    demands: Codes = Field(
        default=(), description="What the work asks that not everybody can: the same codes as a student's limits."
    )
    certificates: Codes = ()
    seats: Annotated[int, Field(ge=1, le=500)] = 1
    begin_date: Day
    end_date: Day | None = None
    weekdays: Annotated[Weekdays, Field(min_length=1)] = WORKING_WEEK
    minimum_age: Annotated[int, Field(ge=12, le=27)] | None = None
    guidance: Guidance = Guidance.NONE
    jobcoach_welcome: bool = False
    outflow_profiles: Annotated[tuple[OutflowProfile, ...], Field(max_length=4)] = Field(
        default=(), description="For whom it is meant; empty: for all."
    )
    job_prospect: bool = False
    valid_until_date: Day | None = None
    allowance: bool | None = None
    description: Text | None = Field(default=None, description="The place in words, for coordinators.")

    @field_validator("end_date")
    @classmethod
    def _in_order(cls, end: date | None, info: ValidationInfo) -> date | None:
        return not_before("begin_date", end, info)


class MakeOffer(PlaceFacts):
    """An employer has a place."""

    brought_in_by: UUID | None = Field(default=None, description="The school; by default the caller's own.")


@dataclass(frozen=True)
class Offer:
    """A place that an employer offers (or offered)."""

    id: UUID
    employer_id: UUID
    facts: PlaceFacts
    state: OfferState = OfferState.OPEN
    brought_in_by: UUID | None = None
    withdrawn_reason: str | None = None
    version: int = 0

    def kept_by(self, viewer: Viewer, employer: Employer) -> bool:
        """Whether a caller may change it: the school that brought it in, or who looks after the region."""
        if self.brought_in_by in viewer.schools or viewer.governs(employer.situation.region):
            return True
        return self.brought_in_by is None and employer.kept_by(viewer)

    def _facts(self, employer: Employer) -> dict[str, Any]:
        told = {name: getattr(self.facts, name) for name in PlaceFacts.model_fields if name in OfferFacts.model_fields}
        return told | {
            "offer_id": self.id,
            "employer_id": employer.id,
            "region": employer.situation.region,
            "municipality": employer.situation.municipality,
            "location": employer.situation.location,
            "brought_in_by": self.brought_in_by,
            "private_to": employer.private_to,
        }

    def offered(self, employer: Employer) -> EmployerOffered:
        """What others are told of a new offer."""
        return EmployerOffered(**self._facts(employer))

    def changed(self, employer: Employer) -> OfferChanged:
        """What others are told when it reads differently, or the employer moved or was shared."""
        return OfferChanged(**self._facts(employer))

    def withdrawn(self, reason: str) -> tuple["Offer", OfferWithdrawn]:
        """Take it back; raises `OfferIsWithdrawn` the second time."""
        self.must_be_open()
        event = OfferWithdrawn(offer_id=self.id, employer_id=self.employer_id, reason=reason)
        return replace(self, state=OfferState.WITHDRAWN, withdrawn_reason=reason), event

    def must_be_open(self) -> None:
        """Raise `OfferIsWithdrawn` unless it stands."""
        if self.state is OfferState.WITHDRAWN:
            raise OfferIsWithdrawn

    def must_seat(self, occupations: Sequence[Occupation]) -> None:
        """Raise `SeatsAreTaken` when more students sit there than it has seats."""
        taken = most_taken(occupations, date.min, date.max, tuple(Weekday))
        if taken > self.facts.seats:
            raise SeatsAreTaken(taken=taken)

    def is_full(self, occupations: Sequence[Occupation], begin: date, last: date, weekdays: Sequence[Weekday]) -> bool:
        """Whether no seat is free throughout a period on those days."""
        return most_taken(occupations, begin, last, weekdays) >= self.facts.seats

    def free_seats(self, occupations: Sequence[Occupation], day: date) -> int:
        """Seats that are free on a day, on the fullest of the offer's days of the week."""
        return max(0, self.facts.seats - most_taken(occupations, day, day, self.facts.weekdays))
