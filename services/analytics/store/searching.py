"""Searches of students, and medians of what they took, in SQL: pieces that several queries are made of."""

from services.analytics.store.within import OF_THE_SCHOOL

# ruff: noqa: S608 — the queries are made of names of these modules

SPELLS = f"""
spells as (
    select student_id, version, at, region, school_id,
           lead(at) over (partition by student_id order by version) as again_at from students_ready
    where {OF_THE_SCHOOL}
)"""
"""Each search of a student, and when the next one began."""

SEARCHED = f"""
searched as (
    select distinct on (student_id) student_id, version, region, school_id, at from students_ready
    where {OF_THE_SCHOOL} order by student_id, at
)"""
"""The first search of each student."""


def quantile(share: float, of: str) -> str:
    """In whole numbers, a half up."""
    return f"round((percentile_cont({share}) within group (order by {of}))::numeric)::int"
