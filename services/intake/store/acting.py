"""In which capacity a transaction works: row-level security asks for it, and who says nothing sees no school's rows."""

import contextlib
from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.unit_of_work import SCOPE, set_scope


class Capacity(StrEnum):
    """Each with what the policies of `migrations/` let it do beside the rows of the caller's schools."""

    CALLER = "caller"
    """Somebody who calls: the rows of the own schools, nothing else."""
    REGION = "region"
    """A regional coordinator who calls: changes employers that a school of the region keeps to itself."""
    OPERATOR = "operator"
    """An operator who calls: the ledger of erasures, and employers that a school keeps to itself."""
    REGISTER = "register"
    """What the register does by itself, on events and with time: every school's rows, without taking one away."""
    SEATS = "seats"
    """Counting seats: reads placements."""
    MATCHING = "matching"
    """Giving out a profile: reads students."""
    LINK = "link"
    """Somebody holds a link: finds the one whose token it is, and works for that link's school from then on."""
    INTERMEDIARY = "intermediary"
    """An intermediary answers what schools ask it: reads and changes those requests."""
    UWV = "uwv"
    """UWV decides what it is asked of students: reads and changes those requests, reads their grounds and students."""
    PUBLICATION = "publication"
    """Showing to everybody what may be shown: reads students, grounds, placements, stories."""
    RETENTION = "retention"
    """Erasing and forgetting: reads, changes and deletes."""


OWN, DELEGATED, JOBCOACH = "own", "delegated", "jobcoach"
"""How a caller comes to a school or a student: by the token, by a delegation, as the job coach."""

_ENTER = text("""
with open as not materialized (
    select id, region, brin from schools
    where departure ->> 'left_date' is null or departure ->> 'left_date' > cast(:takes_part_on as text)
), own as materialized (
    select id, region from open where brin = any (cast(:brins as text[]))
), told as materialized (
    select set_config('stagebrug.schools', coalesce((select string_agg(id::text, ',') from own), ''), true),
        set_config('stagebrug.acting', :acting, true), set_config('stagebrug.address', :address, true) as address
)
select 'own' as how, own.id, own.region, null as facts from told left join own on true
union all
select lent.* from told cross join lateral (
    select 'delegated', open.id, open.region, d.facts from delegations d join open on open.id = d.school_id
    where d.email = told.address and d.ended_at is null and cast(:day as date) between d.from_date and d.until_date
    union all
    select 'jobcoach', c.student_id, null, c.facts from student_coaches c join open on open.id = c.school_id
    where c.email = told.address and c.kind = 'jobcoach' and c.until_date >= cast(:day as date)
    offset 0
) lent where cast(:is_lent_to as boolean)
""")
"""Row-level security shows what was lent once it was told whose call it is: so that is looked for with what `told`
gives, and no plan can turn that round. ISO dates compare as text."""


@dataclass(frozen=True)
class Entry:
    """Who calls: a school that he works for, or what was lent to him."""

    how: str
    id: UUID
    region: str
    facts: dict[str, Any]


async def enter(
    session: AsyncSession, brins: Collection[str], takes_part_on: date, acting: Capacity, address: str, day: date | None
) -> list[Entry]:
    """Let the database know for which schools a call's transaction works, in which capacity, and whose call it is.

    Of the schools with these BRINs those that take part on a day count; with them comes what was lent to the address,
    where it is asked for with its `day`. One statement: every call begins with it.
    """
    asked = {
        "brins": sorted(brins),
        "takes_part_on": takes_part_on.isoformat(),
        "acting": acting,
        "address": address,
        "day": day or date.min,
        "is_lent_to": day is not None,
    }
    found = [Entry(*row) for row in await session.execute(_ENTER, asked) if row.id is not None]
    schools = ",".join(str(one.id) for one in found if one.how == OWN)
    session.info[SCOPE] = {"schools": schools, "acting": str(acting), "address": address}
    return found


async def enter_for(session: AsyncSession, school_id: UUID) -> None:
    """Work for one school, as somebody who calls for it: who holds one of its links."""
    await set_scope(session, schools=str(school_id), acting=Capacity.CALLER, address="")


async def act_as(session: AsyncSession, acting: Capacity) -> None:
    """Work in another capacity until the transaction ends."""
    await set_scope(session, acting=acting)


@contextlib.asynccontextmanager
async def acting_as(session: AsyncSession, acting: Capacity) -> AsyncIterator[None]:
    """Work in another capacity for a few statements. When they fail, the transaction is over and its role with it."""
    before = session.info.get(SCOPE, {}).get("acting", "")
    await set_scope(session, acting=acting)
    yield
    await set_scope(session, acting=before)
