"""The raw event log of a service, page by page: for other services (rebuilds) and operators."""

import json
from typing import Annotated, Any

from fastapi import APIRouter, Query
from sqlalchemy import text

from shared.api import Resource
from shared.security import Role, requires
from shared.unit_of_work import Work

_PAGE = text("""
select position, message from event_log
where position > :after and (cardinality(cast(:types as text[])) = 0 or type = any(cast(:types as text[])))
order by position limit :limit
""")


class LoggedEvent(Resource):
    """A published event and its place in the log; positions have no gaps."""

    position: int
    event: dict[str, Any]


class LoggedEvents(Resource):
    """A piece of the log; `next` is the position to go on after (the same as asked for when nothing is newer)."""

    items: list[LoggedEvent]
    next: int


def event_feed(service: str, path: str) -> APIRouter:
    """The route that serves the log to operators and to machines with the scope `<service>:events:read`."""
    scope = f"{service}:events:read"
    router = APIRouter(tags=["events"], dependencies=[requires(Role.OPERATOR, scope=scope)])

    @router.get(path, summary="The events that this service published, in order")
    async def read_events(
        work: Work,
        after: Annotated[int, Query(ge=0, le=2**62, description="Position after which to begin.")] = 0,
        types: Annotated[list[str] | None, Query(max_length=50, description="Only these CloudEvents types.")] = None,
        limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    ) -> LoggedEvents:
        found = await work.session.execute(_PAGE, {"after": after, "types": types or [], "limit": limit})
        items = [LoggedEvent(position=row.position, event=json.loads(row.message)) for row in found]
        return LoggedEvents(items=items, next=items[-1].position if items else after)

    return router
