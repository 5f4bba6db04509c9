"""Code lists that are fields of events: closed where the system acts on the value, open where it only counts."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from shared.events.base import Wire

Code = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$", examples=["horeca"])]
"""An open code: lowercase words with hyphens. Which ones are known, the owning service decides."""

Region = Annotated[str, Field(pattern=r"^AM\d{2}$", examples=["AM11"])]
"""A labour-market region (arbeidsmarktregio), AM01…AM38."""

Municipality = Annotated[str, Field(pattern=r"^GM\d{4}$", examples=["GM0034"])]
"""A municipality by its CBS code."""

SECTORS = (
    "detailhandel",
    "facilitaire-dienstverlening",
    "horeca",
    "leerwerkbedrijf",
    "logistiek",
    "overheid",
    "persoonlijke-verzorging",
    "recreatie",
    "sport",
    "techniek-en-productie",
    "textiel-en-mode",
    "zorg-en-welzijn",
)
"""The twelve sectors of the research report (its table 2.3): the default list of every installation."""


class SchoolKind(StrEnum):
    """Practical education (praktijkonderwijs) or special secondary education."""

    PRO = "pro"
    VSO = "vso"


class EmployerKind(StrEnum):
    """What sort of organisation offers the places."""

    REGULAR = "regular"
    LEARN_WORK_COMPANY = "learn-work-company"
    SHELTERED = "sheltered"
    SW_COMPANY = "sw-company"
    DAY_ACTIVITY = "day-activity"
    COMMUNITY_PARTNER = "community-partner"


class SizeClass(StrEnum):
    """Employees: small below 50, medium 50 to 249, large from 250 on."""

    SMALL = "small"
    MEDIUM = "medium"
    LARGE = "large"
    UNKNOWN = "unknown"


class Trend(StrEnum):
    """How a number of places developed over the last two years."""

    MORE = "more"
    SAME = "same"
    FEWER = "fewer"
    UNKNOWN = "unknown"


class Recognition(StrEnum):
    """Whether SBB recognises the employer as a learning company."""

    NONE = "none"
    RECOGNISED = "recognised"
    BORIS = "boris"


class Guidance(StrEnum):
    """How much guidance an employer can give itself; also, in the same order, how much a student needs."""

    NONE = "none"
    LIMITED = "limited"
    FULL = "full"
    INTENSIVE = "intensive"


class PlacementKind(StrEnum):
    """The kinds of place of the report (D1–D14)."""

    INTERNSHIP = "internship"
    GROUP = "group"
    TASTER = "taster"
    LONG = "long"
    INTERNAL = "internal"
    LEARN_WORK_CENTRE = "learn-work-centre"
    WORK_TRAJECTORY = "work-trajectory"
    TRIAL = "trial"
    JOB = "job"
    SHELTERED = "sheltered"
    DAY_ACTIVITY = "day-activity"
    PARTICIPATION_JOB = "participation-job"


class OutflowProfile(StrEnum):
    """Where a student is heading (uitstroomprofiel)."""

    WORK = "work"
    SHELTERED = "sheltered"
    DAY_ACTIVITY = "day-activity"
    FURTHER_EDUCATION = "further-education"


class Outcome(StrEnum):
    """How a placement ended, coarsely: all that leaves the school."""

    COMPLETED = "completed"
    JOB = "job"
    STOPPED_EARLY = "stopped-early"
    CONTINUED_ELSEWHERE = "continued-elsewhere"


class IntermediaryKind(StrEnum):
    """Organisations that know employers."""

    SBB = "sbb"
    UWV = "uwv"
    MUNICIPALITY = "municipality"
    WSP = "wsp"
    OTHER = "other"


class Weekday(StrEnum):
    """Days on which a place exists or a student can work."""

    MONDAY = "mon"
    TUESDAY = "tue"
    WEDNESDAY = "wed"
    THURSDAY = "thu"
    FRIDAY = "fri"
    SATURDAY = "sat"
    SUNDAY = "sun"


class Step(StrEnum):
    """The circles in which a place is looked for, from near to far."""

    OWN_NETWORK = "own-network"
    OTHER_SCHOOLS = "other-schools"
    NEIGHBOURING_WORK = "neighbouring-work"
    GROUP = "group"
    NEXT_REGION = "next-region"


class Point(Wire):
    """A place on the map (WGS 84 degrees); `approximate` when it is the middle of a town, not an address."""

    latitude: Annotated[float, Field(ge=50.5, le=53.8, examples=[52.5185])]
    longitude: Annotated[float, Field(ge=3.2, le=7.4, examples=[5.4714])]
    approximate: bool = False
