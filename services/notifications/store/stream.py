"""What the live stream shows: rows that live for a while, in the positions that clients resume by."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Text, cast, delete, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.notifications.domain.views import View
from services.notifications.store.tables import heads, stream


@dataclass(frozen=True)
class Shown:
    """An event on the stream, with what each kind of listener sees of it."""

    position: int
    type: str
    time: datetime
    views: tuple[View, ...]


_NUMBER = text("""
with head as (
    select position from heads where name = 'stream' for update skip locked
), fresh as (
    select id, row_number() over (order by id) as place from stream
    where position is null and exists (select from head) order by id limit :limit
), numbered as (
    update stream set position = head.position + fresh.place from fresh, head where stream.id = fresh.id
    returning 1
)
update heads set position = heads.position + (select count(*) from numbered)
where name = 'stream' and exists (select from head)
returning (select count(*) from numbered)
""")


class StreamStore:
    """The stream's rows."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def show(self, event_key: str, event_type: str, time: datetime, views: Sequence[View]) -> None:
        """Put an event on the stream, once."""
        row = {
            "event_key": event_key,
            "type": event_type,
            "time": time,
            "views": [view.to_json() for view in views],
            "created_at": func.clock_timestamp(),
        }
        await self._session.execute(insert(stream).values(row).on_conflict_do_nothing())

    async def number(self, limit: int = 1_000) -> int:
        """Give positions to what has none yet; how many it were."""
        return int((await self._session.execute(_NUMBER, {"limit": limit})).scalar_one_or_none() or 0)

    async def head(self) -> int:
        """The last position given out."""
        return int((await self._session.execute(select(heads.c.position).where(heads.c.name == "stream"))).scalar_one())

    async def oldest(self) -> int | None:
        """The first position that is still there."""
        first: int | None = (await self._session.execute(select(func.min(stream.c.position)))).scalar_one_or_none()
        return first

    async def after(self, position: int, limit: int) -> list[Shown]:
        """What came after a position, in order."""
        query = select(stream).where(stream.c.position > position).order_by(stream.c.position).limit(limit)
        return [
            Shown(row.position, row.type, row.time, tuple(View.from_json(view) for view in row.views))
            for row in await self._session.execute(query)
        ]

    async def forget(self, older_than: timedelta) -> None:
        """Delete what nobody resumes from any more."""
        old = stream.c.created_at < func.clock_timestamp() - older_than
        await self._session.execute(delete(stream).where(old, stream.c.position.is_not(None)))

    async def forget_person(self, person_id: UUID) -> int:
        """Delete what names a student; how many it were."""
        named = cast(stream.c.views, Text).contains(str(person_id))
        return len((await self._session.execute(delete(stream).where(named).returning(stream.c.id))).all())
