"""Public counters and needs (L5): of persons no number below five, and no total from which one could be computed."""

from collections import Counter
from collections.abc import Iterable
from datetime import date

from services.intake.domain.profile_card import Searching

SMALL = 5
"""Published counts of persons below this are hidden (docs/privacy.md)."""

YEAR_BEGINS = (8, 1)
"""A school year begins on 1 August (WVO 2020, article 1.1)."""


def shown(number: int) -> int | None:
    """A count of persons as everybody may see it."""
    return number if number >= SMALL else None


def school_year_of(day: date) -> date:
    """The first day of the school year in which a day lies."""
    begun = (day.month, day.day) >= YEAR_BEGINS
    return date(day.year if begun else day.year - 1, *YEAR_BEGINS)


def needs(searching: Iterable[Searching]) -> list[tuple[str, int]]:
    """For which kinds of work how many students search, the most first; kinds that only a few wish are left out."""
    found = Counter(one.sector for one in searching)
    large = [(sector, number) for sector, number in found.items() if number >= SMALL]
    return sorted(large, key=lambda need: (-need[1], need[0]))
