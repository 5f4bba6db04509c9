"""How fresh records are, how soon a call for help is taken up, and whom coaches look after, in SQL."""

from services.analytics.store.searching import quantile
from services.analytics.store.within import recorded_within, within

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
    select region, intermediary, date_part('epoch', greatest(taken.at - asked.at, interval '0')) / 3600 as hours
    from asked join taken using (call_id, intermediary)
    where {recorded_within("cast(null as uuid)", "asked.at")}
)
select coalesce(region, 'all') as region, coalesce(intermediary, 'total') as row, count(*) as n, 0 as persons,
    count(*) as units,
    array[{quantile(0.5, "hours")}, {quantile(0.9, "hours")}] as measures
from waits group by grouping sets ((region, intermediary), (region), (intermediary), ())
"""  # noqa: S608 — names of this module

STUDENTS_PER_COACH = """
with running as (
    select p.region, p.student_id, coalesce((
        select c.coach_code from placements_changed c where c.placement_id = p.placement_id and c.coach_code is not null
        order by c.version desc limit 1), s.coach_code) as coach
    from placements_begun p join placements_started s using (placement_id)
    left join placements_ended e using (placement_id)
    where p.begin_date <= :as_of and coalesce(e.ended_date, p.end_date, 'infinity') >= :as_of
      and (cast(:school as uuid) is null or p.school_id = :school)
),
loads as (select region, coach, count(distinct student_id) as students from running group by region, coach)
select region, case when coach is null then 'unknown' else 'coach-' || lpad((row_number() over (
        partition by region, coach is null order by students desc, coach))::text, 3, '0') end as row,
    'students' as col, students as n, students as persons
from loads
"""

FOLLOWED_UP = f"""
with asked_after as (
    select coalesce(f.region, s.region, 'unknown') as region, coalesce(d.school_id, f.school_id) as school_id,
           coalesce(d.months, f.months) as months, coalesce(d.due_date, f.asked_date) as day, f.id is not null as done
    from follow_ups_due d full join follow_ups f on f.id = d.follow_up_id left join schools s on s.id = d.school_id
)
select region, 'after-' || months as row, col, count(*) as n, count(*) as persons
from asked_after, lateral (values ('due', true), ('followed', done)) as each (col, counts)
where counts and day <= :as_of and {within("day")} group by region, months, col
"""  # noqa: S608 — names of these modules

BY_TABLE = {
    "records-verified": RECORDS_VERIFIED,
    "students-per-coach": STUDENTS_PER_COACH,
    "followed-up": FOLLOWED_UP,
}
MEASURES = {"calls-taken": CALLS_TAKEN}
