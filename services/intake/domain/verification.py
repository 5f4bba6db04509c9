"""Verification (F18): which employers nobody has looked at for long, and which school should."""

import calendar
from dataclasses import replace
from datetime import date
from uuid import UUID

from pydantic import Field

from services.intake.domain.employer import Employer
from services.intake.domain.fields import Day, examples
from shared.api import Body
from shared.errors import Invalid


class VerifyEmployer(Body):
    """What stands in the register is still right."""

    model_config = examples({}, {"verifiedOn": "2026-09-14"})

    verified_on: Day | None = Field(default=None, description="Today or before; left out: today.")


def verified(employer: Employer, said: VerifyEmployer, today: date) -> Employer:
    """Verified, and no mere suggestion any more; raises `Invalid` for a day ahead."""
    on = said.verified_on or today
    if on > today:
        raise Invalid("/verifiedOn", "lies ahead")
    return replace(employer, verified_on=on, suggested=False)


def months_before(day: date, months: int) -> date:
    """The same day some months earlier, or the last day of that month where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def verifier(employer: Employer) -> UUID | None:
    """The school that should verify: who brought the employer in, else who began to work with it last."""
    if employer.brought_in_by is not None or not employer.facts.cooperations:
        return employer.brought_in_by
    return max(employer.facts.cooperations, key=lambda known: known.since_date or date.min).school_id
