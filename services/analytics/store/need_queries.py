"""Counting by what students need, in SQL: each student stands once in each of four groups of rows."""

from services.analytics.store.searching import SEARCHED, SPELLS, quantile
from services.analytics.store.within import recorded_within

# ruff: noqa: S608 — names of these modules
_ROWS = """lateral (values
    ('profile-' || coalesce(n.outflow_profile, 'unknown')), ('guidance-' || coalesce(n.guidance_need, 'unknown')),
    ('distance-' || coalesce(n.distance, 'unknown')), ('work-' || coalesce(n.work, 'unknown'))) as each (row)"""

PLACED_BY_NEED = f"""
with {SEARCHED},
counted as (
    select s.region, each.row, exists (select from placements_begun p where p.student_id = s.student_id) as placed
    from searched s left join student_needs n using (student_id, version), {_ROWS}
    where {recorded_within("s.school_id", "s.at")}
    union all
    select s.region, 'total', exists (select from placements_begun p where p.student_id = s.student_id)
    from searched s where {recorded_within("s.school_id", "s.at")}
)
select region, row, col, count(*) as n, count(*) as persons
from counted, lateral (values ('searched', true), ('placed', placed)) as one (col, counts) where counts
group by region, row, col
"""

WAITS_BY_NEED = f"""
with {SPELLS},
waits as (
    select s.student_id, s.version, s.region, s.school_id, s.at, date_part('epoch', min(p.at) - s.at) / 3600 as hours
    from spells s join placements_begun p on p.student_id = s.student_id and p.at >= s.at
        and (s.again_at is null or p.at < s.again_at)
    where {recorded_within("s.school_id", "s.at")}
    group by s.student_id, s.version, s.region, s.school_id, s.at
)
select coalesce(region, 'all') as region, row, count(*) as n, count(distinct student_id) as persons, count(*) as units,
    array[{quantile(0.5, "hours")}, {quantile(0.9, "hours")}] as measures
from waits left join student_needs n using (student_id, version), {_ROWS}
group by grouping sets ((region, row), (row))
"""

BY_TABLE = {"placed-by-need": PLACED_BY_NEED}
MEASURES = {"waits-by-need": WAITS_BY_NEED}
