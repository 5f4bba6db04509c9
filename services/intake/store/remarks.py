"""Remarks with their replies in the database; who may not read one does not find it."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, and_, delete, insert, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from services.intake.domain.employer import Employer
from services.intake.domain.remark import Audience, Remark, Reply, ReplyToRemark, ShareRemark
from services.intake.domain.rights import Viewer
from services.intake.store.remark_tables import remark_replies, remarks
from services.intake.store.rows import document, page_of, read
from shared.api import PageRequest
from shared.errors import NotFound


def _readable(viewer: Viewer, region: str) -> ColumnElement[bool]:
    """`Remark.visible_to` in SQL."""
    unhidden = true() if viewer.governs(region) else remarks.c.hidden_reason.is_(None)
    return or_(remarks.c.school_id.in_(viewer.schools), and_(remarks.c.audience == Audience.SCHOOLS, unhidden))


class RemarkStore:
    """Finds and keeps remarks."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def get(self, employer: Employer, remark_id: UUID, viewer: Viewer, *, lock: bool = False) -> Remark:
        """One remark on an employer that the caller may read; raises `NotFound`."""
        query = select(remarks).where(
            remarks.c.id == remark_id,
            remarks.c.employer_id == employer.id,
            _readable(viewer, employer.situation.region),
        )
        rows = (await self._session.execute(query.with_for_update() if lock else query)).all()
        if not rows:
            raise NotFound("remark")
        return (await self._with_replies(rows))[0]

    async def page(self, employer: Employer, viewer: Viewer, page: PageRequest) -> list[Remark]:
        """Those on an employer that the caller may read."""
        query = select(remarks).where(
            remarks.c.employer_id == employer.id, _readable(viewer, employer.situation.region)
        )
        return await self._with_replies(await page_of(self._session, query, remarks, page))

    async def lock(self, remark_id: UUID) -> None:
        """Nobody else changes it until the transaction ends."""
        await self._session.execute(select(remarks.c.id).where(remarks.c.id == remark_id).with_for_update())

    async def add(self, remark: Remark) -> Remark:
        """Keep a new one; answers it with the moment at which it was recorded."""
        added = insert(remarks).values(
            id=remark.id,
            employer_id=remark.employer_id,
            school_id=remark.school_id,
            author=remark.author,
            coach=remark.coach,
            audience=remark.said.audience,
            said=document(remark.said),
        )
        return _remark((await self._session.execute(added.returning(remarks))).one(), ())

    async def hide(self, remark: Remark) -> None:
        """Keep why it is hidden."""
        hidden = remarks.update().where(remarks.c.id == remark.id).values(hidden_reason=remark.hidden_reason)
        await self._session.execute(hidden)

    async def reply(self, remark_id: UUID, reply: Reply) -> None:
        """Keep a new reply."""
        await self._session.execute(
            insert(remark_replies).values(
                id=reply.id,
                remark_id=remark_id,
                school_id=reply.school_id,
                author=reply.author,
                coach=reply.coach,
                said=document(reply.said),
            )
        )

    async def forget(self, remark_id: UUID) -> None:
        """Delete one with its replies."""
        await self._session.execute(delete(remarks).where(remarks.c.id == remark_id))

    async def _with_replies(self, rows: Sequence[Row[Any]]) -> list[Remark]:
        replies = defaultdict[UUID, list[Reply]](list)
        query = select(remark_replies).where(remark_replies.c.remark_id.in_([row.id for row in rows]))
        for row in (await self._session.execute(query.order_by(remark_replies.c.id))) if rows else ():
            said = read(ReplyToRemark, row.said)
            replies[row.remark_id].append(Reply(row.id, row.school_id, row.coach, row.author, said, row.recorded_at))
        return [_remark(row, tuple(replies[row.id])) for row in rows]


def _remark(row: Row[Any], replies: tuple[Reply, ...]) -> Remark:
    return Remark(
        id=row.id,
        employer_id=row.employer_id,
        school_id=row.school_id,
        author=row.author,
        coach=row.coach,
        said=read(ShareRemark, row.said),
        hidden_reason=row.hidden_reason,
        replies=replies,
        recorded_at=row.recorded_at,
    )
