"""What notifications announces: whom it asked for help, what came back, what could not be delivered."""

import hashlib
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from shared.events.base import Event, Wire
from shared.events.codes import Code, IntermediaryKind, Region


class NotificationsEvent(Event):
    """An event of the traffic with the outside."""

    publisher: ClassVar[str] = "notifications"


class IntermediaryAsked(NotificationsEvent):
    """A call for help went to the intermediaries of one kind."""

    subject_kind: ClassVar[str] = "call"
    call_id: UUID
    intermediary: IntermediaryKind
    region: Region
    sector: Code | None
    students: tuple[UUID, ...]


class SuggestedEmployer(Wire):
    """What an intermediary says of an employer: an organisation, never a person."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    kvk_number: Annotated[str, Field(pattern=r"^\d{8}$")] | None = None
    sector: Code | None = None
    postcode: Annotated[str, Field(pattern=r"^[1-9]\d{3} ?[A-Z]{2}$")] | None = None
    place: Annotated[str, Field(max_length=100)] | None = None
    website: Annotated[str, Field(max_length=200, pattern=r"^https?://")] | None = None


class HelpAnswered(NotificationsEvent):
    """An intermediary named an employer in answer to a call."""

    subject_kind: ClassVar[str] = "call"
    call_id: UUID
    answer_id: UUID
    intermediary: IntermediaryKind
    region: Region
    employer: SuggestedEmployer
    answerer: Code | None = None
    """A digest of who answered, by which intake lets them read what became of it; nobody else can use it."""


def answerer(owner: str) -> str:
    """A digest of who answers: 128 bits of a token's subject, or of a desk."""
    return hashlib.sha256(owner.encode()).hexdigest()[:32]


class HelpTaken(NotificationsEvent):
    """An intermediary looks for an employer in answer to a call, and has not said yet whom it found."""

    subject_kind: ClassVar[str] = "call"
    call_id: UUID
    intermediary: IntermediaryKind
    region: Region


class HelpDeclined(NotificationsEvent):
    """An intermediary knows nobody this time."""

    subject_kind: ClassVar[str] = "call"
    call_id: UUID
    intermediary: IntermediaryKind
    region: Region
    reason: Code


class DeliveryFailed(NotificationsEvent):
    """The last try to hand an event to a subscriber failed."""

    subject_kind: ClassVar[str] = "subscription"
    subscription_id: UUID
    delivery_id: UUID
    failed_type: str
    code: Code


class PersonForgottenByNotifications(NotificationsEvent):
    """A person that was erased is in none of the tables and messages of notifications any more."""

    subject_kind: ClassVar[str] = "person"
    person_id: UUID
    row_count: int
    message_count: int
