"""The school calendar: holidays by part of the country, and what they mean for a period that somebody plans."""

from datetime import date, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.intake.calendar_data import read_calendar
from services.intake.days import today
from services.intake.domain.fields import WORKING_WEEK, Day, examples
from services.intake.domain.school_calendar import Part, public_holidays
from services.intake.store import SchoolStore
from shared.api import Resource
from shared.errors import Invalid, Problem
from shared.events.codes import Region, Weekday
from shared.security import Caller
from shared.unit_of_work import UnitOfWork, Work

router = APIRouter(tags=["school calendar"])

A_YEAR, MOST_DAYS = timedelta(days=365), 1_100
"""Three school years: what is published ahead."""


class HolidayResource(Resource):
    """A school holiday, or a single free day."""

    model_config = examples({"name": "kerstvakantie", "firstDay": "2026-12-19", "lastDay": "2027-01-03"})

    name: str
    first_day: date
    last_day: date


class CalendarResource(Resource):
    """The school calendar of a period; autumn and spring holidays are advice, from which schools may differ."""

    model_config = examples(
        {
            "part": "noord",
            "fromDate": "2026-12-01",
            "toDate": "2026-12-24",
            "schoolDays": 14,
            "holidays": [{"name": "kerstvakantie", "firstDay": "2026-12-19", "lastDay": "2027-01-03"}],
            "publicHolidays": [],
            "hints": ["De laatste dag (2026-12-24) valt in de kerstvakantie."],
            "knownUntil": "2028-09-03",
            "source": "Rijksoverheid (OCW), schoolvakanties",
        }
    )

    part: Part
    from_date: date
    to_date: date
    school_days: int
    holidays: list[HolidayResource]
    public_holidays: list[HolidayResource]
    hints: list[str]
    known_until: date
    source: str = "Rijksoverheid (OCW), schoolvakanties"


@router.get("/school-calendar", summary="Holidays and school days of a period")
async def read_school_calendar(
    _: Caller,
    work: Work,
    region: Annotated[Region | None, Query(description="A labour-market region; of its edges, ask by school.")] = None,
    school: Annotated[UUID | None, Query(description="A school, whose municipality decides.")] = None,
    begin: Annotated[Day | None, Query(alias="from", description="By default today.")] = None,
    end: Annotated[Day | None, Query(alias="to", description="The last day; by default a year on.")] = None,
    weekdays: Annotated[list[Weekday] | None, Query(max_length=7, description="Count only these days.")] = None,
) -> CalendarResource:
    """What a placement or an offer in this period meets: how many school days, which holidays, and hints in Dutch."""
    part, calendar = await _part(work, region, school), read_calendar()
    begin = begin or today()
    end = end or begin + A_YEAR
    if not 0 <= (end - begin).days <= MOST_DAYS:
        raise _wrong("to", f"the last day lies from the first on, at most {MOST_DAYS} days later")
    free = public_holidays(begin, end).items()
    return CalendarResource(
        part=part,
        from_date=begin,
        to_date=end,
        school_days=len(calendar.school_days(begin, end, part, weekdays or WORKING_WEEK)),
        holidays=[HolidayResource.model_validate(one) for one in calendar.between(begin, end, part)],
        public_holidays=[HolidayResource(name=name, first_day=day, last_day=day) for day, name in free],
        hints=calendar.hints(begin, end, part),
        known_until=calendar.known[1],
    )


async def _part(work: UnitOfWork, region: str | None, school_id: UUID | None) -> Part:
    if (region is None) == (school_id is None):
        raise _wrong("region", "give either a region or a school")
    municipality = None
    if school_id is not None:
        situation = (await SchoolStore(work.session).get(school_id)).situation
        region, municipality = situation.region, situation.municipality
    if (part := read_calendar().part_of(region or "", municipality)) is None:
        raise _wrong("region", f"there is no region {region}")
    return part


def _wrong(name: str, detail: str) -> Invalid:
    return Invalid(problems=[Problem(location="query", pointer=name, detail=detail)])
