"""Half a school year as a script: dated steps that the demo's player carries out through the public APIs.

A step says what somebody does if it still makes sense: who has a place by then is not called for, and whose placement
is over is not ended again. What the services decide (who is proposed where) is not in the script.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

from deploy.demo.contacts import ARGUMENTS, Contact
from deploy.demo.offers import Offer
from deploy.demo.organisations import Employer
from deploy.demo.students import FIRST_DAY, LAST_DAY, HardToPlace, Student, working_day
from shared.events.codes import EmployerKind, Outcome

CALLED_FOR_SHARE = 0.25
"""Of the students: somebody takes the telephone for them when there is no place yet after a week or two."""

SAYS_YES_SHARE = 0.6
"""Of the employers that are called: most of the report's schools find that asking is not the problem."""


@dataclass(frozen=True)
class Step:
    """Something that somebody does on a day of the half year."""

    on: date


@dataclass(frozen=True)
class LogContact(Step):
    """A school records a contact with an employer."""

    contact: Contact


@dataclass(frozen=True)
class MakeOffer(Step):
    """The school that brought an employer in records its offer."""

    offer: Offer


@dataclass(frozen=True)
class BecomeReady(Step):
    """A student looks for a place: `_ready`; `again` when an earlier placement should have ended early before.

    To be skipped when the student has a running placement or is searching already.
    """

    student: str
    again: bool = False

    def body(self) -> dict[str, Any]:
        """What `PATCH /v1/students/{id}` takes first when it is `again`: the period that is left."""
        return {"beginDate": (self.on + timedelta(days=3)).isoformat(), "endDate": LAST_DAY.isoformat()}


@dataclass(frozen=True)
class CallFromProspects(Step):
    """A coordinator calls the first employer of a student's prospects and records the contact.

    To be skipped when the student is no longer searching or has an open proposal. A yes carries on to the offer
    `Population.when_called[<employer's key>]` in the same call; the second time that an employer is called it has no
    more, and says "later".
    """

    student: str
    says_yes: bool
    arguments: tuple[str, ...]

    def body(self, student_id: str, offer: Offer | None) -> dict[str, Any]:
        """What `POST /v1/employers/{id}/contacts` takes; `offer` is what the called employer still has."""
        said_yes = self.says_yes and offer is not None
        contact: dict[str, Any] = {
            "channel": "telephone",
            "initiator": "school",
            "outcome": "yes" if said_yes else "later",
            "arguments": list(self.arguments),
            "contactDate": self.on.isoformat(),
            "studentId": student_id,
        }
        return contact | {"offer": offer.starting(self.on).body()} if said_yes and offer else contact


@dataclass(frozen=True)
class PauseEmployer(Step):
    """An employer takes nobody for a while."""

    employer: str
    until: date | None
    reason: str

    def body(self) -> dict[str, Any]:
        """What `POST /v1/employers/{id}/_pause` takes."""
        until = self.until.isoformat() if self.until else None
        return {"fromDate": self.on.isoformat(), "untilDate": until, "reason": self.reason}


@dataclass(frozen=True)
class ResumeEmployer(Step):
    """An employer that paused without an end date takes students again."""

    employer: str


@dataclass(frozen=True)
class EndPlacement(Step):
    """A student's placement ends; to be skipped when none runs that began before this day."""

    student: str
    outcome: Outcome
    reason: str | None

    def body(self) -> dict[str, Any]:
        """What `POST /v1/placements/{id}/_end` takes."""
        reason = {"reason": self.reason} if self.reason else {}
        return {"endedDate": self.on.isoformat(), "outcome": self.outcome.value, **reason}


@dataclass(frozen=True)
class WithdrawStudent(Step):
    """A student stops searching: has moved, or found something without help."""

    student: str


ORDER = (
    LogContact,
    EndPlacement,
    WithdrawStudent,
    PauseEmployer,
    ResumeEmployer,
    MakeOffer,
    BecomeReady,
    CallFromProspects,
)
"""What comes first on a day: places become free before they are looked for."""


def script(
    students: Sequence[Student],
    employers: Sequence[Employer],
    offers: Sequence[Offer],
    contacts: Sequence[Contact],
    random: Random,
) -> tuple[Step, ...]:
    """All steps in the order in which they are taken."""
    steps: list[Step] = [LogContact(FIRST_DAY, contact) for contact in contacts]
    steps += [MakeOffer(offer.on, offer) for offer in offers]
    steps += _pauses(employers, random)
    for student in students:
        steps += _life_of(student, random)
    return tuple(sorted(steps, key=lambda step: (step.on, ORDER.index(type(step)))))


def _life_of(student: Student, random: Random) -> Iterator[Step]:
    yield BecomeReady(student.ready_on, student.key)
    if student.hard_to_place is None and random.random() < 0.015:
        yield WithdrawStudent(working_day(student.ready_on + timedelta(days=20)), student.key)
        return
    if student.hard_to_place is not HardToPlace.NARROW_TRAVEL and random.random() < CALLED_FOR_SHARE:
        yield _call(student, random)
    yield from _end(student, random)


def _call(student: Student, random: Random) -> CallFromProspects:
    day = working_day(student.ready_on + timedelta(days=random.randrange(7, 15)))
    arguments = tuple(random.sample(sorted(ARGUMENTS), k=random.choice((1, 2))))
    return CallFromProspects(day, student.key, random.random() < SAYS_YES_SHARE, arguments)


def _end(student: Student, random: Random) -> Iterator[Step]:
    """The end that is expected; after an early one most students try again, and finish."""
    ending = student.ending
    if ending.early_after_days is None:
        yield EndPlacement(student.end_date, student.key, ending.outcome, ending.reason)
        return
    early = working_day(student.begin_date + timedelta(days=ending.early_after_days))
    if early >= student.end_date:
        yield EndPlacement(student.end_date, student.key, Outcome.COMPLETED, None)
        return
    yield EndPlacement(early, student.key, ending.outcome, ending.reason)
    again = working_day(early + timedelta(days=4))
    if again + timedelta(weeks=5) < LAST_DAY and random.random() < 0.75:
        yield BecomeReady(again, student.key, again=True)
        yield EndPlacement(LAST_DAY, student.key, Outcome.COMPLETED, None)


def _pauses(employers: Sequence[Employer], random: Random) -> Iterator[Step]:
    """Six employers pause: four for some weeks, two until they say so (staff, reorganisation)."""
    regular = [employer for employer in employers if employer.kind is EmployerKind.REGULAR]
    for number, employer in enumerate(random.sample(regular, k=6)):
        day = working_day(FIRST_DAY + timedelta(days=random.randrange(20, 100)))
        back = working_day(day + timedelta(days=random.choice((21, 28, 42))))
        if number < 4:
            yield PauseEmployer(day, employer.key, back, "no-supervisor")
        else:
            yield PauseEmployer(day, employer.key, None, "reorganisation")
            yield ResumeEmployer(back, employer.key)
