"""Employers that went up in another: what names the one means the other, whichever is heard of first."""

from uuid import UUID

from sqlalchemy import ColumnElement, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.matching.store.tables import merged_employers

_LOCK = text("lock table contacts, tips, placements, claims, told_of_employers in share row exclusive mode")
"""What is being written there under the merged id must not be missed; merges are rare."""

_FOLLOW = (
    "insert into merged_employers (id, into_id) values (:merged, :kept) on conflict (id) do nothing",
    "update merged_employers set into_id = :kept where into_id = :merged",
    "delete from employers where id = :merged",
    "delete from pauses where employer_id = :merged",
    """update offers set employer_id = :kept, facts = jsonb_set(facts, '{employer_id}', to_jsonb(cast(:kept as uuid)))
    where employer_id = :merged""",
    "update proposals set employer_id = :kept where employer_id = :merged",
    "update placements set employer_id = :kept where employer_id = :merged",
    "update contacts set employer_id = :kept where employer_id = :merged",
    "update tips set employer_id = :kept where employer_id = :merged",
    "update claims set employer_id = :kept where employer_id = :merged",
    "update lessons set employer_id = :kept where employer_id = :merged",
    "update told_of_employers set employer_id = :kept where employer_id = :merged",
)


def standing(employer_id: UUID) -> ColumnElement[UUID]:
    """The employer that an id means by now, for a row that is written."""
    into = select(merged_employers.c.into_id).where(merged_employers.c.id == employer_id).scalar_subquery()
    return func.coalesce(into, employer_id)


class MergeStore:
    """Remembers which employers went up in which."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def standing(self, employer_id: UUID) -> UUID:
        """The employer that an id means by now."""
        found: UUID = (await self.session.execute(select(standing(employer_id)))).scalar_one()
        return found

    async def follow(self, merged_id: UUID, kept_id: UUID) -> UUID:
        """Let all that names the merged one name the one that stays, which may have gone up in another itself."""
        kept_id = await self.standing(kept_id)
        await self.session.execute(_LOCK)
        for statement in _FOLLOW:
            await self.session.execute(text(statement), {"merged": merged_id, "kept": kept_id})
        return kept_id
