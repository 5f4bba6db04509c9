"""What matching may know of a student who looks for a place."""

from typing import Any

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


def profile(student: Student) -> dict[str, Any]:
    """What matching may know, in snake case: no name, no day of birth, no address; raises `SearchIsOver`."""
    if student.state is not StudentState.SEARCHING or student.situation is None:
        raise SearchIsOver
    facts = student.facts
    return {name: getattr(facts, name) for name in _SHARED_WITH_MATCHING} | {
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


def valid_certificates(facts: StudentFacts) -> tuple[str, ...]:
    """Those that are still valid on the day on which the student can begin."""
    begin = facts.begin_date
    over = {
        dates.code for dates in facts.certificate_dates if begin and dates.valid_until and dates.valid_until < begin
    }
    return tuple(code for code in facts.certificates if code not in over)
