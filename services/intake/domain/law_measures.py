"""What rules of the law measure of a week's work: hours, times, rest, breaks, Sundays, weights, noise, weeks.

A measure is a reach: what is not known makes it wide, and names the fact that would make it narrow.
"""

import itertools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Protocol

from services.intake.domain.fields import WORKING_WEEK
from services.intake.domain.offer_details import DayHours
from shared.events.codes import Code, PlacementKind, Weekday

HOUR, DAY_HOURS, WEEK_DAYS, YEAR_WEEKS = 60, 24, 7, 52

NEW_SCHOOL_YEAR = 8
"""The month in which a school year begins (WVO 2020: 1 August)."""


class Measure(StrEnum):
    """What a rule has a border for; hours are counted in hours, breaks in minutes."""

    HOURS_A_DAY = "hours-a-day"
    HOURS_A_WEEK = "hours-a-week"
    AVERAGE_HOURS = "average-hours"
    EARLIEST_START = "earliest-start"
    LATEST_END = "latest-end"
    DAILY_REST = "daily-rest"
    WEEKLY_REST = "weekly-rest"
    BREAK_MINUTES = "break-minutes"
    SUNDAYS = "sundays"
    FREE_SUNDAYS = "free-sundays"
    HEAVIEST_LIFT = "heaviest-lift"
    LOUDEST = "loudest"
    WEEKS_A_SCHOOL_YEAR = "weeks-a-school-year"
    SCHOOL_YEARS = "school-years"


@dataclass(frozen=True)
class Work:
    """The work of a case; None: not known."""

    kind: PlacementKind | None = None
    sector: str | None = None
    codes: frozenset[str] | None = None
    """Tasks, demands and risks together."""
    ruled_out: frozenset[str] = frozenset()
    """Codes of which somebody said that the work has nothing of them."""
    weekdays: tuple[Weekday, ...] | None = None
    hours: tuple[DayHours, ...] | None = None
    school_hours: Mapping[Weekday, float] | None = None
    """Hours at school, by the day; a day that is left out has none."""
    average_hours: float | None = None
    """Hours a week over four weeks, school included; None: every week is as `hours` says."""
    heaviest_lift_kg: float | None = None
    loudest_decibels: float | None = None
    free_sundays: int | None = None
    begin: date | None = None
    end: date | None = None

    def lines_of(self, day: Weekday) -> list[DayHours]:
        """The hours of a day, in order."""
        return sorted((line for line in self.hours or () if line.weekday is day), key=lambda line: line.start_time)


@dataclass(frozen=True)
class Reach:
    """Between what a measure lies; `missing` is the fact that would tell."""

    low: float
    high: float
    missing: str = ""

    @classmethod
    def at(cls, value: float) -> "Reach":
        """It is known."""
        return cls(value, value)

    @classmethod
    def unknown(cls, missing: str) -> "Reach":
        """Nothing is known of it."""
        return cls(-math.inf, math.inf, missing)


class Border(Protocol):
    """What a measure has to know of the rule that asks for it."""

    @property
    def above(self) -> float | None: ...  # noqa: D102
    @property
    def counts_school(self) -> bool: ...  # noqa: D102
    @property
    def asked_by(self) -> Sequence[Code]: ...  # noqa: D102


USUAL_BREAK = HOUR
"""A break that nobody named is taken to last an hour at most: who has a longer one says so."""


def _minutes(clock: str) -> int:
    hours, minutes = clock.split(":")
    return int(hours) * HOUR + int(minutes)


def _breaks(lines: Sequence[DayHours]) -> Reach:
    """Minutes of break on a day: those that were named, and what lies between two lines."""
    between = sum(
        max(0, _minutes(after.start_time) - _minutes(before.end_time)) for before, after in itertools.pairwise(lines)
    )
    named = between + sum(line.break_minutes or 0 for line in lines)
    if between > 0 or any(line.break_minutes is not None for line in lines):
        return Reach.at(named)
    return Reach(0, USUAL_BREAK, "breakMinutes")


def _worked(lines: Sequence[DayHours]) -> Reach:
    """Hours of work on a day, without its breaks."""
    there = max(_minutes(line.end_time) for line in lines) - _minutes(lines[0].start_time)
    breaks = _breaks(lines)
    return Reach((there - breaks.high) / HOUR, (there - breaks.low) / HOUR, breaks.missing)


def _days(work: Work) -> Iterator[tuple[Weekday, Reach]]:
    for day in Weekday:
        if lines := work.lines_of(day):
            yield day, _worked(lines)


def _of_school(work: Work, day: Weekday) -> Reach:
    if work.school_hours is not None:
        return Reach.at(work.school_hours.get(day, 0))
    return Reach(0, DAY_HOURS, "schoolHours") if day in WORKING_WEEK else Reach.at(0)


def _together(*reaches: Reach) -> Reach:
    missing = next((one.missing for one in reaches if one.missing), "")
    return Reach(sum(one.low for one in reaches), sum(one.high for one in reaches), missing)


def _hours_a_day(work: Work, rule: Border) -> Reach:
    if work.hours is None:
        return Reach.unknown("hours")
    days = [_together(worked, _of_school(work, day)) if rule.counts_school else worked for day, worked in _days(work)]
    return _longest(days)


def _longest(days: Sequence[Reach]) -> Reach:
    if not days:
        return Reach.at(0)
    high = max(days, key=lambda one: one.high)
    return Reach(max(one.low for one in days), high.high, high.missing)


def _hours_a_week(work: Work, rule: Border) -> Reach:
    if work.hours is None:
        return Reach.unknown("hours")
    school = [_of_school(work, day) for day in Weekday] if rule.counts_school else []
    return _together(*(worked for _, worked in _days(work)), *school)


def _average_hours(work: Work, rule: Border) -> Reach:
    return _hours_a_week(work, rule) if work.average_hours is None else Reach.at(work.average_hours)


def _earliest_start(work: Work, _: Border) -> Reach:
    if work.hours is None:
        return Reach.unknown("hours")
    return Reach.at(min((_minutes(line.start_time) / HOUR for line in work.hours), default=DAY_HOURS))


def _latest_end(work: Work, _: Border) -> Reach:
    if work.hours is None:
        return Reach.unknown("hours")
    return Reach.at(max((_minutes(line.end_time) / HOUR for line in work.hours), default=0))


def _free_times(work: Work) -> list[float]:
    """Hours between the last work of a day and the first of the next one that has any; after Sunday comes Monday."""
    week = WEEK_DAYS * DAY_HOURS
    days = [
        (at * DAY_HOURS, lines) for at, lines in ((at, work.lines_of(day)) for at, day in enumerate(Weekday)) if lines
    ]
    ends = [at + max(_minutes(line.end_time) for line in lines) / HOUR for at, lines in days]
    starts = [at + _minutes(lines[0].start_time) / HOUR for at, lines in days]
    return [(start - end) % week or week for end, start in zip(ends, starts[1:] + starts[:1], strict=True)]


def _daily_rest(work: Work, _: Border) -> Reach:
    return Reach.unknown("hours") if work.hours is None else Reach.at(min(_free_times(work), default=math.inf))


def _weekly_rest(work: Work, _: Border) -> Reach:
    return Reach.unknown("hours") if work.hours is None else Reach.at(max(_free_times(work), default=math.inf))


def _break_minutes(work: Work, rule: Border) -> Reach:
    """The shortest break of the days that need one."""
    if work.hours is None:
        return Reach.unknown("hours")
    found = [Reach.at(math.inf)]
    for day, worked in _days(work):
        if worked.high > (rule.above or 0):
            found.append(_breaks(work.lines_of(day)))
    low = min(found, key=lambda one: one.low)
    return Reach(low.low, min(one.high for one in found), low.missing)


def _works_on_sunday(work: Work) -> bool | None:
    days = work.weekdays
    if work.hours is not None:
        days = tuple(line.weekday for line in work.hours)
    return None if days is None else Weekday.SUNDAY in days


def _sundays(work: Work, _: Border) -> Reach:
    works = _works_on_sunday(work)
    return Reach.unknown("weekdays") if works is None else Reach.at(int(works))


def _free_sundays(work: Work, _: Border) -> Reach:
    """Of 52; without another word every Sunday of the stay is worked on."""
    works = _works_on_sunday(work)
    if works is None:
        return Reach.unknown("weekdays")
    if not works:
        return Reach.at(YEAR_WEEKS)
    if work.free_sundays is not None:
        return Reach.at(work.free_sundays)
    if work.begin is None or work.end is None:
        return Reach(0, YEAR_WEEKS, "freeSundays")
    worked = math.ceil(((work.end - work.begin).days + 1) / WEEK_DAYS)
    return Reach(max(0, YEAR_WEEKS - worked), YEAR_WEEKS, "freeSundays")


def _said(value: float | None, work: Work, rule: Border, missing: str) -> Reach:
    """A number that somebody has to say when the work asks for it, and that is nothing when it does not."""
    if value is not None:
        return Reach.at(value)
    if work.codes is None:
        return Reach.unknown("work")
    return Reach.at(0) if work.codes.isdisjoint(rule.asked_by) else Reach.unknown(missing)


def _heaviest_lift(work: Work, rule: Border) -> Reach:
    return _said(work.heaviest_lift_kg, work, rule, "heaviestLiftKg")


def _loudest(work: Work, rule: Border) -> Reach:
    return _said(work.loudest_decibels, work, rule, "loudestDecibels")


def _school_year(day: date) -> int:
    return day.year if day.month >= NEW_SCHOOL_YEAR else day.year - 1


def _weeks_a_school_year(work: Work, _: Border) -> Reach:
    """The most weeks of the stay that lie in one school year."""
    if work.begin is None or work.end is None:
        return Reach.unknown("endDate")
    weeks = 0
    for year in range(_school_year(work.begin), _school_year(work.end) + 1):
        first, next_one = date(year, NEW_SCHOOL_YEAR, 1), date(year + 1, NEW_SCHOOL_YEAR, 1)
        days = min(work.end.toordinal() + 1, next_one.toordinal()) - max(work.begin, first).toordinal()
        weeks = max(weeks, math.ceil(days / WEEK_DAYS))
    return Reach.at(weeks)


def _school_years(work: Work, _: Border) -> Reach:
    if work.begin is None or work.end is None:
        return Reach.unknown("endDate")
    return Reach.at(_school_year(work.end) - _school_year(work.begin) + 1)


MEASURES: dict[Measure, Callable[[Work, Border], Reach]] = {
    Measure.HOURS_A_DAY: _hours_a_day,
    Measure.HOURS_A_WEEK: _hours_a_week,
    Measure.AVERAGE_HOURS: _average_hours,
    Measure.EARLIEST_START: _earliest_start,
    Measure.LATEST_END: _latest_end,
    Measure.DAILY_REST: _daily_rest,
    Measure.WEEKLY_REST: _weekly_rest,
    Measure.BREAK_MINUTES: _break_minutes,
    Measure.SUNDAYS: _sundays,
    Measure.FREE_SUNDAYS: _free_sundays,
    Measure.HEAVIEST_LIFT: _heaviest_lift,
    Measure.LOUDEST: _loudest,
    Measure.WEEKS_A_SCHOOL_YEAR: _weeks_a_school_year,
    Measure.SCHOOL_YEARS: _school_years,
}
