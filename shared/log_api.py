"""The log for operators: look whether it is whole, and publish a piece of it again after a broker was lost."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, ConfigDict, Field, model_validator
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from shared.api import Body, Page, PageQuery, Resource, ShortText
from shared.errors import NotFound, Refused
from shared.ids import new_id
from shared.log_seals import Verification, verify
from shared.security import Caller, Role, requires
from shared.unit_of_work import OUTBOX, Work

_BOUNDS = text("""
select greatest(coalesce(cast(:after as bigint) + 1, log_position_at(cast(:since as timestamptz))), 1) as first,
       coalesce(log_position_at(cast(:until as timestamptz)) - 1, position) as last, forgotten
from log_head
""")
_MOMENT = text(
    "select moment_of(event_id) < clock_timestamp() - make_interval(days => :days) from event_log "
    "where position between :first and :last order by event_id limit 1"
)
_INSERT = text("""
insert into republications (id, state, reason, requested_by, first_position, next_position, last_position, rate,
                            skip_unroutable)
select :id, case when first > last then 'done' else 'running' end, :reason, :by, first, first, last, :rate, :skip
from (select cast(:first as bigint) as first, cast(:last as bigint) as last) range
""")
_LIST = text("""
select * from republications where cast(:after as uuid) is null or id < cast(:after as uuid)
order by id desc limit :limit
""")
_ONE = text("select * from republications where id = :id")
_CANCEL = text("""
update republications set state = 'cancelled', updated_at = clock_timestamp()
where id = :id and state = 'running' returning id
""")


class AnotherRuns(Refused):
    """Another piece of the log is being published again: wait for it or cancel it."""

    slug = "republication-running"


class NotKept(Refused):
    """The log begins after position {begins_after}: what came before is no longer kept."""

    slug = "log-begins-later"


class TooOld(Refused):
    """Consumers remember what they handled for {days} days; they would park what is older than that."""

    slug = "older-than-consumers-remember"


class NotRunning(Refused):
    """It has ended already."""

    slug = "republication-ended"


class Republish(Body):
    """Which piece of the log: after a position, or from a moment of publishing on; up to now, or to a moment."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"after": 0, "rate": 100, "reason": "the broker lost its disk"}]}
    )

    after: Annotated[int | None, Field(ge=0, le=2**62)] = None
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None
    rate: Annotated[float, Field(ge=1, le=2000)] = 100
    """Events a second at most, so that what happens now still gets through."""
    skip_unroutable: bool = False
    """Go on past events that no queue is bound for; else they are tried until one is."""
    reason: ShortText

    @model_validator(mode="after")
    def _one_beginning(self) -> "Republish":
        if (self.after is None) == (self.since is None):
            raise ValueError("give either after or since")
        return self


class Republication(Resource):
    """A piece of the log that is published again, and how far that is."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "0198c0de-0000-7000-8000-000000000001",
                    "state": "running",
                    "reason": "the broker lost its disk",
                    "requestedBy": "operator",
                    "firstPosition": 1,
                    "nextPosition": 501,
                    "lastPosition": 1200,
                    "rate": 100,
                    "skipUnroutable": False,
                    "published": 500,
                    "skipped": 0,
                    "error": None,
                    "createdAt": "2026-11-02T09:00:00Z",
                    "updatedAt": "2026-11-02T09:00:05Z",
                }
            ]
        }
    )

    id: UUID
    state: Literal["running", "done", "cancelled"]
    reason: str
    requested_by: str
    first_position: int
    next_position: int
    last_position: int
    rate: float
    skip_unroutable: bool
    published: int
    skipped: int
    error: str | None
    created_at: datetime
    updated_at: datetime


def log_api(inbox_days: int) -> APIRouter:
    """The routes; `inbox_days` is how long consumers remember what they handled."""
    router = APIRouter(prefix="/v1", tags=["operators"], dependencies=[requires(Role.OPERATOR)])

    @router.get("/log-verification")
    async def verify_log(
        work: Work,
        after: Annotated[int, Query(ge=0, le=2**62, description="Position after which to begin.")] = 0,
        seals: Annotated[int, Query(ge=1, le=10_000, description="How many sealed batches at most.")] = 1000,
    ) -> Verification:
        """Whether the log is what was published, and the first place where it is not."""
        return await verify(work.session, after, seals)

    @router.post("/republications", status_code=201)
    async def republish(body: Republish, work: Work, caller: Caller) -> Republication:
        """Publish a piece of the log again, with the same ids: consumers leave out what they have handled."""
        first, last = await _range(work, body, inbox_days)
        values = {"reason": body.reason, "by": caller.subject, "rate": body.rate, "skip": body.skip_unroutable}
        asked = {"id": new_id(), "first": first, "last": last, **values}
        try:
            await work.session.execute(_INSERT, asked)
        except IntegrityError:
            raise AnotherRuns from None
        work.notify(OUTBOX)
        return await _one(work, asked["id"])

    @router.get("/republications")
    async def list_republications(work: Work, page: PageQuery) -> Page[Republication]:
        """What was published again, the newest first."""
        found = await work.session.execute(_LIST, {"after": page.after_id, "limit": page.limit + 1})
        return page.page([Republication.model_validate(row) for row in found], lambda one: one.id)

    @router.get("/republications/{republication_id}")
    async def get_republication(republication_id: UUID, work: Work) -> Republication:
        """How far it is."""
        return await _one(work, republication_id)

    @router.post("/republications/{republication_id}/_cancel")
    async def cancel_republication(republication_id: UUID, work: Work) -> Republication:
        """Stop; what was published stays published."""
        await _one(work, republication_id)
        if (await work.session.execute(_CANCEL, {"id": republication_id})).one_or_none() is None:
            raise NotRunning
        return await _one(work, republication_id)

    return router


async def _one(work: Work, republication_id: Any) -> Republication:
    row = (await work.session.execute(_ONE, {"id": republication_id})).one_or_none()
    if row is None:
        raise NotFound("republication")
    return Republication.model_validate(row)


async def _range(work: Work, body: Republish, inbox_days: int) -> tuple[int, int]:
    bounds = await work.session.execute(_BOUNDS, {"after": body.after, "since": body.since, "until": body.until})
    found = bounds.one()
    if found.first <= found.forgotten:
        raise NotKept(begins_after=found.forgotten)
    values = {"first": found.first, "last": found.last, "days": inbox_days}
    if (await work.session.execute(_MOMENT, values)).scalar():
        raise TooOld(days=inbox_days)
    return found.first, found.last
