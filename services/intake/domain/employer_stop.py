"""Employers that stop for good (B22): what is said of it, and how it is told."""

from typing import Any

from pydantic import Field

from services.intake.domain.fields import Day, examples
from shared.api import Body, ShortText
from shared.errors import Refused
from shared.events.codes import Code

STOPPED = "stopped"
"""The reason that others are told of who stops for good: the real one is for the schools."""

OPTED_OUT = "opted-out"
"""The reason of who wants to be called no more: those who could be called are forgotten."""

MISTAKE = "mistake"
"""The reason of what does not belong in the register."""

NOBODY: dict[str, Any] = {"contact_persons": (), "telephone": None, "email": None}
"""What is known of who opted out: of an employer as of its locations."""


class EmployerHasStopped(Refused):
    """The employer takes nobody any more; `_restart` takes it up again."""

    slug = "employer-has-stopped"


class EmployerHasNotStopped(Refused):
    """The employer has not stopped for good."""

    slug = "employer-has-not-stopped"


class StopEmployer(Body):
    """The employer takes nobody any more."""

    model_config = examples({"reason": "opted-out"})

    reason: Code = Field(default="other", description="See the code list `stop-reasons`.")
    stopped_date: Day | None = Field(default=None, description="Today or before; left out: today.")
    note: ShortText | None = None
