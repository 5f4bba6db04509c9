"""Offers as they are shown: with their employer, what is free, kept and taken, and never by whom."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from pydantic import Field

from services.intake.api.reservations import ReservationResource
from services.intake.days import today
from services.intake.domain.coach import Coach
from services.intake.domain.employer import Employer
from services.intake.domain.fields import examples
from services.intake.domain.first_look import first_look_until
from services.intake.domain.offer import EXAMPLE, Offer, OfferState, PlaceFacts
from services.intake.domain.placement import Placement
from services.intake.domain.reservation import standing
from services.intake.domain.rights import Viewer
from services.intake.store import EmployerStore, PlacementStore, SchoolStore
from shared.api import Resource
from shared.events.codes import Code, Municipality, Point, Region, Weekday
from shared.unit_of_work import UnitOfWork


class OccupiedSeat(Resource):
    """A seat that is taken: by a student of which school, until when; never by whom."""

    school_id: UUID
    school_name: str | None
    begin_date: date
    until_date: date | None
    weekdays: tuple[Weekday, ...]
    coach: Coach | None = Field(description="Who of that school to call about it.")


class OfferResource(PlaceFacts):
    """A place that an employer offers."""

    model_config = examples(
        EXAMPLE
        | {
            "id": "01920000-0000-7000-8000-000000000002",
            "version": 1,
            "employerId": "01920000-0000-7000-8000-00000000000e",
            "employerName": "Tuincentrum De Linde",
            "region": "AM11",
            "municipality": "GM0995",
            "location": {"latitude": 52.508, "longitude": 5.475, "approximate": True},
            "state": "open",
            "withdrawnReason": None,
            "broughtInBy": "01920000-0000-7000-8000-00000000000a",
            "firstLookUntil": "2026-09-06",
            "freeSeats": 1,
            "occupied": [
                {
                    "schoolId": "01920000-0000-7000-8000-00000000000a",
                    "schoolName": "Praktijkschool De Horizon",
                    "beginDate": "2026-09-08",
                    "untilDate": "2027-02-12",
                    "weekdays": ["tue", "thu"],
                    "coach": {"name": "M. Visser", "email": "m.visser@school.example"},
                }
            ],
            "reservations": [],
        }
    )

    id: UUID
    version: int
    employer_id: UUID
    employer_name: str
    region: Region
    municipality: Municipality | None
    location: Point
    state: OfferState
    withdrawn_reason: Code | None
    brought_in_by: UUID | None
    first_look_until: date | None = Field(description="Through this day the school that brought it in goes first.")
    free_seats: int = Field(
        description="Seats free on the day asked for, on the fullest of the offer's days, without those that are kept "
        "for a school that is not the caller's."
    )
    occupied: list[OccupiedSeat]
    reservations: list[ReservationResource]


async def shown(work: UnitOfWork, viewer: Viewer, offers: Sequence[Offer], on_day: date | None) -> list[OfferResource]:
    """Offers with their employers and seats."""
    employers = await EmployerStore(work.session).several({offer.employer_id for offer in offers})
    placements = await PlacementStore(work.session).at_offers([offer.id for offer in offers])
    schools = {placement.school_id for sitting in placements.values() for placement in sitting}
    schools |= {one.school_id for offer in offers for one in offer.reservations}
    names = await SchoolStore(work.session).names(schools)
    days: int = work.resources.first_look_days
    return [_resource(viewer, o, employers[o.employer_id], placements[o.id], names, on_day, days) for o in offers]


def _resource(
    viewer: Viewer,
    offer: Offer,
    employer: Employer,
    sitting: Sequence[Placement],
    names: dict[UUID, str],
    on_day: date | None,
    first_look_days: int,
) -> OfferResource:
    occupations, there = [placement.occupation for placement in sitting], offer.lies(employer)
    day = on_day or max(offer.facts.begin_date, today())
    held = standing(offer.reservations, today())
    kept = sum(one.seats for one in held if one.school_id not in viewer.schools)
    return OfferResource.model_construct(
        **dict(offer.facts),
        id=offer.id,
        version=offer.version,
        employer_id=employer.id,
        employer_name=employer.facts.name,
        region=there.region,
        municipality=there.municipality,
        location=there.location,
        state=offer.state,
        withdrawn_reason=offer.withdrawn_reason,
        brought_in_by=offer.brought_in_by,
        first_look_until=first_look_until(offer.id, offer.brought_in_by, first_look_days),
        free_seats=offer.free_seats(occupations, day, kept),
        occupied=[_seat(placement, names) for placement in sitting if placement.end is None],
        reservations=[ReservationResource.of(one, names) for one in held],
    )


def _seat(placement: Placement, names: dict[UUID, str]) -> OccupiedSeat:
    return OccupiedSeat(
        school_id=placement.school_id,
        school_name=names.get(placement.school_id),
        begin_date=placement.stay.begin_date,
        until_date=placement.stay.end_date,
        weekdays=placement.stay.weekdays,
        coach=placement.coach,
    )
