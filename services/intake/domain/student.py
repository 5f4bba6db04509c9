"""Students: private to their school; others know at most that one looks for a place, matching what it needs for it."""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field, ValidationInfo, field_validator

from services.intake.domain.addresses import Address, Situation
from services.intake.domain.fields import Brin, Codes, Day, Example, Weekdays, examples, not_before
from services.intake.domain.readiness import missing
from services.intake.domain.student_facts import (
    CertificateDates,
    Indication,
    KnownEmployer,
    Level,
    Orientation,
    PostcodeArea,
    PracticeCertificate,
    Skills,
)
from shared.api import Body, ShortText, Text
from shared.errors import Invalid, Problem, Refused
from shared.events.codes import Code, Guidance, OutflowProfile, PlacementKind
from shared.events.intake import StudentReady, StudentWithdrawn

EXAMPLE: Example = {
    "givenName": "Sam",
    "familyName": "de Boer",
    "birthDate": "2009-05-17",
    "address": {"postcode": "8232VT", "place": "Lelystad"},
    "school": "05KJ00",
    "wishes": [{"rank": 1, "sector": "detailhandel", "tasks": ["vakken-vullen"]}, {"rank": 2, "sector": "logistiek"}],
    "limits": ["noise"],
    "guidanceNeed": "limited",
    "hasJobcoach": False,
    "outflowProfile": "work",
    "certificates": ["vca"],
    "travel": {"mode": "bike", "maxMinutes": 30},
    "acceptsNeighbouringWork": True,
    "lastYear": False,
    "placementKind": "internship",
    "beginDate": "2026-09-07",
    "endDate": "2027-02-12",
    "weekdays": ["mon", "tue", "thu"],
    "daysPerWeek": 2,
}

ADULT_CONSENT_AGE = 16
"""AVG article 8 with UAVG article 5: below it the parents give consent."""


class StudentIsSearching(Refused):
    """The student looks for a place already."""

    slug = "student-is-searching"


class StudentIsNotSearching(Refused):
    """The student does not look for a place."""

    slug = "student-is-not-searching"


class SearchIsOver(Refused):
    """The student does not look for a place (any more), so that there is no profile to match with."""

    slug = "search-is-over"
    status = 410


class StudentIsNotReady(Invalid):
    """De leerling kan nog niet zoeken. Er ontbreekt: {missing}."""

    slug = "student-is-not-ready"
    status = 409

    def __init__(self, missing: dict[str, str]) -> None:
        """`missing` holds what is needed in Dutch, by the JSON pointer of the field."""
        self.problems = tuple(Problem(pointer=pointer, detail=what) for pointer, what in missing.items())
        Refused.__init__(self, missing=", ".join(missing.values()))


class StudentState(StrEnum):
    """Where a student stands."""

    REGISTERED = "registered"
    SEARCHING = "searching"
    PLACED = "placed"
    WITHDRAWN = "withdrawn"


class TravelMode(StrEnum):
    """How a student gets there."""

    WALK = "walk"
    BIKE = "bike"
    PUBLIC_TRANSPORT = "public-transport"
    TAXI = "taxi"


class Travel(Body):
    """How a student travels, and how long one way at most."""

    mode: TravelMode
    max_minutes: Annotated[int, Field(ge=0, le=240, examples=[30])]


class Wish(Body):
    """A kind of work that a student would like; rank 1 is the first choice."""

    rank: Annotated[int, Field(ge=1, le=9)]
    sector: Annotated[Code, Field(examples=["horeca"])]
    tasks: Codes = ()


class StudentWish(Wish):
    """A wish as the own school knows it; matching hears nothing of the neighbourhoods."""

    neighbourhoods: Annotated[tuple[PostcodeArea, ...], Field(max_length=20)] = ()


class ConsentGiver(StrEnum):
    """Who gave consent."""

    STUDENT = "student"
    PARENTS = "parents"


class Consent(Body):
    """Consent to share with intermediaries more than the non-personal part; not needed to look for a place."""

    model_config = examples({"givenBy": "parents", "givenDate": "2026-08-31"})

    given_by: ConsentGiver
    given_date: Day


class StudentFacts(Body):
    """What the own school knows of a student."""

    model_config = examples({k: v for k, v in EXAMPLE.items() if k != "school"})

    given_name: ShortText
    family_name: ShortText
    birth_date: Day
    address: Address | None = None
    wishes: Annotated[tuple[StudentWish, ...], Field(max_length=9)] = ()
    limits: Codes = Field(default=(), description="What is not possible: the same codes as an offer's demands.")
    guidance_need: Guidance | None = None
    has_jobcoach: bool = False
    outflow_profile: OutflowProfile | None = None
    certificates: Codes = ()
    travel: Travel | None = None
    accepts_neighbouring_work: bool = False
    last_year: bool = False
    placement_kind: PlacementKind | None = None
    begin_date: Day | None = None
    end_date: Day | None = None
    weekdays: Weekdays = ()
    days_per_week: Annotated[int, Field(ge=1, le=7)] | None = None
    consent: Consent | None = None
    notes: Text | None = None
    possibilities: Codes = Field(default=(), description="What goes well: the same codes as the limits.")
    skills: Skills | None = None
    level: Level | None = None
    indications: Annotated[tuple[Indication, ...], Field(max_length=9)] = Field(
        default=(),
        description="Stands beside the ordinary facts, without a ground or an end: record `special-facts` instead.",
        json_schema_extra={"deprecated": True},
    )
    practice_certificates: Annotated[tuple[PracticeCertificate, ...], Field(max_length=60)] = Field(
        default=(), description="Praktijkverklaringen: how far the student is with each work process."
    )
    certificate_dates: Annotated[tuple[CertificateDates, ...], Field(max_length=40)] = ()
    network: Annotated[tuple[KnownEmployer, ...], Field(max_length=20)] = ()
    orientation: Annotated[tuple[Orientation, ...], Field(max_length=40)] = ()

    @field_validator("possibilities")
    @classmethod
    def _not_also_limits(cls, possibilities: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        if both := set(possibilities or ()) & set(info.data.get("limits") or ()):
            raise ValueError(f"stands among the limits too: {', '.join(sorted(both))}")
        return possibilities

    @field_validator("wishes")
    @classmethod
    def _one_wish_a_rank(cls, wishes: tuple[StudentWish, ...]) -> tuple[StudentWish, ...]:
        if len(wishes or ()) != len({wish.rank for wish in wishes or ()}):
            raise ValueError("two wishes have the same rank")
        return wishes

    @field_validator("end_date")
    @classmethod
    def _in_order(cls, end: date | None, info: ValidationInfo) -> date | None:
        return not_before("begin_date", end, info)

    @field_validator("days_per_week")
    @classmethod
    def _has_those_days(cls, days: int | None, info: ValidationInfo) -> int | None:
        if days and info.data.get("weekdays") and days > len(info.data["weekdays"]):
            raise ValueError("more than there are weekdays")
        return days

    @field_validator("consent")
    @classmethod
    def _given_by_whom_it_can(cls, consent: Consent | None, info: ValidationInfo) -> Consent | None:
        born = info.data.get("birth_date")
        if consent and born and consent.given_by is ConsentGiver.STUDENT:
            sixteen = (born.year + ADULT_CONSENT_AGE, born.month, born.day)
            given = consent.given_date
            if (given.year, given.month, given.day) < sixteen:
                raise ValueError("below 16 the parents give consent")
        return consent


class RegisterStudent(StudentFacts):
    """A student of the own school; what is not known yet can follow until the student is ready."""

    model_config = examples(EXAMPLE)

    school: Brin | None = Field(default=None, description="Needed by who works for several schools.")


@dataclass(frozen=True)
class Student:
    """A student in the register of the own school."""

    id: UUID
    school_id: UUID
    facts: StudentFacts
    region: str
    """Where the student lives; the school's as long as the address is not known."""
    situation: Situation | None = None
    state: StudentState = StudentState.REGISTERED
    version: int = 0

    def ready(self) -> tuple["Student", StudentReady]:
        """Begin to look for a place; raises `StudentIsSearching` or `StudentIsNotReady`."""
        if self.state is StudentState.SEARCHING:
            raise StudentIsSearching
        searching = replace(self, state=StudentState.SEARCHING)
        return searching, searching.searched()

    def searched(self) -> StudentReady:
        """What others are told of a student who looks for a place; raises `StudentIsNotReady`."""
        if lacking := missing(self.facts):
            raise StudentIsNotReady(lacking)
        assert self.facts.begin_date is not None
        return StudentReady(
            student_id=self.id,
            school_id=self.school_id,
            region=self.region,
            municipality=self.situation.municipality if self.situation else None,
            begin_date=self.facts.begin_date,
            end_date=self.facts.end_date,
        )

    def withdrawn(self) -> tuple["Student", StudentWithdrawn]:
        """Stop looking; raises `StudentIsNotSearching`."""
        if self.state is not StudentState.SEARCHING:
            raise StudentIsNotSearching
        event = StudentWithdrawn(student_id=self.id, school_id=self.school_id)
        return replace(self, state=StudentState.WITHDRAWN), event

    def honoured(self, sector: str) -> int:
        """Which wish a kind of work honours: 1 the first choice, 0 none (C18)."""
        return min((wish.rank for wish in self.facts.wishes if wish.sector == sector), default=0)

    def placed(self) -> "Student":
        """The student has a place, and looks no further."""
        return replace(self, state=StudentState.PLACED)

    def back(self, *, still_placed: bool) -> "Student":
        """A placement ended; who looks for the next place already goes on looking."""
        if self.state is not StudentState.PLACED or still_placed:
            return self
        return replace(self, state=StudentState.REGISTERED)
