"""Looking at messages without a good end: one by one, by mistake, and with all that is known of one."""

import contextlib
import json
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from sqlalchemy import text

from shared.api import Page, PageQuery, Resource
from shared.errors import NotFound
from shared.parking.messages import (
    FITS,
    ActionTaken,
    Attempt,
    FilterQuery,
    OpenStatus,
    ParkedMessage,
    ParkedMessageInFull,
    Related,
    Trace,
)
from shared.unit_of_work import UnitOfWork, Work

LOOKED_THROUGH = 100_000
"""Events of the log that are searched for what a message caused: there is no index, since only operators ask."""

_LIST = text(f"""
select event_id as id, type, subject, version, status, attempts, received_at, next_attempt_at, error, note,
       error_group(error) as "group"
from inbox where status = :status and (cast(:after as uuid) is null or event_id > :after) and {FITS}
order by event_id limit :limit
""")  # noqa: S608 — the text is ours
_GROUPS = text(f"""
select error_group(error) as "group", count(*) as count, min(received_at) as oldest, max(received_at) as newest,
       array_agg(distinct type) as types,
       (array_agg(error order by received_at desc))[1] as error,
       (array_agg(event_id order by received_at desc))[1] as example
from inbox where status = :status and {FITS} group by 1 order by count(*) desc, 1 limit 1000
""")  # noqa: S608 — the text is ours
_ONE = text('select *, event_id as id, error_group(error) as "group" from inbox where event_id = :id')
_HISTORY = text("select at, status, error from inbox_attempts where event_id = :id order by inbox_attempts.id")
_ACTIONS = text("""
select at, by, action, reason, replay_id, before from operator_actions
where event_id = :id or unreadable_id = :unreadable_id order by operator_actions.id
""")
_CAUSED_BY = text("select event_id as id, type, subject, recorded_at from event_log where event_id = :id")
_CAUSED = text("""
select event_id as id, type, subject, recorded_at from (
    select event_id, type, subject, recorded_at, message from event_log
    where event_id >= first_id_of(:since) order by event_id limit :most
) later where position('"causationid":"' || :id || '"' in message) > 0
union all
select event_id, type, subject, created_at from outbox
where position('"causationid":"' || :id || '"' in message) > 0 limit 100
""")

router = APIRouter()


class ParkedGroup(Resource):
    """Messages with the same mistake."""

    group: str
    count: int
    oldest: datetime
    newest: datetime
    types: list[str]
    error: str
    """Of the newest."""
    example: UUID
    """The newest."""


class ParkedGroups(Resource):
    """The mistakes, the most frequent first."""

    items: list[ParkedGroup]


@router.get("/parked-messages")
async def list_parked_messages(
    work: Work, page: PageQuery, wanted: FilterQuery, status: OpenStatus = "parked"
) -> Page[ParkedMessage]:
    """Messages that this service could not handle."""
    found = await work.session.execute(
        _LIST, {"status": status, "after": page.after_id, "limit": page.limit + 1, **wanted.model_dump()}
    )
    return page.page([ParkedMessage.model_validate(row) for row in found], lambda parked: parked.id)


@router.get("/parked-groups")
async def list_parked_groups(
    work: Work,
    wanted: FilterQuery,
    status: Annotated[OpenStatus, Query(description="Which messages are grouped.")] = "parked",
) -> ParkedGroups:
    """The mistakes behind the parked messages: what differs from message to message is left out of the error."""
    found = await work.session.execute(_GROUPS, {"status": status, **wanted.model_dump()})
    return ParkedGroups(items=[ParkedGroup.model_validate(row) for row in found if row.group])


@router.get("/parked-messages/{message_id}")
async def get_parked_message(message_id: UUID, work: Work) -> ParkedMessageInFull:
    """One message with its content, its attempts, what it belongs to, and what operators did with it."""
    return await in_full(message_id, work)


async def in_full(message_id: UUID, work: UnitOfWork) -> ParkedMessageInFull:
    """Everything that is known of a message; `NotFound` when nothing is."""
    row = (await work.session.execute(_ONE, {"id": message_id})).mappings().one_or_none()
    if row is None:
        raise NotFound("parked message")
    message = None if row["message"] is None else json.loads(row["message"])
    history = await work.session.execute(_HISTORY, {"id": message_id})
    return ParkedMessageInFull.model_validate(
        {
            **row,
            "message": message,
            "trace": await _trace(message or {"id": str(message_id)}, row["received_at"], work),
            "history": [Attempt.model_validate(each) for each in history],
            "actions": await actions_on(work, message_id=message_id),
        }
    )


async def actions_on(
    work: UnitOfWork, *, message_id: UUID | None = None, unreadable_id: int | None = None
) -> list[ActionTaken]:
    """What operators did with a message, the oldest first."""
    found = await work.session.execute(_ACTIONS, {"id": message_id, "unreadable_id": unreadable_id})
    return [ActionTaken.model_validate({**row, "before": _shown(row["before"])}) for row in found.mappings()]


def _shown(before: bytes | None) -> dict[str, Any] | str | None:
    if before is None:
        return None
    with contextlib.suppress(ValueError):
        if isinstance(content := json.loads(before), dict):
            return content
    return before.decode(errors="backslashreplace")


async def _trace(message: dict[str, Any], received_at: datetime, work: UnitOfWork) -> Trace:
    cause = None
    with contextlib.suppress(ValueError):  # a foreign cause may have any id
        if message.get("causationid"):
            found = await work.session.execute(_CAUSED_BY, {"id": UUID(message["causationid"])})
            cause = found.one_or_none()
    values = {"id": message["id"], "since": received_at, "most": LOOKED_THROUGH}
    caused = await work.session.execute(_CAUSED, values)
    return Trace(
        traceparent=message.get("traceparent"),
        correlation_id=message.get("correlationid"),
        causation_id=message.get("causationid"),
        caused_by=Related.model_validate(cause) if cause else None,
        caused=tuple(Related.model_validate(row) for row in caused),
    )
