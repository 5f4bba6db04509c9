"""What matching announces: proposals, what became of them, where help is needed. Reasons are fetched, not announced."""

from datetime import date, datetime
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from shared.events.base import Event, Wire
from shared.events.codes import Code, Municipality, PlacementKind, Region, Step, Weekday


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


class EffortCount(Wire):
    """Students of one class of effort, and how many of them a plan places; none where fewer than five are meant."""

    effort: Annotated[int, Field(ge=0, le=3)]
    student_count: int | None
    placed_count: int | None


class SeatWanted(Wire):
    """One more seat of a kind of work in a municipality that at least five students could take."""

    sector: Code
    municipality: Municipality
    placed: Annotated[int, Field(ge=0, le=1)]
    """How many students more would have a place by it."""


class RuleCount(Wire):
    """What keeps students from a place, and how many; none where fewer than five are meant."""

    rule: Code
    student_count: int | None


class RegionPlanned(MatchingEvent):
    """A draft of a region's plan was made: what it would bring, and what would help; nothing was proposed by it."""

    subject_kind: ClassVar[str] = "plan"
    plan_id: UUID
    region: Region
    kind: Code
    """How it was made: `waiting`, `anew`, and others to come."""
    student_count: int | None
    placed_count: int | None
    first_choice_count: int | None
    by_effort: tuple[EffortCount, ...] = ()
    wanted: tuple[SeatWanted, ...] = ()
    """Where one more seat would bring most, the most first."""
    blocking: tuple[RuleCount, ...] = ()


class PersonForgottenByMatching(MatchingEvent):
    """A person that was erased is in none of the tables and messages of matching any more."""

    subject_kind: ClassVar[str] = "person"
    person_id: UUID
    row_count: int
    message_count: int
