"""When there is school: holidays by part of the country, and days on which the whole country is free."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cached_property

from holidays.countries.netherlands import Netherlands

from services.intake.domain.fields import WORKING_WEEK
from shared.events.codes import Weekday

DAY = timedelta(days=1)


class Part(StrEnum):
    """The parts in which the ministry spreads the school holidays."""

    NORTH = "noord"
    MIDDLE = "midden"
    SOUTH = "zuid"


@dataclass(frozen=True)
class Holiday:
    """A school holiday of one part of the country, first and last day included."""

    school_year: str
    part: Part
    name: str
    first_day: date
    last_day: date


def public_holidays(begin: date, end: date) -> dict[date, str]:
    """Days from `begin` through `end` on which the country is free, with their Dutch names."""
    found: dict[date, str] = Netherlands(years=range(begin.year, end.year + 1), language="nl")  # type: ignore[no-untyped-call]
    return {day: name for day, name in sorted(found.items()) if begin <= day <= end}


class SchoolCalendar:
    """The holidays that are known; schools may move those of autumn and spring."""

    def __init__(self, holidays: Iterable[Holiday], parts: Mapping[str, Part]) -> None:
        """`parts` has the part of each labour-market region, and of municipalities where it is another."""
        self.holidays = sorted(holidays, key=lambda holiday: holiday.first_day)
        self._parts = parts

    def part_of(self, region: str, municipality: str | None = None) -> Part | None:
        """The part of the country that a municipality, or most of a region, belongs to."""
        return self._parts.get(municipality or "") or self._parts.get(region)

    @cached_property
    def known(self) -> tuple[date, date]:
        """The first and last day for which holidays are known: the holidays of those school years."""
        return self.holidays[0].first_day, max(holiday.last_day for holiday in self.holidays)

    def between(self, begin: date, end: date, part: Part) -> list[Holiday]:
        """The holidays of a part that touch a period."""
        return [one for one in self.holidays if one.part is part and one.first_day <= end and begin <= one.last_day]

    def school_days(
        self, begin: date, end: date, part: Part, weekdays: Collection[Weekday] = WORKING_WEEK
    ) -> list[date]:
        """The days of a period on which there is school, or those of them that fall on certain days of the week."""
        free = set(public_holidays(begin, end))
        holidays = self.between(begin, end, part)
        wanted = {number for number, day in enumerate(Weekday) if day in weekdays and day in WORKING_WEEK}
        days = (begin + n * DAY for n in range((end - begin).days + 1))
        return [
            day
            for day in days
            if day.weekday() in wanted
            and day not in free
            and not any(one.first_day <= day <= one.last_day for one in holidays)
        ]

    def hints(self, begin: date, end: date, part: Part) -> list[str]:
        """What somebody who plans this period may want to know (Dutch); never a reason to refuse it."""
        found = [
            f"De {which} dag ({day.isoformat()}) valt in de {holiday.name}."
            for which, day in (("eerste", begin), ("laatste", end))
            for holiday in self.between(day, day, part)
        ]
        first, last = self.known
        if begin < first or end > last:
            found.append(f"Schoolvakanties zijn bekend van {first.isoformat()} tot en met {last.isoformat()}.")
        elif not self.school_days(begin, end, part):
            found.append("In deze periode is er geen schooldag.")
        return found
