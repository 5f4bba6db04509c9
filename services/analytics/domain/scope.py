"""What a figure is asked about: a region or a school, a period, and whether small counts of persons are hidden."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
"""Days are Dutch calendar days."""


@dataclass(frozen=True)
class Scope:
    """The part of the facts that is counted; both days of the period are included, and none means no bound."""

    as_of: date
    """The day that durations are counted back from: the end of the period, or today."""
    region: str | None = None
    school_id: UUID | None = None
    school: str | None = None
    """The same school as people know it: BRIN and location."""
    from_date: date | None = None
    to_date: date | None = None
    hide: bool = True
    """Whether small counts of persons are hidden, as in everything that is published."""
    today: date = date.max
    """The day of asking."""
    outsider: bool = False
    """Asked by somebody who works with no students: two periods that differ by a day could tell of a single one."""

    @property
    def period(self) -> bool:
        """Whether it is bounded in time."""
        return self.from_date is not None or self.to_date is not None

    @property
    def is_closed_year(self) -> bool:
        """Whether it is one calendar year that is over, from its first to its last day."""
        begin, end = self.from_date, self.to_date
        if begin is None or end is None:
            return False
        whole = (begin.month, begin.day, end.month, end.day) == (1, 1, 12, 31)
        return whole and begin.year == end.year < self.today.year
