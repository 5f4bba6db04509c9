"""What is counted, in SQL: each query gives (region, row, column, n, persons) for all regions.

`total` is the row of everybody where the rows overlap. Bound in every query: `school` (uuid or null), `from_date` and
`to_date` (dates or null, both included).
"""

_DAY = "(at at time zone 'Europe/Amsterdam')::date"
"""The Dutch day on which something was recorded."""


def _within(day: str = _DAY, school: str = "school_id") -> str:
    """The condition of the scope, but for the region."""
    return (
        f"(cast(:school as uuid) is null or {school} = :school)"
        f" and (cast(:from_date as date) is null or {day} >= :from_date)"
        f" and (cast(:to_date as date) is null or {day} <= :to_date)"
    )


def _students(row: str, table: str, day: str = _DAY) -> str:
    return f"""
select region, '{row}' as row, 'students' as col, count(distinct student_id) as n, count(distinct student_id) as persons
from {table} where {_within(day)} group by region"""  # noqa: S608 — names of this module


FUNNEL = " union all ".join(
    [
        _students("ready", "students_ready"),
        _students("proposed", "proposals"),
        _students("accepted", "proposals_accepted"),
        _students("started", "placements_started"),
        _students("ended", "placements_ended"),
    ]
)

SEARCHING = f"""
with newest as (
    select distinct on (student_id) student_id, version, at, region, school_id from students_ready
    order by student_id, version desc
),
searching as (
    select * from newest where {_within("(newest.at at time zone 'Europe/Amsterdam')::date")}
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
from placements_started p left join proposals_accepted a using (proposal_id)
where {_within("p.begin_date", "p.school_id")} group by p.region, row
"""  # noqa: S608 — names of this module

PLACEMENTS = f"""
select region, kind as row, 'started' as col, count(*) as n, count(distinct student_id) as persons
from placements_started where {_within("begin_date")} group by region, kind
union all
select region, kind, 'ended', count(*), count(distinct student_id)
from placements_ended where {_within("ended_date")} group by region, kind
"""  # noqa: S608 — names of this module

OUTCOMES = f"""
select region, outcome as row, 'placements' as col, count(*) as n, count(distinct student_id) as persons
from placements_ended where {_within("ended_date")} group by region, outcome
"""  # noqa: S608 — names of this module

DECLINES = f"""
select region, reason as row, 'proposals' as col, count(*) as n, count(distinct student_id) as persons
from proposals_declined where {_within()} group by region, reason
"""  # noqa: S608 — names of this module


def _by_intermediary(
    column: str, table: str, kind: str, count: str, persons: str = "0", where: str = "", prefix: str = ""
) -> str:
    within = _within(f"({prefix}at at time zone 'Europe/Amsterdam')::date", "cast(null as uuid)")
    return f"""
select {prefix}region as region, coalesce({kind}, 'total') as row, '{column}' as col, {count} as n, {persons} as persons
from {table} where {within} {where} group by grouping sets (({prefix}region, {kind}), ({prefix}region))"""  # noqa: S608 — names of this module


INTERMEDIARIES = " union all ".join(
    [
        _by_intermediary("calls", "calls", "intermediary", "count(distinct call_id)"),
        _by_intermediary("answers", "calls_answered", "intermediary", "count(*)"),
        _by_intermediary("declines", "calls_declined", "intermediary", "count(*)"),
        _by_intermediary("employers", "suggestions", "source", "count(distinct standing_employer(employer_id))"),
        _by_intermediary(
            "new",
            "suggestions",
            "source",
            "count(distinct standing_employer(employer_id))",
            where="and not known_already",
        ),
        _by_intermediary(
            "placements",
            "suggestions s join placements_started p "
            "on standing_employer(p.employer_id) = standing_employer(s.employer_id) and p.at >= s.at",
            "source",
            "count(distinct p.placement_id)",
            "count(distinct p.student_id)",
            prefix="s.",
        ),
    ]
)
"""Calls and tips belong to a region, not to a school: with a school there are none."""

_REGION = "coalesce((select region from schools where id = school_id), 'unknown')"
"""The region of the school that had a contact; unknown as long as the school's own event is on its way."""

_STANDING = "standing_employer(employer_id)"
"""The employer by now: two that were merged are one, whenever what names them came."""

FIRST_CONTACT = f"""
with firsts as (
    select distinct on (school_id, {_STANDING}) school_id, channel, contact_date, {_REGION} as region from contacts
    order by school_id, {_STANDING}, contact_date, at, contact_id
),
counted as (
    select region, coalesce(channel, 'total') as row, count(distinct school_id) as schools, count(*) as contacts
    from firsts where {_within("contact_date")} group by grouping sets ((region, channel), (region))
)
select region, row, 'schools' as col, schools as n, 0 as persons from counted
union all select region, row, 'contacts', contacts, 0 from counted
"""  # noqa: S608 — names of this module

CONVINCING_ARGUMENTS = f"""
with used as (
    select school_id, contact_id, outcome, argument, {_REGION} as region from contacts, unnest(arguments) argument
    where {_within("contact_date")}
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
with firsts as (
    select distinct on ({_STANDING}) school_id, initiator, contact_date, {_REGION} as region from contacts
    order by {_STANDING}, contact_date, at, contact_id
)
select region, initiator as row, 'employers' as col, count(*) as n, 0 as persons
from firsts where {_within("contact_date")} group by region, initiator
"""  # noqa: S608 — names of this module

_OPEN_OFFERS = f"""
from offers o where not exists (select from offers_withdrawn w where w.id = o.id)
and {_within("begin_date", "brought_in_by")} group by region, sector"""

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
    "outcomes": OUTCOMES,
    "declines": DECLINES,
    "intermediaries": INTERMEDIARIES,
    "first-contact": FIRST_CONTACT,
    "convincing-arguments": CONVINCING_ARGUMENTS,
    "initiative": INITIATIVE,
    "offers-by-sector": OFFERS_BY_SECTOR,
}

READY_TO_PROPOSED = f"""
with spells as (
    select student_id, at, region, school_id,
           lead(at) over (partition by student_id order by version) as again_at from students_ready
),
waits as (
    select extract(epoch from min(p.at) - s.at) as seconds, s.student_id
    from spells s join proposals p on p.student_id = s.student_id and p.at >= s.at
        and (s.again_at is null or p.at < s.again_at)
    where {_within("(s.at at time zone 'Europe/Amsterdam')::date", "s.school_id")}
      and (cast(:region as text) is null or s.region = :region)
    group by s.student_id, s.at
)
select percentile_cont(0.5) within group (order by seconds) as median, count(*) as n,
       count(distinct student_id) as persons from waits
"""  # noqa: S608 — names of this module

ENDED_TO_MATCHED = f"""
with waits as (
    select (select extract(epoch from min(p.at) - e.at) from proposals p
            where p.offer_id = e.offer_id and p.at >= e.at) as seconds, e.student_id
    from placements_ended e
    where {_within("(e.at at time zone 'Europe/Amsterdam')::date", "e.school_id")}
      and (cast(:region as text) is null or e.region = :region)
)
select percentile_cont(0.5) within group (order by seconds) as median, count(seconds) as n,
       count(distinct student_id) filter (where seconds is not null) as persons from waits
"""  # noqa: S608 — names of this module
