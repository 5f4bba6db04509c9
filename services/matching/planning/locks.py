"""Planning happens once at a time in regions that touch each other, however many replicas there are."""

from collections.abc import Iterable

from sqlalchemy.ext.asyncio import AsyncSession

from services.matching.domain.regions import within_reach
from services.matching.store.acting import Capacity
from services.matching.store.rows import fetch, remember_now

_PLANNING = 7102
"""The class of these advisory locks, so that they meet no other lock of the database."""

_REGIONS = "regions that are planned"

_LOCK = """
with told as materialized (select set_config('stagebrug.acting', $1, true))
select pg_advisory_xact_lock($2::int, region), clock_timestamp() as granted from told, unnest($3::int[]) region
"""


async def lock(session: AsyncSession, regions: Iterable[str]) -> None:
    """Wait until nobody else plans for these regions or their neighbours; held until the transaction ends.

    A student and an offer that could come together are in each other's reach, so both sides lock both regions: neither
    a seat nor a student is given twice, and of two that arrive at once the second sees the first. Take it once in a
    transaction and before any row is written; the order of the regions is the same for all. From here on a call
    works as matching itself does (row-level security), without a statement more.
    """
    regions = set(regions)
    reach = {neighbour for region in regions for neighbour in within_reach(region)}
    session.info[_REGIONS] = frozenset(regions)
    numbers = sorted(int(region.removeprefix("AM")) for region in reach)
    if numbers:
        granted = await fetch(session, _LOCK, Capacity.PLANNING, _PLANNING, numbers)
        remember_now(session, granted[-1].granted)


def locked(session: AsyncSession) -> frozenset[str]:
    """The regions that were locked with all that is in their reach."""
    regions: frozenset[str] = session.info.get(_REGIONS, frozenset())
    return regions
