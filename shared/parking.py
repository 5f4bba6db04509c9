"""What could not be handled, for the operator: look at it, let it be tried again, or discard it with a reason."""

import json
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field
from sqlalchemy import text

from shared.api import Body, Page, PageQuery, Resource, ShortText
from shared.errors import NotFound
from shared.security import Role, requires
from shared.unit_of_work import Work

INBOX = "inbox"
"""The topic that wakes the job that tries due messages again."""

Status = Literal["parked", "retry", "waiting", "discarded"]

_LIST = text("""
select event_id as id, type, subject, version, status, attempts, received_at, next_attempt_at, error, note
from inbox where status = :status and (cast(:after as uuid) is null or event_id > cast(:after as uuid))
  and (cast(:type as text) is null or type = :type)
order by event_id limit :limit
""")
_ONE = text("select *, event_id as id from inbox where event_id = :id and status <> 'done'")
_REPLAY = text("""
update inbox set status = 'retry', attempts = 0, next_attempt_at = clock_timestamp()
where event_id = :id and status in ('parked', 'retry', 'discarded') and message is not null returning event_id
""")
_DISCARD = text("""
update inbox set status = 'discarded', note = :reason
where event_id = :id and status in ('parked', 'retry', 'waiting') returning event_id
""")
_UNREADABLE = text("""
select id, received_at, encode(body, 'escape') as body, headers, error from unreadable
where (cast(:after as bigint) is null or id > cast(:after as bigint)) order by id limit :limit
""")


class ParkedMessage(Resource):
    """A message without a good end yet, and why."""

    id: UUID
    type: str
    subject: str
    version: int
    status: Status
    attempts: int
    received_at: datetime
    next_attempt_at: datetime | None
    error: str | None
    note: str | None


class ParkedMessageInFull(ParkedMessage):
    """The same with the message itself, as far as it is still kept."""

    message: dict[str, Any] | None


class UnreadableMessage(Resource):
    """Bytes that reached the queue and are no event."""

    id: int
    received_at: datetime
    body: str
    headers: str
    error: str


class Discard(Body):
    """Why a message needs no handling any more."""

    reason: Annotated[ShortText, Field(examples=["made by a test"])]


router = APIRouter(prefix="/v1", tags=["operators"], dependencies=[requires(Role.OPERATOR)])


@router.get("/parked-messages")
async def list_parked_messages(
    work: Work,
    page: PageQuery,
    status: Status = "parked",
    event_type: Annotated[str | None, Query(alias="type", max_length=200)] = None,
) -> Page[ParkedMessage]:
    """Messages that this service could not handle."""
    found = await work.session.execute(
        _LIST, {"status": status, "after": page.after_id, "type": event_type, "limit": page.limit + 1}
    )
    return page.page([ParkedMessage.model_validate(row) for row in found], lambda parked: parked.id)


@router.get("/parked-messages/{message_id}")
async def get_parked_message(message_id: UUID, work: Work) -> ParkedMessageInFull:
    """One message with its content and its error."""
    row = (await work.session.execute(_ONE, {"id": message_id})).mappings().one_or_none()
    if row is None:
        raise NotFound("parked message")
    message = None if row["message"] is None else json.loads(row["message"])
    return ParkedMessageInFull.model_validate({**row, "message": message})


@router.post("/parked-messages/{message_id}/_replay", status_code=202)
async def replay_parked_message(message_id: UUID, work: Work) -> ParkedMessageInFull:
    """Let a message be handled again now."""
    if (await work.session.execute(_REPLAY, {"id": message_id})).one_or_none() is None:
        raise NotFound("parked message")
    work.notify(INBOX)
    return await get_parked_message(message_id, work)


@router.post("/parked-messages/{message_id}/_discard")
async def discard_parked_message(message_id: UUID, body: Discard, work: Work) -> ParkedMessageInFull:
    """Give a message up, with a reason that is kept."""
    if (await work.session.execute(_DISCARD, {"id": message_id, "reason": body.reason})).one_or_none() is None:
        raise NotFound("parked message")
    return await get_parked_message(message_id, work)


@router.get("/unreadable-messages")
async def list_unreadable_messages(work: Work, page: PageQuery) -> Page[UnreadableMessage]:
    """What reached the queue and could not even be read."""
    found = await work.session.execute(_UNREADABLE, {"after": page.after_number, "limit": page.limit + 1})
    return page.page([UnreadableMessage.model_validate(row) for row in found], lambda message: message.id)
