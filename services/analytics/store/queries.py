"""What is counted, in SQL: each query gives (region, row, column, n, persons) for all regions.

`total` is the row of everybody where the rows overlap. Bound in every query: `school` (uuid or null), `from_date` and
`to_date` (dates or null, both included).
"""

from services.analytics.store import (
    effect_queries,
    measure_queries,
    need_queries,
    place_queries,
    process_queries,
    record_queries,
    year_queries,
)
from services.analytics.store.process_queries import OF_ITS_EMPLOYERS, STANDING, standing
from services.analytics.store.searching import SPELLS
from services.analytics.store.within import OF_THE_SCHOOL, recorded_within, within


def _students(row: str, table: str) -> str:
    return f"""
select region, '{row}' as row, 'students' as col, count(distinct student_id) as n, count(distinct student_id) as persons
from {table} where {recorded_within()} group by region"""  # noqa: S608 — names of this module


_TO_WORK = """(
    select region, school_id, student_id, at from placements_ended where outcome = 'job'
    union all select region, school_id, student_id, at from placements_begun where kind in ('job', 'participation-job')
) hired"""

FUNNEL = " union all ".join(
    [
        _students("ready", "students_ready"),
        _students("proposed", "proposals"),
        _students("accepted", "proposals_accepted"),
        _students("started", "placements_begun"),
        _students("ended", "placements_ended"),
        _students("completed", "(select * from placements_ended where outcome <> 'stopped-early') done"),
        _students("job", _TO_WORK),
    ]
)

SEARCHING = f"""
with newest as (
    select distinct on (student_id) student_id, version, at, region, school_id from students_ready
    where {OF_THE_SCHOOL} order by student_id, version desc
),
searching as (
    select * from newest where {recorded_within()}
    and not exists (
        select from students_withdrawn w where w.student_id = newest.student_id and w.version > newest.version)
    and not exists (select from placements_started p where p.student_id = newest.student_id and p.at >= newest.at)
),
steps as (
    select s.student_id, p.at, 'proposal-open' as code from searching s join proposals p using (student_id)
    where p.at >= s.at
    union all select s.student_id, a.at, 'being-placed' from searching s join proposals_accepted a using (student_id)
    where a.at >= s.at
    union all select s.student_id, d.at, 'declined' from searching s join proposals_declined d using (student_id)
    where d.at >= s.at
    union all select s.student_id, e.at, 'expired' from searching s join proposals_expired e using (student_id)
    where e.at >= s.at
    union all select s.student_id, r.at, 'refused' from searching s join placements_refused r using (student_id)
    where r.at >= s.at
    union all select s.student_id, u.at, 'help-asked' from searching s join students_unmatched u using (student_id)
    where u.at >= s.at
),
latest as (select distinct on (student_id) student_id, code from steps order by student_id, at desc, code)
select region, coalesce(code, 'no-proposal') as row, 'students' as col, count(*) as n, count(*) as persons
from searching left join latest using (student_id) group by region, row
"""  # noqa: S608 — names of this module

FIRST_CHOICE = f"""
select p.region,
       case when a.choice is null then 'unknown' when a.choice = 0 then 'neighbouring' when a.choice = 1 then 'first'
            when a.choice = 2 then 'second' else 'later' end as row,
       'placements' as col, count(*) as n, count(distinct p.student_id) as persons
from placements_begun p left join proposals_accepted a using (proposal_id)
where {within("p.begin_date", "p.school_id")} group by p.region, row
"""  # noqa: S608 — names of this module

PLACEMENTS = f"""
select region, kind as row, 'started' as col, count(*) as n, count(distinct student_id) as persons
from placements_begun where {within("begin_date")} group by region, kind
union all
select region, kind, 'ended', count(*), count(distinct student_id)
from placements_ended where {within("ended_date")} group by region, kind
"""  # noqa: S608 — names of this module

CONTINUED = f"""
select p.region, before.kind as row,
       case when p.kind in ('job', 'participation-job') then 'work' else 'further' end as col, count(*) as n,
       count(distinct p.student_id) as persons
from placements_begun p join placements_begun before on before.placement_id = p.predecessor_id
where {within("p.begin_date", "p.school_id")} group by p.region, before.kind, col
"""  # noqa: S608 — names of this module

OUTCOMES = f"""
select region, outcome as row, 'placements' as col, count(*) as n, count(distinct student_id) as persons
from placements_ended where {within("ended_date")} group by region, outcome
"""  # noqa: S608 — names of this module

DECLINES = f"""
select region, reason as row, 'proposals' as col, count(*) as n, count(distinct student_id) as persons
from proposals_declined where {recorded_within()} group by region, reason
"""  # noqa: S608 — names of this module


# several can be of one student, and none says of whom: as many schools are as many students at least
BOTTLENECKS = f"""
select region, code as row, col, count(*) filter (where counts) as n,
    count(distinct school_id) filter (where counts) as persons
from bottlenecks, unnest(codes || 'total'::text) as code,
    lateral (values ('noticed', true), ('solved', solved = 'yes'), ('ended', led_to_end)) as each (col, counts)
where {within("noticed_date")} group by region, code, col
"""  # noqa: S608 — names of this module

FOLLOW_UPS = f"""
select region, outcome as row, 'after-' || months as col, count(*) as n, count(*) as persons
from follow_ups where {within("asked_date")} group by region, outcome, months
"""  # noqa: S608 — names of this module


def _by_intermediary(
    column: str, table: str, kind: str, count: str, persons: str = "0", where: str = "", prefix: str = ""
) -> str:
    period = recorded_within("cast(null as uuid)", f"{prefix}at")
    return f"""
select {prefix}region as region, coalesce({kind}, 'total') as row, '{column}' as col, {count} as n, {persons} as persons
from {table} where {period} {where} group by grouping sets (({prefix}region, {kind}), ({prefix}region))"""  # noqa: S608 — names of this module


_NAMED = standing("suggestions")
_BEGUN = standing("placements_begun")

INTERMEDIARIES = f"with {STANDING} " + " union all ".join(
    [
        _by_intermediary("calls", "calls", "intermediary", "count(distinct call_id)"),
        _by_intermediary("answers", "calls_answered", "intermediary", "count(*)"),
        _by_intermediary("declines", "calls_declined", "intermediary", "count(*)"),
        _by_intermediary("employers", f"{_NAMED} s", "source", "count(distinct stands)"),
        _by_intermediary(
            "new",
            f"{_NAMED} s",
            "source",
            "count(distinct stands)",
            where="and not known_already",
        ),
        _by_intermediary(
            "placements",
            f"{_NAMED} s join {_BEGUN} p on p.stands = s.stands and p.at >= s.at",
            "source",
            "count(distinct p.placement_id)",
            "count(distinct p.student_id)",
            prefix="s.",
        ),
    ]
)
"""Calls and tips belong to a region, not to a school: with a school there are none."""

INITIATIVES = f"""
with {STANDING},
ours as (select * from initiatives where {within("begin_date")}),
linked as (
    select ours.region, ours.kind, coalesce(standing.stands, employer.employer_id) as employer_id, since_date
    from ours cross join jsonb_to_recordset(employers) as employer (employer_id uuid, since_date date)
    left join standing on standing.id = employer.employer_id
),
placed as (
    select distinct linked.region, linked.kind, p.placement_id, p.student_id, e.outcome
    from linked join {_BEGUN} p
        on p.stands = linked.employer_id and p.begin_date >= linked.since_date
    left join placements_ended e using (placement_id)
)
select region, kind as row, 'initiatives' as col, count(*) as n, 0 as persons from ours group by region, kind
union all select region, kind, 'ended', count(ended_date), 0 from ours group by region, kind
union all select region, kind, 'employers', count(distinct employer_id), 0 from linked group by region, kind
union all select region, kind, 'placements', count(*), count(distinct student_id) from placed group by region, kind
union all select region, kind, 'jobs', count(*), count(distinct student_id) from placed where outcome = 'job'
    group by region, kind
"""  # noqa: S608 — names of this module

_SPOKEN = standing("contacts")

# the region is that of the school that had a contact; unknown as long as the school's own event is on its way
FIRST_CONTACT = f"""
with {STANDING},
firsts as (
    select distinct on (school_id, stands) school_id, channel, contact_date
    from {_SPOKEN} c order by school_id, stands, contact_date, at, contact_id
),
located as (
    select f.*, coalesce(k.region, 'unknown') as region from firsts f left join schools k on k.id = f.school_id
    where {within("f.contact_date", "f.school_id")}
),
counted as (
    select region, coalesce(channel, 'total') as row, count(distinct school_id) as schools, count(*) as contacts
    from located group by grouping sets ((region, channel), (region))
)
select region, row, 'schools' as col, schools as n, 0 as persons from counted
union all select region, row, 'contacts', contacts, 0 from counted
"""  # noqa: S608 — names of this module

CONVINCING_ARGUMENTS = f"""
with used as (
    select c.school_id, contact_id, outcome, argument, coalesce(k.region, 'unknown') as region
    from contacts c left join schools k on k.id = c.school_id, unnest(arguments) argument
    where {within("contact_date", "c.school_id")}
),
counted as (
    select region, coalesce(argument, 'total') as row, count(distinct school_id) as schools,
           count(distinct contact_id) as contacts, count(distinct contact_id) filter (where outcome = 'yes') as yes
    from used group by grouping sets ((region, argument), (region))
)
select region, row, 'schools' as col, schools as n, 0 as persons from counted
union all select region, row, 'contacts', contacts, 0 from counted
union all select region, row, 'yes', yes, 0 from counted
"""  # noqa: S608 — names of this module

INITIATIVE = f"""
with {STANDING},
firsts as (
    select distinct on (stands) school_id, initiator, contact_date from {_SPOKEN} c
    where {OF_ITS_EMPLOYERS} order by stands, contact_date, at, contact_id
)
select coalesce(k.region, 'unknown') as region, initiator as row, 'employers' as col, count(*) as n, 0 as persons
from firsts f left join schools k on k.id = f.school_id where {within("contact_date", "f.school_id")} group by 1, 2
"""  # noqa: S608 — names of this module

_OPEN_OFFERS = f"""
from offers o where not exists (select from offers_withdrawn w where w.id = o.id)
and {within("begin_date", "brought_in_by")} group by region, sector"""

OFFERS_BY_SECTOR = f"""
select region, sector as row, 'offers' as col, count(*) as n, 0 as persons {_OPEN_OFFERS}
union all
select region, sector, 'seats', sum(seats), 0 {_OPEN_OFFERS}
"""

BY_TABLE = {
    "funnel": FUNNEL,
    "still-searching": SEARCHING,
    "first-choice": FIRST_CHOICE,
    "placements": PLACEMENTS,
    "continued": CONTINUED,
    "outcomes": OUTCOMES,
    "declines": DECLINES,
    "bottlenecks": BOTTLENECKS,
    "follow-ups": FOLLOW_UPS,
    "intermediaries": INTERMEDIARIES,
    "initiatives": INITIATIVES,
    "first-contact": FIRST_CONTACT,
    "convincing-arguments": CONVINCING_ARGUMENTS,
    "initiative": INITIATIVE,
    "offers-by-sector": OFFERS_BY_SECTOR,
    **process_queries.BY_TABLE,
    **effect_queries.BY_TABLE,
    **place_queries.BY_TABLE,
    **record_queries.BY_TABLE,
    **need_queries.BY_TABLE,
    **year_queries.BY_TABLE,
}

MEASURES = {**measure_queries.BY_TABLE, **record_queries.MEASURES, **need_queries.MEASURES}

READY_TO_PROPOSED = f"""
with {SPELLS},
waits as (
    select date_part('epoch', min(p.at) - s.at) as seconds, s.student_id, s.region
    from spells s join proposals p on p.student_id = s.student_id and p.at >= s.at
        and (s.again_at is null or p.at < s.again_at)
    where {recorded_within("s.school_id", "s.at")}
    group by s.student_id, s.at, s.region
)
select coalesce(region, 'all') as region, percentile_cont(0.5) within group (order by seconds) as median, count(*) as n,
       count(distinct student_id) as persons from waits group by grouping sets ((region), ())
"""  # noqa: S608 — names of this module

ENDED_TO_MATCHED = f"""
with waits as (
    select (select date_part('epoch', min(p.at) - e.at) from proposals p
            where p.offer_id = e.offer_id and p.at >= e.at) as seconds, e.student_id, e.region
    from placements_ended e
    where {recorded_within("e.school_id", "e.at")}
)
select coalesce(region, 'all') as region, percentile_cont(0.5) within group (order by seconds) as median,
       count(seconds) as n,
       count(distinct student_id) filter (where seconds is not null) as persons
from waits group by grouping sets ((region), ())
"""  # noqa: S608 — names of this module
