"""Following former students (J12, M12, D24): asked after at 6, 12 and 24 months, and nothing is kept beyond that.

Schools follow leavers for 24 months; the record is kept for just as long (`domain.retention`).
"""

import calendar
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field

from services.intake.domain.fields import Codes, Day, Example, examples, once
from services.intake.domain.retention import RULES
from shared.api import Body, Text
from shared.errors import Invalid
from shared.events.intake import FollowUpDue, FollowUpRecorded

FOLLOW_UP: Example = {
    "askedDate": "2027-01-18",
    "outcome": "to-work",
    "reasons": ["job-kept"],
    "guidedBy": ["jobcoach"],
    "note": "Werkt vier dagen bij het tuincentrum.",
}

MONTHS = (6, 12, 24)

ASK_BEFORE = timedelta(days=28)
"""A school has four weeks to reach somebody; those of the last one lie before the record goes."""


class FollowUpOutcome(StrEnum):
    """What became of a former student."""

    LONGER_IN_EDUCATION = "longer-in-education"
    TO_WORK = "to-work"
    SHELTERED = "sheltered"
    DAY_ACTIVITY = "day-activity"
    AT_HOME = "at-home"
    UNKNOWN = "unknown"


class Guide(StrEnum):
    """Who guides the former student now (J15)."""

    SCHOOL = "school"
    JOBCOACH = "jobcoach"
    MUNICIPALITY = "municipality"
    UWV = "uwv"
    EMPLOYER = "employer"
    CARE = "care"


class RecordFollowUp(Body):
    """How a former student fares."""

    model_config = examples(FOLLOW_UP)

    asked_date: Day = Field(description="Today or before, after the student left.")
    outcome: FollowUpOutcome
    reasons: Codes = Field(default=(), description="See the code list `follow-up-reasons`.")
    guided_by: Annotated[tuple[Guide, ...], Field(max_length=12), AfterValidator(once)] = ()
    note: Text | None = Field(default=None, description="Stays with the school, and goes with the student's record.")


@dataclass(frozen=True)
class FollowUp:
    """Somebody is to ask after a former student, or did."""

    id: UUID
    student_id: UUID
    school_id: UUID
    region: str
    months: int
    left_date: date
    due_date: date
    said: RecordFollowUp | None = None
    author: str | None = None
    version: int = 0

    @property
    def ask_date(self) -> date:
        """From when on the school is asked to."""
        return self.due_date - ASK_BEFORE

    def due(self) -> FollowUpDue:
        """What the school is told."""
        return FollowUpDue(follow_up_id=self.id, school_id=self.school_id, months=self.months, due_date=self.due_date)

    def recorded(self, said: RecordFollowUp, author: str, today: date) -> tuple["FollowUp", FollowUpRecorded]:
        """With what was heard; again where it was heard wrong. Raises `Invalid` for a day that cannot be."""
        if not self.left_date <= said.asked_date <= today:
            raise Invalid("/askedDate", "lies before the student left, or ahead")
        event = FollowUpRecorded(
            follow_up_id=self.id,
            school_id=self.school_id,
            region=self.region,
            months=self.months,
            outcome=said.outcome,
            asked_date=said.asked_date,
        )
        return replace(self, said=said, author=author), event


def due_after(left: date, months: int) -> date:
    """When so many months have passed, while the record is still there: its last day is the last of 24 months."""
    return min(_months_after(left, months), RULES["former-student"].kept_through(left))


def _months_after(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return day.replace(year=year, month=month, day=min(day.day, calendar.monthrange(year, month)[1]))
