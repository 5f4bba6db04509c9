"""What is settled, so that nobody is told of it any more, and which placements end when."""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.notifications.store.mail_tables import running_placements, settled_matters


@dataclass(frozen=True)
class RunningPlacement:
    """A placement that has not ended, as far as is known."""

    id: UUID
    student_id: UUID
    school_id: UUID
    begin_date: date
    end_date: date | None
    reminded_of: date | None = None
    """The end of which the school was reminded."""


ENDED_AT_MOST_DAYS = 30
"""A month after its last day a placement that was not said to have ended has nothing to remind of."""


class MatterStore:
    """Matters that are settled; placements that run."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def settle(self, matters: Collection[str], at: datetime) -> None:
        """They are settled since then: also for a letter about them that comes later, of an earlier moment."""
        rows = [{"matter": matter, "settled_at": at} for matter in sorted(matters)]
        await self._session.execute(insert(settled_matters), rows)

    async def settled(self, matters: Collection[str], since: datetime) -> bool:
        """Whether one of them was settled at that moment or later."""
        later = settled_matters.c.matter.in_(matters) & (settled_matters.c.settled_at >= since)
        return (await self._session.execute(select(text("1")).where(later).limit(1))).one_or_none() is not None

    async def forget(self, older_than: timedelta) -> None:
        """Delete what no letter on its way can be about, and placements of whose end nobody told."""
        old = settled_matters.c.settled_at < func.clock_timestamp() - older_than
        await self._session.execute(delete(settled_matters).where(old))
        ended = running_placements.c.end_date < func.current_date() - ENDED_AT_MOST_DAYS
        await self._session.execute(delete(running_placements).where(ended))

    async def note(self, placement: RunningPlacement) -> None:
        """Remember a placement, or its other end; of what the school was reminded stays."""
        row = asdict(placement)
        row.pop("reminded_of")
        statement = insert(running_placements).values(row)
        await self._session.execute(statement.on_conflict_do_update(index_elements=["id"], set_=row))

    async def over(self, placement_id: UUID) -> None:
        """A placement runs no more."""
        await self._session.execute(delete(running_placements).where(running_placements.c.id == placement_id))

    async def last_of(self, student_id: UUID, *, lock: bool = False) -> RunningPlacement | None:
        """The placement of a student that ends last; one without an end is later than all."""
        query = select(running_placements).where(running_placements.c.student_id == student_id)
        last = query.order_by(running_placements.c.end_date.desc().nulls_first()).limit(1)
        row = (await self._session.execute(last.with_for_update() if lock else last)).mappings().one_or_none()
        return RunningPlacement(**row) if row else None

    async def reminded(self, placement: RunningPlacement) -> None:
        """The school was reminded that it ends then."""
        this = update(running_placements).where(running_placements.c.id == placement.id)
        await self._session.execute(this.values(reminded_of=placement.end_date))

    async def forget_person(self, person_id: UUID) -> int:
        """Delete a student's placements and matters; how many rows it were."""
        placed = running_placements.c.student_id == person_id
        gone = (await self._session.execute(delete(running_placements).where(placed).returning(text("1")))).all()
        named = settled_matters.c.matter.contains(str(person_id))
        gone += (await self._session.execute(delete(settled_matters).where(named).returning(text("1")))).all()
        return len(gone)
