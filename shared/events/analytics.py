"""What analytics announces: nothing but that it forgot whom it should; figures are asked for."""

from typing import ClassVar
from uuid import UUID

from shared.events.base import Event


class AnalyticsEvent(Event):
    """An event of the figures."""

    publisher: ClassVar[str] = "analytics"


class PersonForgottenByAnalytics(AnalyticsEvent):
    """A person that was erased is in none of the tables and messages of analytics any more."""

    subject_kind: ClassVar[str] = "person"
    person_id: UUID
    row_count: int
    message_count: int
