"""What matching announces: proposals, what became of them, where help is needed. Reasons are fetched, not announced."""

from datetime import date, datetime
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from shared.events.base import Event
from shared.events.codes import Code, PlacementKind, Region, Step, Weekday


class MatchingEvent(Event):
    """An event of the search for places."""

    publisher: ClassVar[str] = "matching"


class ProposalFacts(MatchingEvent):
    """Which student could go to which offer."""

    proposal_id: UUID
    student_id: UUID
    school_id: UUID
    offer_id: UUID
    employer_id: UUID
    region: Region
    step: Step


class MatchProposed(ProposalFacts):
    """A place was found that suits a student; a seat is held until the proposal expires."""

    subject_kind: ClassVar[str] = "proposal"
    begin_date: date
    end_date: date | None
    expires_at: datetime


class MatchAccepted(ProposalFacts):
    """The student's coordinator said yes; intake makes the placement."""

    subject_kind: ClassVar[str] = "proposal"
    kind: PlacementKind
    begin_date: date
    end_date: date | None
    weekdays: tuple[Weekday, ...]
    choice: Annotated[int, Field(ge=0, le=9)]
    """Which of the student's wishes it honours: 1 the first; 0 none of them, but a neighbouring kind of work."""


class MatchDeclined(ProposalFacts):
    """The student's coordinator said no."""

    subject_kind: ClassVar[str] = "proposal"
    reason: Code


class MatchExpired(ProposalFacts):
    """Nobody answered in time, or the offer or the student is gone."""

    subject_kind: ClassVar[str] = "proposal"
    reason: Code


class StudentUnmatched(MatchingEvent):
    """The schools' own circles are used up for a student: help is needed. Area and kind of work are generalised."""

    subject_kind: ClassVar[str] = "student"
    student_id: UUID
    school_id: UUID
    region: Region
    sector: Code | None
    """The kind of work, or none until at least five searching students of the region fit it."""
    placement_kind: PlacementKind
    since_date: date
    searching_alike: Annotated[int, Field(ge=1)]
    """How many searching students of the region fit this description: never below five unless all of them are meant."""


class OfferUnfilled(MatchingEvent):
    """No searching student suits an offer that has been open for a while."""

    subject_kind: ClassVar[str] = "offer"
    offer_id: UUID
    employer_id: UUID
    region: Region
    sector: Code
    since_date: date


class PersonForgottenByMatching(MatchingEvent):
    """A person that was erased is in none of the tables and messages of matching any more."""

    subject_kind: ClassVar[str] = "person"
    person_id: UUID
    row_count: int
    message_count: int
