"""How a version of an event or of the API leaves: announced with a date, seen by those who use it, counted, dropped."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

SHORTEST = timedelta(days=183)
"""Half a year: the Dutch API rules ask for a fixed period without naming one, and plans are made by the half-year."""

_AMSTERDAM = ZoneInfo("Europe/Amsterdam")


@dataclass(frozen=True)
class Deprecation:
    """A farewell with a date; `successor` is what to use instead (a path of the API; events know their own)."""

    since: date
    sunset: date
    why: str
    successor: str = ""
    link: str = ""
    """A page that tells more, as an absolute address."""
    retired: date | None = None
    """Of an event: since when it is published no more. Its class stays, so that old logs can be read."""

    def __post_init__(self) -> None:
        if self.sunset - self.since < SHORTEST:
            raise ValueError(f"{self.since} to {self.sunset} is too short: whoever uses it has {SHORTEST.days} days")
        if self.retired and self.retired < self.sunset:
            raise ValueError(f"retired on {self.retired}, but {self.sunset} was promised")

    @property
    def since_moment(self) -> datetime:
        """When it began: dates are Dutch calendar dates."""
        return moment(self.since)

    @property
    def sunset_moment(self) -> datetime:
        """From when on it may be gone."""
        return moment(self.sunset)

    def overdue(self, what: str, today: date) -> str | None:
        """What to do when the promised day has come and `what` is still there; None while there is time."""
        if self.retired or today < self.sunset:
            return None
        return (
            f"{what} was to go on {self.sunset} and is still there: drop it now (an event: `retired=date(…)`), "
            "or move the date when somebody still uses it (docs/evolution.md)."
        )


def moment(day: date) -> datetime:
    """The first moment of a Dutch calendar date, in UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=_AMSTERDAM).astimezone(UTC)


def today() -> date:
    """The Dutch calendar date."""
    return datetime.now(_AMSTERDAM).date()
