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
    select set_config('stagebrug.regions', :regions, true), set_config('stagebrug.acting', :acting, true),
        set_config('stagebrug.address', :address, true) as address
), lent as materialized (
    select held.* from told cross join lateral (
        select school_id, student_ids from delegations
        where email = told.address
          and timezone('Europe/Amsterdam', clock_timestamp())::date between from_date and until_date
        offset 0
    ) held
), works_for as materialized (
    select id from own union select school_id from lent where cardinality(student_ids) = 0
), acts_for as materialized (
    select student from lent, unnest(student_ids) student
)
select array(select id from works_for) as schools, array(select student from acts_for) as students,
    set_config('stagebrug.schools', coalesce((select string_agg(id::text, ',') from works_for), ''), true),
    set_config('stagebrug.students', coalesce((select string_agg(student::text, ',') from acts_for), ''), true)
""")
"""A policy shows an address its own delegations once it was told whose call it is: so they are looked for with what
`told` gives, and no plan can turn that round."""


async def enter(
    session: AsyncSession, brins: Collection[str], regions: Collection[str], acting: Capacity, address: str
) -> Entered:
    """Let the database know for whom a call's transaction works; what somebody may on behalf of others counts too."""
    told = {"regions": ",".join(sorted(regions)), "acting": acting, "address": address}
    found = (await session.execute(_ENTER, {"brins": sorted(brins), **told})).one()
    ids = {"schools": ",".join(map(str, found.schools)), "students": ",".join(map(str, found.students))}
    session.info[SCOPE] = {**ids, **told}
    return Entered(frozenset(found.schools), frozenset(found.students))


async def plan_from_here(session: AsyncSession) -> None:
    """The call was let through: what follows reads the seats that others have, too."""
    await set_scope(session, acting=Capacity.PLANNING)
