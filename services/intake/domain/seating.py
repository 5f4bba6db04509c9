"""Whether there is a seat for a student: what stands in the way, and how that is said."""

from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Protocol

from services.intake.domain.employer import Employer
from services.intake.domain.law import NOTHING_IS_KNOWN, Judgement, Rule, Verdict
from services.intake.domain.law_check import is_supervised, judged_at
from services.intake.domain.offer import Offer, OfferState
from services.intake.domain.offer_kinds import most_weeks
from services.intake.domain.placement import Placement, Stay
from services.intake.domain.seats import Occupation
from services.intake.domain.student import Student, StudentState
from shared.errors import Refused
from shared.events.codes import Weekday


class Obstacle(StrEnum):
    """Why a student cannot have a seat."""

    OFFER_GONE = "offer-gone"
    STUDENT_GONE = "student-gone"
    OUTSIDE_WINDOW = "outside-window"
    EMPLOYER_PAUSED = "employer-paused"
    SECTOR_CLOSED = "sector-closed"
    ALREADY_PLACED = "already-placed"
    TOO_LONG = "too-long"
    NO_SEAT = "no-seat"
    RESERVED = "reserved"
    NOT_ALLOWED = "not-allowed"
    NO_SUPERVISION = "no-supervision"


IN_WORDS = {
    Obstacle.OFFER_GONE: "de plek wordt niet meer aangeboden",
    Obstacle.STUDENT_GONE: "de leerling zoekt niet (meer)",
    Obstacle.OUTSIDE_WINDOW: "de plek is er niet in die periode of op die dagen",
    Obstacle.EMPLOYER_PAUSED: "het bedrijf neemt dan niemand aan",
    Obstacle.SECTOR_CLOSED: "de sector is dan gesloten in deze regio",
    Obstacle.ALREADY_PLACED: "de leerling heeft op die dagen al een plek of les",
    Obstacle.TOO_LONG: "een verblijf duurt op deze plek niet zo lang",
    Obstacle.NO_SEAT: "alle plekken zijn dan bezet",
    Obstacle.RESERVED: "wat vrij is, is voor een andere school gereserveerd",
    Obstacle.NOT_ALLOWED: "de wet staat het op deze leeftijd niet toe",
    Obstacle.NO_SUPERVISION: "de wet staat het alleen onder begeleiding toe, en de plek heeft er geen ter plaatse",
}

BY_LAW = {Obstacle.NOT_ALLOWED: Verdict.NOT_ALLOWED, Obstacle.NO_SUPERVISION: Verdict.UNDER_SUPERVISION}


class PlacementIsRefused(Refused):
    """De plaatsing kan niet: {why} ({reason})."""

    slug = "placement-is-refused"


class HoldsOnDays(Protocol):
    """Something that holds on some days, such as a closure."""

    def holds_on(self, day: date) -> bool:
        """Whether it holds on a day."""


@dataclass(frozen=True)
class Situation:
    """What decides whether a student can have a seat; `taken` and `elsewhere`: placements that were not refused."""

    offer: Offer | None
    employer: Employer | None
    student: Student | None
    taken: Sequence[Placement] = ()
    elsewhere: Sequence[Placement] = ()
    closures: Sequence[HoldsOnDays] = ()
    """What closes the offer's sector in its region."""
    kept_for_others: int = 0
    """Seats that are reserved for other schools than the student's."""
    rules: tuple[Rule, ...] = ()
    """What the law allows at which age."""
    lessons: Sequence[Occupation] = ()
    """When lessons of programmes take the student."""

    @property
    def elsewhere_on(self) -> list[Occupation]:
        """When the student is somewhere else."""
        return [*(placement.occupation for placement in self.elsewhere), *self.lessons]


def obstacle(
    stay: Stay, there: Situation, *, searching: bool, spared: AbstractSet[Obstacle] = frozenset()
) -> Obstacle | None:
    """Why a student cannot stay there, or None; `searching`: whether the student must be looking for a place.

    Of the obstacles that are `spared` nobody asks.
    """
    offer, employer, student = there.offer, there.employer, there.student
    if offer is None or employer is None or offer.state is OfferState.WITHDRAWN:
        return Obstacle.OFFER_GONE
    if student is None or (searching and student.state is not StudentState.SEARCHING):
        return Obstacle.STUDENT_GONE
    occupations = [placement.occupation for placement in there.taken]

    def full(kept_for_others: int) -> bool:
        return offer.is_full(occupations, stay.begin_date, stay.last, stay.weekdays, kept_for_others)

    rules: dict[Obstacle, Callable[[], bool]] = {
        Obstacle.OFFER_GONE: lambda: employer.private_to not in {None, student.school_id},
        Obstacle.OUTSIDE_WINDOW: lambda: not _within(stay, offer),
        Obstacle.TOO_LONG: lambda: stay.last > last_day(stay.begin_date, offer),
        Obstacle.EMPLOYER_PAUSED: lambda: employer.paused_on(stay.begin_date),
        Obstacle.SECTOR_CLOSED: lambda: any(closed.holds_on(stay.begin_date) for closed in there.closures),
        Obstacle.NOT_ALLOWED: lambda: bool(law_on(stay, there).with_verdict(Verdict.NOT_ALLOWED)),
        Obstacle.NO_SUPERVISION: lambda: (
            not is_supervised(offer.facts) and bool(law_on(stay, there).with_verdict(Verdict.UNDER_SUPERVISION))
        ),
        Obstacle.ALREADY_PLACED: lambda: any(stay.overlaps(taken) for taken in there.elsewhere_on),
        Obstacle.NO_SEAT: lambda: full(0),
        Obstacle.RESERVED: lambda: full(there.kept_for_others),
    }
    return next((why for why, holds in rules.items() if why not in spared and holds()), None)


def law_on(stay: Stay, there: Situation) -> Judgement:
    """What the law says of a stay, at the student's age on its first day."""
    if there.offer is None or there.student is None:
        return NOTHING_IS_KNOWN
    born = there.student.facts.birth_date
    return judged_at(there.offer.facts, born, stay.begin_date, stay.end_date, stay.weekdays, there.rules)


def why_not(found: Obstacle, stay: Stay, there: Situation) -> str:
    """An obstacle in Dutch words; of the law with the rules that stand in the way."""
    verdict = BY_LAW.get(found)
    named = law_on(stay, there).in_words(verdict) if verdict else ""
    return f"{IN_WORDS[found]}: {named}" if named else IN_WORDS[found]


def _within(stay: Stay, offer: Offer) -> bool:
    begins, ends = offer.facts.begin_date, offer.facts.end_date
    in_time = begins <= stay.begin_date and (ends is None or stay.last <= ends)
    return in_time and set(stay.weekdays) <= set(offer.facts.weekdays)


def last_day(begin: date, offer: Offer) -> date:
    """The last day of a stay that begins then: as long as one takes at most there, or the end of time."""
    weeks = most_weeks(offer.facts)
    return date.max if weeks is None else begin + timedelta(weeks=weeks, days=-1)


def days_of(weekdays: Sequence[Weekday], offer: Offer) -> tuple[Weekday, ...]:
    """The days of a stay: those that were agreed, or the offer's."""
    return tuple(weekdays) or offer.facts.weekdays
