"""Plans of regions that are kept in this process between transactions: never more true than the database.

Who plans takes a region's plan off the shelf. It comes back when the transaction is through, and never when that was
rolled back: then what the plan took in never happened, and the region is read anew. What others changed meanwhile, the
database has noted (`store/changes.py`).
"""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

from sqlalchemy.event import listen
from sqlalchemy.ext.asyncio import AsyncSession

from services.matching.domain.kept_region import KeptRegion
from services.matching.store.changes import Seen

ROOM = 400_000
"""Students, offers and pairs in all plans together: some kilobytes each."""

UNUSED_SECONDS = 600.0
"""A plan knows profiles: what nobody plans with for so long is forgotten."""

_OURS = "plans off the shelf"


@dataclass
class Kept:
    """A region's plan, and up to where it knows the region."""

    region: KeptRegion
    seen: Seen


class Shelf:
    """Kept plans by region; those that were used least lately go first."""

    def __init__(self, room: int = ROOM, unused_seconds: float = UNUSED_SECONDS) -> None:
        self._room, self._unused_seconds = room, unused_seconds
        self._kept: OrderedDict[str, Kept] = OrderedDict()
        self._out: dict[str, asyncio.Future[None]] = {}
        self._timers: dict[str, asyncio.TimerHandle] = {}

    async def take(self, session: AsyncSession, region: str) -> Kept | None:
        """The plan of a region that is locked; for the rest of the transaction it is nobody else's."""
        ours = _ours(session)
        if region in ours:
            return ours[region]
        if (before := self._out.get(region)) is not None:  # its transaction is through, or the lock would not be ours
            await asyncio.wait([before], timeout=1)
        self._lend(session, region)
        return self._kept.pop(region, None)

    def keep(self, session: AsyncSession, region: str, kept: Kept | None) -> None:
        """Put it back when the transaction is through; none if it is not to be kept."""
        _ours(session)[region] = kept

    def forget(self, region: str) -> None:
        """Whatever is there of a region."""
        self._kept.pop(region, None)

    def _lend(self, session: AsyncSession, region: str) -> None:
        ours, through = _ours(session), asyncio.get_running_loop().create_future()
        ours[region], self._out[region] = None, through
        is_committed = is_lost = False

        def committed(of: Any) -> None:
            nonlocal is_committed
            is_committed = not of.in_nested_transaction()

        def lost(*_: Any) -> None:
            nonlocal is_lost
            is_lost = True  # if only a part: what the plan knows of it is not true any more

        def ended(_: Any, transaction: Any) -> None:
            if transaction.parent is not None or through.done():
                return
            kept = ours.pop(region, None)
            if kept is not None and is_committed and not is_lost:
                self._put(region, kept)
            if self._out.get(region) is through:  # else somebody waited in vain, and took the plan over
                del self._out[region]
            through.set_result(None)

        listen(session.sync_session, "after_commit", committed)
        listen(session.sync_session, "after_soft_rollback", lost)
        listen(session.sync_session, "after_transaction_end", ended)

    def _put(self, region: str, kept: Kept) -> None:
        self._kept[region] = kept
        while sum(one.region.size for one in self._kept.values()) > self._room and len(self._kept) > 1:
            self._kept.popitem(last=False)
        if (timer := self._timers.pop(region, None)) is not None:
            timer.cancel()
        later = asyncio.get_running_loop().call_later
        self._timers[region] = later(self._unused_seconds, self.forget, region)


def _ours(session: AsyncSession) -> dict[str, Kept | None]:
    ours: dict[str, Kept | None] = session.info.setdefault(_OURS, {})
    return ours
