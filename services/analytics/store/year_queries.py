"""Counting school years side by side, in SQL: each by month, as a whole, and up to the same day."""

from services.analytics.store.within import DAY

_YEARS = """
years as (
    select col, (start - make_interval(years => back))::date as first_date,
           (start - make_interval(years => back - 1))::date as after_date,
           (cast(:as_of as date) - make_interval(years => back))::date as same_date
    from (select date_trunc('year', cast(:as_of as date) - interval '7 months') + interval '7 months' as start) august,
         (values ('this', 0), ('last', 1), ('before', 2)) as each (col, back)
)"""
"""The three of them: a year that begins in August began seven months after the calendar year of seven months ago."""


def _years(facts: str, n: str, persons: str) -> str:
    return f"""
with {_YEARS},
facts as ({facts}),
dated as (
    select facts.*, col, 'month-' || to_char(day, 'MM') as month, day <= same_date as in_time
    from facts join years on day >= first_date and day < after_date
    where day <= :as_of and (cast(:school as uuid) is null or school_id = :school)
)
select region, coalesce(month, 'total') as row, col, {n} as n, {persons} as persons
from dated group by grouping sets ((region, col, month), (region, col))
union all select region, 'so-far', col, {n}, {persons} from dated where in_time group by region, col
"""  # noqa: S608 — names of this module


BY_TABLE = {
    "years-searching": _years(
        f"select region, school_id, student_id, {DAY} as day from students_ready",  # noqa: S608 — names of ours
        "count(*)",
        "count(distinct student_id)",
    ),
    "years-placed": _years(
        "select region, school_id, student_id, begin_date as day from placements_begun",
        "count(*)",
        "count(distinct student_id)",
    ),
    "years-seats": _years(
        "select region, brought_in_by as school_id, seats, begin_date as day from offers o "
        "where not exists (select from offers_withdrawn w where w.id = o.id)",
        "sum(seats)",
        "0",
    ),
}
