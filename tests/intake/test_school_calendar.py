"""School holidays by part of the country, and what they mean for a period that somebody plans."""

from collections import Counter
from datetime import date

import pytest

from services.intake.calendar_data import read_calendar
from services.intake.domain.school_calendar import Part, public_holidays
from services.intake.geography import Geography
from shared.events.codes import Weekday
from tests.intake.world import FIRST, World, good, unknown


def test_every_municipality_lies_in_a_part_and_every_part_has_five_holidays_a_year() -> None:
    calendar = read_calendar()
    parts = {m.code: calendar.part_of(m.region, m.code) for m in Geography().municipalities.values()}
    assert None not in parts.values()
    assert (parts["GM0193"], parts["GM0269"], parts["GM0244"]) == (Part.NORTH, Part.MIDDLE, Part.NORTH)
    assert set(Counter((one.school_year, one.part) for one in calendar.holidays).values()) == {5}


def test_holidays_last_from_a_saturday_through_a_sunday_and_summer_lasts_six_weeks() -> None:
    for one in read_calendar().holidays:
        assert (one.first_day.weekday(), one.last_day.weekday()) == (5, 6), one
        days = (one.last_day - one.first_day).days + 1
        assert days == {"zomervakantie": 44, "kerstvakantie": 16}.get(one.name, 9), one


def test_a_holiday_in_one_part_is_school_in_another() -> None:
    calendar, monday, friday = read_calendar(), date(2026, 10, 12), date(2026, 10, 16)
    assert calendar.school_days(monday, friday, Part.NORTH) == []
    assert len(calendar.school_days(monday, friday, Part.SOUTH)) == 5
    assert calendar.school_days(monday, friday, Part.SOUTH, [Weekday.TUESDAY, Weekday.SATURDAY]) == [date(2026, 10, 13)]


def test_the_country_is_free_on_the_kings_day_and_at_pentecost() -> None:
    free = public_holidays(date(2027, 4, 1), date(2027, 5, 31))
    assert {date(2027, 4, 27), date(2027, 5, 6), date(2027, 5, 17)} <= set(free)
    assert date(2027, 5, 17) not in read_calendar().school_days(date(2027, 5, 10), date(2027, 5, 21), Part.NORTH)


@pytest.mark.parametrize(
    ("begin", "end", "hint"),
    [
        (date(2026, 12, 1), date(2026, 12, 24), "De laatste dag (2026-12-24) valt in de kerstvakantie."),
        (date(2027, 2, 22), date(2027, 3, 31), "De eerste dag (2027-02-22) valt in de voorjaarsvakantie."),
        (date(2026, 11, 28), date(2026, 11, 29), "In deze periode is er geen schooldag."),
        (date(2030, 1, 1), date(2030, 2, 1), "Schoolvakanties zijn bekend van 2025-10-11 tot en met 2028-09-03."),
    ],
)
def test_who_plans_a_period_is_told_what_is_odd_about_it(begin: date, end: date, hint: str) -> None:
    assert read_calendar().hints(begin, end, Part.NORTH) == [hint]


async def test_a_front_end_asks_by_school_or_region(world: World) -> None:
    period = "from=2026-12-01&to=2026-12-24"
    by_school = await good(world.first.get(f"/v1/school-calendar?school={world.schools[FIRST]}&{period}"))
    assert (by_school["part"], by_school["schoolDays"], by_school["hints"][0][:14]) == ("noord", 14, "De laatste dag")
    by_region = await good(world.first.get(f"/v1/school-calendar?region=AM30&{period}&weekdays=tue&weekdays=thu"))
    assert (by_region["part"], by_region["schoolDays"]) == ("zuid", 6)
    year = await good(world.first.get("/v1/school-calendar?region=AM11"))
    assert len(year["publicHolidays"]) >= 10


@pytest.mark.parametrize(
    "query",
    [
        "",
        "region=AM99",
        "region=AM11&from=2026-12-02&to=2026-12-01",
        "region=AM11&to=2099-01-01",
        "region=AM11&weekdays=x",
    ],
)
async def test_a_question_that_cannot_be_answered_says_why(world: World, query: str) -> None:
    refused = await world.first.get(f"/v1/school-calendar?{query}")
    assert (refused.status_code, refused.json()["errors"][0]["in"]) == (400, "query")
    assert (await world.first.get(f"/v1/school-calendar?school={unknown()}")).status_code == 404
