"""How long something took, or how many: each query gives (region, row, n, persons, units, measures).

Regions and rows come with all of them together (`all`, `total`), since a median does not add up. `units` is of how many
organisations a figure is at least.
"""

from services.analytics.store.process_queries import STANDING, standing
from services.analytics.store.searching import SPELLS, quantile
from services.analytics.store.within import recorded_within, within

# ruff: noqa: S608 — the queries are made of names of these modules


def _first(row: str, table: str) -> str:
    """From the beginning of a search to the first row of a table within it."""
    return f"""
    select s.region, s.school_id, '{row}' as row, s.student_id, s.at,
           date_part('epoch', min(t.at) - s.at) / 3600 as hours
    from spells s join {table} t on t.student_id = s.student_id and t.at >= s.at
        and (s.again_at is null or t.at < s.again_at)
    group by s.student_id, s.at, s.region, s.school_id"""


def _between(row: str, earlier: str, later: str) -> str:
    return f"""
    select a.region, a.school_id, '{row}', a.student_id, a.at, date_part('epoch', b.at - a.at) / 3600
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
from steps s where {recorded_within(at="s.at")} group by grouping sets ((region, row), (row))
"""

EFFORT_PER_PLACEMENT = f"""
with {STANDING},
placed as (
    select p.region, p.placement_id, p.student_id, p.school_id, p.begin_date, p.stands
    from {standing("placements_begun")} p where {within("p.begin_date", "p.school_id")}
),
moments as (
    select school_id, stands, contact_date as day, 1 as place, contact_date, cast(null as uuid) as placement_id
    from {standing("contacts")} c where cast(:school as uuid) is null or school_id = :school
    union all
    select school_id, stands, (begin_date - interval '1 year')::date + 1, 0, null, placement_id from placed
    union all
    select school_id, stands, begin_date, 2, null, placement_id from placed
),
numbered as (
    select *, count(contact_date) over (
        partition by stands, school_id order by day, place rows unbounded preceding) as number
    from moments
),
spoken as (
    select school_id, stands, placement_id, min(number) as before, max(number) - min(number) as contacts
    from numbered where placement_id is not null group by school_id, stands, placement_id
),
cost as (
    select p.region, coalesce(k.kind, 'unknown') as row, p.student_id, s.contacts, p.begin_date - c.contact_date as days
    from placed p join spoken s using (placement_id) join numbered c
        on c.stands = s.stands and c.school_id = s.school_id and c.number = s.before + 1 and c.place = 1
    left join schools k on k.id = p.school_id
    where s.contacts > 0
)
select coalesce(region, 'all') as region, coalesce(row, 'total') as row, count(*) as n,
    count(distinct student_id) as persons, count(*) as units,
    array[{quantile(0.5, "contacts")}, {quantile(0.9, "contacts")}, {quantile(0.5, "days")},
          {quantile(0.9, "days")}] as measures
from cost group by grouping sets ((region, row), (region), (row), ())
"""
"""Contacts with an employer are numbered by day, and each placement stands among them twice: a year before and as it
begins. So they are read once, however many an employer has."""

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
from grouped g where {recorded_within(at="g.at")} group by grouping sets ((region, row), (row))
"""

BY_TABLE = {
    "step-times": STEP_TIMES,
    "effort-per-placement": EFFORT_PER_PLACEMENT,
    "guidance-load": GUIDANCE_LOAD,
    "waits-by-group": WAITS_BY_GROUP,
}
