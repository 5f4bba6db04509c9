"""What mail a person wants, and when: a rhythm for each kind of letter, and hours in which nothing arrives."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from services.notifications.domain.envelopes import AMSTERDAM


class Category(StrEnum):
    """Kinds of letters, as a coordinator thinks of them."""

    PROPOSALS = "proposals"
    """Places found for students, what became of them, and help that was asked for."""
    PLACEMENTS = "placements"
    """Placements that end, and seats that the school brought in."""
    GUIDANCE = "guidance"
    """Visits, and former students."""
    RELATIONS = "relations"
    """Employers that the school works with, or approaches."""
    ANSWERS = "answers"
    """What employers, students and parents say by link."""
    QUESTIONS = "questions"
    """Questions of other schools, and questionnaires of the region."""
    PROGRAMMES = "programmes"
    """Seats of programmes."""


class Rhythm(StrEnum):
    """When letters of a kind come."""

    AT_ONCE = "at-once"
    DAILY = "daily"
    WEEKLY = "weekly"
    NONE = "none"


DIGEST_AT = time(7, 30)
"""Before the lessons: what is to be done today can be planned. On working days, in Amsterdam."""

SATURDAY = 5
_A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class QuietHours:
    """From when until when nothing arrives, in Amsterdam; begin and end the same: no such hours."""

    begin: time = time(19, 0)
    end: time = time(7, 0)
    weekends: bool = True

    def after(self, moment: datetime) -> datetime:
        """The moment itself, or the first one after it at which mail may arrive."""
        local = moment.astimezone(AMSTERDAM)
        if self.weekends and local.weekday() >= SATURDAY:
            monday = local.date() + timedelta(days=7 - local.weekday())
            return self.after(_at(monday, time(0)))
        if not self._is_quiet(local.time()):
            return moment
        tomorrow = self.begin > self.end and local.time() >= self.begin
        return self.after(_at(local.date() + _A_DAY if tomorrow else local.date(), self.end))

    def _is_quiet(self, now: time) -> bool:
        if self.begin <= self.end:
            return self.begin <= now < self.end
        return now >= self.begin or now < self.end


def read_hours(written: str) -> tuple[time, time]:
    """`19:00-07:00` as begin and end; `none` as two that are the same. ValueError when they are no times."""
    if written == "none":
        return time(0), time(0)
    begin, _, end = written.partition("-")
    return time.fromisoformat(begin), time.fromisoformat(end)


@dataclass(frozen=True)
class Wishes:
    """What one person wants: `mail` for every kind that is not named."""

    mail: Rhythm = Rhythm.AT_ONCE
    categories: Mapping[Category, Rhythm] = field(default_factory=dict)

    def rhythm_of(self, category: Category) -> Rhythm:
        """When letters of this kind come."""
        return self.categories.get(category, self.mail)

    def each(self) -> dict[Category, Rhythm]:
        """What holds for each kind."""
        return {category: self.rhythm_of(category) for category in Category}

    def without(self, left: "Category | Rhythm") -> "Wishes":
        """Without mail of a kind, or without the digests of a rhythm; `none` leaves nothing."""
        if left is Rhythm.NONE:
            return Wishes(Rhythm.NONE)
        kept = self.each()
        gone = {category: Rhythm.NONE for category, rhythm in kept.items() if left in {category, rhythm}}
        return Wishes(self.mail, {**kept, **gone})


def next_digest(rhythm: Rhythm, now: datetime, quiet: QuietHours) -> datetime:
    """When the next digest goes out: the next working day, or the next Monday, later than now."""
    day = now.astimezone(AMSTERDAM).date()
    while True:
        moment = _at(day, DIGEST_AT)
        fits = day.weekday() == 0 if rhythm is Rhythm.WEEKLY else day.weekday() < SATURDAY
        if fits and moment > now:
            return quiet.after(moment)
        day += _A_DAY


def _at(day: date, hour: time) -> datetime:
    return datetime.combine(day, hour, AMSTERDAM)
