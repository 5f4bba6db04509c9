"""Enrolments in programmes: who has a seat, who waits in which order, and for whom one is held.

The order is that of coming, and nothing else (docs/decisions/0029): a school sees its student's place in it, and can
check that it only ever falls.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import Field

from services.intake.domain.fields import Day, examples
from services.intake.domain.programme import MomentKind, Programme, Times
from services.intake.domain.school_calendar import Part, SchoolCalendar
from services.intake.domain.seats import Occupation
from shared.api import Body, ShortText
from shared.errors import NotFound, Refused
from shared.events.intake import SeatOffered

AT_THE_LATEST = timedelta(days=60)
"""Until when a seat is held where no school day is known any more: longer than any holidays."""


class EnrolmentState(StrEnum):
    """Where a student stands in a programme."""

    ENROLLED = "enrolled"
    WAITING = "waiting"
    OFFERED = "offered"
    """A seat is held until the school has answered."""
    DECLINED = "declined"
    LAPSED = "lapsed"
    """The school did not answer while the seat was held."""
    LEFT = "left"


HOLDING = frozenset({EnrolmentState.ENROLLED, EnrolmentState.OFFERED})
"""A seat is taken."""

STANDING = HOLDING | {EnrolmentState.WAITING}

STEPS: Mapping[EnrolmentState, frozenset[EnrolmentState]] = {
    EnrolmentState.WAITING: frozenset({EnrolmentState.OFFERED, EnrolmentState.LEFT}),
    EnrolmentState.OFFERED: frozenset(
        {EnrolmentState.ENROLLED, EnrolmentState.DECLINED, EnrolmentState.LAPSED, EnrolmentState.LEFT}
    ),
    EnrolmentState.ENROLLED: frozenset({EnrolmentState.LEFT}),
    EnrolmentState.DECLINED: frozenset(),
    EnrolmentState.LAPSED: frozenset(),
    EnrolmentState.LEFT: frozenset(),
}
"""What can become of an enrolment; who comes back after an end stands last again."""


class StudentIsEnrolled(Refused):
    """The student has a seat in this programme already, or waits for one."""

    slug = "student-is-enrolled"


class EnrolmentCannot(Refused):
    """The enrolment is {state} and cannot become {wanted}."""

    slug = "enrolment-cannot"


class ProgrammeIsOver(Refused):
    """The programme is over: nobody is enrolled any more."""

    slug = "programme-is-over"


class SessionIsCancelled(Refused):
    """The session does not take place: nobody was there."""

    slug = "session-is-cancelled"


class EnrolStudent(Body):
    """A student of the own school enters, or waits for a seat."""

    model_config = examples({"studentId": "01920000-0000-7000-8000-000000000001"})

    student_id: UUID


class Presence(StrEnum):
    """Whether a student was there."""

    PRESENT = "present"
    LATE = "late"
    EXCUSED = "excused"
    ABSENT = "absent"


class RecordPresence(Body):
    """Whether a student was at a session."""

    model_config = examples({"presence": "present"})

    presence: Presence


class PlanSession(Times):
    """A session beside the weekly ones."""

    model_config = examples({"kind": "lesson", "onDate": "2026-10-02", "begins": "09:00", "ends": "12:00"})

    kind: MomentKind
    on_date: Day
    seats: Annotated[int, Field(ge=1, le=100)] | None = Field(
        default=None, description="Of a visit: how many employers can come."
    )


class CancelSession(Body):
    """A session does not take place."""

    model_config = examples({"reason": "Studiedag"})

    reason: ShortText = Field(description="About the session, never about a student.")


@dataclass(frozen=True)
class Session:
    """A session of a programme on a day."""

    id: UUID
    programme_id: UUID
    facts: PlanSession
    cancelled_because: str | None = None

    def must_be_of(self, enrolment: "Enrolment") -> None:
        """Raise `NotFound` for another programme's, `SessionIsCancelled` for one that does not take place."""
        if self.programme_id != enrolment.programme_id:
            raise NotFound("session")
        if self.cancelled_because is not None:
            raise SessionIsCancelled


@dataclass(frozen=True)
class Enrolment:
    """A student in a programme or on its waiting list."""

    id: UUID
    programme_id: UUID
    student_id: UUID
    school_id: UUID
    number: int
    """The place in the order of coming, from 1 on."""
    state: EnrolmentState
    lessons: Occupation
    held_until: datetime | None = None

    def become(self, wanted: EnrolmentState, held_until: datetime | None = None) -> "Enrolment":
        """One step further; raises `EnrolmentCannot`."""
        if wanted not in STEPS[self.state]:
            raise EnrolmentCannot(state=self.state, wanted=wanted)
        return replace(self, state=wanted, held_until=held_until)

    def offered(self) -> SeatOffered:
        """What the student's school is told."""
        assert self.held_until is not None
        return SeatOffered(
            programme_id=self.programme_id,
            enrolment_id=self.id,
            school_id=self.school_id,
            held_until=self.held_until,
        )


@dataclass(frozen=True)
class Standing:
    """Who has a seat and who waits, by school alone: all that is looked at when seats are given out."""

    id: UUID
    school_id: UUID
    number: int
    state: EnrolmentState


@dataclass(frozen=True)
class Counts:
    """How a programme stands."""

    enrolled: int
    offered: int
    waiting: int


def counted(standing: Iterable[Standing]) -> Counts:
    """How many have a seat, are offered one, or wait."""
    found = Counter(one.state for one in standing)
    return Counts(*(found[EnrolmentState(name)] for name in ("enrolled", "offered", "waiting")))


def held_by_school(standing: Iterable[Standing]) -> dict[UUID, int]:
    """Seats that are taken, by school."""
    return dict(Counter(one.school_id for one in standing if one.state in HOLDING))


def first_state(programme: Programme, school_id: UUID, standing: Sequence[Standing]) -> EnrolmentState:
    """A seat at once where there is one for this school: whoever waits was offered those that could be theirs."""
    room = programme.division.has_room(school_id, held_by_school(standing))
    return EnrolmentState.ENROLLED if room else EnrolmentState.WAITING


def next_in_line(programme: Programme, standing: Sequence[Standing]) -> list[UUID]:
    """The enrolments to which seats that are free are offered now."""
    waiting = sorted(
        (one for one in standing if one.state is EnrolmentState.WAITING), key=lambda standing: standing.number
    )
    chosen = programme.division.next_in_line(held_by_school(standing), [one.school_id for one in waiting])
    return [waiting[place].id for place in chosen]


def hold_until(days: int, today: date, part: Part | None, calendar: SchoolCalendar, zone: ZoneInfo) -> datetime:
    """The end of the last of so many school days after today: holidays use up nobody's time."""
    latest = today + AT_THE_LATEST
    school_days = calendar.school_days(today + timedelta(days=1), latest, part) if part else []
    last = school_days[days - 1] if len(school_days) >= days else latest
    return datetime.combine(last + timedelta(days=1), time(), zone).astimezone(UTC)
