"""What matching knows: offers and employers from events, a student's profile from the own school, and nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.matching.domain.travel import Mode
from shared.events.base import Wire
from shared.events.codes import (
    EmployerKind,
    Guidance,
    OutflowProfile,
    PlacementKind,
    Point,
    Recognition,
    Region,
    Step,
    Trend,
    Weekday,
)
from shared.events.intake import Cooperation, ReservedSeats

WORKING_WEEK = (Weekday.MONDAY, Weekday.TUESDAY, Weekday.WEDNESDAY, Weekday.THURSDAY, Weekday.FRIDAY)
GUIDANCE_ORDER = (Guidance.NONE, Guidance.LIMITED, Guidance.FULL, Guidance.INTENSIVE)


class Offer(Wire):
    """An offer as intake announced it."""

    offer_id: UUID
    employer_id: UUID
    kind: PlacementKind
    sector: str
    tasks: tuple[str, ...] = ()
    demands: tuple[str, ...] = ()
    certificates: tuple[str, ...] = ()
    seats: int
    begin_date: date
    end_date: date | None = None
    weekdays: tuple[Weekday, ...] = ()
    region: str
    municipality: str | None = None
    location: Point
    minimum_age: int | None = None
    guidance: Guidance = Guidance.NONE
    jobcoach_welcome: bool = False
    outflow_profiles: tuple[OutflowProfile, ...] = ()
    job_prospect: bool = False
    valid_until_date: date | None = None
    brought_in_by: UUID | None = None
    private_to: UUID | None = None
    reservations: tuple[ReservedSeats, ...] = ()

    def seats_for(self, school_id: UUID, today: date) -> int:
        """The seats that are not kept for another school."""
        others = (one for one in self.reservations if one.school_id != school_id and one.until_date >= today)
        return self.seats - sum(one.seats for one in others)

    @property
    def days(self) -> tuple[Weekday, ...]:
        """The days on which the place exists; an offer that names none has the working week."""
        return self.weekdays or WORKING_WEEK


class Employer(Wire):
    """An employer as intake announced it."""

    employer_id: UUID
    name: str
    kind: EmployerKind = EmployerKind.REGULAR
    region: str
    municipality: str | None = None
    location: Point
    sectors: tuple[str, ...] = ()
    tasks: tuple[str, ...] = ()
    recognition: Recognition = Recognition.NONE
    guidance: Guidance = Guidance.NONE
    places_per_year: int | None = None
    places_trend: Trend = Trend.UNKNOWN
    brought_in_by: UUID | None = None
    private_to: UUID | None = None
    cooperations: tuple[Cooperation, ...] = ()

    def works_with(self, school_id: UUID) -> bool:
        """Whether a school cooperates with this employer or brought it in."""
        return school_id == self.brought_in_by or any(known.school_id == school_id for known in self.cooperations)

    @property
    def network(self) -> tuple[object, ...]:
        """All that decides in whose circles the employer lies."""
        return self.brought_in_by, self.private_to, self.cooperations

    def since(self, school_id: UUID) -> date | None:
        """Since when a school cooperates with this employer, as far as known."""
        return next((known.since_date for known in self.cooperations if known.school_id == school_id), None)


class Wish(Wire):
    """A kind of work that a student would like; rank 1 is the first choice."""

    rank: Annotated[int, Field(ge=1)]
    sector: str
    tasks: tuple[str, ...] = ()


class Travel(Wire):
    """How a student travels, and how long at most."""

    mode: Mode
    max_minutes: Annotated[int, Field(ge=0)]


class Profile(Wire):
    """What matching may know of a student while it looks for a place: read from intake, dropped afterwards."""

    student_id: UUID
    school_id: UUID
    birth_year_month: Annotated[str, Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")]
    region: Region
    municipality: str | None = None
    location: Point
    travel: Travel
    wishes: tuple[Wish, ...] = ()
    accepts_neighbouring_work: bool = False
    limits: tuple[str, ...] = ()
    certificates: tuple[str, ...] = ()
    guidance_need: Guidance = Guidance.NONE
    has_jobcoach: bool = False
    outflow_profile: OutflowProfile = OutflowProfile.WORK
    placement_kind: PlacementKind = PlacementKind.INTERNSHIP
    last_year: bool = False
    begin_date: date
    end_date: date | None = None
    weekdays: tuple[Weekday, ...] = ()
    days_per_week: Annotated[int, Field(ge=1)] = 1

    @property
    def days(self) -> tuple[Weekday, ...]:
        """The days on which the student can work; who names none can in the working week."""
        return self.weekdays or WORKING_WEEK

    @property
    def wished_sectors(self) -> tuple[str, ...]:
        """The sectors that are wished for, first choice first."""
        return tuple(wish.sector for wish in sorted(self.wishes, key=lambda wish: wish.rank))


class SearchState(StrEnum):
    """Where a search stands; only the first three hold a profile."""

    SEARCHING = "searching"
    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    ON_HOLD = "on-hold"
    ENDED = "ended"


@dataclass(frozen=True)
class Refusal:
    """A student and an offer that are not proposed to each other again before a date."""

    reason: str
    until: date


@dataclass(frozen=True)
class Search:
    """A student for whom a place is looked for, and how wide the circle is by now."""

    student_id: UUID
    school_id: UUID
    profile: Profile
    state: SearchState
    step: Step
    since: datetime
    step_since: datetime
    unmatched_at: datetime | None = None
    hardness_set_to: int | None = None
    """The hardness class that a person set instead of the derived one."""
    refusals: Mapping[UUID, Refusal] = field(default_factory=dict)
    """By offer."""

    @property
    def region(self) -> str:
        """Where the student lives."""
        return self.profile.region


@dataclass(frozen=True)
class Stay:
    """A time in which somebody has or holds a seat, both days included; without an end it goes on."""

    begin: date
    end: date | None
    running: bool = True
    """False once it ended: nobody waits for it any more, whatever the dates say."""


@dataclass(frozen=True)
class Pause:
    """A time in which an employer takes nobody."""

    begin: date
    until: date | None


@dataclass(frozen=True)
class Experience:
    """How earlier placements at an employer ended, counted over all schools."""

    good: int = 0
    stopped: int = 0


@dataclass(frozen=True)
class Opening:
    """An offer with everything that bears on its seats."""

    offer: Offer
    employer: Employer | None = None
    stays: tuple[Stay, ...] = ()
    pauses: tuple[Pause, ...] = ()
    closures: tuple[Pause, ...] = ()
    """Times in which the region has closed this sector, or all of them."""
    experience: Experience = Experience()
    recent_contacts: int = 0
    """How often schools approached the employer in the last weeks."""

    @property
    def rests(self) -> tuple[Pause, ...]:
        """All times in which nobody can be there, whoever decided so."""
        return (*self.pauses, *self.closures)

    def belongs_to_network_of(self, school_id: UUID) -> bool:
        """Whether the school brought the offer in, or works with the employer."""
        if school_id in {self.offer.brought_in_by, self.offer.private_to}:
            return True
        return self.employer is not None and self.employer.works_with(school_id)
