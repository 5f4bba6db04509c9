"""What a page of the dashboard is asked about, in words of its address: region, school, period."""

import re
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Depends, Query

from shared.errors import Invalid

SCHOOL_YEAR_BEGINS = 8
"""August."""

_YEARS = re.compile(r"(20\d\d)(?:-(20\d\d))?")


@dataclass(frozen=True)
class Selection:
    """As it stands in an address; empty where nothing was chosen."""

    region: str = ""
    school: str = ""
    period: str = ""
    """A calendar year (2025) or a school year (2025-2026)."""

    def query(self, **other: str) -> str:
        """The part of an address from the question mark on; empty where nothing is chosen."""
        chosen = {name: value for name, value in {**vars(self), **other}.items() if value}
        return f"?{urlencode(chosen)}" if chosen else ""

    def at(self, **other: str) -> "Selection":
        """The same with another choice."""
        return replace(self, **other)

    @property
    def days(self) -> tuple[date | None, date | None]:
        """First and last day of the period; `Invalid` when it is none."""
        if not self.period:
            return None, None
        found = _YEARS.fullmatch(self.period)
        begin, end = (int(found[1]), int(found[2] or 0)) if found else (0, 0)
        if begin and not end:
            return date(begin, 1, 1), date(begin, 12, 31)
        if begin and end == begin + 1:
            return date(begin, SCHOOL_YEAR_BEGINS, 1), date(end, SCHOOL_YEAR_BEGINS - 1, 31)
        raise Invalid("period", "a calendar year (2025) or a school year (2025-2026)")


def periods(today: date, first_year: int, *, school_years: bool, most: int = 5) -> list[tuple[str, str]]:
    """The periods to choose from with their words, the newest first; school years for who may see more than years."""
    found = [("", "alle tijd")]
    if school_years:
        begun = today.year if today.month >= SCHOOL_YEAR_BEGINS else today.year - 1
        found += [(f"{year}-{year + 1}", f"schooljaar {year}–{year + 1}") for year in (begun, begun - 1)]
    years = range(today.year - 1, max(first_year, today.year - 1 - most) - 1, -1)
    return found + [(str(year), str(year)) for year in years]


def _selected(
    region: Annotated[str, Query(max_length=10)] = "",
    school: Annotated[str, Query(max_length=10)] = "",
    period: Annotated[str, Query(max_length=10)] = "",
) -> Selection:
    return Selection(region, school, period)


Selected = Annotated[Selection, Depends(_selected)]
