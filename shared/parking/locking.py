"""One operator, or one handling, at a time on a message; and what is done is written down."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import RowMapping, text

from shared.errors import NotFound, Refused
from shared.parking.messages import Action
from shared.unit_of_work import UnitOfWork

_LOCK = text("""
select consumer, event_id, source, type, subject, version, status, message, exists (
    select 1 from begun where begun.consumer = inbox.consumer and begun.event_id = inbox.event_id) as begun
from inbox where event_id = :id for update skip locked
""")
_THERE = text("select 1 from inbox where event_id = :id")
_NOTE = text("""
insert into operator_actions (event_id, unreadable_id, action, by, reason, replay_id, before, after)
values (:event_id, :unreadable_id, :action, :by, :reason, null, :before, :after)
""")


class BeingHandled(Refused):
    """The message is being handled at this moment: look again in a moment."""

    slug = "being-handled"


class NotInThisState(Refused):
    """The message is {status}: only what is {wanted} can be {done}."""

    slug = "not-in-this-state"


async def lock(work: UnitOfWork, message_id: UUID, wanted: Sequence[str], done: str) -> RowMapping:
    """The message, for this transaction alone; refused when it is in work or in another state than `wanted`."""
    row = (await work.session.execute(_LOCK, {"id": message_id})).mappings().one_or_none()
    if row is None:
        if (await work.session.execute(_THERE, {"id": message_id})).one_or_none() is None:
            raise NotFound("parked message")
        raise BeingHandled
    if row["status"] not in wanted:
        raise NotInThisState(status=row["status"], wanted=" or ".join(wanted), done=done)
    if row["begun"] and row["status"] != "parked":  # it was picked up and will be claimed in a moment
        raise BeingHandled
    return row


async def note(
    work: UnitOfWork,
    action: Action,
    by: str,
    reason: str | None,
    *,
    event_id: UUID | None = None,
    unreadable_id: int | None = None,
    before: bytes | None = None,
    after: bytes | None = None,
) -> None:
    """Write down who did what to a message; `before` and `after` hold its bytes where they changed."""
    about = {"event_id": event_id, "unreadable_id": unreadable_id, "before": before, "after": after}
    await work.session.execute(_NOTE, {"action": action, "by": by, "reason": reason, **about})
