"""Who acts for whom at schools: of a colleague an event holds nothing, not even the address."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from shared.events.intake.base import IntakeEvent


class DelegationChanged(IntakeEvent):
    """A colleague may act for a school, or for some of its students, from a day through a day; or no more.

    Who it is, and for which students, stands where the event refers to.
    """

    subject_kind: ClassVar[str] = "delegation"
    delegation_id: UUID
    school_id: UUID
    from_date: date
    until_date: date
    has_ended: bool
    """Taken back before its last day."""
