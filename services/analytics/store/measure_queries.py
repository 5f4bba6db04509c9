"""How long something took, or how many: each query gives (region, row, n, persons, units, measures).

Regions and rows come with all of them together (`all`, `total`), since a median does not add up. `units` is of how many
organisations a figure is at least.
"""

from services.analytics.store.process_queries import STANDING
from services.analytics.store.searching import SPELLS, quantile
from services.analytics.store.within import within

# ruff: noqa: S608 — the queries are made of names of these modules


def _at(alias: str) -> str:
    return f"({alias}.at at time zone 'Europe/Amsterdam')::date"


def _first(row: str, table: str) -> str:
    """From the beginning of a search to the first row of a table within it."""
    return f"""
    select s.region, s.school_id, '{row}' as row, s.student_id, s.at,
           extract(epoch from min(t.at) - s.at) / 3600 as hours
    from spells s join {table} t on t.student_id = s.student_id and t.at >= s.at
        and (s.again_at is null or t.at < s.again_at)
    group by s.student_id, s.at, s.region, s.school_id"""


def _between(row: str, earlier: str, later: str) -> str:
    return f"""
    select a.region, a.school_id, '{row}', a.student_id, a.at, extract(epoch from b.at - a.at) / 3600
    from {earlier} a join {later} b using (proposal_id) where b.at >= a.at"""


STEP_TIMES = f"""
with {SPELLS},
steps as ({_first("ready-proposed", "proposals")}
    union all {_between("proposed-accepted", "proposals", "proposals_accepted")}
    union all {_between("accepted-placed", "proposals_accepted", "placements_begun")}
    union all {_first("ready-placed", "placements_begun")}
    union all select b.region, b.school_id, 'begun-ended', b.student_id, b.at, (e.ended_date - b.begin_date) * 24
    from placements_begun b join placements_ended e using (placement_id) where e.ended_date >= b.begin_date
)
select coalesce(region, 'all') as region, row, count(*) as n, count(distinct student_id) as persons, count(*) as units,
    array[{quantile(0.5, "hours")}, {quantile(0.9, "hours")}] as measures
from steps s where {within(_at("s"))} group by grouping sets ((region, row), (row))
"""

EFFORT_PER_PLACEMENT = f"""
with {STANDING},
spoken as (
    select c.school_id, c.contact_date, coalesce(s.stands, c.employer_id) as employer_id
    from contacts c left join standing s on s.id = c.employer_id
),
placed as (
    select p.region, p.placement_id, p.student_id, p.school_id, p.begin_date,
           coalesce(s.stands, p.employer_id) as employer_id
    from placements_begun p left join standing s on s.id = p.employer_id
    where {within("p.begin_date", "p.school_id")}
),
cost as (
    select p.region, coalesce(k.kind, 'unknown') as row, p.student_id, count(*) as contacts,
           max(p.begin_date) - min(c.contact_date) as days
    from placed p join spoken c on c.employer_id = p.employer_id and c.school_id = p.school_id
        and c.contact_date <= p.begin_date and c.contact_date > p.begin_date - interval '1 year'
    left join schools k on k.id = p.school_id
    group by p.placement_id, p.region, k.kind, p.student_id
)
select coalesce(region, 'all') as region, coalesce(row, 'total') as row, count(*) as n,
    count(distinct student_id) as persons, count(*) as units,
    array[{quantile(0.5, "contacts")}, {quantile(0.9, "contacts")}, {quantile(0.5, "days")},
          {quantile(0.9, "days")}] as measures
from cost group by grouping sets ((region, row), (region), (row), ())
"""

GUIDANCE_LOAD = f"""
with loads as (
    select k.region, k.kind as row, k.id, count(p.placement_id) as running
    from schools k left join (
        select p.placement_id, p.school_id from placements_begun p left join placements_ended e using (placement_id)
        where p.begin_date <= :as_of and coalesce(e.ended_date, p.end_date, 'infinity') >= :as_of
    ) p on p.school_id = k.id
    where cast(:school as uuid) is null or k.id = :school group by k.id
)
select coalesce(region, 'all') as region, coalesce(row, 'total') as row, count(*) as n,
    coalesce(sum(running), 0)::int as persons, count(*) as units,
    array[sum(running)::int, {quantile(0.5, "running")}] as measures
from loads group by grouping sets ((region, row), (region), (row), ())
"""

WAITS_BY_GROUP = f"""
with {SPELLS},
waits as ({_first("", "placements_begun")}),
grouped as (
    select w.region, w.school_id, w.student_id, w.at, w.hours, each.row
    from waits w left join schools k on k.id = w.school_id,
    lateral (values (coalesce(k.kind, 'unknown')), (case when exists (
        select from students_unmatched u where u.student_id = w.student_id) then 'with-help' else 'own-circle' end)
    ) as each (row)
)
select coalesce(region, 'all') as region, row, count(*) as n, count(distinct student_id) as persons, count(*) as units,
    array[{quantile(0.5, "hours")}, {quantile(0.9, "hours")}] as measures
from grouped g where {within(_at("g"))} group by grouping sets ((region, row), (row))
"""

BY_TABLE = {
    "step-times": STEP_TIMES,
    "effort-per-placement": EFFORT_PER_PLACEMENT,
    "guidance-load": GUIDANCE_LOAD,
    "waits-by-group": WAITS_BY_GROUP,
}
