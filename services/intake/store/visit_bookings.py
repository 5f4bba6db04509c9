"""Who comes to which session, in the database."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import Column, ForeignKey, Index, SmallInteger, Table, Uuid, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.intake.domain.rights import Viewer
from services.intake.domain.visit_booking import Booking
from services.intake.store.acting import Capacity, acting_as
from services.intake.store.tables import metadata
from shared.errors import NotFound

visit_bookings = Table(
    "visit_bookings",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("session_id", Uuid, ForeignKey("programme_sessions.id"), nullable=False),
    Column("employer_id", Uuid, ForeignKey("employers.id"), nullable=False),
    Column("school_id", Uuid, ForeignKey("schools.id"), nullable=False),
    Column("people", SmallInteger, nullable=False),
    Index("visit_bookings_once", "session_id", "employer_id", unique=True),
    Index("visit_bookings_employer", "employer_id"),
    Index("visit_bookings_school", "school_id"),
)


class VisitBookingStore:
    """Finds and keeps bookings."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, booking: Booking) -> None:
        """Keep a new one; the session is locked."""
        names = ("id", "session_id", "employer_id", "school_id", "people")
        await self._session.execute(insert(visit_bookings).values({name: getattr(booking, name) for name in names}))

    async def at(self, session_ids: Collection[UUID]) -> list[Booking]:
        """Those of sessions, of all schools."""
        query = select(visit_bookings).where(visit_bookings.c.session_id.in_(session_ids))
        async with acting_as(self._session, Capacity.SEATS):
            rows = (await self._session.execute(query.order_by(visit_bookings.c.id))).all()
        return [Booking(row.id, row.session_id, row.employer_id, row.school_id, row.people) for row in rows]

    async def get(self, booking_id: UUID, viewer: Viewer) -> Booking:
        """One that the caller's schools made; raises `NotFound`."""
        which = visit_bookings.c.id == booking_id, visit_bookings.c.school_id.in_(viewer.schools)
        row = (await self._session.execute(select(visit_bookings).where(*which))).one_or_none()
        if row is None:
            raise NotFound("booking")
        return Booking(row.id, row.session_id, row.employer_id, row.school_id, row.people)

    async def remove(self, booking_id: UUID) -> None:
        """Its seats are free again."""
        await self._session.execute(delete(visit_bookings).where(visit_bookings.c.id == booking_id))
