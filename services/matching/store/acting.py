"""In which capacity a transaction works: row-level security asks for it, and who says nothing sees no student."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.unit_of_work import SCOPE, set_scope


class Capacity(StrEnum):
    """Each with what the policies of `migrations/` let it do."""

    CALLER = "caller"
    """Somebody who calls: reads what names students of the own schools, lent ones, and of regions looked after."""
    OPERATOR = "operator"
    """An operator who calls: reads searches and proposals of every region."""
    PLANNING = "planning"
    """What matching does by itself, on events, with time, and once a call was let through: everything."""


@dataclass(frozen=True)
class Entered:
    """For whom a call works."""

    schools: frozenset[UUID]
    students: frozenset[UUID]


_ENTER = text("""
with own as materialized (
    select id from schools where brin = any (cast(:brins as text[]))
), told as materialized (
    select set_config('stagebrug.schools', coalesce((select string_agg(id::text, ',') from own), ''), true),
        set_config('stagebrug.regions', :regions, true), set_config('stagebrug.address', :address, true),
        set_config('stagebrug.acting', :acting, true)
)
select own.id from told left join own on true
""")
_LENT = text("""
with lent as materialized (
    select school_id, student_ids from delegations
    where email = :address
      and timezone('Europe/Amsterdam', clock_timestamp())::date between from_date and until_date
), told as materialized (
    select set_config('stagebrug.schools', concat_ws(',', nullif(current_setting('stagebrug.schools'), ''),
            (select string_agg(school_id::text, ',') from lent where cardinality(student_ids) = 0)), true),
        set_config('stagebrug.students', coalesce(
            (select string_agg(student::text, ',') from lent, unnest(student_ids) student), ''), true)
)
select lent.school_id, lent.student_ids from told left join lent on true
""")
"""After `_ENTER`: which delegations are an address's own, a policy asks of what that has told."""


async def enter(
    session: AsyncSession, brins: Collection[str], regions: Collection[str], acting: Capacity, address: str
) -> Entered:
    """Let the database know for whom a call's transaction works; what somebody may on behalf of others counts too."""
    told = {"regions": ",".join(sorted(regions)), "acting": acting, "address": address}
    own = await session.execute(_ENTER, {"brins": sorted(brins), **told})
    schools, students = {row.id for row in own if row.id is not None}, set[UUID]()
    if address:
        for row in await session.execute(_LENT, {"address": address}):
            if row.student_ids:
                students.update(row.student_ids)
            elif row.school_id is not None:
                schools.add(row.school_id)
    ids = {"schools": ",".join(map(str, schools)), "students": ",".join(map(str, students))}
    session.info[SCOPE] = {**ids, **told}
    return Entered(frozenset(schools), frozenset(students))


async def plan_from_here(session: AsyncSession) -> None:
    """The call was let through: what follows reads the seats that others have, too."""
    await set_scope(session, acting=Capacity.PLANNING)
