"""What a place is like in more detail: who guides how, at what hours, and whether it can be reached and entered."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator

from services.intake.domain.fields import examples
from shared.api import Body
from shared.events.codes import Weekday

Clock = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$", examples=["08:30"])]
"""A time of the Dutch day."""


class GuidanceForm(StrEnum):
    """Who guides a student there, and how (J4); several can go together."""

    EMPLOYER = "employer"
    SCHOOL = "school"
    JOBCOACH = "jobcoach"
    REMOTE = "remote"


class DayHours(Body):
    """From when until when there is work on a day of the week."""

    model_config = examples({"weekday": "tue", "startTime": "08:30", "endTime": "15:00", "breakMinutes": 30})

    weekday: Weekday
    start_time: Clock
    end_time: Clock
    break_minutes: Annotated[int, Field(ge=0, le=480)] | None = Field(
        default=None, description="Of this line; null: not known. Between two lines of a day lies a break, too."
    )

    @field_validator("end_time")
    @classmethod
    def _in_order(cls, end: str, info: ValidationInfo) -> str:
        if end <= info.data.get("start_time", ""):
            raise ValueError("lies before startTime: a night is two lines")
        return end


class Accessibility(Body):
    """Whether the place can be reached and entered; null: not known."""

    model_config = examples({"wheelchair": True, "publicTransport": True})

    wheelchair: bool | None = None
    public_transport: bool | None = None
