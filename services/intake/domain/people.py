"""Who acts for whom for a while: delegations of schools or some students, job coaches with a caseload (M11, A5)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field, ValidationInfo, field_validator

from services.intake.domain.coach import Coach, WorkEmail
from services.intake.domain.fields import Day, examples, not_before
from services.intake.domain.rights import Viewer
from services.intake.domain.student import Student, StudentFacts
from shared.api import Body
from shared.errors import Invalid, Refused
from shared.events.codes import Code
from shared.events.intake import DelegationChanged

LONGEST_DELEGATION = timedelta(days=366)
"""A school year: what lasts longer is a job, and belongs in the token."""

LONGEST_CASELOAD = timedelta(days=366)
"""A school year: the ground is looked at again with the next one."""

FOR_JOBCOACHES = frozenset(
    {
        "given_name",
        "family_name",
        "birth_date",
        "wishes",
        "limits",
        "guidance_need",
        "has_jobcoach",
        "outflow_profile",
        "certificates",
        "certificate_dates",
        "practice_certificates",
        "travel",
        "accepts_neighbouring_work",
        "last_year",
        "placement_kind",
        "begin_date",
        "end_date",
        "weekdays",
        "days_per_week",
    }
)
"""What a job coach needs for guidance at work; whatever the school records later is not among it by itself."""


class DelegationIsOver(Refused):
    """The delegation has ended."""

    slug = "delegation-is-over"


class CoachKind(StrEnum):
    """How somebody stands to a student."""

    SCHOOL = "school"
    JOBCOACH = "jobcoach"


class Ground(StrEnum):
    """Why a job coach from outside may see a student (AVG article 6; the legal task comes before consent)."""

    LEGAL_TASK = "legal-task"
    CONSENT = "consent"


class AssignJobcoach(Coach):
    """A job coach of the municipality or an agency sees this student until a day, on a recorded ground."""

    model_config = examples(
        {"name": "J. Bakker", "email": "j.bakker@gemeente.example", "untilDate": "2027-07-09", "ground": "legal-task"}
    )

    until_date: Day = Field(description="The last day on which the job coach sees the student, at most a year ahead.")
    ground: Ground

    def must_be_grounded(self, student: StudentFacts, today: date) -> None:
        """Raise `Invalid` when the day has passed or is far, or consent is named that was not recorded."""
        if self.until_date < today:
            raise Invalid("/untilDate", "lies in the past")
        if self.until_date > today + LONGEST_CASELOAD:
            raise Invalid("/untilDate", "lies more than a year ahead")
        if self.ground is Ground.CONSENT and student.consent is None:
            raise Invalid("/ground", "no consent is recorded with the student: see `consent`")


class Delegate(Body):
    """A colleague, of another or the same school, acts for a school or for some of its students until a day."""

    model_config = examples(
        {"email": "collega@school.example", "untilDate": "2026-10-30", "reason": "leave"},
        {
            "email": "collega@school.example",
            "studentIds": ["01920000-0000-7000-8000-000000000001"],
            "fromDate": "2026-09-07",
            "untilDate": "2026-10-30",
            "reason": "part-time",
        },
    )

    email: WorkEmail = Field(description="As it stands in the colleague's token, who has to be a coordinator.")
    school_id: UUID | None = Field(default=None, description="By default the caller's own school.")
    student_ids: Annotated[tuple[UUID, ...], Field(max_length=200)] = Field(
        default=(), description="Only for these; empty: for the whole school."
    )
    from_date: Day | None = Field(default=None, description="By default today.")
    until_date: Day = Field(description="The last day, at most a year ahead.")
    reason: Code = Field(default="other", description="See the code list `delegation-reasons`.")

    @field_validator("student_ids")
    @classmethod
    def _each_once(cls, ids: tuple[UUID, ...]) -> tuple[UUID, ...]:
        return tuple(dict.fromkeys(ids))

    @field_validator("until_date")
    @classmethod
    def _in_order(cls, until: date, info: ValidationInfo) -> date | None:
        return not_before("from_date", until, info)


@dataclass(frozen=True)
class Delegation:
    """Somebody acts for a school."""

    id: UUID
    school_id: UUID
    facts: Delegate
    from_date: date
    given_by: str
    ended_at: datetime | None = None

    def holds_on(self, day: date) -> bool:
        """Whether it counts on a day; it lapses without anybody doing anything."""
        return self.ended_at is None and self.from_date <= day <= self.facts.until_date

    def changed(self) -> DelegationChanged:
        """The event that says how it stands."""
        return DelegationChanged(
            delegation_id=self.id,
            school_id=self.school_id,
            from_date=self.from_date,
            until_date=self.facts.until_date,
            has_ended=self.ended_at is not None,
        )

    def must_be_sensible(self, own_email: str, today: date) -> None:
        """Raise `Invalid` for one that is over before it begins, lasts too long, or is given to oneself."""
        if self.facts.until_date < today:
            raise Invalid("/untilDate", "lies in the past")
        if self.facts.until_date > today + LONGEST_DELEGATION:
            raise Invalid("/untilDate", "lies more than a year ahead")
        if self.facts.email == own_email:
            raise Invalid("/email", "is your own")


@dataclass(frozen=True)
class LentRights:
    """What somebody may beside what his token says, on a day."""

    schools: dict[UUID, str]
    """Schools that he acts for, with their regions."""
    acts_for: frozenset[UUID]
    """Students whom he acts for."""
    sees: frozenset[UUID]
    """Students whom he sees: those of his caseload."""

    def for_whom_it_may(self, *, coordinator: bool, jobcoach: bool) -> "LentRights":
        """What counts for somebody with these roles: only a coordinator acts for others."""
        acts = (self.schools, self.acts_for) if coordinator else ({}, frozenset())
        return LentRights(*acts, self.sees if jobcoach else frozenset())


def facts_for(viewer: Viewer, student: Student) -> StudentFacts:
    """What a caller may know of a student whom he or she sees: of the caseload, what a job coach needs."""
    if viewer.works_for(student.school_id, student.id):
        return student.facts
    wishes = tuple(wish.model_copy(update={"neighbourhoods": ()}) for wish in student.facts.wishes)
    needed = student.facts.model_dump(include=set(FOR_JOBCOACHES))
    return StudentFacts.model_validate(needed).model_copy(update={"wishes": wishes})
