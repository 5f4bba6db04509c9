"""What schools ask intermediaries about a placement: one shape, whatever is asked (H7, H8).

The intermediary sees the company and the question, never whose placement it is.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field, model_validator

from services.intake.domain.company_text import CompanyText, about_the_company
from services.intake.domain.fields import Day, examples
from shared.api import Body, ShortText
from shared.errors import Refused
from shared.events.codes import Code, IntermediaryKind
from shared.events.intake import RequestMoved


class RequestKind(StrEnum):
    """What is asked."""

    GUIDANCE = "guidance"
    """How an employer can guide better, or whether its guidance will do: SBB's adviser (H7)."""
    PRACTICE_CERTIFICATE = "practice-certificate"
    """A praktijkverklaring for the work processes that were learned there: SBB (H8)."""


ASKED_OF: Mapping[RequestKind, IntermediaryKind] = {
    RequestKind.GUIDANCE: IntermediaryKind.SBB,
    RequestKind.PRACTICE_CERTIFICATE: IntermediaryKind.SBB,
}


class RequestState(StrEnum):
    """How far it is."""

    ASKED = "asked"
    TAKEN = "taken"
    """Somebody looks at it."""
    ANSWERED = "answered"
    """For a certificate: issued."""
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


_OPEN = (RequestState.ANSWERED, RequestState.DECLINED, RequestState.WITHDRAWN)
STEPS: Mapping[RequestState, tuple[RequestState, ...]] = {
    RequestState.ASKED: (RequestState.TAKEN, *_OPEN),
    RequestState.TAKEN: _OPEN,
    RequestState.ANSWERED: (),
    RequestState.DECLINED: (),
    RequestState.WITHDRAWN: (),
}
"""What a request can become."""

WORDS = {
    RequestState.ASKED: "gesteld",
    RequestState.TAKEN: "in behandeling",
    RequestState.ANSWERED: "beantwoord",
    RequestState.DECLINED: "afgewezen",
    RequestState.WITHDRAWN: "ingetrokken",
}


class RequestIsElsewhere(Refused):
    """Deze vraag is al {state}: kijk wat ermee gebeurde, of stel een nieuwe."""

    slug = "request-is-elsewhere"


WorkProcess = Annotated[ShortText, AfterValidator(about_the_company)]
"""What is learned: the intermediary reads it, so that it names nobody either."""


class AskIntermediary(Body):
    """A question about a placement."""

    model_config = examples(
        {"kind": "guidance", "question": "Hoe kan het bedrijf duidelijker uitleg geven bij een nieuwe taak?"}
    )

    kind: RequestKind
    question: CompanyText = Field(description="About the company and its guidance; never about the student.")
    crebo: Annotated[str, Field(pattern=r"^\d{5}$")] | None = Field(default=None, description="For a certificate.")
    work_processes: Annotated[tuple[WorkProcess, ...], Field(max_length=20)] = ()

    @model_validator(mode="after")
    def _complete(self) -> "AskIntermediary":
        wanted = self.kind is RequestKind.PRACTICE_CERTIFICATE
        if wanted != (self.crebo is not None and bool(self.work_processes)):
            raise ValueError("a practice certificate names crebo and workProcesses, and nothing else does")
        return self

    def texts(self) -> Iterator[tuple[str, str]]:
        """What is written freely, with where it stands."""
        yield "/question", self.question
        yield from ((f"/workProcesses/{at}", text) for at, text in enumerate(self.work_processes))


class TakeRequest(Body):
    """Somebody looks at it."""

    model_config = examples({})

    note: CompanyText | None = None


class AnswerRequest(Body):
    """The answer."""

    model_config = examples({"note": "Onze adviseur belt het bedrijf deze week."})

    note: CompanyText


class DeclineRequest(Body):
    """It is not done."""

    model_config = examples({"reason": "not-ours"})

    reason: Code = Field(description="See the code list `request-declines`.")
    note: CompanyText | None = None


class WithdrawRequest(Body):
    """The school needs it no more; without a note, which the intermediary would read."""

    model_config = examples({})


Step = TakeRequest | AnswerRequest | DeclineRequest | WithdrawRequest


class RequestStep(Body):
    """A step in its history, as it is kept."""

    state: RequestState
    on_date: Day
    note: CompanyText | None = None
    reason: Code | None = None


@dataclass(frozen=True)
class Request:
    """A question to an intermediary, with every step so far."""

    id: UUID
    school_id: UUID
    employer_id: UUID
    placement_id: UUID
    student_id: UUID
    """Never shown: with the student it is erased."""
    region: str
    asked: AskIntermediary
    steps: tuple[RequestStep, ...]
    version: int = 0

    @property
    def state(self) -> RequestState:
        """How far it is."""
        return self.steps[-1].state

    @property
    def intermediary(self) -> IntermediaryKind:
        """Who is asked."""
        return ASKED_OF[self.asked.kind]

    def after(self, wanted: RequestState, step: Step, today: date) -> "Request":
        """With one more step; raises `RequestIsElsewhere`."""
        if wanted not in STEPS[self.state]:
            raise RequestIsElsewhere(state=WORDS[self.state])
        reason = step.reason if isinstance(step, DeclineRequest) else None
        note = None if isinstance(step, WithdrawRequest) else step.note
        taken = RequestStep(state=wanted, on_date=today, note=note, reason=reason)
        return replace(self, steps=(*self.steps, taken))

    def moved(self) -> RequestMoved:
        """What the school and the intermediary are told."""
        return RequestMoved(
            request_id=self.id,
            school_id=self.school_id,
            employer_id=self.employer_id,
            intermediary=self.intermediary,
            region=self.region,
            kind=self.asked.kind,
            state=self.state,
        )
