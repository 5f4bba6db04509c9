"""The school holidays that are packaged (`data/README.md` says from where)."""

import csv
import functools
from datetime import date

from services.intake.domain.school_calendar import Holiday, Part, SchoolCalendar
from services.intake.geography import DATA


@functools.cache
def read_calendar() -> SchoolCalendar:
    """Read once; a newer table comes with a release."""
    with (DATA / "school_holidays.csv").open(encoding="utf-8", newline="") as lines:
        holidays = [_holiday(row) for row in csv.DictReader(lines)]
    with (DATA / "holiday_parts.csv").open(encoding="utf-8", newline="") as lines:
        parts = {row["area"]: Part(row["part"]) for row in csv.DictReader(lines)}
    return SchoolCalendar(holidays, parts)


def _holiday(row: dict[str, str]) -> Holiday:
    first, last = date.fromisoformat(row["first_day"]), date.fromisoformat(row["last_day"])
    return Holiday(row["school_year"], Part(row["part"]), row["holiday"], first, last)
