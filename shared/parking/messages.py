"""What operators read and write about messages without a good end."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Depends, Query
from pydantic import AwareDatetime, Field

from shared.api import Body, Resource, ShortText

INBOX = "inbox"
"""The topic that wakes what tries due messages again."""

OpenStatus = Literal["parked", "retry", "waiting", "discarded"]
Action = Literal["replay", "edit", "discard", "repair"]

Group = Annotated[str, Field(pattern=r"^[0-9a-f]{12}$", examples=["3f9a0c1d2e4b"])]


class Filter(Body):
    """Which parked messages are meant: those that fit everything that is given."""

    type: Annotated[str | None, Field(max_length=200)] = None
    group: Group | None = None
    subject: Annotated[str | None, Field(max_length=200)] = None
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None
    text: Annotated[str | None, Field(max_length=200)] = None


def _filter_of_query(
    event_type: Annotated[str | None, Query(alias="type", max_length=200, description="A CloudEvents type.")] = None,
    group: Annotated[Group | None, Query(description="An error group, as in /v1/parked-groups.")] = None,
    subject: Annotated[str | None, Query(max_length=200)] = None,
    since: Annotated[AwareDatetime | None, Query(description="Received then or later.")] = None,
    until: Annotated[AwareDatetime | None, Query(description="Received before.")] = None,
    text: Annotated[str | None, Query(max_length=200, description="What its error holds.")] = None,
) -> Filter:
    return Filter(type=event_type, group=group, subject=subject, since=since, until=until, text=text)


FilterQuery = Annotated[Filter, Depends(_filter_of_query)]

FITS = """
    (cast(:type as text) is null or type = :type)
    and (cast(:group as text) is null or error_group(error) = :group)
    and (cast(:subject as text) is null or subject = :subject)
    and (cast(:since as timestamptz) is null or received_at >= :since)
    and (cast(:until as timestamptz) is null or received_at < :until)
    and (cast(:text as text) is null or position(lower(:text) in lower(error)) > 0)
"""
"""The condition that a `Filter` is."""


class ParkedMessage(Resource):
    """A message without a good end yet, and why."""

    id: UUID
    type: str
    subject: str
    version: int
    status: OpenStatus | Literal["done"]
    attempts: int
    received_at: datetime
    next_attempt_at: datetime | None
    error: str | None
    note: str | None
    group: str | None = None
    """The mistake that it shares with others: its error without ids and numbers."""


class Attempt(Resource):
    """One try to handle a message, and what came of it."""

    at: datetime
    status: str
    error: str | None


class ActionTaken(Resource):
    """What an operator did with a message: who, when, what and why."""

    at: datetime
    by: str
    action: Action
    reason: str | None
    replay_id: UUID | None
    before: dict[str, Any] | str | None = None
    """The message before an edit or repair: the first edit's is the original."""


class Related(Resource):
    """An event that this service published itself, before or after the message."""

    id: UUID
    type: str
    subject: str
    recorded_at: datetime


class Trace(Resource):
    """What a message belongs to, as far as it says so and this service's own log knows."""

    traceparent: str | None = None
    correlation_id: str | None = None
    causation_id: str | None = None
    caused_by: Related | None = None
    caused: tuple[Related, ...] = ()


class ParkedMessageInFull(ParkedMessage):
    """The same with everything that is known of it; the message itself as far as it is still kept."""

    source: str
    message: dict[str, Any] | None
    trace: Trace
    history: list[Attempt]
    """The last twenty attempts that did not end well, and the one that did."""
    actions: list[ActionTaken]


class Reason(Body):
    """Why a message needs no handling any more."""

    reason: Annotated[ShortText, Field(examples=["made by a test"])]


class Again(Body):
    """Why a message is tried again."""

    reason: ShortText | None = None


class Edit(Body):
    """What a message should have said; id, type, source, subject and version stay."""

    data: dict[str, Any]
    reason: Annotated[ShortText, Field(examples=["the sender left the sector out"])]
