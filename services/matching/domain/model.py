"""What matching knows: offers and employers from events, a student's profile from the own school, and nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from services.matching.domain.kinds import LEARNING
from services.matching.domain.terms import CIRCLES, Terms
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

EVERY_DAY = frozenset(Weekday)
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
    """What the work asks, without what the employer said it can leave out."""
    essential: tuple[str, ...] = ()
    """What it said cannot be left out: that is asked no more."""
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
    def is_discovering(self) -> bool:
        """Whether kinds of work are to be discovered: there is no wish yet, and a place to learn at is sought."""
        return not self.wishes and self.placement_kind in LEARNING

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


class PinKind(StrEnum):
    """What a coordinator decided about a student and an offer."""

    PIN = "pin"
    """Nobody else gets the seat, and the student nothing else."""
    FORBID = "forbid"


@dataclass(frozen=True)
class Pin:
    """A coordinator's decision about a student and an offer, up to and including a day, with the reason."""

    kind: PinKind
    reason: str
    until: date


@dataclass(frozen=True)
class Lesson:
    """What a declined proposal taught for one student: how far its place was, at whose, with what work and guidance."""

    reason: str
    offer_id: UUID
    employer_id: UUID
    sector: str
    minutes: int
    guidance: Guidance


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
    lessons: tuple[Lesson, ...] = ()
    """Of declined proposals, until the profile changes or the school lets go of them."""
    tried: frozenset[str] = frozenset()
    """The kinds of work that a student without a wish had, or was proposed before."""
    terms: Terms = field(default_factory=Terms)
    """What the student's region decided."""
    pins: Mapping[UUID, Pin] = field(default_factory=dict)
    """By offer."""

    def pinned_to(self, today: date) -> UUID | None:
        """The one offer that the student is held to."""
        held = (offer for offer, pin in self.pins.items() if pin.kind is PinKind.PIN and pin.until >= today)
        return next(held, None)

    @property
    def region(self) -> str:
        """Where the student lives."""
        return self.profile.region

    @property
    def is_widest(self) -> bool:
        """Whether all circles are open in which the region looks."""
        return CIRCLES.index(self.step) >= CIRCLES.index(self.terms.circles[-1])


@dataclass(frozen=True)
class Stay:
    """A time in which somebody has or holds a seat on some days of the week, both dates included; without an end it
    goes on.
    """

    begin: date
    end: date | None
    running: bool = True
    """False once it ended: nobody waits for it any more, whatever the dates say."""
    weekdays: frozenset[Weekday] = EVERY_DAY
    """The others are free for somebody else; all of them where nobody said which."""


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
class Market:
    """What was published last of a kind of work in a region: open vacancies for each person who looks for work."""

    tension: float
    period: str
    """`2026`, `2026-q3` or `2026-09`."""
    source: str
    published: date


@dataclass(frozen=True)
class Told:
    """What a school told the others of an employer, in codes of facts."""

    school_id: UUID
    codes: tuple[str, ...]


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
    told: tuple[Told, ...] = ()
    """What schools told of the employer, in the last two years."""
    market: Market | None = None
    """The labour market for this work in the region of the offer, where figures are known."""

    first_look_until: datetime | None = None
    """While it is new: until when only the schools that brought it in look at it."""

    @property
    def brought_in_by(self) -> frozenset[UUID]:
        """The schools that brought the offer or its employer in."""
        by = {self.offer.brought_in_by, self.employer.brought_in_by if self.employer else None}
        return frozenset(school for school in by if school is not None)

    pinned: Mapping[UUID, date] = field(default_factory=dict)
    """The students for whom a seat is held that they do not have yet, and until when."""

    @cached_property
    def slots_known(self) -> dict[Any, Any]:
        """When seats are free, as far as somebody asked (`pairs.py`): as long as the opening is as it is."""
        return {}

    @property
    def rests(self) -> tuple[Pause, ...]:
        """All times in which nobody can be there, whoever decided so."""
        return (*self.pauses, *self.closures)

    def belongs_to_network_of(self, school_id: UUID) -> bool:
        """Whether the school brought the offer in, or works with the employer."""
        if school_id in {self.offer.brought_in_by, self.offer.private_to}:
            return True
        return self.employer is not None and self.employer.works_with(school_id)
