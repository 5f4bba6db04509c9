"""Visits to a school (M5): employers come to see who the students are, at a session with so many seats."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.intake.domain.enrolment import Session, SessionIsCancelled
from services.intake.domain.fields import examples
from services.intake.domain.programme import MomentKind
from shared.api import Body
from shared.errors import Invalid, Refused


class VisitIsFull(Refused):
    """There are {left} seats left at that session."""

    slug = "visit-is-full"


class EmployerComes(Refused):
    """The employer comes to that session already."""

    slug = "employer-comes"


class BookVisit(Body):
    """An employer comes to a session."""

    model_config = examples({"employerId": "01920000-0000-7000-8000-00000000000e", "people": 2})

    employer_id: UUID
    people: Annotated[int, Field(ge=1, le=20)] = 1
    school_id: UUID | None = Field(default=None, description="For which school; needed by who works for several.")


@dataclass(frozen=True)
class Booking:
    """An employer that comes to a session."""

    id: UUID
    session_id: UUID
    employer_id: UUID
    school_id: UUID
    """Which brings it."""
    people: int


def must_have_room(session: Session, booked: Collection[Booking], wanted: BookVisit) -> None:
    """Raise `Invalid` for a session that is no visit, `SessionIsCancelled`, `EmployerComes` or `VisitIsFull`."""
    if session.facts.kind is not MomentKind.VISIT or session.facts.seats is None:
        raise Invalid("/employerId", "that session is no visit with a number of seats")
    if session.cancelled_because is not None:
        raise SessionIsCancelled
    if wanted.employer_id in {one.employer_id for one in booked}:
        raise EmployerComes
    if (left := session.facts.seats - sum(one.people for one in booked)) < wanted.people:
        raise VisitIsFull(left=left)
