"""Accreditation (B12): an employer that should become a recognised learning company, followed until SBB has decided."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field

from services.intake.domain.employer import Employer
from services.intake.domain.employer_profile import (
    MOST_CREBOS,
    CompanyId,
    Crebo,
    CreboCode,
    Crebos,
    Recognised,
    SbbRecord,
)
from services.intake.domain.fields import Day, Example, examples, once
from shared.api import Body, ShortText
from shared.errors import Invalid, Refused
from shared.events.codes import Code, Recognition


class AccreditationState(StrEnum):
    """How far a request is."""

    REQUESTED = "requested"
    SUBMITTED = "submitted"
    VISIT_PLANNED = "visit-planned"
    RECOGNISED = "recognised"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


DECIDED = (AccreditationState.RECOGNISED, AccreditationState.REFUSED, AccreditationState.WITHDRAWN)

STEPS: Mapping[AccreditationState, tuple[AccreditationState, ...]] = {
    AccreditationState.REQUESTED: (AccreditationState.SUBMITTED, AccreditationState.WITHDRAWN),
    AccreditationState.SUBMITTED: (AccreditationState.VISIT_PLANNED, *DECIDED),
    AccreditationState.VISIT_PLANNED: (AccreditationState.VISIT_PLANNED, *DECIDED),
    AccreditationState.RECOGNISED: (),
    AccreditationState.REFUSED: (),
    AccreditationState.WITHDRAWN: (),
}
"""What a request can become. SBB decides without a visit where it knows the company; a visit can be planned anew."""


class AccreditationRuns(Refused):
    """An accreditation of this employer runs already: {accreditation_id}."""

    slug = "accreditation-runs"


class StepIsImpossible(Refused):
    """The accreditation is {state} and cannot become {wanted}; it can become: {possible}."""

    slug = "step-is-impossible"


EXAMPLE: Example = {"wanted": "boris", "crebos": ["25162"], "note": "Praktijkopleider is Ans de Wit."}


class RequestAccreditation(Body):
    """A school asks that SBB recognises an employer."""

    model_config = examples(EXAMPLE)

    wanted: Recognised = Field(default=Recognition.BORIS, description="`boris` also covers practical learning.")
    crebos: Annotated[tuple[CreboCode, ...], Field(max_length=MOST_CREBOS), AfterValidator(once)] = Field(
        default=(), description="For which qualifications."
    )
    requested_date: Day | None = Field(default=None, description="Today or before; left out: today.")
    note: ShortText | None = None
    school_id: UUID | None = Field(default=None, description="For which school; needed by who works for several.")


class Step(Body):
    """Something happened with a request."""

    model_config = examples({"onDate": "2026-09-21", "note": "Via het portaal ingediend."})

    on_date: Day | None = Field(default=None, description="Today or before; left out: today.")
    note: ShortText | None = Field(default=None, description="About the company, never about a student.")


class PlanVisit(Step):
    """SBB comes to see the company."""

    model_config = examples({"visitDate": "2026-10-05", "note": "Om 10 uur."})

    visit_date: Day


class Recognise(Step):
    """SBB recognises the company."""

    model_config = examples({"companyId": "100012345", "crebos": [{"code": "25162", "untilDate": "2030-08-31"}]})

    recognition: Recognised | None = Field(default=None, description="Left out: what was asked for.")
    company_id: CompanyId | None = None
    crebos: Crebos = Field(default=(), description="Left out: those asked for, without an end.")


class RefuseAccreditation(Step):
    """SBB does not recognise the company."""

    model_config = examples({"reason": "no-supervisor"})

    reason: Code = Field(description="See the code list `accreditation-refusals`.")


class TakenStep(Body):
    """A step in the history of a request, as it is kept."""

    state: AccreditationState
    on_date: Day
    note: ShortText | None = None
    by_school: UUID | None = None
    by_sbb: bool = False
    author: str
    visit_date: Day | None = None
    reason: Code | None = None


@dataclass(frozen=True)
class Actor:
    """Who takes a step: somebody for a school, or for SBB."""

    author: str
    school: UUID | None
    sbb: bool = False


@dataclass(frozen=True)
class Accreditation:
    """A request, with every step so far; the first is the request itself."""

    id: UUID
    employer_id: UUID
    school_id: UUID | None
    region: str
    request: RequestAccreditation
    steps: tuple[TakenStep, ...]

    @property
    def state(self) -> AccreditationState:
        """How far it is."""
        return self.steps[-1].state

    def after(self, wanted: AccreditationState, step: Step, actor: Actor, today: date) -> "Accreditation":
        """With one more step; raises `StepIsImpossible`, or `Invalid` for a day that cannot be."""
        if wanted not in (possible := STEPS[self.state]):
            raise StepIsImpossible(state=self.state, wanted=wanted, possible=", ".join(possible) or "nothing more")
        on = step.on_date or today
        if not self.steps[-1].on_date <= on <= today:
            raise Invalid("/onDate", f"lies before the step of {self.steps[-1].on_date}, or ahead")
        taken = TakenStep(
            state=wanted,
            on_date=on,
            note=step.note,
            by_school=actor.school,
            by_sbb=actor.sbb,
            author=actor.author,
            visit_date=step.visit_date if isinstance(step, PlanVisit) else None,
            reason=step.reason if isinstance(step, RefuseAccreditation) else None,
        )
        return replace(self, steps=(*self.steps, taken))

    def recognised(self, employer: Employer, said: Recognise) -> Employer:
        """The employer as SBB recognises it from now on, beside what it was recognised for already.

        Raises `Invalid` when that is more than the register keeps.
        """
        known = employer.facts.sbb or SbbRecord()
        crebos = said.crebos or tuple(Crebo(code=code) for code in self.request.crebos)
        named = {crebo.code for crebo in crebos}
        crebos += tuple(crebo for crebo in known.crebos if crebo.code not in named)
        if len(crebos) > MOST_CREBOS:
            raise Invalid(
                "/crebos", f"with those known already there are more than {MOST_CREBOS}: take some away first"
            )
        record = SbbRecord(
            company_id=said.company_id or known.company_id,
            crebos=crebos,
            checked_date=self.steps[-1].on_date,
        )
        recognition = said.recognition or self.request.wanted
        facts = employer.facts.model_copy(update={"recognition": recognition, "sbb": record})
        return replace(employer, facts=facts)


def requested(
    accreditation_id: UUID, employer: Employer, asked: RequestAccreditation, actor: Actor, today: date
) -> Accreditation:
    """A new request; raises `Invalid` for a day ahead, `EmployerHasStopped`."""
    employer.must_go_on()
    on = asked.requested_date or today
    if on > today:
        raise Invalid("/requestedDate", "lies ahead")
    first = TakenStep(
        state=AccreditationState.REQUESTED, on_date=on, note=asked.note, by_school=actor.school, author=actor.author
    )
    return Accreditation(accreditation_id, employer.id, actor.school, employer.situation.region, asked, (first,))
