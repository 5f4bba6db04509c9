"""How fresh records are, and how soon a call for help is taken up, in SQL; neither is of persons."""

from services.analytics.store.within import within

RECORDS_VERIFIED = """
with known as (
    select region, coalesce(sector, 'unknown') as row, verified_date from employers e
    where (jsonb_array_length(cooperations) > 0 or brought_in_by is not null)
      and not exists (select from employers_merged m where m.id = e.id)
      and (cast(:school as uuid) is null or brought_in_by = :school
           or cooperations @> jsonb_build_array(jsonb_build_object('school_id', cast(:school as text))))
)
select region, row, col, count(*) filter (where counts) as n, 0 as persons
from known, lateral (values ('employers', true),
    ('half-a-year', verified_date >= cast(:today as date) - interval '6 months'),
    ('longer-ago', verified_date < cast(:today as date) - interval '6 months')) as each (col, counts)
group by region, row, col
"""

CALLS_TAKEN = f"""
with asked as (
    select call_id, intermediary, region, min(at) as at from calls group by call_id, intermediary, region
),
taken as (select call_id, intermediary, min(at) as at from calls_taken group by call_id, intermediary),
waits as (
    select region, intermediary, extract(epoch from greatest(taken.at - asked.at, interval '0')) / 3600 as hours
    from asked join taken using (call_id, intermediary)
    where {within("(asked.at at time zone 'Europe/Amsterdam')::date", "cast(null as uuid)")}
)
select coalesce(region, 'all') as region, coalesce(intermediary, 'total') as row, count(*) as n, 0 as persons,
    count(*) as units,
    array[round(percentile_cont(0.5) within group (order by hours)::numeric)::int,
    round(percentile_cont(0.9) within group (order by hours)::numeric)::int] as measures
from waits group by grouping sets ((region, intermediary), (region), (intermediary), ())
"""  # noqa: S608 — names of this module

BY_TABLE = {"records-verified": RECORDS_VERIFIED}
MEASURES = {"calls-taken": CALLS_TAKEN}
