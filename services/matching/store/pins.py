"""What coordinators pinned or forbade: a student and an offer, with the reason, until a day."""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.matching.domain.model import PinKind
from services.matching.store.rows import upsert
from services.matching.store.tables import pins


@dataclass(frozen=True)
class KeptPin:
    """A pin as it was made, and by whom."""

    id: UUID
    student_id: UUID
    offer_id: UUID
    kind: PinKind
    reason: str
    until_date: date
    made_at: datetime
    made_by: str


class PinStore:
    """Pins, by student and by offer."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def save(self, pin: KeptPin) -> None:
        """Keep a pin; an earlier one of the same pair makes room for it."""
        same = (pins.c.student_id == pin.student_id) & (pins.c.offer_id == pin.offer_id) & (pins.c.id != pin.id)
        await self.session.execute(delete(pins).where(same))
        await upsert(self.session, pins, asdict(pin))

    async def delete(self, pin_id: UUID) -> None:
        """Forget a pin."""
        await self.session.execute(delete(pins).where(pins.c.id == pin_id))

    async def page(self, student_id: UUID, *, after: UUID | None = None, limit: int = 50) -> list[KeptPin]:
        """Up to `limit` pins of a student behind `after`, by id."""
        which = pins.c.student_id == student_id
        if after is not None:
            which &= pins.c.id > after
        found = await self.session.execute(select(pins).where(which).order_by(pins.c.id).limit(limit))
        return [_kept(row) for row in found]

    async def get(self, pin_id: UUID) -> KeptPin | None:
        """A pin."""
        found = await self._load(pins.c.id == pin_id)
        return found[0] if found else None

    async def lapsed(self, day: date) -> KeptPin | None:
        """A pin whose last day is over."""
        found = await self.session.execute(select(pins).where(pins.c.until_date < day).limit(1))
        row = found.one_or_none()
        return None if row is None else _kept(row)

    async def _load(self, which: ColumnElement[bool]) -> list[KeptPin]:
        return [_kept(row) for row in await self.session.execute(select(pins).where(which))]


def _kept(row: Row[Any]) -> KeptPin:
    values = dict(row._mapping)  # noqa: SLF001 — SQLAlchemy's public name for it
    return KeptPin(**{**values, "kind": PinKind(row.kind)})
