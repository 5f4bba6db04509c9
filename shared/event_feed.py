"""The raw event log of a service, page by page: for other services (rebuilds) and operators.

Old months are forgotten, so that positions, which have no gaps, may begin after 1. Who asks for everything (`after` 0)
gets everything there is, and is told where it begins; who was further and would miss something is refused with 410.
"""

import json
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from sqlalchemy import text

from shared.api import Resource
from shared.errors import Refused
from shared.http import PROBLEM
from shared.security import Role, requires
from shared.unit_of_work import Work

_PAGE = text("""
select position, message from event_log
where position > greatest(cast(:after as bigint), cast(:begins_after as bigint))
  and (cast(:subject as text) is null or subject = :subject)
  and (cardinality(cast(:types as text[])) = 0 or type = any(cast(:types as text[])))
order by position limit :limit
""")

_ONE = text("select position, message from event_log where event_id = :event and position > :after")
"""For who was told of an event once and keeps it no longer."""

_BEGINS_AFTER = text("select forgotten from log_head")


class LogBeginsLater(Refused):
    """The log begins after position {begins_after}: what came between is no longer kept. Begin again from 0."""

    slug = "log-begins-later"
    status = 410


class LoggedEvent(Resource):
    """A published event and its place in the log; positions have no gaps."""

    position: int
    event: dict[str, Any]


class LoggedEvents(Resource):
    """A piece of the log; `next` is the position to go on after (the same as asked for when nothing is newer)."""

    items: list[LoggedEvent]
    next: int
    begins_after: int
    """The last position that is no longer kept; 0 when all are."""


def event_feed(service: str, path: str) -> APIRouter:
    """The route that serves the log to operators and to machines with the scope `<service>:events:read`."""
    scope = f"{service}:events:read"
    router = APIRouter(tags=["events"], dependencies=[requires(Role.OPERATOR, scope=scope)])

    @router.get(
        path,
        summary="The events that this service published, in order",
        responses={410: {"description": "What comes next is no longer kept.", "content": {PROBLEM: {}}}},
    )
    async def read_events(
        work: Work,
        after: Annotated[int, Query(ge=0, le=2**62, description="Position after which to begin.")] = 0,
        types: Annotated[list[str] | None, Query(max_length=50, description="Only these CloudEvents types.")] = None,
        subject: Annotated[str | None, Query(max_length=200, description="Only what is about this.")] = None,
        limit: Annotated[int, Query(ge=1, le=1000)] = 100,
        event: Annotated[UUID | None, Query(description="Only this event, whatever it is about.")] = None,
    ) -> LoggedEvents:
        begins_after = (await work.session.execute(_BEGINS_AFTER)).scalar_one()
        if 0 < after < begins_after:
            raise LogBeginsLater(begins_after=begins_after)
        query = {"after": after, "begins_after": begins_after, "types": types or [], "subject": subject}
        if event is not None:
            found = await work.session.execute(_ONE, {"event": event, "after": after})
        else:
            found = await work.session.execute(_PAGE, {**query, "limit": limit})
        items = [LoggedEvent(position=row.position, event=json.loads(row.message)) for row in found]
        last = items[-1].position if items else max(after, begins_after)
        return LoggedEvents(items=items, next=last, begins_after=begins_after)

    return router
