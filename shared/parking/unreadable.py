"""Bytes that reached a queue and are no event: shown, given up, or repaired by hand into the message they should be."""

import json
from datetime import datetime
from functools import partial
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field
from sqlalchemy import RowMapping, text

from shared.api import Body, Page, PageQuery, Resource, ShortText
from shared.errors import NotFound, Refused
from shared.parking.editing import readable, repaired
from shared.parking.locking import BeingHandled, NotInThisState, note
from shared.parking.looking import actions_on
from shared.parking.messages import INBOX, ActionTaken, Reason
from shared.security import Caller
from shared.unit_of_work import UnitOfWork, Work

_COLUMNS = "id, received_at, encode(body, 'escape') as body, headers, error, status, repaired_as"
_LIST = text(f"""
select {_COLUMNS} from unreadable
where status = :status and (cast(:after as bigint) is null or id > :after) order by id limit :limit
""")  # noqa: S608 — the text is ours
_ONE = text(f"select {_COLUMNS} from unreadable where id = :id")  # noqa: S608 — the text is ours
_LOCK = text("select id, consumer, body, status from unreadable where id = :id for update skip locked")
_SETTLE = text("update unreadable set status = :status, repaired_as = :repaired_as where id = :id")
_TAKE_IN = text("""
insert into inbox (consumer, event_id, source, type, subject, version, status, next_attempt_at, message)
values (:consumer, :event_id, :source, :type, :subject, :version, 'retry', clock_timestamp(), :message)
on conflict do nothing returning event_id
""")

UnreadableId = Annotated[int, Field(ge=0, lt=2**63)]

router = APIRouter()


class KnownAlready(Refused):
    """The repaired message has the id of one that this service has already: {event_id}. Discard it instead."""

    slug = "known-already"


class UnreadableMessage(Resource):
    """Bytes that reached the queue and are no event."""

    id: int
    received_at: datetime
    body: str
    headers: str
    error: str
    status: Literal["parked", "discarded", "repaired"]
    repaired_as: UUID | None
    """The message that was made of it by hand."""


class UnreadableMessageInFull(UnreadableMessage):
    """The same with what operators did with it."""

    actions: list[ActionTaken]


class Repair(Body):
    """The message that the bytes should have been: a whole CloudEvent."""

    message: dict[str, Any]
    reason: ShortText


@router.get("/unreadable-messages")
async def list_unreadable_messages(
    work: Work, page: PageQuery, status: Literal["parked", "discarded", "repaired"] = "parked"
) -> Page[UnreadableMessage]:
    """What reached the queue and could not even be read."""
    found = await work.session.execute(_LIST, {"status": status, "after": page.after_number, "limit": page.limit + 1})
    return page.page([UnreadableMessage.model_validate(row) for row in found], lambda message: message.id)


@router.get("/unreadable-messages/{message_id}")
async def get_unreadable_message(message_id: UnreadableId, work: Work) -> UnreadableMessageInFull:
    """One of them, with what operators did with it."""
    row = (await work.session.execute(_ONE, {"id": message_id})).mappings().one_or_none()
    if row is None:
        raise NotFound("unreadable message")
    return UnreadableMessageInFull.model_validate({**row, "actions": await actions_on(work, unreadable_id=message_id)})


@router.post("/unreadable-messages/{message_id}/_discard")
async def discard_unreadable_message(
    message_id: UnreadableId, body: Reason, work: Work, caller: Caller
) -> UnreadableMessageInFull:
    """Give it up, with a reason; the bytes are kept."""
    await _lock(work, message_id, "discarded")
    await work.session.execute(_SETTLE, {"id": message_id, "status": "discarded", "repaired_as": None})
    await note(work, "discard", caller.subject, body.reason, unreadable_id=message_id)
    return await get_unreadable_message(message_id, work)


@router.post("/unreadable-messages/{message_id}/_repair", status_code=202)
async def repair_unreadable_message(
    message_id: UnreadableId, body: Repair, work: Work, caller: Caller
) -> UnreadableMessageInFull:
    """Make it the message that it should have been, which is handled at once; the bytes are kept."""
    row = await _lock(work, message_id, "repaired")
    envelope = repaired(_bytes(body.message))
    after = readable(envelope).to_json().encode()
    values = {"event_id": envelope.event_id, "source": envelope.source, "type": envelope.type}
    where = {"consumer": row["consumer"], "subject": envelope.subject, "version": envelope.version, "message": after}
    if (await work.session.execute(_TAKE_IN, {**values, **where})).one_or_none() is None:
        raise KnownAlready(event_id=envelope.event_id)
    settled = {"id": message_id, "status": "repaired", "repaired_as": envelope.event_id}
    await work.session.execute(_SETTLE, settled)
    wrote = partial(note, work, "repair", caller.subject, body.reason, before=bytes(row["body"]), after=after)
    await wrote(unreadable_id=message_id)
    await wrote(event_id=envelope.event_id)
    work.notify(INBOX)
    return await get_unreadable_message(message_id, work)


def _bytes(message: dict[str, Any]) -> bytes:
    return json.dumps(message, ensure_ascii=True).encode()


async def _lock(work: UnitOfWork, message_id: int, done: str) -> RowMapping:
    row = (await work.session.execute(_LOCK, {"id": message_id})).mappings().one_or_none()
    if row is None:
        if (await work.session.execute(_ONE, {"id": message_id})).one_or_none() is None:
            raise NotFound("unreadable message")
        raise BeingHandled
    if row["status"] != "parked":
        raise NotInThisState(status=row["status"], wanted="parked", done=done)
    return row
