"""Programmes of several schools, and who moves up in them."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from shared.events.intake.base import IntakeEvent


class SeatOffered(IntakeEvent):
    """A seat of a programme is held for the next one on its waiting list, until that one's school has answered."""

    subject_kind: ClassVar[str] = "programme"
    programme_id: UUID
    enrolment_id: UUID
    school_id: UUID
    """The school of who is next."""
    held_until: datetime
