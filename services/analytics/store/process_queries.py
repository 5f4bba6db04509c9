"""The counts of the process: who waits, what the work costs and brings, which seats there are (`queries` says how).

Bound in these too: `as_of`, the day that is looked from, and `today`.
"""

from services.analytics.store.searching import SEARCHED
from services.analytics.store.within import OF_THE_SCHOOL, midnight, recorded_within, within

WORK = "('job', 'participation-job')"
"""Kinds of placement that are paid work."""

STANDING = """standing as (
    with recursive way (id, stands) as (
        select id, employer_id from employers_merged
        union select way.id, further.employer_id from way join employers_merged further on further.id = way.stands
    )
    select id, stands from way where not exists (select from employers_merged gone where gone.id = way.stands)
)"""
"""Employers that went up in another one, which may have gone up in a third: followed for all at once."""


def standing(table: str) -> str:
    """The rows of a table with the employer by now: two that were merged are one, whenever what names them came.

    Joined, and not looked up for each row: that would read all that were merged as often as there are rows.
    """
    return f"""(select named.*, coalesce(standing.stands, named.employer_id) as stands
    from {table} named left join standing on standing.id = named.employer_id)"""


OF_ITS_EMPLOYERS = """(cast(:school as uuid) is null or c.employer_id = any(array(
    with own as (
        select coalesce(standing.stands, spoke.employer_id) as stands
        from contacts spoke left join standing on standing.id = spoke.employer_id where spoke.school_id = :school
    )
    select stands from own union select id from standing where stands in (select stands from own))))"""
"""The contacts (`c`) of all schools with the employers that a school spoke to, under whichever name."""


_AFTER = midnight("(cast(:as_of as date) + 1)")
"""When the day that is looked from is over."""


def _at(alias: str) -> str:
    return f"({alias}.at at time zone 'Europe/Amsterdam')::date"


# ruff: noqa: S608 — the queries are made of names of these modules

WAITING = f"""
with newest as (
    select distinct on (student_id) student_id, version, at, region, school_id from students_ready r
    where r.at < {_AFTER} and {OF_THE_SCHOOL} order by student_id, version desc
),
waiting as (
    select region, student_id, cast(:as_of as date) - {_at("n")} as days from newest n
    where (cast(:school as uuid) is null or school_id = :school)
      and not exists (select from students_withdrawn w
          where w.student_id = n.student_id and w.version > n.version and w.at < {_AFTER})
      and not exists (select from placements_started p
          where p.student_id = n.student_id and p.at >= n.at and p.at < {_AFTER})
      and not exists (select from proposals p
          where p.student_id = n.student_id and p.at >= n.at and p.at < {_AFTER})
)
select region, case when days <= 14 then 'up-to-two-weeks' when days <= 28 then 'up-to-four-weeks' else 'longer' end
    as row, 'students' as col, count(*) as n, count(*) as persons
from waiting group by region, row
"""

FIRST_CHOICE_WHY_NOT = f"""
select p.region, coalesce(why.code, 'not-offered') as row, 'placements' as col, count(*) as n,
       count(distinct p.student_id) as persons
from placements_begun p join proposals_accepted a using (proposal_id)
left join lateral (
    select max(r.at) as began from students_ready r where r.student_id = p.student_id and r.at <= a.at
) spell on true
left join lateral (
    select code from (
        select at, reason as code from proposals_declined d where d.student_id = p.student_id
        union all select at, 'expired' from proposals_expired e where e.student_id = p.student_id
        union all select at, 'seat-taken' from placements_refused f where f.student_id = p.student_id
    ) earlier where earlier.at < a.at and earlier.at >= coalesce(spell.began, '-infinity') order by at desc limit 1
) why on true
where a.choice <> 1 and {within("p.begin_date", "p.school_id")} group by p.region, row
"""

CALLS_ANSWERED = f"""
with asked as (
    select call_id, intermediary, region, min(at) as at from calls group by call_id, intermediary, region
),
heard as (
    select call_id, intermediary, min(at) as at from (
        select call_id, intermediary, at from calls_answered union all
        select call_id, intermediary, at from calls_declined
    ) both_kinds group by call_id, intermediary
),
counted as (
    select asked.region, asked.intermediary as row, heard.at - asked.at as took
    from asked left join heard using (call_id, intermediary)
    where {recorded_within("cast(null as uuid)", "asked.at")}
)
select region, row, col, count(*) filter (where counts) as n, 0 as persons
from counted, lateral (values ('calls', true), ('within-three-days', took <= interval '3 days'),
    ('later', took > interval '3 days'), ('open', took is null)) as each (col, counts)
group by region, row, col
"""

DOUBLE_APPROACHES = f"""
with {STANDING},
spoken as (
    select c.contact_id, c.school_id, c.contact_date, c.stands as employer_id from {standing("contacts")} c
    where c.initiator = 'school' and {OF_ITS_EMPLOYERS} and {within("c.contact_date", "cast(:school as uuid)")}
),
several as (
    select employer_id from spoken group by employer_id having min(school_id::text) <> max(school_id::text)
),
pairs as (
    select later.employer_id, later.school_id, exists (
        select from claims k where k.employer_id = later.employer_id and (
            (k.school_id = later.school_id and earlier.school_id = any(k.joined_by)) or
            (k.school_id = earlier.school_id and later.school_id = any(k.joined_by)))
    ) as together
    from several join spoken later using (employer_id) join spoken earlier on earlier.employer_id = later.employer_id
        and earlier.school_id <> later.school_id
        and earlier.contact_date between later.contact_date - 30 and later.contact_date
    where cast(:school as uuid) is null or :school in (later.school_id, earlier.school_id)
),
approached as (
    select distinct employer_id, 'approached' as row from spoken
    where cast(:school as uuid) is null or school_id = :school
    union select employer_id, 'double' from pairs where not together
    union select employer_id, 'together' from pairs where together
)
select coalesce(e.region, 'unknown') as region, row, 'employers' as col, count(*) as n, 0 as persons
from approached left join employers e on e.id = approached.employer_id group by 1, row
"""

RELATIONS = f"""
with {STANDING},
related as (
    select e.id as employer_id, e.region, known.school_id
    from employers e cross join jsonb_to_recordset(e.cooperations) as known (school_id uuid)
    where not exists (select from employers_merged m where m.id = e.id)
      and (cast(:school as uuid) is null or known.school_id = :school)
),
seen as (
    select c.stands as employer_id, school_id, contact_date as day, false as running from {standing("contacts")} c
    where contact_date <= :as_of and (cast(:school as uuid) is null or school_id = :school)
    union all
    select p.stands, p.school_id, least(coalesce(e.ended_date, p.end_date, :as_of), :as_of),
           coalesce(e.ended_date, p.end_date, 'infinity') >= :as_of
    from {standing("placements_begun")} p left join placements_ended e using (placement_id)
    where p.begin_date <= :as_of and (cast(:school as uuid) is null or p.school_id = :school)
),
last_seen as (
    select employer_id, school_id, max(day) as day, bool_or(running) as running
    from seen group by employer_id, school_id
)
select region, case
        when running then 'placed-now'
        when day is null then 'nothing-recorded'
        when day >= cast(:as_of as date) - interval '6 months' then 'alive'
        when day >= cast(:as_of as date) - interval '12 months' then 'stale'
        else 'dormant' end as row, 'relations' as col, count(*) as n, 0 as persons
from related left join last_seen using (employer_id, school_id) group by region, row
"""

EARLY_ENDS = f"""
with ended as (
    select e.region, coalesce(o.sector, 'unknown') as row, e.student_id, e.outcome
    from placements_ended e left join offers o on o.id = e.offer_id
    where {within("e.ended_date", "e.school_id")}
)
select region, row, 'ended' as col, count(*) as n, count(distinct student_id) as persons from ended group by region, row
union all
select region, row, 'stopped-early', count(*), count(distinct student_id) from ended
where outcome = 'stopped-early' group by region, row
"""

OFFERED = """
offered as (
    select o.region, o.municipality, o.sector, o.seats, o.begin_date, coalesce(o.end_date, 'infinity') as end_date,
           coalesce((select (w.at at time zone 'Europe/Amsterdam')::date from offers_withdrawn w where w.id = o.id),
                    'infinity') as gone_date
    from offers o where cast(:school as uuid) is null or o.brought_in_by = :school
)"""

_TAKEN = """
taken as (
    select p.region, p.student_id, p.offer_id, p.begin_date, coalesce(e.ended_date, p.end_date) as last_date
    from placements_begun p left join placements_ended e using (placement_id)
    where cast(:school as uuid) is null or p.school_id = :school
)"""

SEATS_OVER_TIME = f"""
with months as (
    select month::date as day, to_char(month, 'YYYY-MM') as row
    from generate_series(date_trunc('month', cast(:as_of as date)) - interval '12 months',
                         date_trunc('month', cast(:as_of as date)) + interval '6 months', interval '1 month') month
    union all select :as_of, 'now'
),
{OFFERED},
{_TAKEN}
select region, row, 'seats' as col, sum(seats) as n, 0 as persons
from months join offered on begin_date <= day and end_date >= day and gone_date > day group by region, row
union all
select region, row, 'taken', count(*), count(distinct student_id)
from months join taken on begin_date <= day and coalesce(last_date, 'infinity') >= day group by region, row
union all
select region, to_char(last_date, 'YYYY-MM'), 'ending', count(*), count(distinct student_id)
from taken where last_date >= date_trunc('month', cast(:as_of as date)) - interval '12 months'
  and last_date < date_trunc('month', cast(:as_of as date)) + interval '7 months' group by region, 2
union all
select region, to_char(begin_date, 'YYYY-MM'), 'new', sum(seats), 0
from offered where begin_date >= date_trunc('month', cast(:as_of as date)) - interval '12 months'
  and begin_date < date_trunc('month', cast(:as_of as date)) + interval '7 months' and gone_date > begin_date
group by region, 2
"""

SUPPLY_AND_DEMAND = f"""
with {OFFERED},
{_TAKEN}
select region, sector as row, 'seats' as col, sum(seats) as n, 0 as persons
from offered where begin_date <= :as_of and end_date >= :as_of and gone_date > :as_of group by region, sector
union all
select t.region, coalesce(o.sector, 'unknown'), 'taken', count(*), count(distinct student_id)
from taken t left join offers o on o.id = t.offer_id
where t.begin_date <= :as_of and coalesce(t.last_date, 'infinity') >= :as_of group by t.region, 2
union all
select u.region, u.sector, 'unfilled', count(distinct u.offer_id), 0
from offers_unfilled u join offers o on o.id = u.offer_id
where u.at < {_AFTER} and (cast(:school as uuid) is null or o.brought_in_by = :school)
  and coalesce(o.end_date, 'infinity') >= :as_of
  and not exists (select from offers_withdrawn w where w.id = u.offer_id)
  and not exists (select from placements_started p where p.offer_id = u.offer_id and p.at >= u.at)
group by u.region, u.sector
union all
select region, coalesce(sector, 'unknown'), 'help', count(distinct student_id), count(distinct student_id)
from students_unmatched u where {recorded_within(at="u.at")} group by region, 2
"""

AFTER_INTERNSHIP = f"""
with learnt as (
    select e.region, e.student_id, e.ended_date, e.outcome,
           min(j.begin_date) as job_date, min(f.begin_date) as further_date
    from placements_ended e
    left join placements_begun j on j.student_id = e.student_id and j.begin_date >= e.ended_date and j.kind in {WORK}
    left join placements_begun f on f.student_id = e.student_id and f.begin_date >= e.ended_date
        and f.kind not in {WORK} and f.placement_id <> e.placement_id
    where e.kind not in {WORK} and e.outcome <> 'stopped-early' and {within("e.ended_date", "e.school_id")}
    group by e.placement_id, e.region, e.student_id, e.ended_date, e.outcome
)
select region, case
        when outcome = 'job' or job_date <= ended_date + make_interval(months => months) then 'job'
        when further_date <= ended_date + make_interval(months => months) then 'further'
        else 'neither' end as row,
    'after-' || months as col, count(*) as n, count(distinct student_id) as persons
from learnt, unnest(array[6, 12, 24]) months
where ended_date + make_interval(months => months) <= :today group by region, row, months
"""

_PLACED = f"""
with {SEARCHED},
counted as (
    select s.region, s.student_id, coalesce(k.kind, 'unknown') as kind,
           exists (select from placements_begun p where p.student_id = s.student_id) as placed,
           exists (select from students_unmatched u where u.student_id = s.student_id) as helped
    from searched s left join schools k on k.id = s.school_id where {recorded_within("s.school_id", "s.at")}
)
select region, {{row}} as row, 'searched' as col, count(*) as n, count(*) as persons from counted group by region, row
union all select region, {{row}} as row, 'placed', count(*), count(*) from counted where placed group by region, row
"""
PLACED_BY_SCHOOL_KIND = _PLACED.format(row="kind")
PLACED_BY_HELP = _PLACED.format(row="case when helped then 'with-help' else 'own-circle' end")

PLANNED_BY_EFFORT = """
with newest as (
    select distinct on (region) region, by_effort from plans
    where (at at time zone 'Europe/Amsterdam')::date <= :as_of order by region, at desc
)
select region, 'effort-' || effort as row, col, n, n as persons
from newest cross join jsonb_to_recordset(by_effort) as one (effort int, student_count int, placed_count int),
    lateral (values ('students', student_count), ('placed', placed_count)) as each (col, n)
where n is not null and cast(:school as uuid) is null
"""

BY_TABLE = {
    "waiting-without-proposal": WAITING,
    "first-choice-why-not": FIRST_CHOICE_WHY_NOT,
    "calls-answered": CALLS_ANSWERED,
    "double-approaches": DOUBLE_APPROACHES,
    "relations": RELATIONS,
    "early-ends": EARLY_ENDS,
    "seats-over-time": SEATS_OVER_TIME,
    "supply-and-demand": SUPPLY_AND_DEMAND,
    "after-internship": AFTER_INTERNSHIP,
    "placed-by-school-kind": PLACED_BY_SCHOOL_KIND,
    "placed-by-help": PLACED_BY_HELP,
    "planned-by-effort": PLANNED_BY_EFFORT,
}
