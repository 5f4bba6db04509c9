"""Offers: the places that employers have, as seats over a window and the days of the week."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, ValidationInfo, field_validator

from services.intake.domain.addresses import Situation
from services.intake.domain.employer import Employer
from services.intake.domain.fields import WORKING_WEEK, Codes, Day, Example, Weekdays, examples, not_before
from services.intake.domain.offer_details import Accessibility, DayHours, GuidanceForm
from services.intake.domain.reservation import (
    NoSeatToReserve,
    Reservation,
    Reservations,
    kept_from,
    standing,
    told,
)
from services.intake.domain.rights import Viewer
from services.intake.domain.seats import Occupation, fewest_taken, most_taken
from shared.api import Body, Text
from shared.errors import Invalid, Refused
from shared.events.codes import Code, Guidance, OutflowProfile, PlacementKind, Weekday
from shared.events.intake import (
    EmployerOffered,
    OfferChanged,
    OfferExpired,
    OfferExpiring,
    OfferFacts,
    OfferWithdrawn,
)

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
    "guidanceForms": ["employer", "jobcoach"],
    "risks": ["machines"],
    "ruledOut": ["dangerous-machines"],
    "hours": [{"weekday": "tue", "startTime": "08:30", "endTime": "15:00", "breakMinutes": 30}],
    "accessibility": {"wheelchair": True, "publicTransport": True},
}


class OfferIsWithdrawn(Refused):
    """The offer was withdrawn."""

    slug = "offer-is-withdrawn"


class SeatsAreTaken(Refused):
    """{taken} seats of this offer are taken or reserved at once; it cannot have fewer."""

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
    location_id: UUID | None = Field(
        default=None, description="The employer's location where the place is; left out: its main address."
    )
    tasks: Codes = Field(default=(), examples=[["afwassen"]])
    demands: Codes = Field(
        default=(), description="What the work asks that not everybody can: the same codes as a student's limits."
    )
    adaptable: Codes = Field(default=(), description="Demands that the employer can leave out, as it answered.")
    essential: Codes = Field(default=(), description="Demands that the employer said cannot be left out.")
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
    most_weeks: Annotated[int, Field(ge=1, le=260)] | None = Field(
        default=None, description="How many weeks one stay takes at most; by default what the kind allows."
    )
    guidance_forms: Annotated[tuple[GuidanceForm, ...], Field(max_length=4)] = Field(
        default=(), description="Who guides the student there, and how."
    )
    risks: Codes = Field(default=(), description="Risky or complicated work: see the code list `risks`.")
    hours: Annotated[tuple[DayHours, ...], Field(max_length=14)] = Field(
        default=(), description="When there is work on which day; irregular hours are the demand `irregular-hours`."
    )
    accessibility: Accessibility | None = None
    ruled_out: Codes = Field(
        default=(), description="Risks of which it is known that there are none, as the law asks: the list `risks`."
    )
    heaviest_lift_kg: Annotated[float, Field(ge=0, le=500)] | None = Field(
        default=None, description="The heaviest that is lifted; null: not known."
    )
    loudest_decibels: Annotated[float, Field(ge=0, le=200)] | None = Field(
        default=None, description="How loud it is on average over a day, in dB(A); null: not known."
    )

    @field_validator("ruled_out")
    @classmethod
    def _not_also_risks(cls, ruled_out: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        if both := set(ruled_out or ()) & set(info.data.get("risks") or ()):
            raise ValueError(f"stands among the risks too: {', '.join(sorted(both))}")
        return ruled_out

    @field_validator("essential")
    @classmethod
    def _one_or_the_other(cls, essential: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        if both := set(essential or ()) & set(info.data.get("adaptable") or ()):
            raise ValueError(f"stands among what can be left out too: {', '.join(sorted(both))}")
        return essential

    @field_validator("hours")
    @classmethod
    def _on_its_days(cls, hours: tuple[DayHours, ...], info: ValidationInfo) -> tuple[DayHours, ...]:
        if others := {line.weekday for line in hours or ()} - set(info.data.get("weekdays") or Weekday):
            raise ValueError(f"the place is not there on: {', '.join(sorted(others))}")
        return hours

    @field_validator("end_date")
    @classmethod
    def _in_order(cls, end: date | None, info: ValidationInfo) -> date | None:
        return not_before("begin_date", end, info)


class RenewOffer(Body):
    """The employer says that the place is still there."""

    model_config = examples({"validUntilDate": "2027-03-31"})

    valid_until_date: Day = Field(description="The new last day, today or later.")


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
    situation: Situation | None = None
    """Where it is when not at the employer's main address; follows the location in `facts`."""
    version: int = 0
    reservations: Reservations = ()

    def lies(self, employer: Employer) -> Situation:
        """Where the place is."""
        return self.situation or employer.situation

    def kept_by(self, viewer: Viewer, employer: Employer) -> bool:
        """Whether a caller may change it: the school that brought it in, or who looks after the region."""
        if self.brought_in_by in viewer.schools or viewer.governs(self.lies(employer).region):
            return True
        return self.brought_in_by is None and employer.kept_by(viewer)

    def _facts(self, employer: Employer, least_age: int | None) -> dict[str, Any]:
        there = self.lies(employer)
        both = (name for name in PlaceFacts.model_fields if name in OfferFacts.model_fields)
        return {name: getattr(self.facts, name) for name in both} | {
            "offer_id": self.id,
            "minimum_age": max(filter(None, (self.facts.minimum_age, least_age)), default=None),
            "employer_id": employer.id,
            "region": there.region,
            "municipality": there.municipality,
            "location": there.location,
            "brought_in_by": self.brought_in_by,
            "private_to": employer.private_to,
            "reservations": told(self.reservations),
        }

    def offered(self, employer: Employer, least_age: int | None = None) -> EmployerOffered:
        """What others are told of a new offer; `least_age`: as the law has it, where that is more than the offer's."""
        return EmployerOffered(**self._facts(employer, least_age))

    def changed(self, employer: Employer, least_age: int | None = None) -> OfferChanged:
        """What others are told when it reads differently, or the employer moved or was shared."""
        return OfferChanged(**self._facts(employer, least_age))

    def withdrawn(self, reason: str) -> tuple["Offer", OfferWithdrawn]:
        """Take it back; raises `OfferIsWithdrawn` the second time."""
        self.must_be_open()
        event = OfferWithdrawn(offer_id=self.id, employer_id=self.employer_id, reason=reason)
        return replace(self, state=OfferState.WITHDRAWN, withdrawn_reason=reason, reservations=()), event

    def expiring(self, until: date) -> OfferExpiring | None:
        """The reminder for that last day; None when the offer is gone or has another by now."""
        if not self._valid_through(until):
            return None
        return OfferExpiring(offer_id=self.id, employer_id=self.employer_id, valid_until_date=until)

    def expired(self, until: date) -> OfferExpired | None:
        """What others are told when that last day has passed; None as above."""
        if not self._valid_through(until):
            return None
        return OfferExpired(offer_id=self.id, employer_id=self.employer_id, valid_until_date=until)

    def _valid_through(self, until: date) -> bool:
        return self.state is OfferState.OPEN and self.facts.valid_until_date == until

    def renewed(self, until: date, today: date) -> "Offer":
        """With a later last day; raises `OfferIsWithdrawn`, or `Invalid` for a day that has passed."""
        self.must_be_open()
        if until < today:
            raise Invalid("/validUntilDate", "lies in the past: an offer is renewed until today or later")
        return replace(self, facts=self.facts.model_copy(update={"valid_until_date": until}))

    def must_be_open(self) -> None:
        """Raise `OfferIsWithdrawn` unless it stands."""
        if self.state is OfferState.WITHDRAWN:
            raise OfferIsWithdrawn

    def must_seat(self, occupations: Sequence[Occupation], kept: int = 0) -> None:
        """Raise `SeatsAreTaken` when more students sit there, or seats are kept, than it has seats."""
        taken = most_taken(occupations, date.min, date.max, tuple(Weekday)) + kept
        if taken > self.facts.seats:
            raise SeatsAreTaken(taken=taken)

    def is_full(
        self,
        occupations: Sequence[Occupation],
        begin: date,
        last: date,
        weekdays: Sequence[Weekday],
        kept_for_others: int = 0,
    ) -> bool:
        """Whether no seat is free throughout a period on those days."""
        return most_taken(occupations, begin, last, weekdays) >= self.facts.seats - kept_for_others

    def kept_from(self, school_id: UUID | None, today: date) -> int:
        """Seats that a school (None: anybody) cannot have, since they are kept for others."""
        return kept_from(self.reservations, school_id, today)

    def with_reservation(self, new: Reservation, occupations: Sequence[Occupation], today: date) -> "Offer":
        """With seats kept for a school, instead of the same reservation as it was before.

        A seat that is taken now can be kept for when it falls free. Raises `OfferIsWithdrawn` or `NoSeatToReserve`.
        """
        self.must_be_open()
        others = tuple(one for one in standing(self.reservations, today) if one.id != new.id)
        begin, end = max(today, self.facts.begin_date), self.facts.end_date or date.max
        taken = fewest_taken(occupations, begin, end, self.facts.weekdays) if begin <= end else self.facts.seats
        left = max(0, self.facts.seats - taken - sum(one.seats for one in others))
        if new.seats > left:
            raise NoSeatToReserve(left=left)
        return replace(self, reservations=(*others, new))

    def without_reservation(self, reservation_id: UUID) -> "Offer":
        """As if those seats were never kept for anybody."""
        return replace(self, reservations=tuple(one for one in self.reservations if one.id != reservation_id))

    def free_seats(self, occupations: Sequence[Occupation], day: date, kept_for_others: int = 0) -> int:
        """Seats that are free on a day, on the fullest of the offer's days of the week."""
        return max(0, self.facts.seats - most_taken(occupations, day, day, self.facts.weekdays) - kept_for_others)
