"""Erasing a person in a service: from its tables, from what it published and heard, again after a restore, provably.

Every service keeps a ledger of opaque ids. A person is swept out at once, again when what was on its way has come
through, and once more when the messages that were put off overnight have.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

import structlog
from fastapi import APIRouter
from pydantic import AwareDatetime, ConfigDict, Field
from sqlalchemy import text

from shared.api import Body, Page, PageQuery, Resource
from shared.events.codes import Code
from shared.jobs import Jobs
from shared.security import Role, requires
from shared.unit_of_work import UnitOfWork, Work

log = structlog.get_logger()

ERASED = "erased"
"""The topic that wakes the sweeping."""

SWEEPS = (timedelta(seconds=20), timedelta(days=2))
"""Pauses after the first and the second sweep: what was in flight, and what is retried (`messaging.records.PAUSES`)."""

LOOK_SECONDS = 2.0

_NOTE = text("""
insert into erased (id, kind, erased_at) values (:id, :kind, :erased_at)
on conflict (id) do update set sweeps = 0, sweep_at = clock_timestamp()
""")
_DUE = text("""
select id, kind, erased_at, sweeps, exists (select from outbox where position(erased.id::text in message) > 0
    and type not like '%.person-%') as in_flight
from erased where sweep_at <= clock_timestamp() order by random() limit 1 for update skip locked
""")
"""In no order, so that one who cannot be swept out for some fault keeps nobody else waiting."""

_FROM_MESSAGES = text("select erase_from_messages(:id)")
_SWEPT = text("""
update erased set sweeps = sweeps + 1, sweep_at = clock_timestamp() + cast(:pause as interval),
    row_count = row_count + :rows, message_count = message_count + :messages,
    done_at = coalesce(done_at, clock_timestamp())
where id = :id
""")
_LATER = text("update erased set sweep_at = clock_timestamp() + interval '1 second' where id = :id")
_PAGE = text("""
select * from erased where cast(:after as uuid) is null or id > cast(:after as uuid) order by id limit :limit
""")


@dataclass(frozen=True)
class Swept:
    """What one service took out: rows of its own, and messages that named the person."""

    person_id: UUID
    rows: int
    messages: int


@dataclass(frozen=True)
class Erasing:
    """How a service erases: `from_tables` gives the number of rows, `confirm` says that it is done."""

    from_tables: Callable[[UnitOfWork, UUID], Awaitable[int]]
    confirm: Callable[[UnitOfWork, Swept], Awaitable[None]]

    def jobs(self) -> Jobs:
        """What sweeps."""
        jobs = Jobs()

        @jobs.every(seconds=LOOK_SECONDS, wake=ERASED)
        async def sweep(work: UnitOfWork) -> bool:
            return await self._sweep(work)

        return jobs

    async def _sweep(self, work: UnitOfWork) -> bool:
        """Take the person out of whom it is time to; True when there may be another."""
        due = (await work.session.execute(_DUE)).one_or_none()
        if due is None:
            return False
        if due.in_flight and due.sweeps == 0:  # what leaves just now would come into the log after us
            await work.session.execute(_LATER, {"id": due.id})
            return False
        rows = await self.from_tables(work, due.id)
        messages = (await work.session.execute(_FROM_MESSAGES, {"id": due.id})).scalar_one()
        pause = SWEEPS[due.sweeps] if due.sweeps < len(SWEEPS) else None
        await work.session.execute(_SWEPT, {"id": due.id, "pause": pause, "rows": rows, "messages": messages})
        if due.sweeps == 0:
            await self.confirm(work, Swept(due.id, rows, messages))
        log.info("person_swept_out", sweep=due.sweeps + 1, rows=rows, messages=messages)
        return True


async def note_erasure(work: UnitOfWork, person_id: UUID, kind: str, erased_at: datetime) -> None:
    """Write in the ledger that a person is to be erased here, at once; a second time it is done again."""
    await work.session.execute(_NOTE, {"id": person_id, "kind": kind, "erased_at": erased_at})
    work.notify(ERASED)


class ErasedPerson(Resource):
    """A line of a service's ledger: an opaque id, and what was taken out here."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "01920000-0000-7000-8000-000000000001",
                    "kind": "student",
                    "erasedAt": "2026-11-02T09:00:00Z",
                    "doneAt": "2026-11-02T09:00:01Z",
                    "rowCount": 7,
                    "messageCount": 12,
                }
            ]
        }
    )

    id: UUID
    kind: Code
    erased_at: datetime
    done_at: datetime | None
    row_count: int
    message_count: int


class PersonToErase(Body):
    """A line of another service's ledger; what was taken out there is not asked for."""

    id: UUID
    kind: Code
    erased_at: AwareDatetime


class ApplyErasures(Body):
    """Lines of other services' ledgers."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "persons": [
                        {
                            "id": "01920000-0000-7000-8000-000000000001",
                            "kind": "student",
                            "erasedAt": "2026-11-02T09:00:00Z",
                        }
                    ]
                }
            ]
        }
    )

    persons: Annotated[list[PersonToErase], Field(max_length=1000)]


class AppliedErasures(Resource):
    """How many persons are swept out again."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"count": 1}]})

    count: int


router = APIRouter(prefix="/v1", tags=["operators"], dependencies=[requires(Role.OPERATOR)])


@router.get("/erased-persons")
async def list_erased_persons(work: Work, page: PageQuery) -> Page[ErasedPerson]:
    """The ledger of erasures, as this service keeps it."""
    found = await work.session.execute(_PAGE, {"after": page.after_id, "limit": page.limit + 1})
    return page.page([ErasedPerson.model_validate(row) for row in found], lambda one: one.id)


@router.post("/erased-persons/_apply")
async def apply_erasures(body: ApplyErasures, work: Work) -> AppliedErasures:
    """Erase again, after a restore: what this database knows of these persons by now goes within seconds."""
    for person in body.persons:
        await note_erasure(work, person.id, person.kind, person.erased_at)
    return AppliedErasures(count=len(body.persons))
