"""Cooperation per school (B6, B7): which schools work with an employer, since when, who was first, who is alone."""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from uuid import UUID

from pydantic import Field

from services.intake.domain.employer import Employer, SchoolCooperation
from services.intake.domain.fields import Day, examples
from services.intake.domain.verification import months_before
from shared.api import Body
from shared.errors import Invalid, Refused

LONG_MONTHS = 24
"""The research report calls a cooperation of more than two years a long one (its section 2.2)."""


class NoCooperation(Refused):
    """The school does not work with this employer."""

    slug = "no-cooperation"


class Duration(StrEnum):
    """How long a school has worked with an employer, as the report counts it."""

    LONG = "longer-than-two-years"
    RECENT = "recent"
    UNKNOWN = "unknown"


class Cooperate(Body):
    """A school works with the employer."""

    model_config = examples({"sinceDate": "2024-09-01"})

    since_date: Day | None = Field(default=None, description="Today or before; left out: not known.")
    school_id: UUID | None = Field(default=None, description="For which school; needed by who works for several.")


class PartWays(Body):
    """A school works with the employer no more."""

    model_config = examples({})

    school_id: UUID | None = Field(default=None, description="For which school; needed by who works for several.")


@dataclass(frozen=True)
class CooperationOf:
    """What one school's cooperation is among those of the others."""

    school_id: UUID
    since_date: date | None
    duration: Duration
    first: bool
    """It began before all others; of none where a beginning is not known."""
    only: bool


def cooperations(employer: Employer, today: date) -> list[CooperationOf]:
    """The schools that work with an employer, the longest first and those of unknown length last."""
    known = sorted(employer.facts.cooperations, key=lambda one: one.since_date or date.max)
    begins = [one.since_date for one in known]
    certain = bool(begins) and None not in begins and begins.count(begins[0]) == 1
    return [
        CooperationOf(
            school_id=one.school_id,
            since_date=one.since_date,
            duration=_duration(one.since_date, today),
            first=len(known) == 1 or (certain and one is known[0]),
            only=len(known) == 1,
        )
        for one in known
    ]


def _duration(since: date | None, today: date) -> Duration:
    if since is None:
        return Duration.UNKNOWN
    return Duration.LONG if since < months_before(today, LONG_MONTHS) else Duration.RECENT


def joined(employer: Employer, school_id: UUID, since: date | None, today: date) -> Employer:
    """With a school that works with it, from the day given; raises `Invalid` for a day ahead."""
    if since is not None and since > today:
        raise Invalid("/sinceDate", "lies ahead")
    own = SchoolCooperation(school_id=school_id, since_date=since)
    return _with(employer, (*_others(employer, school_id), own))


def parted(employer: Employer, school_id: UUID) -> Employer:
    """Without a school; raises `NoCooperation`."""
    others = _others(employer, school_id)
    if len(others) == len(employer.facts.cooperations):
        raise NoCooperation
    return _with(employer, others)


def _others(employer: Employer, school_id: UUID) -> tuple[SchoolCooperation, ...]:
    return tuple(one for one in employer.facts.cooperations if one.school_id != school_id)


def _with(employer: Employer, schools: tuple[SchoolCooperation, ...]) -> Employer:
    return replace(employer, facts=employer.facts.model_copy(update={"cooperations": schools}))
