"""The Dutch calendar: days and quiet hours are Europe/Amsterdam, wherever a server stands."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


def today() -> date:
    """The Dutch calendar day."""
    return datetime.now(AMSTERDAM).date()
