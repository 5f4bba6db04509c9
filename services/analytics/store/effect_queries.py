"""What initiatives, channels and arguments bring (`queries` says how they are read)."""

from services.analytics.store.process_queries import STANDING, standing
from services.analytics.store.within import within

# ruff: noqa: S608 — the queries are made of names of these modules
_ROW = "case when grouping(row) = 1 then 'total' else row end"
_WITH_TOTAL = "group by grouping sets ((region, row), (region))"

INITIATIVE_EFFECT = f"""
with {STANDING},
joined as (
    select i.region, i.kind as row, coalesce(standing.stands, employer.employer_id) as employer_id,
           min(employer.since_date) as since_date
    from initiatives i cross join jsonb_to_recordset(i.employers) as employer (employer_id uuid, since_date date)
    left join standing on standing.id = employer.employer_id
    where {within("i.begin_date", "i.school_id")} group by 1, 2, 3
),
followed as (select * from joined where since_date + interval '1 year' <= :as_of),
placed as (
    select f.region, f.row, p.student_id, p.placement_id,
           case when p.begin_date >= f.since_date then 'year-after' else 'year-before' end as col
    from followed f join {standing("placements_begun")} p
        on p.stands = f.employer_id and p.begin_date >= f.since_date - interval '1 year'
        and p.begin_date < f.since_date + interval '1 year'
)
select region, {_ROW} as row, 'employers' as col, count(distinct employer_id) as n, 0 as persons
from followed {_WITH_TOTAL}
union all select region, {_ROW}, col, count(distinct placement_id), count(distinct student_id) from placed
group by grouping sets ((region, col, row), (region, col))
"""

INITIATIVES_ABOUT = f"""
with ours as (select * from initiatives where {within("begin_date")}),
about as (
    select region, id, employers, 'aim-' || aim as row from ours where aim is not null
    union all select region, id, employers, 'for-' || code from ours, unnest(target_groups) code
    union all select region, id, employers, 'sector-' || code from ours, unnest(sectors) code
    union all select region, id, employers, 'with-' || code from ours, unnest(partners) code
    union all select region, id, employers, 'total' from ours
)
select region, row, 'initiatives' as col, count(distinct id) as n, 0 as persons from about group by region, row
union all
select region, row, 'employers', count(distinct (employer ->> 'employer_id')), 0
from about cross join jsonb_array_elements(employers) employer group by region, row
"""

_EFFECT = f"""
with {STANDING},
spoken as (
    select c.contact_id, c.school_id, c.contact_date, c.outcome, c.channel, c.arguments, c.stands as employer_id,
           coalesce(s.region, 'unknown') as region
    from {standing("contacts")} c left join schools s on s.id = c.school_id
    where {within("c.contact_date", "c.school_id")}
),
by_code as (select *, {{code}} as row from spoken{{more}}),
after as (
    select region, row, school_id, employer_id, contact_date, coalesce(contact_date > interval '1 year'
               + lag(contact_date) over (partition by row, school_id, employer_id order by contact_date), true) as apart
    from by_code
),
stretches as (
    select region, row, school_id, employer_id, min(contact_date) as first, max(contact_date) as last from (
        select *, count(*) filter (where apart) over (
            partition by row, school_id, employer_id order by contact_date) as number
        from after
    ) numbered group by region, row, school_id, employer_id, number
),
placed as (
    select b.region, b.row, p.placement_id, p.student_id
    from stretches b join {standing("placements_begun")} p
        on p.stands = b.employer_id and p.school_id = b.school_id
        and (cast(:school as uuid) is null or p.school_id = :school)
        and p.begin_date >= b.first and p.begin_date < b.last + interval '1 year'
)
select region, {_ROW} as row, 'contacts' as col, count(distinct contact_id) as n, 0 as persons
from by_code {_WITH_TOTAL}
union all select region, {_ROW}, 'yes', count(distinct contact_id), 0 from by_code where outcome = 'yes' {_WITH_TOTAL}
union all select region, {_ROW}, 'employers', count(distinct employer_id), 0 from by_code {_WITH_TOTAL}
union all select region, {_ROW}, 'placements', count(distinct placement_id), count(distinct student_id)
from placed {_WITH_TOTAL}
"""
CHANNEL_EFFECT = _EFFECT.format(code="channel", more="")
ARGUMENT_EFFECT = _EFFECT.format(code="argument", more=", unnest(arguments) argument")

BY_TABLE = {
    "initiative-effect": INITIATIVE_EFFECT,
    "initiatives-about": INITIATIVES_ABOUT,
    "channel-effect": CHANNEL_EFFECT,
    "argument-effect": ARGUMENT_EFFECT,
}
