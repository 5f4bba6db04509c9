"""A service's timers for the operator: what waits, what failed too often, and letting that be tried again."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from sqlalchemy import text

from shared.api import Page, PageQuery, Resource
from shared.errors import NotFound
from shared.security import Role, requires
from shared.timers import TIMERS
from shared.unit_of_work import Work

_SHOWN = """
select kind || ':' || subject as id, kind, subject, due_at, next_at, payload, attempts, error, set_at,
       next_at is null as parked
from timers
"""
_LIST = text(
    _SHOWN
    + """
where (cast(:after as text) is null or kind || ':' || subject > cast(:after as text))
  and (cast(:kind as text) is null or kind = cast(:kind as text))
  and (cast(:parked as boolean) is null or (next_at is null) = cast(:parked as boolean))
order by kind || ':' || subject limit :limit
"""
)
_ONE = text(_SHOWN + "where kind = :kind and subject = :subject")
_REPLAY = text("""
update timers set attempts = 0, next_at = clock_timestamp()
where kind = :kind and subject = :subject and next_at is null returning kind
""")


class WaitingTimer(Resource):
    """A timer that has not fired yet; one that is parked failed too often and fires no more by itself."""

    id: str
    kind: str
    subject: str
    due_at: datetime
    next_at: datetime | None
    """When it is tried (again)."""
    parked: bool
    attempts: int
    error: str | None
    payload: dict[str, Any]
    set_at: datetime


router = APIRouter(prefix="/v1/timers", tags=["operators"], dependencies=[requires(Role.OPERATOR)])


@router.get("")
async def list_timers(
    work: Work,
    page: PageQuery,
    parked: bool | None = None,
    kind: Annotated[str | None, Query(max_length=200)] = None,
) -> Page[WaitingTimer]:
    """What this service will do by itself, and what it could not do."""
    values = {"after": page.after, "kind": kind, "parked": parked, "limit": page.limit + 1}
    found = await work.session.execute(_LIST, values)
    return page.page([WaitingTimer.model_validate(row) for row in found], lambda timer: timer.id)


@router.post("/{timer_id}/_replay", status_code=202)
async def replay_timer(timer_id: str, work: Work) -> WaitingTimer:
    """Let a parked timer be tried again now."""
    kind, _, subject = timer_id.partition(":")
    key = {"kind": kind, "subject": subject}
    if "\x00" in timer_id or (await work.session.execute(_REPLAY, key)).one_or_none() is None:
        raise NotFound("parked timer")
    work.notify(TIMERS)
    return WaitingTimer.model_validate((await work.session.execute(_ONE, key)).one())
