"""What the holders of links say, as a form sends it: few fields, each checked here whatever a browser lets through."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, ConfigDict, Field

from services.intake.domain.company_text import CompanyText
from services.intake.domain.evaluation import Experience, Information
from services.intake.domain.fields import Codes, Day, Telephone, once
from services.intake.domain.student_facts import Relation
from services.intake.domain.support import SupportKind
from shared.api import Body, ShortText, Text
from shared.events.codes import Code


class YesNo(StrEnum):
    """A plain answer."""

    YES = "yes"
    NO = "no"


class Free(StrEnum):
    """Whether a place is still there; else with the reason that an offer is withdrawn for."""

    YES = "yes"
    FILLED = "filled"
    NO_LONGER = "no-longer"


class StillOpen(Body):
    """Is the place still free?"""

    free: Free
    seats: Annotated[int, Field(ge=1, le=500)] | None = None
    until: Day | None = None


class TakesStudents(StrEnum):
    """Whether an employer pauses."""

    PAUSE = "pause"
    RESUME = "resume"


class PauseOrResume(Body):
    """The employer takes nobody for a while, or takes students again."""

    what: TakesStudents
    until: Day | None = None
    reason: Code = "other"


class ReportProblem(Body):
    """Something goes wrong with a student."""

    kind: Code
    today: YesNo
    text: Text
    telephone: Telephone | None = None


class NeedSupport(Body):
    """What would help the employer."""

    kinds: Annotated[tuple[SupportKind, ...], Field(min_length=1, max_length=10), AfterValidator(once)]
    text: CompanyText | None = None


class SignAgreement(Body):
    """The version of the agreement that was read."""

    number: Annotated[int, Field(ge=1, le=10_000)]


class EvaluatePlacement(Body):
    """How a placement went, as an employer says it."""

    experience: Experience
    went_well: Codes = ()
    could_be_better: Codes = ()
    information: Information | None = None
    again: YesNo | None = None
    text: Text | None = None


class Stop(StrEnum):
    """What a student or the parents do about something that is shared."""

    WITHDRAW = "withdraw"
    OBJECT = "object"


_STOPS = rf"^({'|'.join(Stop)}):[0-9a-f]{{8}}(-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}}$"


class AboutSharing(Body):
    """Withdraw consent, or object: a ground by its id."""

    stop: Annotated[str, Field(pattern=_STOPS)]
    text: Text | None = None

    @property
    def what(self) -> Stop:
        """Which of the two."""
        return Stop(self.stop.partition(":")[0])

    @property
    def ground_id(self) -> UUID:
        """To what."""
        return UUID(self.stop.partition(":")[2])


class SayConsent(Body):
    """Yes or no to what the school asks."""

    answer: YesNo


class FillInQuestionnaire(Body):
    """Answers to a questionnaire, each under the name of its field, and whether those are all."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, str | tuple[str, ...]]

    finished: YesNo = YesNo.NO
    text_shared: YesNo = YesNo.NO


class NameEmployer(Body):
    """An employer whom the student or the parents know."""

    name: ShortText
    place: Annotated[ShortText, Field(max_length=100)]
    sector: Code
    relation: Relation
