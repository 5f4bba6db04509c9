"""Who gets the newsletter, in the database."""

from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.intake.domain.newsletter import Reader, ReaderState
from services.intake.store.rows import page_of
from services.intake.store.story_tables import newsletter_readers as readers
from shared.api import PageRequest
from shared.errors import NotFound


class ReaderStore:
    """Finds and keeps readers."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def ask(self, reader: Reader) -> Reader:
        """Keep somebody who is to be asked; who was asked before stays as it is."""
        names = ("id", "employer_id", "region", "email", "state", "confirm_key", "leave_key")
        new = insert(readers).values({name: getattr(reader, name) for name in names})
        await self._session.execute(new.on_conflict_do_nothing(index_elements=["employer_id", "email"]))
        which = readers.c.employer_id == reader.employer_id, readers.c.email == reader.email
        return _reader((await self._session.execute(select(readers).where(*which))).one())

    async def get(self, reader_id: UUID, employer_id: UUID) -> Reader:
        """One of an employer; raises `NotFound`."""
        which = readers.c.id == reader_id, readers.c.employer_id == employer_id, readers.c.email.is_not(None)
        row = (await self._session.execute(select(readers).where(*which))).one_or_none()
        if row is None:
            raise NotFound("newsletter reader")
        return _reader(row)

    async def confirm(self, key: str) -> bool:
        """Whether somebody has confirmed by the key of a question."""
        which = readers.c.confirm_key == key, readers.c.email.is_not(None)
        confirmed = update(readers).where(*which).values(state=ReaderState.CONFIRMED)
        return (await self._session.execute(confirmed.returning(readers.c.id))).one_or_none() is not None

    async def leave(self, key: str) -> None:
        """Keep nothing of who leaves, at whatever employer; a key that nobody has (any more) has left already."""
        leaving = select(readers.c.email).where(readers.c.leave_key == key).scalar_subquery()
        await self._session.execute(delete(readers).where(or_(readers.c.leave_key == key, readers.c.email == leaving)))

    async def page(self, page: PageRequest, region: str | None, employer_id: UUID | None = None) -> list[Reader]:
        """All of them, of a region, or of an employer."""
        query = select(readers).where(readers.c.email.is_not(None))
        if region is not None:
            query = query.where(readers.c.region == region)
        if employer_id is not None:
            query = query.where(readers.c.employer_id == employer_id)
        return [_reader(row) for row in await page_of(self._session, query, readers, page)]


def _reader(row: Row[Any]) -> Reader:
    state = ReaderState(row.state)
    return Reader(row.id, row.employer_id, row.region, row.email, state, row.confirm_key, row.leave_key)
