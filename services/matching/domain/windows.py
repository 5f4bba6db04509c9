"""When a seat is free: the longest time within a period in which not all seats are taken."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from services.matching.domain.model import Pause, Stay

DAY = timedelta(days=1)
FOREVER = date.max

SHORTEST_STAY_DAYS = 28
"""A place for less than four weeks is not worth the settling in, unless less was asked or offered."""

LONGEST_WAIT_DAYS = 56
"""For a placement that still runs, or a pause, nobody waits longer than eight weeks: until then it is a prospect."""


@dataclass(frozen=True)
class Window:
    """A time from the first day to the last, both included; without an end it is open."""

    begin: date
    end: date | None

    @property
    def last(self) -> date:
        """The last day, or the end of time."""
        return self.end or FOREVER

    @property
    def days(self) -> int:
        """How many days it lasts."""
        return (self.last - self.begin).days + 1


def overlap(begin: date, end: date | None, other_begin: date, other_end: date | None) -> Window | None:
    """The time that two periods have in common."""
    first, last = max(begin, other_begin), min(end or FOREVER, other_end or FOREVER)
    return Window(first, None if last == FOREVER else last) if first <= last else None


def touches(window: Window, begin: date, end: date | None) -> bool:
    """Whether a period has a day in common with a window."""
    return begin <= window.last and (end or FOREVER) >= window.begin


def taken_at_most(stays: Sequence[Stay], window: Window) -> int:
    """The largest number of stays on any one day of a window."""
    inside = [stay for stay in stays if touches(window, stay.begin, stay.end)]
    starts = {window.begin} | {stay.begin for stay in inside if stay.begin > window.begin}
    return max(sum(1 for stay in inside if stay.begin <= day <= (stay.end or FOREVER)) for day in starts)


def free_windows(
    within: Window, seats: int, stays: Sequence[Stay], pauses: Sequence[Pause], wanted_from: date
) -> list[Window]:
    """The times within a period in which a seat is free, none of which asks to wait too long for others."""
    edges = {within.begin}
    for begin, end in [(s.begin, s.end) for s in stays] + [(p.begin, p.until) for p in pauses]:
        edges |= {day for day in (begin, end + DAY if end and end < FOREVER else None) if day and within.begin < day}
    starts = sorted(day for day in edges if day <= within.last)
    found: list[Window] = []
    for start, following in zip(starts, [*starts[1:], None], strict=True):
        piece = Window(start, within.end if following is None else following - DAY)
        paused = any(touches(piece, pause.begin, pause.until) for pause in pauses)
        if paused or taken_at_most(stays, piece) >= seats:
            continue
        if found and found[-1].end is not None and found[-1].end + DAY == piece.begin:
            found[-1] = Window(found[-1].begin, piece.end)
        else:
            found.append(piece)
    return [window for window in found if not _waits_too_long(window, stays, pauses, wanted_from)]


def _waits_too_long(window: Window, stays: Sequence[Stay], pauses: Sequence[Pause], wanted_from: date) -> bool:
    """Whether a window begins long after it was wanted, and does so because of something that still runs."""
    if (window.begin - wanted_from).days <= LONGEST_WAIT_DAYS:
        return False
    eve = window.begin - DAY
    waits_for_stay = any(stay.running and stay.end == eve for stay in stays)
    return waits_for_stay or any(pause.until == eve for pause in pauses)


def longest(windows: Sequence[Window]) -> Window | None:
    """The longest window; of equally long ones the first."""
    return max(windows, key=lambda window: window.days, default=None)


def long_enough(window: Window, *periods: Window) -> bool:
    """Whether a window lasts four weeks, or as long as the shortest of the periods that were asked and offered."""
    return window.days >= min(SHORTEST_STAY_DAYS, *(period.days for period in periods))
