"""Many messages at once: tried again at a bounded rate by a job that a restart does not stop, or given up together."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field, model_validator
from sqlalchemy import text

from shared.api import Body, Page, PageQuery, Resource, ShortText
from shared.errors import NotFound
from shared.ids import new_id
from shared.parking.acting import GO_ON_BEHIND
from shared.parking.messages import FITS, INBOX, Filter
from shared.security import Caller
from shared.unit_of_work import UnitOfWork, Work

REPLAYS = "parked-replays"
"""The topic that wakes the job."""

_BEGIN = text(f"""
insert into parked_replays (id, filter, rate, reason, requested_by, total)
select :id, cast(:filter as jsonb), :rate, :reason, :by, count(*) from inbox where status = 'parked' and {FITS}
""")  # noqa: S608 — the text is ours
_RUNNING = text("""
select *, extract(epoch from clock_timestamp() - paced_at) as seconds from parked_replays
where state = 'running' order by created_at limit 1 for update skip locked
""")
_RELEASE = text(f"""
with chosen as (
    select consumer, event_id from inbox
    where status = 'parked' and message is not null and received_at <= :created_at
      and (cast(:after_id as uuid) is null or event_id > :after_id) and {FITS}
    order by event_id limit :most for update
), released as (
    update inbox set status = 'retry', attempts = 0, next_attempt_at = clock_timestamp() from chosen
    where inbox.consumer = chosen.consumer and inbox.event_id = chosen.event_id returning inbox.event_id
), noted as (
    insert into operator_actions (event_id, action, by, reason, replay_id)
    select event_id, 'replay', :by, :reason, :replay_id from released
)
select event_id from released order by event_id
""")  # noqa: S608 — the text is ours
_WENT_ON = text("""
update parked_replays set released = released + :released, after_id = coalesce(:after_id, after_id), state = :state,
    updated_at = clock_timestamp(),
    paced_at = case when cast(:released as bigint) > 0 then clock_timestamp() else paced_at end
where id = :id
""")
_SHOWN = """
select r.*, (
    select coalesce(jsonb_object_agg(status, number), '{}') from (
        select inbox.status, count(*) as number from operator_actions acted join inbox using (event_id)
        where acted.replay_id = r.id group by 1) counted) as now
from parked_replays r
"""
_ONE = text(f"{_SHOWN} where id = :id")
_LIST = text(f"{_SHOWN} where cast(:after as uuid) is null or id < :after order by id desc limit :limit")
_CANCEL = text("""
update parked_replays set state = 'cancelled', updated_at = clock_timestamp()
where id = :id and state = 'running'
""")
_DISCARD = text(f"""
with chosen as (
    select consumer, event_id from inbox where status = 'parked' and {FITS} order by event_id for update skip locked
), discarded as (
    update inbox set status = 'discarded', note = :reason from chosen
    where inbox.consumer = chosen.consumer and inbox.event_id = chosen.event_id returning inbox.event_id
), noted as (
    insert into operator_actions (event_id, action, by, reason) select event_id, 'discard', :by, :reason from discarded
)
select event_id from discarded
""")  # noqa: S608 — the text is ours

router = APIRouter()


class Chosen(Body):
    """Which parked messages are meant; all of them takes a word of its own."""

    filter: Filter = Filter()
    everything: Annotated[bool, Field(alias="all", description="Without a filter: everything that is parked.")] = False

    @model_validator(mode="after")
    def _say_what(self) -> Self:
        if self.everything == any(value is not None for value in self.filter.model_dump().values()):
            raise ValueError('give either a filter or "all": true')
        return self


class ReplayParked(Chosen):
    """Have parked messages handled again, so many each second at most."""

    rate: Annotated[float, Field(gt=0, le=1000, description="Messages each second.")] = 10
    reason: ShortText | None = None


class DiscardMany(Chosen):
    """Give parked messages up together."""

    reason: ShortText


class Discarded(Resource):
    """How many messages were given up."""

    discarded: int


class ParkedReplay(Resource):
    """Parked messages that are handled again, and how far that is."""

    id: UUID
    state: Literal["running", "done", "cancelled"]
    filter: Filter
    rate: float
    reason: str | None
    requested_by: str
    total: int
    """How many were parked when it began."""
    released: int
    """How many were given back to be handled; each of them once."""
    now: dict[str, int]
    """The released ones by what became of them: done, retry, parked again …"""
    created_at: datetime
    updated_at: datetime


@router.post("/parked-replays", status_code=201)
async def begin_parked_replay(body: ReplayParked, work: Work, caller: Caller) -> ParkedReplay:
    """Begin to have parked messages handled again; a job goes through them, whatever restarts meanwhile."""
    replay_id = new_id()
    values = {"id": replay_id, "filter": body.filter.model_dump_json(by_alias=True), "rate": body.rate}
    about = {"reason": body.reason, "by": caller.subject}
    await work.session.execute(_BEGIN, {**body.filter.model_dump(), **values, **about})
    work.notify(REPLAYS)
    return await get_parked_replay(replay_id, work)


@router.get("/parked-replays")
async def list_parked_replays(work: Work, page: PageQuery) -> Page[ParkedReplay]:
    """Replays of parked messages, the newest first."""
    found = await work.session.execute(_LIST, {"after": page.after_id, "limit": page.limit + 1})
    return page.page([ParkedReplay.model_validate(row) for row in found], lambda replay: replay.id)


@router.get("/parked-replays/{replay_id}")
async def get_parked_replay(replay_id: UUID, work: Work) -> ParkedReplay:
    """How far a replay of parked messages is."""
    row = (await work.session.execute(_ONE, {"id": replay_id})).one_or_none()
    if row is None:
        raise NotFound("replay")
    return ParkedReplay.model_validate(row)


@router.post("/parked-replays/{replay_id}/_cancel")
async def cancel_parked_replay(replay_id: UUID, work: Work) -> ParkedReplay:
    """Stop a replay: what was released is handled, the rest stays parked."""
    await work.session.execute(_CANCEL, {"id": replay_id})
    return await get_parked_replay(replay_id, work)


@router.post("/parked-messages/_discard")
async def discard_parked_messages(body: DiscardMany, work: Work, caller: Caller) -> Discarded:
    """Give all messages up that fit a filter, with a reason that is kept with each."""
    values = {**body.filter.model_dump(), "reason": body.reason, "by": caller.subject}
    ids = (await work.session.execute(_DISCARD, values)).scalars().all()
    await work.session.execute(GO_ON_BEHIND, {"ids": list(ids)})
    work.notify(INBOX)
    return Discarded(discarded=len(ids))


async def work_off(work: UnitOfWork) -> bool:
    """Release as many messages of the oldest running replay as its rate allows by now; True when it may go on."""
    row = (await work.session.execute(_RUNNING)).mappings().one_or_none()
    if row is None:
        return False
    most = allowed(row["rate"], row["seconds"])
    if most == 0:
        return False
    ids = (await work.session.execute(_RELEASE, _release(row, most))).scalars().all()
    state = "running" if ids else "done"
    values = {"id": row["id"], "released": len(ids), "after_id": max(ids, default=None), "state": state}
    await work.session.execute(_WENT_ON, values)
    if ids:
        work.notify(INBOX)
    return not ids


def allowed(rate: float, seconds: float | None) -> int:
    """How many may go now, so many `seconds` after the last ones: never more than a second's worth, or one."""
    return int(min(max(rate, 1.0), rate * min(float(seconds or 0), 1e6)))


def _release(row: Mapping[Any, Any], most: int) -> dict[str, Any]:
    wanted = Filter.model_validate(row["filter"])
    about = {"by": row["requested_by"], "reason": row["reason"], "replay_id": row["id"]}
    return {**wanted.model_dump(), **about, "created_at": row["created_at"], "after_id": row["after_id"], "most": most}
