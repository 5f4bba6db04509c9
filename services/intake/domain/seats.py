"""Seats: how many of an offer's are taken at once, counted by day of the week, so that two students can share one."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from shared.events.codes import Weekday


@dataclass(frozen=True)
class Occupation:
    """Somebody has a seat from `begin` until before `free_from`, on some days of the week."""

    school_id: UUID
    begin: date
    free_from: date
    """The first day on which the seat is free again; `date.max` when that is not known."""
    weekdays: frozenset[Weekday]

    def overlaps(self, begin: date, last: date) -> bool:
        """Whether it has a day in common with a period (both days included)."""
        return self.begin <= last and self.free_from > begin


def taken_on(occupations: Iterable[Occupation], day: date, weekday: Weekday) -> int:
    """Seats taken on one day of the week in the week of `day`."""
    return sum(1 for held in occupations if weekday in held.weekdays and held.begin <= day < held.free_from)


def most_taken(occupations: Sequence[Occupation], begin: date, last: date, weekdays: Iterable[Weekday]) -> int:
    """The largest number of seats that are taken at once in a period, on any of the days.

    The number only rises where somebody begins, so that those moments are all that need be looked at.
    """
    relevant = [held for held in occupations if held.overlaps(begin, last)]
    moments = {begin, *(held.begin for held in relevant if held.begin > begin)}
    return max((taken_on(relevant, day, weekday) for day in moments for weekday in weekdays), default=0)


def fewest_taken(occupations: Sequence[Occupation], begin: date, last: date, weekdays: Iterable[Weekday]) -> int:
    """The smallest number of seats that are taken at some time in a period, on the emptiest of the days.

    The number only falls where somebody leaves.
    """
    moments = {begin, *(held.free_from for held in occupations if begin < held.free_from <= last)}
    return min((taken_on(occupations, day, weekday) for day in moments for weekday in weekdays), default=0)
