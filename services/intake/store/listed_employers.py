"""Employers by the hundred: what a file is compared with, and what comes of it."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.intake.domain.employer import Employer
from services.intake.domain.likeness import Traits
from services.intake.domain.rights import Viewer
from services.intake.importing.recognising import Candidate
from services.intake.store.employers import KEPT, employer_of, values_of, visible_to, works_with
from services.intake.store.rows import add_all, save_all
from services.intake.store.tables import employers

_NEAR = text("""
select found.id from unnest(cast(:numbers as text[])) as wanted,
    lateral (select id from employers where kvk_number = wanted offset 0) as found
union
select found.id from unnest(cast(:postcodes as text[])) as wanted,
    lateral (select id from employers where postcode = wanted offset 0) as found
""")
"""One look into an index for each key: `= any` reads the whole register where PostgreSQL thinks that many will fit."""


class ListedEmployerStore:
    """Finds and keeps employers of whole lists."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add_all(self, several: Collection[Employer]) -> None:
        """Keep new employers; to be told of with `announce_new`."""
        await add_all(self._session, employers, [values_of(employer) for employer in several])

    async def save_all(self, several: Collection[Employer]) -> None:
        """Keep what changed, all at once."""
        await save_all(self._session, employers, [values_of(employer) for employer in several])

    async def lock_all(self, ids: Collection[UUID]) -> dict[UUID, Employer]:
        """Employers by id, locked until the transaction ends, in the order of their ids; none that was merged."""
        if not ids:
            return {}
        query = select(*KEPT).where(employers.c.id.in_(ids), employers.c.merged_into.is_(None))
        query = query.order_by(employers.c.id).with_for_update()
        return {row.id: employer_of(row) for row in await self._session.execute(query)}

    async def all_one_at_a_time(self, keys: Collection[str]) -> None:
        """Let nobody else register what has one of these keys until the transaction ends, in one order for all."""
        if keys:
            lock = text(
                "select pg_advisory_xact_lock(key) from "
                "(select distinct hashtextextended('employer ' || name, 0) as key "
                "from unnest(cast(:keys as text[])) name order by 1) as keys"
            )
            await self._session.execute(lock, {"keys": sorted(keys)})

    async def candidates(
        self, kvk_numbers: Collection[str], postcodes: Collection[str], viewer: Viewer
    ) -> list[Candidate]:
        """Those with one of these KvK numbers, or at one of these postcodes, that the caller may know of."""
        given = {"numbers": list(kvk_numbers), "postcodes": list(postcodes)}
        near = set((await self._session.execute(_NEAR, given)).scalars())
        return await self._candidates(and_(employers.c.id.in_(near), visible_to(viewer))) if near else []

    async def of_school(self, school_id: UUID) -> list[Candidate]:
        """Those that a school works with or brought in."""
        theirs = or_(works_with(school_id), employers.c.brought_in_by == school_id)
        return await self._candidates(and_(employers.c.merged_into.is_(None), theirs))

    async def _candidates(self, which: ColumnElement[bool]) -> list[Candidate]:
        facts = employers.c.facts
        told = [facts[name].astext.label(name) for name in ("name", "telephone", "website", "email")]
        place = facts["address"]["place"].astext.label("place")
        query = select(employers.c.id, employers.c.kvk_number, employers.c.postcode, place, *told)
        return [
            Candidate(
                row.id, Traits(row.name, row.kvk_number, row.postcode, row.place, row.telephone, row.website, row.email)
            )
            for row in await self._session.execute(query.where(which).order_by(employers.c.id))
        ]
