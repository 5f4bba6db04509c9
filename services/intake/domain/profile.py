"""What matching may know of a student who looks for a place."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from services.intake.domain.fields import WORKING_WEEK
from services.intake.domain.seats import Occupation
from services.intake.domain.student import SearchIsOver, Student, StudentFacts, StudentState, Wish

_SHARED_WITH_MATCHING = (
    "wishes",
    "limits",
    "guidance_need",
    "has_jobcoach",
    "outflow_profile",
    "certificates",
    "travel",
    "accepts_neighbouring_work",
    "last_year",
    "placement_kind",
    "begin_date",
    "end_date",
    "weekdays",
    "days_per_week",
)


def profile(student: Student, lessons: Iterable[Occupation] = ()) -> dict[str, Any]:
    """What matching may know, in snake case: no name, no day of birth, no address; raises `SearchIsOver`.

    Days on which lessons of a programme take the student are left out; where no day is left, there is nothing to match.
    """
    if student.state is not StudentState.SEARCHING or student.situation is None:
        raise SearchIsOver
    facts = student.facts
    return (
        {name: getattr(facts, name) for name in _SHARED_WITH_MATCHING}
        | _days_left(facts, lessons)
        | {
            "wishes": tuple(Wish(rank=wish.rank, sector=wish.sector, tasks=wish.tasks) for wish in facts.wishes),
            "certificates": valid_certificates(facts),
            "student_id": student.id,
            "school_id": student.school_id,
            "version": student.version,
            "birth_year_month": student.facts.birth_date.strftime("%Y-%m"),
            "region": student.region,
            "municipality": student.situation.municipality,
            "location": student.situation.location,
        }
    )


def _days_left(facts: StudentFacts, lessons: Iterable[Occupation]) -> dict[str, Any]:
    """The days of the week on which a place can be had beside lessons, and how many of them at most."""
    begin, end = facts.begin_date or date.min, facts.end_date or date.max
    taken = {day for one in lessons if one.overlaps(begin, end) for day in one.weekdays}
    if not taken:
        return {}
    left = tuple(day for day in facts.weekdays or WORKING_WEEK if day not in taken)
    if not left:
        raise SearchIsOver
    return {"weekdays": left, "days_per_week": min(facts.days_per_week or 1, len(left))}


def valid_certificates(facts: StudentFacts) -> tuple[str, ...]:
    """Those that are still valid on the day on which the student can begin."""
    begin = facts.begin_date
    over = {
        dates.code for dates in facts.certificate_dates if begin and dates.valid_until and dates.valid_until < begin
    }
    return tuple(code for code in facts.certificates if code not in over)
