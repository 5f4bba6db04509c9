"""Claims in the database; a claim is seen by whoever may know of its employer."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import Row, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.intake.domain.claim import Claim, ClaimState, Join, JoinState
from services.intake.domain.rights import Viewer
from services.intake.store.claim_tables import claim_joins, claims
from services.intake.store.employers import visible_to
from services.intake.store.rows import page_of, save
from services.intake.store.tables import employers
from shared.api import PageRequest
from shared.errors import NotFound


class ClaimStore:
    """Finds and keeps claims with the requests to join them."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def get(self, claim_id: UUID, viewer: Viewer, *, lock: bool = False) -> Claim:
        """One claim of an employer that the caller may know of; raises `NotFound`."""
        query = select(claims).join(employers).where(claims.c.id == claim_id, visible_to(viewer))
        found = await self._read(query.with_for_update(of=claims) if lock else query)
        if not found:
            raise NotFound("claim")
        return found[0]

    async def lock(self, claim_id: UUID) -> Claim | None:
        """One claim, whoever asks; nobody else changes it until the transaction ends."""
        found = await self._read(select(claims).where(claims.c.id == claim_id).with_for_update())
        return found[0] if found else None

    async def standing_at(self, employer_id: UUID) -> Claim | None:
        """The claim that stands on an employer, locked."""
        which = claims.c.employer_id == employer_id, claims.c.state == ClaimState.STANDING
        found = await self._read(select(claims).where(*which).with_for_update())
        return found[0] if found else None

    async def standing_on(self, employer_ids: Collection[UUID]) -> dict[UUID, Claim]:
        """The claims that stand, by employer."""
        if not employer_ids:
            return {}
        which = claims.c.employer_id.in_(employer_ids), claims.c.state == ClaimState.STANDING
        return {claim.employer_id: claim for claim in await self._read(select(claims).where(*which))}

    async def save(self, claim: Claim) -> None:
        """Keep a new claim, or what changed of it or of who joins."""
        await save(self._session, claims, _values(claim))
        for join in claim.joins:
            values = {"coach": join.coach, "message": join.message, "state": join.state, "asked_at": join.asked_at}
            new = insert(claim_joins).values(claim_id=claim.id, school_id=join.school_id, **values)
            keys = ["claim_id", "school_id"]
            await self._session.execute(new.on_conflict_do_update(index_elements=keys, set_=values))

    async def page_at(self, employer_id: UUID, page: PageRequest) -> list[Claim]:
        """Those of an employer, over ones included."""
        query = select(claims).where(claims.c.employer_id == employer_id)
        return await self._with_joins(await page_of(self._session, query, claims, page))

    async def page_of_schools(
        self, viewer: Viewer, page: PageRequest, state: ClaimState | None, *, mine: bool
    ) -> list[Claim]:
        """Those of the caller's schools and those that they asked to join; `mine`: that the caller made."""
        joined = select(claim_joins.c.claim_id).where(claim_joins.c.school_id.in_(viewer.schools))
        query = select(claims).where(or_(claims.c.school_id.in_(viewer.schools), claims.c.id.in_(joined)))
        if mine:
            query = query.where(claims.c.author == viewer.subject)
        if state is not None:
            query = query.where(claims.c.state == state)
        return await self._with_joins(await page_of(self._session, query, claims, page))

    async def _read(self, query: Any) -> list[Claim]:
        return await self._with_joins((await self._session.execute(query)).all())

    async def _with_joins(self, rows: Iterable[Row[Any]]) -> list[Claim]:
        rows, joins = list(rows), defaultdict[UUID, list[Join]](list)
        query = select(claim_joins).where(claim_joins.c.claim_id.in_([row.id for row in rows]))
        for row in (await self._session.execute(query.order_by(claim_joins.c.asked_at))) if rows else ():
            joins[row.claim_id].append(Join(row.school_id, row.coach, row.message, JoinState(row.state), row.asked_at))
        return [_claim(row, tuple(joins[row.id])) for row in rows]


def _values(claim: Claim) -> dict[str, Any]:
    return {
        "id": claim.id,
        "employer_id": claim.employer_id,
        "school_id": claim.school_id,
        "author": claim.author,
        "coach": claim.coach,
        "purpose": claim.purpose,
        "student_id": claim.student_id,
        "since_date": claim.since,
        "days": claim.days,
        "until_date": claim.until,
        "state": claim.state,
    }


def _claim(row: Row[Any], joins: tuple[Join, ...]) -> Claim:
    return Claim(
        id=row.id,
        employer_id=row.employer_id,
        school_id=row.school_id,
        author=row.author,
        coach=row.coach,
        purpose=row.purpose,
        student_id=row.student_id,
        since=row.since_date,
        days=row.days,
        until=row.until_date,
        state=ClaimState(row.state),
        joins=joins,
        version=row.version,
    )
