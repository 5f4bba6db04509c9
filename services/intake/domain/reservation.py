"""Reservations: seats of an offer that are kept for one school until a day, seen by all, and gone by themselves."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.intake.domain.fields import Day, examples
from shared.api import Body
from shared.errors import Invalid, Refused
from shared.events.codes import Code
from shared.events.intake import ReservedSeats

EXAMPLE = {"schoolId": "01920000-0000-7000-8000-00000000000a", "seats": 1, "untilDate": "2026-09-18"}

Seats = Annotated[int, Field(ge=1, le=500)]


class NoSeatToReserve(Refused):
    """Zo veel plekken zijn er niet om te reserveren: er zijn er nog {left}."""

    slug = "no-seat-to-reserve"


class SeatIsClaimed(Refused):
    """Your school has a reservation here already: let it go or ask the regional coordinator to change it."""

    slug = "seat-is-claimed"


class ReserveSeats(Body):
    """Seats are kept for a school until a day."""

    model_config = examples(EXAMPLE)

    school_id: UUID | None = Field(default=None, description="By default the caller's own school.")
    seats: Seats = 1
    until_date: Day = Field(description="The last day; for the own school as far ahead as the region allows.")
    reason: Code = Field(default="other", description="See the code list `reservation-reasons`.")


class MovedSeats(Body):
    """What a reservation says, and may say otherwise when the regional coordinator moves it."""

    model_config = examples(EXAMPLE)

    school_id: UUID
    seats: Seats
    until_date: Day
    reason: Code = "other"


class Reservation(MovedSeats):
    """Seats of an offer that are kept for a school; `seats` are those that are left of it."""

    id: UUID
    reserved_by: str

    def holds_on(self, today: date) -> bool:
        """Whether it (still) keeps others from seats."""
        return self.until_date >= today

    def must_hold_until_later(self, today: date, latest: date | None) -> None:
        """Raise `Invalid` for a day that has passed, or one that lies beyond what the caller may ask."""
        if self.until_date < today:
            raise Invalid("/untilDate", "lies in the past")
        if latest is not None and self.until_date > latest:
            raise Invalid("/untilDate", f"a school keeps a seat for itself until {latest} at most")


Reservations = tuple[Reservation, ...]


def standing(reservations: Sequence[Reservation], today: date) -> Reservations:
    """Those that have not lapsed."""
    return tuple(one for one in reservations if one.holds_on(today))


def kept_from(reservations: Sequence[Reservation], school_id: UUID | None, today: date) -> int:
    """Seats that a school cannot have since they are kept for others."""
    return sum(one.seats for one in standing(reservations, today) if one.school_id != school_id)


def used(reservations: Reservations, school_id: UUID, today: date) -> Reservations:
    """What is left when a school takes one of the seats that were kept for it; the same when none were."""
    own = next((one for one in standing(reservations, today) if one.school_id == school_id), None)
    if own is None:
        return reservations
    left = own.model_copy(update={"seats": own.seats - 1})
    return tuple(left if one is own else one for one in reservations if one is not own or left.seats)


def told(reservations: Sequence[Reservation]) -> tuple[ReservedSeats, ...]:
    """As others are told."""
    return tuple(
        ReservedSeats(school_id=one.school_id, seats=one.seats, until_date=one.until_date) for one in reservations
    )
