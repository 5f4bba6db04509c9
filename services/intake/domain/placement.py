"""Placements: who is where. The register alone decides whether there is a seat."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Annotated, Any, Protocol
from uuid import UUID

from pydantic import Field, ValidationInfo, field_validator

from services.intake.domain.coach import Coach
from services.intake.domain.employer import Employer
from services.intake.domain.fields import Day, Weekdays, examples, not_before
from services.intake.domain.offer import Offer, OfferState
from services.intake.domain.offer_kinds import most_weeks
from services.intake.domain.seats import Occupation
from services.intake.domain.student import Student, StudentState
from shared.api import Body
from shared.errors import Invalid, Refused
from shared.events.codes import Code, Outcome, PlacementKind, Weekday
from shared.events.intake import PlacementEnded, PlacementRefused, PlacementStarted

DAY = timedelta(days=1)


class Obstacle(StrEnum):
    """Why a student cannot have a seat."""

    OFFER_GONE = "offer-gone"
    STUDENT_GONE = "student-gone"
    OUTSIDE_WINDOW = "outside-window"
    EMPLOYER_PAUSED = "employer-paused"
    SECTOR_CLOSED = "sector-closed"
    ALREADY_PLACED = "already-placed"
    TOO_LONG = "too-long"
    NO_SEAT = "no-seat"
    RESERVED = "reserved"


IN_WORDS = {
    Obstacle.OFFER_GONE: "de plek wordt niet meer aangeboden",
    Obstacle.STUDENT_GONE: "de leerling zoekt niet (meer)",
    Obstacle.OUTSIDE_WINDOW: "de plek is er niet in die periode of op die dagen",
    Obstacle.EMPLOYER_PAUSED: "het bedrijf neemt dan niemand aan",
    Obstacle.SECTOR_CLOSED: "de sector is dan gesloten in deze regio",
    Obstacle.ALREADY_PLACED: "de leerling heeft op die dagen al een plek",
    Obstacle.TOO_LONG: "een verblijf duurt op deze plek niet zo lang",
    Obstacle.NO_SEAT: "alle plekken zijn dan bezet",
    Obstacle.RESERVED: "wat vrij is, is voor een andere school gereserveerd",
}


class PlacementIsRefused(Refused):
    """De plaatsing kan niet: {why} ({reason})."""

    slug = "placement-is-refused"


class PlacementIsOver(Refused):
    """The placement does not run (any more)."""

    slug = "placement-is-over"


class PlacementState(StrEnum):
    """Where a placement stands."""

    RUNNING = "running"
    ENDED = "ended"
    REFUSED = "refused"


class Stay(Body):
    """When a student would be (or is) there."""

    begin_date: Day
    end_date: Day | None = None
    weekdays: Annotated[Weekdays, Field(min_length=1)]

    @field_validator("end_date")
    @classmethod
    def _in_order(cls, end: date | None, info: ValidationInfo) -> date | None:
        return not_before("begin_date", end, info)

    @property
    def last(self) -> date:
        """The last day, or the end of time."""
        return self.end_date or date.max

    def overlaps(self, other: Occupation) -> bool:
        """Whether they have a day of the week in common, at some time."""
        return not other.weekdays.isdisjoint(self.weekdays) and other.overlaps(self.begin_date, self.last)


class PlaceStudent(Stay):
    """A placement by hand: what people arranged without the search."""

    model_config = examples(
        {
            "studentId": "01920000-0000-7000-8000-000000000001",
            "offerId": "01920000-0000-7000-8000-000000000002",
            "beginDate": "2026-09-08",
            "endDate": "2027-02-12",
            "weekdays": ["tue", "thu"],
        }
    )

    student_id: UUID
    offer_id: UUID
    predecessor_id: UUID | None = Field(default=None, description="The placement of this student that it follows.")


class EndPlacement(Body):
    """A placement is over; from `endedDate` on the seat is free."""

    model_config = examples(
        {"endedDate": "2027-02-12", "outcome": "completed"},
        {"endedDate": "2026-11-20", "outcome": "stopped-early", "reason": "motivation"},
    )

    ended_date: Day
    outcome: Outcome
    reason: Code | None = Field(default=None, description="Kept by the own school: see the code list `end-reasons`.")
    successor_id: UUID | None = Field(default=None, description="The placement of this student that follows it.")


@dataclass(frozen=True)
class Placement:
    """A student at an offer's seat."""

    id: UUID
    student_id: UUID
    school_id: UUID
    offer_id: UUID
    employer_id: UUID
    region: str
    municipality: str | None
    """Where the student lives."""
    kind: PlacementKind
    stay: Stay
    proposal_id: UUID | None = None
    predecessor_id: UUID | None = None
    state: PlacementState = PlacementState.RUNNING
    refused_reason: str | None = None
    end: EndPlacement | None = None
    coach: Coach | None = None
    """Who of the school looks after the student: other schools see it on the seat."""
    wish_rank: int | None = None
    """Which of the student's wishes it honours (1: the first choice), 0: none, as it was when it began (C18)."""
    version: int = 0

    @property
    def is_anonymous(self) -> bool:
        """Whether the student was erased: then the placement names itself in the student's place."""
        return self.student_id == self.id

    def _facts(self) -> dict[str, Any]:
        return {
            "placement_id": self.id,
            "proposal_id": self.proposal_id,
            "student_id": self.student_id,
            "school_id": self.school_id,
            "offer_id": self.offer_id,
            "employer_id": self.employer_id,
            "region": self.region,
            "municipality": self.municipality,
            "kind": self.kind,
            "begin_date": self.stay.begin_date,
            "end_date": self.stay.end_date,
            "predecessor_id": self.predecessor_id,
        }

    def started(self) -> PlacementStarted:
        """The seat is taken."""
        return PlacementStarted(**self._facts())

    def refused(self, obstacle: Obstacle, proposal_id: UUID) -> tuple["Placement", PlacementRefused]:
        """It could not be."""
        event = PlacementRefused(
            placement_id=self.id,
            proposal_id=proposal_id,
            student_id=self.student_id,
            offer_id=self.offer_id,
            reason=obstacle,
        )
        return replace(self, state=PlacementState.REFUSED, refused_reason=obstacle), event

    def ended(self, end: EndPlacement) -> tuple["Placement", PlacementEnded]:
        """It is over; raises `PlacementIsOver`, or `Invalid` when it would end before it began."""
        if self.state is not PlacementState.RUNNING:
            raise PlacementIsOver
        if end.ended_date < self.stay.begin_date:
            raise Invalid("/endedDate", "lies before the placement began")
        event = PlacementEnded(
            **self._facts(), ended_date=end.ended_date, outcome=end.outcome, successor_id=end.successor_id
        )
        return replace(self, state=PlacementState.ENDED, end=end), event

    @property
    def occupation(self) -> Occupation:
        """The seat it takes: through its last day, or until the day it was ended."""
        if self.end is not None:
            free_from = self.end.ended_date
        else:
            free_from = self.stay.last + DAY if self.stay.last < date.max else date.max
        return Occupation(self.school_id, self.stay.begin_date, free_from, frozenset(self.stay.weekdays))


class HoldsOnDays(Protocol):
    """Something that holds on some days, such as a closure."""

    def holds_on(self, day: date) -> bool:
        """Whether it holds on a day."""


@dataclass(frozen=True)
class Situation:
    """What decides whether a student can have a seat; `taken` and `elsewhere`: placements that were not refused."""

    offer: Offer | None
    employer: Employer | None
    student: Student | None
    taken: Sequence[Placement] = ()
    elsewhere: Sequence[Placement] = ()
    closures: Sequence[HoldsOnDays] = ()
    """What closes the offer's sector in its region."""
    kept_for_others: int = 0
    """Seats that are reserved for other schools than the student's."""


def obstacle(stay: Stay, there: Situation, *, searching: bool) -> Obstacle | None:
    """Why a student cannot stay there, or None; `searching`: whether the student must be looking for a place."""
    offer, employer, student = there.offer, there.employer, there.student
    if offer is None or employer is None or offer.state is OfferState.WITHDRAWN:
        return Obstacle.OFFER_GONE
    if student is None or (searching and student.state is not StudentState.SEARCHING):
        return Obstacle.STUDENT_GONE
    occupations = [placement.occupation for placement in there.taken]

    def full(kept_for_others: int) -> bool:
        return offer.is_full(occupations, stay.begin_date, stay.last, stay.weekdays, kept_for_others)

    rules: dict[Obstacle, Callable[[], bool]] = {
        Obstacle.OFFER_GONE: lambda: employer.private_to not in {None, student.school_id},
        Obstacle.OUTSIDE_WINDOW: lambda: not _within(stay, offer),
        Obstacle.TOO_LONG: lambda: stay.last > last_day(stay.begin_date, offer),
        Obstacle.EMPLOYER_PAUSED: lambda: employer.paused_on(stay.begin_date),
        Obstacle.SECTOR_CLOSED: lambda: any(closed.holds_on(stay.begin_date) for closed in there.closures),
        Obstacle.ALREADY_PLACED: lambda: any(stay.overlaps(placement.occupation) for placement in there.elsewhere),
        Obstacle.NO_SEAT: lambda: full(0),
        Obstacle.RESERVED: lambda: full(there.kept_for_others),
    }
    return next((why for why, holds in rules.items() if holds()), None)


def _within(stay: Stay, offer: Offer) -> bool:
    begins, ends = offer.facts.begin_date, offer.facts.end_date
    in_time = begins <= stay.begin_date and (ends is None or stay.last <= ends)
    return in_time and set(stay.weekdays) <= set(offer.facts.weekdays)


def last_day(begin: date, offer: Offer) -> date:
    """The last day of a stay that begins then: as long as one takes at most there, or the end of time."""
    weeks = most_weeks(offer.facts)
    return date.max if weeks is None else begin + timedelta(weeks=weeks, days=-1)


def days_of(weekdays: Sequence[Weekday], offer: Offer) -> tuple[Weekday, ...]:
    """The days of a stay: those that were agreed, or the offer's."""
    return tuple(weekdays) or offer.facts.weekdays
