"""Planning happens once at a time in regions that touch each other, however many replicas there are."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.matching.domain.regions import within_reach
from services.matching.store.acting import Capacity
from services.matching.store.rows import fetch, remember_now
from shared.events import Event

_PLANNING = 7102
"""The class of these advisory locks, so that they meet no other lock of the database."""

_REGIONS = "regions that are planned"
_HELD = "numbers of regions that are locked"

_LOCK = """
with told as materialized (select set_config('stagebrug.acting', $1, true))
select pg_advisory_xact_lock($2::int, region), clock_timestamp() as granted from told, unnest($3::int[]) region
"""


_TOUCHED = text("""
select region from searches where id = any (:students)
union select region from employers where id = any (:employers)
union select region from offers where id = any (:offers) or (employer_id = any (:employers) and is_open)
""")


async def lock(session: AsyncSession, regions: Iterable[str]) -> None:
    """Wait until nobody else plans for these regions or their neighbours; held until the transaction ends.

    A student and an offer that could come together are in each other's reach, so both sides lock both regions: neither
    a seat nor a student is given twice, and of two that arrive at once the second sees the first. Take it once in a
    transaction and before any row is written, or for all events of a group before (`lock_together`); the order of the
    regions is the same for all. From here on a call works as matching itself does (row-level security), without a
    statement more.
    """
    regions = set(regions)
    session.info[_REGIONS] = frozenset(regions)
    reach = {neighbour for region in regions for neighbour in within_reach(region)}
    held: set[int] = session.info.setdefault(_HELD, set())
    numbers = sorted({int(region.removeprefix("AM")) for region in reach} - held)
    if numbers:
        granted = await fetch(session, _LOCK, Capacity.PLANNING, _PLANNING, numbers)
        remember_now(session, granted[-1].granted)
        held.update(numbers)


async def lock_together(session: AsyncSession, events: Iterable[Event]) -> None:
    """Lock what the events of one transaction touch, all at once; what their handlers lock is held by then.

    Event by event two groups would wait for each other, each with a region that the other comes to: with the events of
    a whole country nearly always.
    """
    named: dict[str, set[Any]] = defaultdict(set)
    for event in events:
        for name in ("region", "student_id", "employer_id", "merged_id", "offer_id"):
            if (value := getattr(event, name, None)) is not None:
                named[name].add(value)
    ids = {
        "students": list(named["student_id"]),
        "employers": list(named["employer_id"] | named["merged_id"]),
        "offers": list(named["offer_id"]),
    }
    found = (await session.execute(_TOUCHED, ids)).scalars()
    await lock(session, named["region"] | set(found))


def locked(session: AsyncSession) -> frozenset[str]:
    """The regions that were locked with all that is in their reach."""
    regions: frozenset[str] = session.info.get(_REGIONS, frozenset())
    return regions
