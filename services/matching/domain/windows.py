"""When a seat is free: the longest time within a period in which not all seats are taken.

Seats are counted for each day of the week, as the register does, so that students whose days differ share one.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import combinations

from services.matching.domain.model import EVERY_DAY, Pause, Stay
from shared.events.codes import Weekday

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


def taken_at_most(stays: Sequence[Stay], window: Window, weekdays: Iterable[Weekday] = EVERY_DAY) -> int:
    """The largest number of stays at any one time of a window, on the fullest of these days of the week."""
    return max((_taken_on(day, stays, window) for day in weekdays), default=0)


def _taken_on(weekday: Weekday, stays: Sequence[Stay], window: Window) -> int:
    """The number only rises where a stay begins, so that those dates are all that need be looked at."""
    inside = [stay for stay in stays if weekday in stay.weekdays and touches(window, stay.begin, stay.end)]
    starts = {window.begin} | {stay.begin for stay in inside if stay.begin > window.begin}
    return max(sum(1 for stay in inside if stay.begin <= day <= (stay.end or FOREVER)) for day in starts)


def free_windows(
    within: Window,
    seats: int,
    stays: Sequence[Stay],
    pauses: Sequence[Pause],
    wanted_from: date,
    weekdays: Collection[Weekday] = EVERY_DAY,
) -> list[Window]:
    """The times within a period in which a seat is free on all these days of the week, none of which asks to wait too
    long for others.
    """
    stays = [stay for stay in stays if not stay.weekdays.isdisjoint(weekdays)]
    edges = {within.begin}
    for begin, end in [(s.begin, s.end) for s in stays] + [(p.begin, p.until) for p in pauses]:
        edges |= {day for day in (begin, end + DAY if end and end < FOREVER else None) if day and within.begin < day}
    starts = sorted(day for day in edges if day <= within.last)
    found: list[Window] = []
    for start, following in zip(starts, [*starts[1:], None], strict=True):
        piece = Window(start, within.end if following is None else following - DAY)
        paused = any(touches(piece, pause.begin, pause.until) for pause in pauses)
        if paused or taken_at_most(stays, piece, weekdays) >= seats:
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


@dataclass(frozen=True)
class Slot:
    """A seat that is free through a window on some days of the week."""

    window: Window
    weekdays: tuple[Weekday, ...]


def slots(
    within: Window,
    seats: int,
    stays: Sequence[Stay],
    pauses: Sequence[Pause],
    wanted_from: date,
    days: Sequence[Weekday],
    asked: int,
) -> Iterator[Slot]:
    """The longest slot on each choice of as many days of the week as are asked, of those that can be.

    Of choices that are alike, since the same stays are there on the same number of days, the first stands for all.
    """
    stays = [stay for stay in stays if touches(within, stay.begin, stay.end)]
    if not stays and not pauses:  # as most places are: it saves a quarter of a draft's time
        if seats > 0:
            yield Slot(within, tuple(days[:asked]))
        return
    who = {day: tuple(number for number, stay in enumerate(stays) if day in stay.weekdays) for day in days}
    choices: dict[tuple[tuple[int, ...], ...], tuple[Weekday, ...]] = {}
    for chosen in combinations(days, min(asked, len(days))):
        choices.setdefault(tuple(sorted(who[day] for day in chosen)), chosen)
    for chosen in choices.values():
        if window := longest(free_windows(within, seats, stays, pauses, wanted_from, chosen)):
            yield Slot(window, chosen)


def best_slot(found: Iterable[Slot], stays: Sequence[Stay]) -> Slot | None:
    """The longest slot; of equally long ones that on the days of which others have left most, so that whole seats stay
    free for who needs them; then the first.
    """

    def worth(slot: Slot) -> tuple[int, int]:
        return slot.window.days, -sum(_taken_on(day, stays, slot.window) for day in slot.weekdays)

    several = list(found)
    return several[0] if len(several) == 1 else max(several, key=worth, default=None)


def long_enough(window: Window, *periods: Window) -> bool:
    """Whether a window lasts four weeks, or as long as the shortest of the periods that were asked and offered."""
    return window.days >= min(SHORTEST_STAY_DAYS, *(period.days for period in periods))
