"""Counts by month, for what is expected of the months to come."""

import json
from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.analytics.domain.forecast import OPENING, READY
from services.analytics.domain.scope import Scope
from services.analytics.store.counts import CountStore

_MONTHS = text("""
with facts as (
    select cast(:ready as text) as kind, date_trunc('month', at at time zone 'Europe/Amsterdam')::date as month,
           region, school_id
    from students_ready
    union all
    select cast(:opening as text), date_trunc('month', ended_date)::date, region, school_id from placements_ended
),
counted as (
    select kind, month, count(*) as n from facts
    where month < date_trunc('month', cast(:as_of as date)) and month >= cast(:as_of as date) - interval '10 years'
      and (cast(:region as text) is null or region = :region)
      and (cast(:school as uuid) is null or school_id = :school)
    group by kind, month
),
begun as (select kind, min(month) as first from counted group by kind)
select kind, array_agg(coalesce(n, 0) order by each.month) as past
from begun cross join lateral (
    select generate_series(
        first, date_trunc('month', cast(:as_of as date)) - interval '1 month', '1 month')::date as month
) each left join counted using (kind, month)
group by kind
""")


class ForecastStore:
    """The past, month by month."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def months(self, scope: Scope) -> dict[str, Sequence[int]]:
        """The counts of each month that is over, since the first one with any."""
        asked = f"months {scope.region or 'all'}"
        return await CountStore(self._session).kept(asked, scope, json.loads, lambda: self.months_now(scope))

    async def months_now(self, scope: Scope) -> dict[str, Sequence[int]]:
        """The same, counted now."""
        bound = {"as_of": scope.as_of, "region": scope.region, "school": scope.school_id}
        found = await self._session.execute(_MONTHS, {**bound, "ready": READY, "opening": OPENING})
        return {row.kind: tuple(row.past) for row in found}
