"""Operators begin, watch and cancel replays from other services' logs."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import AwareDatetime, Field
from sqlalchemy import text

from shared.api import Body, Page, PageQuery, Resource, ShortText
from shared.errors import Invalid, NotFound, Problem, Refused
from shared.ids import new_id
from shared.replays.working import TOPIC, Replays
from shared.security import Caller, Role, requires
from shared.unit_of_work import Work

_BEGIN = text("""
insert into replays (id, publisher, again, after_position, position, until_position, since, until, rate, reason,
                     requested_by)
values (:id, :publisher, :again, :after, :after, :until_position, :since,
        case when :again then coalesce(cast(:until as timestamptz), clock_timestamp() + interval '1 minute')
             else :until end, :rate, :reason, :by)
on conflict do nothing returning id
""")
_ONE = text("select * from replays where id = :id")
_LIST = text("""
select * from replays where cast(:after as uuid) is null or id < :after order by id desc limit :limit
""")
_CANCEL = text("""
update replays set state = 'cancelled', updated_at = clock_timestamp() where id = :id and state = 'running'
""")

router = APIRouter(prefix="/v1", tags=["operators"], dependencies=[requires(Role.OPERATOR)])


class NotRebuildable(Refused):
    """{service} is not rebuildable: handling an event again would have its effect twice.

    Leave `again` out: then only what it has not seen yet is handed over, which heals a gap. One message is mended with
    `stagebrug parked edit`; a lost database is restored from its backup.
    """

    slug = "not-rebuildable"


class AlreadyRunning(Refused):
    """The log of {publisher} is being replayed already: wait for that replay, or cancel it."""

    slug = "already-running"


class BeginReplay(Body):
    """What is read again, and why."""

    publishers: tuple[Annotated[str, Field(max_length=50)], ...] = ()
    """Whose logs; none given: of all that this service listens to."""
    after: Annotated[int, Field(ge=0, lt=2**62, description="The position to begin after.")] = 0
    until_position: Annotated[int | None, Field(ge=1, lt=2**62)] = None
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None
    again: Annotated[bool, Field(description="Also what was handled before; rebuildable consumers only.")] = False
    rate: Annotated[float, Field(gt=0, le=5000, description="Events handed over each second.")] = 200
    reason: ShortText


class Replay(Resource):
    """A replay, and how far it is."""

    id: UUID
    publisher: str
    state: Literal["running", "done", "cancelled", "failed"]
    again: bool
    after_position: int
    position: int
    """How far the log was read."""
    begins_after: int
    """What the publisher logged up to this position it no longer keeps; 0 when it keeps everything."""
    until_position: int | None
    since: datetime | None
    until: datetime | None
    rate: float
    reason: str
    requested_by: str
    read: int
    """Events read; what the service has had already is not handed over again."""
    verdicts: dict[str, int]
    """The events handed over, by what became of them: done, known, stale, waiting, retry, parked.

    Beside them `forgotten`: older than what the inbox remembers, and not handed over, since they may have been handled.
    """
    error: str | None
    """Why it does not get on, or failed."""
    created_at: datetime
    updated_at: datetime


class Begun(Resource):
    """The replays that were begun: one for each publisher."""

    items: list[Replay]


@router.post("/replays", status_code=201)
async def begin_replay(body: BeginReplay, request: Request, work: Work, caller: Caller) -> Begun:
    """Read publishers' logs again; a job does it, whatever restarts meanwhile."""
    replays: Replays = request.app.state.runtime.replays
    if body.again and not replays.rebuildable:
        raise NotRebuildable(service=replays.service)
    _check_publishers(body.publishers, replays)
    begun = []
    for publisher in body.publishers or replays.publishers:
        values = {**body.model_dump(exclude={"publishers"}), "id": new_id(), "publisher": publisher}
        if (await work.session.execute(_BEGIN, {**values, "by": caller.subject})).one_or_none() is None:
            raise AlreadyRunning(publisher=publisher)
        begun.append(await get_replay(values["id"], work))
    work.notify(TOPIC)
    return Begun(items=begun)


@router.get("/replays")
async def list_replays(work: Work, page: PageQuery) -> Page[Replay]:
    """All replays, the newest first."""
    found = await work.session.execute(_LIST, {"after": page.after_id, "limit": page.limit + 1})
    return page.page([Replay.model_validate(row) for row in found], lambda replay: replay.id)


@router.get("/replays/{replay_id}")
async def get_replay(replay_id: UUID, work: Work) -> Replay:
    """How far a replay is."""
    row = (await work.session.execute(_ONE, {"id": replay_id})).one_or_none()
    if row is None:
        raise NotFound("replay")
    return Replay.model_validate(row)


@router.post("/replays/{replay_id}/_cancel")
async def cancel_replay(replay_id: UUID, work: Work) -> Replay:
    """Stop a replay; what was handed over by then stays handled."""
    await work.session.execute(_CANCEL, {"id": replay_id})
    return await get_replay(replay_id, work)


def _check_publishers(asked: Sequence[str], replays: Replays) -> None:
    known = ", ".join(replays.publishers)
    problems = [
        Problem(pointer=f"/publishers/{index}", detail=f"{replays.service} listens to {known}; not to {name}")
        for index, name in enumerate(asked)
        if name not in replays.publishers
    ]
    if problems:
        raise Invalid(problems=problems)
