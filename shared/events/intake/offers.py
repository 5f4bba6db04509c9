"""Offers, and the closures that let them rest."""

from datetime import date
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from shared.events.base import Wire
from shared.events.codes import Code, Guidance, Municipality, OutflowProfile, PlacementKind, Point, Region, Weekday
from shared.events.intake.base import IntakeEvent


class ReservedSeats(Wire):
    """Seats of an offer that are kept for one school, through their last day."""

    school_id: UUID
    seats: Annotated[int, Field(ge=1)]
    until_date: date


class OfferFacts(IntakeEvent):
    """The whole state of an offer: what it is, for whom, when and where."""

    offer_id: UUID
    employer_id: UUID
    kind: PlacementKind
    sector: Code
    tasks: tuple[Code, ...] = ()
    demands: tuple[Code, ...] = ()
    """What the work asks that not everybody can: a student with the same code among the limits cannot do it."""
    adaptable: tuple[Code, ...] = ()
    """Demands that the employer can leave out: the work is not closed to a student who cannot meet them."""
    essential: tuple[Code, ...] = ()
    """Demands that the employer said cannot be left out: it is not asked again."""
    certificates: tuple[Code, ...] = ()
    seats: Annotated[int, Field(ge=1)]
    begin_date: date
    end_date: date | None
    weekdays: tuple[Weekday, ...]
    region: Region
    municipality: Municipality | None
    location: Point
    minimum_age: int | None
    guidance: Guidance
    jobcoach_welcome: bool
    outflow_profiles: tuple[OutflowProfile, ...]
    job_prospect: bool
    valid_until_date: date | None
    brought_in_by: UUID | None
    private_to: UUID | None
    reservations: tuple[ReservedSeats, ...] = ()
    """Seats that no other school gets until that day has passed."""


class EmployerOffered(OfferFacts):
    """An employer offers a place: one of the three events that the system turns on."""

    subject_kind: ClassVar[str] = "offer"


class OfferChanged(OfferFacts):
    """An offer reads differently now."""

    subject_kind: ClassVar[str] = "offer"


class OfferWithdrawn(IntakeEvent):
    """An offer is no more."""

    subject_kind: ClassVar[str] = "offer"
    offer_id: UUID
    employer_id: UUID
    reason: Code


class OfferExpiring(IntakeEvent):
    """An offer lapses soon unless it is renewed: time to ask the employer."""

    subject_kind: ClassVar[str] = "offer"
    offer_id: UUID
    employer_id: UUID
    valid_until_date: date


class OfferExpired(IntakeEvent):
    """An offer's last day of validity has passed: it rests until it is renewed."""

    subject_kind: ClassVar[str] = "offer"
    offer_id: UUID
    employer_id: UUID
    valid_until_date: date


class SectorClosed(IntakeEvent):
    """A sector of a region (without one: all of it) takes nobody from a day on: offers there rest."""

    subject_kind: ClassVar[str] = "closure"
    closure_id: UUID
    region: Region
    sector: Code | None
    from_date: date
    until_date: date | None
    reason: Code


class SectorReopened(IntakeEvent):
    """A closure is over: what rested there is offered again."""

    subject_kind: ClassVar[str] = "closure"
    closure_id: UUID
    region: Region
    sector: Code | None
    reopened_date: date


class MarketFigure(Wire):
    """One published figure of a sector: `kind` says what it counts (`tension`: vacancies per jobseeker)."""

    sector: Code
    kind: Code
    period: str
    """`2026`, `2026-q3` or `2026-09`."""
    figure: float


class LabourMarketPublished(IntakeEvent):
    """Figures of a region's labour market were loaded: a whole table, or a piece of one that is long."""

    subject_kind: ClassVar[str] = "publication"
    publication_id: UUID
    region: Region
    source: Code
    """Who published them: `uwv`, `cbs`, `sbb` or another."""
    published_date: date
    figures: tuple[MarketFigure, ...]
