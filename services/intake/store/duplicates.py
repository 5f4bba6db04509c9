"""Who may be the same employer: those that have a mark in common are compared, and nobody else."""

from collections.abc import Collection
from typing import Any, Final, TypeAlias
from uuid import UUID

from sqlalchemy import ColumnElement, Row, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.intake.domain.duplicates import Known
from services.intake.domain.likeness import Traits, marks
from services.intake.domain.rights import Viewer
from services.intake.store.employers import visible_to
from services.intake.store.tables import employers
from shared.unit_of_work import kernel_connection

Pair: TypeAlias = tuple[UUID, UUID]

AT_ONCE: Final = 100
"""Employers of a region whose doubles are looked for in one statement."""

_ALIKE_AT_MOST: Final = 200
"""A chain has its website at hundreds of branches; its other marks tell the doubles among them."""

_LAST: Final = UUID(int=2**128 - 1)
_PAIRS = text("""
select mine.id as one, alike.id as other
from employers mine cross join lateral (
    select other.id from employers other
    where other.marks && (select array_agg(mark) from unnest(mine.marks) mark where not starts_with(mark, 'pc4:'))
        and other.id > mine.id
    limit :at_most
) alike where mine.id = any(:some)
""")

_LIKE = """
select id, facts ->> 'name', kvk_number, postcode, facts -> 'address' ->> 'place', facts ->> 'telephone',
    facts ->> 'website', facts ->> 'email'
from employers
where marks && $1 and merged_into is null and ($3 or private_to is null or private_to = any ($2))
"""
"""As `visible_to` has it, and as `_read` reads it: building such a statement takes longer than running it."""

_LOCKS = """
select pg_advisory_xact_lock(key) from (
    select distinct hashtextextended('employer ' || name, 0) as key from unnest($1::text[]) name order by 1
) keys
"""


class DuplicateStore:
    """Finds employers that may be one, among those that the caller may know of."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def one_at_a_time(self, traits: Traits) -> None:
        """Let nobody else register one of the same KvK number, postcode or name there, until the transaction ends."""
        named = (mark for mark in marks(traits) if mark.startswith("name:"))
        keys = {*named, *filter(None, (traits.kvk_number, traits.postcode))}
        await (await kernel_connection(self._session)).execute(_LOCKS, sorted(keys))

    async def like(self, traits: Traits, viewer: Viewer) -> list[Known]:
        """Those that have a mark in common."""
        connection = await kernel_connection(self._session)
        rows = await connection.fetch(_LIKE, sorted(marks(traits)), list(viewer.schools), viewer.operator)
        return [Known(id_, Traits(*told)) for id_, *told in rows]

    async def pairs(self, region: str, viewer: Viewer, after: Pair) -> tuple[list[tuple[Known, Known]], Pair | None]:
        """Pairs of one employer of the region and a later one with a mark in common, ordered by the two ids.

        They follow the pair `after`; with them comes after which to go on, unless that was all.
        """
        ids = select(employers.c.id).where(visible_to(viewer), employers.c.region == region, employers.c.id >= after[0])
        some = (await self._session.execute(ids.order_by(employers.c.id).limit(AT_ONCE))).scalars().all()
        found = await self._session.execute(_PAIRS, {"some": list(some), "at_most": _ALIKE_AT_MOST})
        pairs = [(row.one, row.other) for row in found if (row.one, row.other) > after]
        known = await self._known({each for pair in pairs for each in pair}, viewer)
        both = [(known[one], known[other]) for one, other in sorted(pairs) if one in known and other in known]
        return both, (some[-1], _LAST) if len(some) == AT_ONCE else None

    async def _known(self, ids: Collection[UUID], viewer: Viewer) -> dict[UUID, Known]:
        if not ids:
            return {}
        query = select(employers.c.id, *_traits(employers)).where(visible_to(viewer), employers.c.id.in_(ids))
        return {row.id: Known(row.id, _read(row)) for row in await self._session.execute(query)}


def _traits(table: Any) -> list[ColumnElement[Any]]:
    facts, address = table.c.facts, table.c.facts["address"]
    told = [facts[name].astext.label(name) for name in ("name", "telephone", "website", "email")]
    return [*told, table.c.kvk_number, table.c.postcode, address["place"].astext.label("place")]


def _read(row: Row[Any]) -> Traits:
    return Traits(row.name, row.kvk_number, row.postcode, row.place, row.telephone, row.website, row.email)
