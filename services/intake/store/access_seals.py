"""The access log's seals in PostgreSQL: functions of the owner make, check and forget them; nobody else can."""

from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.intake.domain.access_seals import Part, Seal, Verification, verified

AT_ONCE = 500
"""Lines of a part at most: some twenty kilobytes of digests, and what goes together when it is old."""

_SEAL = text("select * from seal_accesses(:most)")
_CHECK = text("select * from check_accesses(:after, :parts)")
_BOUNDS = text("select * from access_log_bounds()")


class AccessSealStore:
    """Seals what was logged, and looks whether it still is what was sealed."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def seal(self) -> Seal | None:
        """Seal the next part, if there is something to seal and no other replica does it now."""
        row = (await self._session.execute(_SEAL, {"most": AT_ONCE})).one_or_none()
        return None if row is None else Seal(row.number, row.lines, row.digest)

    async def verify(self, after: int, parts: int) -> Verification:
        """Look through so many parts after one."""
        bounds = (await self._session.execute(_BOUNDS)).one()
        found = await self._session.execute(_CHECK, {"after": max(after, bounds.begins_after), "parts": parts})
        return verified([_part(row) for row in found], bounds.before_all, bounds.begins_after, bounds.last_part, after)


def _part(row: Row[Any]) -> Part:
    return Part(row.number, row.expected, row.missing, row.added, row.changed, row.erased, row.fits, row.digest)
