"""What changed of a region since its plan was kept: noted by the database in the transaction of each change."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.matching.store.rows import fetch

KEPT_FOR = timedelta(hours=1)
"""Changes are forgotten after that; who knows a region from before reads it anew."""


@dataclass(frozen=True)
class Seen:
    """Up to where somebody knows a region: which transactions were through, in the life of one database server.

    After a restore or when another server takes over, numbers of transactions may come a second time.
    """

    snapshot: str
    server: str
    at: datetime


@dataclass(frozen=True)
class Changes:
    """Students and offers to read again, or the whole region."""

    seen: Seen
    students: frozenset[UUID]
    offers: frozenset[UUID]
    everything: bool


class ChangeStore:
    """Changes by region."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def since(self, reach: Collection[str], seen: Seen | None) -> Changes:
        """What changed in these regions since then, or by this transaction itself; the regions are locked."""
        (row,) = await fetch(self.session, _SINCE, seen.snapshot if seen else None, list(reach))
        now = Seen(row.snapshot, row.server, row.moment)
        is_known = seen is not None and seen.server == now.server and now.at - seen.at < KEPT_FOR / 2
        by_kind: dict[str, set[UUID]] = {"student": set(), "offer": set(), "region": set()}
        for kind, subject in row.changes or ():
            by_kind[kind].add(UUID(subject))
        everything = not is_known or bool(by_kind["region"])
        return Changes(now, frozenset(by_kind["student"]), frozenset(by_kind["offer"]), everything)

    async def forget_person(self, person_id: UUID) -> None:
        """Name an erased student no more: who plans its region reads the whole of it instead."""
        await self.session.execute(_FORGET_PERSON, {"person": person_id})

    async def forget_old(self) -> None:
        """Drop what nobody asks for any more."""
        await self.session.execute(_FORGET, {"age": KEPT_FOR})


# A transaction's number says nothing of when it committed: what a snapshot does not show is what was not known then.
_SINCE = """
select cast(pg_current_snapshot() as text) as snapshot, cast(pg_postmaster_start_time() as text) as server,
  clock_timestamp() as moment,
  (select jsonb_agg(distinct jsonb_build_array(kind, id))
   from plan_changes, cast($1::text as pg_snapshot) as known
   where written_by >= pg_snapshot_xmin(known) and region = any($2::text[])
     and not pg_visible_in_snapshot(written_by, known)) as changes
"""
_FORGET_PERSON = text("""
with named as (delete from plan_changes where kind = 'student' and id = :person returning region)
select note_change(region, 'region', gen_random_uuid()) from (select distinct region from named) regions
""")
_FORGET = text("delete from plan_changes where at < clock_timestamp() - cast(:age as interval)")
