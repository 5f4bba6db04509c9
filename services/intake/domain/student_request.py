"""What a school asks UWV for a student: an indication (H10, C6). Health data (AVG art. 9): codes and no free word.

The shape is that of other requests (`request`); UWV learns of whom and what only where it fetches that, on a ground.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Literal
from uuid import UUID

from pydantic import Field, model_validator

from services.intake.domain.fields import Day, examples
from services.intake.domain.ground import Ground, LegalGround, Purpose, RecipientKind
from services.intake.domain.request import WORDS, RequestIsElsewhere, RequestState, RequestStep
from services.intake.domain.special_fact import LONGEST, RecordSpecialFact, SpecialGround, SpecialKind
from shared.api import Body, ShortText
from shared.errors import Refused
from shared.events.codes import IntermediaryKind
from shared.events.intake import StudentRequestMoved

_OPEN = (RequestState.ANSWERED, RequestState.WITHDRAWN)
STEPS: Mapping[RequestState, tuple[RequestState, ...]] = {
    RequestState.ASKED: (RequestState.TAKEN, *_OPEN),
    RequestState.TAKEN: _OPEN,
}
"""What a request can become; one that is not named here is at its end."""


class NoGroundToAsk(Refused):
    """Er is geen geldige grondslag om dit aan UWV te vragen. Leg eerst vast waarom dat mag: POST /v1/students/{student_id}/grounds met recipientKind "uwv" en purpose "indication"."""  # noqa: E501 — a sentence

    slug = "no-ground-to-ask"


class RequestIsOver(Refused):
    """De aanvraag is beantwoord of ingetrokken, of de grondslag ervoor geldt niet meer: er wordt niets meer gedeeld."""

    slug = "request-is-over"
    status = 410


class NothingToAccept(Refused):
    """UWV heeft nog niet geantwoord, of het antwoord is al overgenomen."""

    slug = "nothing-to-accept"


class Outcome(StrEnum):
    """What UWV decided."""

    GRANTED = "granted"
    REFUSED = "refused"


class AskIndication(Body):
    """For which indication."""

    model_config = examples({"indication": "job-agreement"})

    indication: Literal[SpecialKind.JOB_AGREEMENT, SpecialKind.SHELTERED]


class AnswerIndication(Body):
    """What was decided."""

    model_config = examples({"outcome": "granted", "lastDate": "2028-07-31"})

    outcome: Outcome
    last_date: Day | None = Field(default=None, description="Of one that is granted: the last day on which it holds.")

    @model_validator(mode="after")
    def _fits(self) -> "AnswerIndication":
        if self.outcome is Outcome.REFUSED and self.last_date is not None:
            raise ValueError("lastDate is of what is granted")
        return self


class AcceptIndication(Body):
    """The school takes the answer over, with why it keeps it."""

    model_config = examples({"ground": "legal-task", "reason": "Bepaalt welke plekken kunnen."})

    ground: SpecialGround
    reason: ShortText = Field(description="Why guidance needs it: without names and without a story.")


@dataclass(frozen=True)
class StudentRequest:
    """A request for a student of the own school, with every step so far."""

    id: UUID
    student_id: UUID
    school_id: UUID
    region: str
    ground_id: UUID
    author: str
    asked: AskIndication
    steps: tuple[RequestStep, ...]
    answer: AnswerIndication | None = None
    accepted_date: date | None = None
    version: int = 0

    @property
    def state(self) -> RequestState:
        """How far it is."""
        return self.steps[-1].state

    @property
    def possible(self) -> tuple[RequestState, ...]:
        """What it can become next."""
        return STEPS.get(self.state, ())

    def after(self, wanted: RequestState, today: date, answer: AnswerIndication | None = None) -> "StudentRequest":
        """With one more step; raises `RequestIsElsewhere`."""
        if wanted not in self.possible:
            raise RequestIsElsewhere(state=WORDS[self.state])
        return replace(self, steps=(*self.steps, RequestStep(state=wanted, on_date=today)), answer=answer)

    def accepted(self, why: AcceptIndication, today: date) -> tuple["StudentRequest", RecordSpecialFact]:
        """What the school records of the answer, for a year at most; raises `NothingToAccept`."""
        if self.answer is None or self.accepted_date is not None:
            raise NothingToAccept
        expires = min(self.answer.last_date or today + LONGEST, today + LONGEST)
        fact = RecordSpecialFact(
            kind=self.asked.indication,
            code=self.answer.outcome,
            ground=why.ground,
            reason=why.reason,
            expires_date=max(expires, today),
        )
        return replace(self, accepted_date=today), fact

    def moved(self) -> StudentRequestMoved:
        """What is told: that there is something to look at."""
        return StudentRequestMoved(
            student_request_id=self.id,
            school_id=self.school_id,
            intermediary=IntermediaryKind.UWV,
            region=self.region,
            state=self.state,
        )


def ground_to_ask(grounds: Iterable[Ground], day: date) -> Ground | None:
    """The ground that holds on a day for an indication of UWV, a legal task before consent; None: nothing is shared."""
    wanted = (RecipientKind.UWV, Purpose.INDICATION)
    fitting = [one for one in grounds if one.holds_on(day) and (one.facts.recipient_kind, one.facts.purpose) == wanted]
    return min(fitting, key=lambda one: one.facts.legal_ground is LegalGround.CONSENT, default=None)
