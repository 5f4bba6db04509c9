"""What a figure is asked about: a region or a school, a period, and whether small counts of persons are hidden."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID


@dataclass(frozen=True)
class Scope:
    """The part of the facts that is counted; both days of the period are included, and none means no bound."""

    as_of: date
    """The day that durations are counted back from: the end of the period, or today."""
    region: str | None = None
    school_id: UUID | None = None
    from_date: date | None = None
    to_date: date | None = None
    hide: bool = True
    """Whether small counts of persons are hidden, as in everything that is published."""
    outsider: bool = False
    """Asked by somebody who works with no students: two periods that differ by a day could tell of a single one."""

    @property
    def period(self) -> bool:
        """Whether it is bounded in time."""
        return self.from_date is not None or self.to_date is not None
