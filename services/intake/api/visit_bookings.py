"""Visits of employers to a school: booked by the schools that know them (M5)."""

from uuid import UUID

from fastapi import APIRouter, Response

from services.intake.api.callers import COORDINATORS, Acting, Shared
from services.intake.api.changes import created
from services.intake.domain.fields import examples
from services.intake.domain.visit_booking import Booking, BookVisit, must_have_room
from services.intake.store import EmployerStore, ProgrammeStore, VisitBookingStore
from shared.api import Page, Resource
from shared.idempotency import ONCE
from shared.ids import new_id
from shared.unit_of_work import Work

router = APIRouter(tags=["programmes"], dependencies=[COORDINATORS])


class BookingResource(Resource):
    """An employer that comes to a session."""

    model_config = examples(
        {
            "id": "01920000-0000-7000-8000-0000000000d8",
            "sessionId": "01920000-0000-7000-8000-0000000000f1",
            "employerId": "01920000-0000-7000-8000-00000000000e",
            "schoolId": "01920000-0000-7000-8000-00000000000a",
            "people": 2,
        }
    )

    id: UUID
    session_id: UUID
    employer_id: UUID
    school_id: UUID
    people: int

    @classmethod
    def of(cls, booking: Booking) -> "BookingResource":
        """For the schools that take part."""
        return cls.model_validate(booking)


@router.post("/sessions/{session_id}/bookings", status_code=201, summary="An employer comes", dependencies=[ONCE])
async def book_visit(
    session_id: UUID, body: BookVisit, viewer: Acting, work: Work, shared: Shared, response: Response
) -> BookingResource:
    """To a session that is a visit, while there are seats."""
    school = viewer.acting_school(body.school_id, "/schoolId")
    session, _ = await ProgrammeStore(work.session).session(session_id, viewer, lock=True)
    await EmployerStore(work.session).get(body.employer_id, viewer)
    must_have_room(session, await VisitBookingStore(work.session).at([session.id]), body)
    booking = Booking(new_id(), session.id, body.employer_id, school, body.people)
    await VisitBookingStore(work.session).add(booking)
    created(response, shared.location("visit-bookings", booking.id))
    return BookingResource.of(booking)


@router.get("/sessions/{session_id}/bookings", summary="Who comes to a session")
async def list_bookings(session_id: UUID, viewer: Acting, work: Work) -> Page[BookingResource]:
    """All for the school that runs it, as far as it may know of the employers; for others those that they bring."""
    session, programme = await ProgrammeStore(work.session).session(session_id, viewer)
    booked = await VisitBookingStore(work.session).at([session.id])
    runs = programme.school_id in viewer.schools
    known = await EmployerStore(work.session).several({one.employer_id for one in booked})
    seen = [
        one for one in booked if one.school_id in viewer.schools or (runs and known[one.employer_id].private_to is None)
    ]
    return Page[BookingResource].of([BookingResource.of(one) for one in seen])


@router.get("/visit-bookings/{booking_id}", summary="One booking")
async def read_booking(booking_id: UUID, viewer: Acting, work: Work) -> BookingResource:
    """Of the own school."""
    return BookingResource.of(await VisitBookingStore(work.session).get(booking_id, viewer))


@router.delete("/visit-bookings/{booking_id}", status_code=204, summary="An employer does not come")
async def cancel_booking(booking_id: UUID, viewer: Acting, work: Work) -> None:
    """Its seats are free again."""
    booking = await VisitBookingStore(work.session).get(booking_id, viewer)
    await VisitBookingStore(work.session).remove(booking.id)
