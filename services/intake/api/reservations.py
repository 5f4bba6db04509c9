"""Reservations: a school claims a seat for a while, the regional coordinator moves seats between schools."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import Field

from services.intake.api.callers import SCHOOLS_AND_REGIONS, Acting, Shared
from services.intake.api.changes import IfMatch, created, merged, must_match, partial, tagged
from services.intake.days import today
from services.intake.domain.employer import Employer
from services.intake.domain.fields import examples
from services.intake.domain.offer import Offer
from services.intake.domain.reservation import (
    MovedSeats,
    Reservation,
    ReserveSeats,
    SeatIsClaimed,
    standing,
)
from services.intake.domain.rights import Viewer
from services.intake.reserving import keep_reserved
from services.intake.store import EmployerStore, OfferStore, PlacementStore, RegionStore, SchoolStore
from shared.api import Page, Resource
from shared.errors import Forbidden, Invalid, NotFound
from shared.events.codes import Code
from shared.idempotency import ONCE
from shared.ids import new_id
from shared.unit_of_work import UnitOfWork, Work

router = APIRouter(prefix="/offers/{offer_id}/reservations", tags=["reservations"], dependencies=[SCHOOLS_AND_REGIONS])


class ReservationResource(Resource):
    """Seats that are kept for a school."""

    model_config = examples(
        {
            "id": "01920000-0000-7000-8000-00000000000b",
            "schoolId": "01920000-0000-7000-8000-00000000000a",
            "schoolName": "Praktijkschool De Horizon",
            "seats": 1,
            "untilDate": "2026-09-18",
            "reason": "visit",
        }
    )

    id: UUID
    school_id: UUID
    school_name: str | None
    seats: int = Field(description="Those that are left: who sits down uses one up.")
    until_date: date
    reason: Code

    @classmethod
    def of(cls, kept: Reservation, names: dict[UUID, str]) -> "ReservationResource":
        """What everybody who sees the offer may know."""
        return cls(
            id=kept.id,
            school_id=kept.school_id,
            school_name=names.get(kept.school_id),
            seats=kept.seats,
            until_date=kept.until_date,
            reason=kept.reason,
        )


@partial
class MoveReservation(MovedSeats):
    """What is different from now on."""

    model_config = examples({"schoolId": "01920000-0000-7000-8000-00000000000a"}, {"untilDate": "2026-10-02"})


@router.post("", status_code=201, summary="Reserve seats", dependencies=[ONCE])
async def reserve_seats(
    offer_id: UUID, body: ReserveSeats, viewer: Acting, work: Work, shared: Shared, response: Response
) -> ReservationResource:
    """A coordinator claims seats for the own school, as far ahead as the region allows (two weeks).

    A regional coordinator keeps them for any school. Until the day has passed nobody else gets those seats, by hand or
    by matching.
    """
    offer, employer = await _locked(work, offer_id, viewer)
    regional = viewer.governs(employer.situation.region)
    if regional and body.school_id is None and not viewer.schools:
        raise Invalid("/schoolId", "for which school?")
    school = body.school_id if regional and body.school_id else viewer.acting_school(body.school_id, "/schoolId")
    await _require_school(work, school, employer)
    if not regional and any(one.school_id == school for one in standing(offer.reservations, today())):
        raise SeatIsClaimed
    facts = body.model_dump(exclude={"school_id"})
    new = Reservation(id=new_id(), school_id=school, reserved_by=viewer.subject, **facts)
    new.must_hold_until_later(today(), None if regional else await _latest_claim(work, employer))
    await _keep(work, offer, employer, new)
    created(response, f"{shared.location('offers', offer_id)}/reservations/{new.id}", new)
    return await _shown(work, new)


@router.get("", summary="Reservations of an offer")
async def list_reservations(offer_id: UUID, viewer: Acting, work: Work) -> Page[ReservationResource]:
    """Those that hold, for all who see the offer."""
    offer = await OfferStore(work.session).get(offer_id, viewer)
    held = standing(offer.reservations, today())
    names = await SchoolStore(work.session).names({one.school_id for one in held})
    return Page[ReservationResource].of([ReservationResource.of(one, names) for one in held])


@router.get("/{reservation_id}", summary="One reservation")
async def read_reservation(
    offer_id: UUID, reservation_id: UUID, viewer: Acting, work: Work, response: Response
) -> ReservationResource:
    """One that holds; 404 once it has lapsed, was let go or is used up."""
    held = _one(await OfferStore(work.session).get(offer_id, viewer), reservation_id)
    tagged(response, held)
    return await _shown(work, held)


@router.patch("/{reservation_id}", summary="Move reserved seats")
async def move_reservation(
    offer_id: UUID,
    reservation_id: UUID,
    body: MoveReservation,
    viewer: Acting,
    work: Work,
    response: Response,
    if_match: IfMatch = None,
) -> ReservationResource:
    """The regional coordinator gives seats to another school, or for longer (JSON merge patch)."""
    offer, employer = await _locked(work, offer_id, viewer)
    held = _one(offer, reservation_id)
    if not viewer.governs(employer.situation.region):
        raise Forbidden("the regional coordinator moves seats between schools")
    must_match(if_match, held)
    wanted = merged(MovedSeats.model_validate(held.model_dump(include=set(MovedSeats.model_fields))), body)
    await _require_school(work, wanted.school_id, employer)
    moved = held.model_copy(update=dict(wanted))
    moved.must_hold_until_later(today(), None)
    await _keep(work, offer, employer, moved)
    tagged(response, moved)
    return await _shown(work, moved)


@router.post("/{reservation_id}/_release", summary="Let reserved seats go")
async def release_reservation(offer_id: UUID, reservation_id: UUID, viewer: Acting, work: Work) -> ReservationResource:
    """For the school that holds them and the regional coordinator: others can have the seats at once."""
    offer, employer = await _locked(work, offer_id, viewer)
    held = _one(offer, reservation_id)
    if not (held.school_id in viewer.schools or viewer.governs(employer.situation.region)):
        raise Forbidden("the school that holds a seat lets it go, or the regional coordinator")
    await keep_reserved(work, offer.without_reservation(held.id), employer)
    return await _shown(work, held)


def _one(offer: Offer, reservation_id: UUID) -> Reservation:
    found = (one for one in standing(offer.reservations, today()) if one.id == reservation_id)
    if (held := next(found, None)) is None:
        raise NotFound("reservation")
    return held


async def _locked(work: UnitOfWork, offer_id: UUID, viewer: Viewer) -> tuple[Offer, Employer]:
    offer = await OfferStore(work.session).get(offer_id, viewer, lock=True)
    return offer, await EmployerStore(work.session).get(offer.employer_id, viewer)


async def _keep(work: UnitOfWork, offer: Offer, employer: Employer, new: Reservation) -> None:
    sitting = await PlacementStore(work.session).at_offer(offer.id)
    kept = offer.with_reservation(new, [placement.occupation for placement in sitting], today())
    await keep_reserved(work, replace(offer, reservations=kept.reservations), employer)


async def _latest_claim(work: UnitOfWork, employer: Employer) -> date:
    settled = await RegionStore(work.session).of(employer.situation.region)
    return today() + timedelta(days=settled.settings.claim_days)


async def _require_school(work: UnitOfWork, school_id: UUID, employer: Employer) -> None:
    """Raise `Invalid` for a school that does not exist, or that may not know of the employer."""
    if not await SchoolStore(work.session).names([school_id]):
        raise Invalid("/schoolId", "there is no such school")
    if employer.private_to not in {None, school_id}:
        raise Invalid("/schoolId", "the employer is not shared with that school")


async def _shown(work: UnitOfWork, held: Reservation) -> ReservationResource:
    return ReservationResource.of(held, await SchoolStore(work.session).names([held.school_id]))
