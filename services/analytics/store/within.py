"""What every query says of its scope: the school and the period, in days of the Netherlands."""

DAY = "(at at time zone 'Europe/Amsterdam')::date"
"""The Dutch day on which something was recorded."""

OF_THE_SCHOOL = (
    "(cast(:school as uuid) is null"
    " or student_id = any(array(select own.student_id from students_ready own where own.school_id = :school)))"
)
"""Whose searches are to be read where each one is looked at beside the others of the same student.

A list and not a query, here and where else it is one: PostgreSQL finds the few by their index then.
"""


def within(day: str, school: str = "school_id") -> str:
    """The condition of the scope, but for the region: a day in the period."""
    return (
        f"{_of_the_school(school)}"
        f" and (cast(:from_date as date) is null or {day} >= :from_date)"
        f" and (cast(:to_date as date) is null or {day} <= :to_date)"
    )


def recorded_within(school: str = "school_id", at: str = "at") -> str:
    """The same of a moment: compared with the midnights around the period, so that no row's day is worked out."""
    return (
        f"{_of_the_school(school)}"
        f" and (cast(:from_date as date) is null or {at} >= {midnight('cast(:from_date as date)')})"
        f" and (cast(:to_date as date) is null or {at} < {midnight('(cast(:to_date as date) + 1)')})"
    )


def midnight(day: str) -> str:
    """When a Dutch day begins."""
    return f"({day}::timestamp at time zone 'Europe/Amsterdam')"


def _of_the_school(school: str) -> str:
    return f"(cast(:school as uuid) is null or {school} = :school)"
