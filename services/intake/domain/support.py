"""Support for employers (M10, I9, J5, J10): asked for, offered by somebody, followed until it is done or declined.

It is about the company, never about a student. A question that is put to SBB's adviser (H7) is recorded here too.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from uuid import UUID

from pydantic import Field

from services.intake.domain.company_text import CompanyText
from services.intake.domain.fields import Day, Example, examples
from shared.api import Body
from shared.errors import Invalid, Refused
from shared.events.codes import Code
from shared.events.intake import SupportAsked

SUPPORT: Example = {"kind": "handholds", "askedBy": "employer", "note": "Hoe geef je duidelijke opdrachten?"}


class SupportKind(StrEnum):
    """What an employer would be helped with (K28)."""

    HANDHOLDS = "handholds"
    """How to deal with the target group, in practice."""
    WORKSHOP = "workshop"
    SUPERVISOR_TRAINING = "supervisor-training"
    SCHOOL_INVOLVEMENT = "school-involvement"
    FINANCIAL = "financial"
    QUESTION = "question"
    """An individual question, for example to SBB's adviser (H7)."""
    OTHER = "other"


class Asker(StrEnum):
    """Who asked."""

    SCHOOL = "school"
    """For the employer."""
    EMPLOYER = "employer"


class Helper(StrEnum):
    """Who offers it."""

    SCHOOL = "school"
    REGION = "region"
    SBB = "sbb"
    WSP = "wsp"
    UWV = "uwv"
    MUNICIPALITY = "municipality"
    OTHER = "other"


class SupportState(StrEnum):
    """How far it is."""

    ASKED = "asked"
    OFFERED = "offered"
    DONE = "done"
    DECLINED = "declined"


STEPS: Mapping[SupportState, tuple[SupportState, ...]] = {
    SupportState.ASKED: (SupportState.OFFERED, SupportState.DONE, SupportState.DECLINED),
    SupportState.OFFERED: (SupportState.OFFERED, SupportState.DONE, SupportState.DECLINED),
    SupportState.DONE: (),
    SupportState.DECLINED: (),
}
"""What a request can become; another can offer what the first could not."""

WORDS = {
    SupportState.ASKED: "gevraagd",
    SupportState.OFFERED: "aangeboden",
    SupportState.DONE: "gegeven",
    SupportState.DECLINED: "afgewezen",
}


class SupportIsClosed(Refused):
    """Deze ondersteuning is al {state}: vraag nieuwe ondersteuning aan als die nodig is."""

    slug = "support-is-closed"


class AskSupport(Body):
    """An employer would be helped with something."""

    model_config = examples(SUPPORT)

    kind: SupportKind
    asked_by: Asker = Asker.SCHOOL
    note: CompanyText | None = Field(default=None, description="About the company, never about a student.")
    school_id: UUID | None = Field(default=None, description="For which school; needed by who works for several.")


class SupportStep(Body):
    """Something happened with it."""

    model_config = examples({"note": "In het voorjaar."})

    on_date: Day | None = Field(default=None, description="Today or before; left out: today.")
    note: CompanyText | None = Field(default=None, description="About the company, never about a student.")


class OfferSupport(SupportStep):
    """Somebody offers it."""

    model_config = examples({"offeredBy": "sbb", "note": "Workshop op 12 november."})

    offered_by: Helper


class DeclineSupport(SupportStep):
    """It is not given."""

    model_config = examples({"reason": "not-available"})

    reason: Code = Field(description="See the code list `support-decline-reasons`.")


class TakenSupportStep(Body):
    """A step in its history, as it is kept."""

    state: SupportState
    on_date: Day
    note: CompanyText | None = None
    offered_by: Helper | None = None
    reason: Code | None = None


@dataclass(frozen=True)
class Support:
    """Support that an employer asked for, with every step so far; the first is the asking."""

    id: UUID
    employer_id: UUID
    school_id: UUID | None
    region: str
    kind: SupportKind
    asked_by: Asker
    steps: tuple[TakenSupportStep, ...]
    version: int = 0

    @property
    def state(self) -> SupportState:
        """How far it is."""
        return self.steps[-1].state

    @property
    def offered_by(self) -> Helper | None:
        """Who offered it last."""
        return next((step.offered_by for step in reversed(self.steps) if step.offered_by), None)

    def asked(self) -> SupportAsked:
        """What those who can help are told."""
        return SupportAsked(
            support_id=self.id,
            employer_id=self.employer_id,
            school_id=self.school_id,
            region=self.region,
            kind=self.kind,
            asked_by=self.asked_by,
        )

    def after(self, wanted: SupportState, step: SupportStep, today: date) -> "Support":
        """With one more step; raises `SupportIsClosed`, or `Invalid` for a day that cannot be."""
        if wanted not in STEPS[self.state]:
            raise SupportIsClosed(state=WORDS[self.state])
        on = step.on_date or today
        if not self.steps[-1].on_date <= on <= today:
            raise Invalid("/onDate", f"lies before the step of {self.steps[-1].on_date}, or ahead")
        taken = TakenSupportStep(
            state=wanted,
            on_date=on,
            note=step.note,
            offered_by=step.offered_by if isinstance(step, OfferSupport) else None,
            reason=step.reason if isinstance(step, DeclineSupport) else None,
        )
        return replace(self, steps=(*self.steps, taken))


def support_asked(
    support_id: UUID, employer_id: UUID, region: str, asked: AskSupport, school: UUID | None, today: date
) -> Support:
    """A new request."""
    first = TakenSupportStep(state=SupportState.ASKED, on_date=today, note=asked.note)
    return Support(support_id, employer_id, school, region, asked.kind, asked.asked_by, (first,))
