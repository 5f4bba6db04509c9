"""What an operator may do with one message: have it tried again, mend it, or give it up."""

from uuid import UUID

from fastapi import APIRouter
from sqlalchemy import text

from shared.errors import Invalid
from shared.parking.editing import edited
from shared.parking.locking import lock, note
from shared.parking.looking import in_full
from shared.parking.messages import INBOX, Again, Edit, ParkedMessageInFull, Reason
from shared.security import Caller
from shared.unit_of_work import Work

_REPLAY = text("""
update inbox set status = 'retry', attempts = 0, next_attempt_at = clock_timestamp() where event_id = :id
""")
_DISCARD = text("update inbox set status = 'discarded', note = :reason where event_id = :id")
_EDIT = text("update inbox set message = :message, version = :version where event_id = :id")
GO_ON_BEHIND = text("""
with given_up as (
    select consumer, source, subject, version from inbox where event_id = any(cast(:ids as uuid[]))
), counted as (
    update subject_state set version = given_up.version from given_up
    where subject_state.consumer = given_up.consumer and subject_state.source = given_up.source
      and subject_state.subject = given_up.subject and subject_state.state_group = 'in order'
      and subject_state.version = given_up.version - 1
)
update inbox set next_attempt_at = clock_timestamp() from given_up
where inbox.consumer = given_up.consumer and inbox.source = given_up.source and inbox.subject = given_up.subject
  and inbox.version = given_up.version + 1 and inbox.status = 'waiting'
""")
"""The next event of a subject waits no longer for one that was given up."""

router = APIRouter()


@router.post("/parked-messages/{message_id}/_replay", status_code=202)
async def replay_parked_message(
    message_id: UUID, work: Work, caller: Caller, body: Again | None = None
) -> ParkedMessageInFull:
    """Let a message be handled again now."""
    row = await lock(work, message_id, ("parked", "retry", "discarded"), "replayed")
    if row["message"] is None:
        raise Invalid(detail="the message's content is not kept any more, so that it cannot be handled again")
    await work.session.execute(_REPLAY, {"id": message_id})
    await note(work, "replay", caller.subject, body.reason if body else None, event_id=message_id)
    work.notify(INBOX)
    return await in_full(message_id, work)


@router.post("/parked-messages/{message_id}/_edit")
async def edit_parked_message(message_id: UUID, body: Edit, work: Work, caller: Caller) -> ParkedMessageInFull:
    """Give a message other data, which must fit its type; the original is kept. It is not handled before a replay."""
    row = await lock(work, message_id, ("parked", "retry", "discarded"), "edited")
    if row["message"] is None:
        raise Invalid(detail="the message's content is not kept any more, so that it cannot be edited")
    before = bytes(row["message"])
    envelope = edited(before, body.data)
    after = envelope.to_json().encode()
    await work.session.execute(_EDIT, {"id": message_id, "message": after, "version": envelope.version})
    await note(work, "edit", caller.subject, body.reason, event_id=message_id, before=before, after=after)
    return await in_full(message_id, work)


@router.post("/parked-messages/{message_id}/_discard")
async def discard_parked_message(message_id: UUID, body: Reason, work: Work, caller: Caller) -> ParkedMessageInFull:
    """Give a message up, with a reason that is kept; a replay takes it up again."""
    await lock(work, message_id, ("parked", "retry", "waiting"), "discarded")
    await work.session.execute(_DISCARD, {"id": message_id, "reason": body.reason})
    await work.session.execute(GO_ON_BEHIND, {"ids": [message_id]})
    await note(work, "discard", caller.subject, body.reason, event_id=message_id)
    work.notify(INBOX)
    return await in_full(message_id, work)
