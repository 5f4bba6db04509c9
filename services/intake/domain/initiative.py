"""Initiatives (F21, K29): what schools and regions undertake to win employers, with whom, and what came of it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from services.intake.domain.company_text import CompanyText, about_the_company
from services.intake.domain.fields import Codes, Day, Example, examples, not_before
from services.intake.domain.rights import Viewer
from shared.api import Body, ShortText
from shared.errors import Forbidden, Invalid, Refused
from shared.events.codes import Code, Region
from shared.events.intake import InitiativeEmployer, InitiativeUndertaken

MOST_EMPLOYERS = 300
"""In one initiative: they travel in its event (64 KB)."""

FEWEST = 5
"""Students: a smaller count is shown to nobody but their own school and who looks after the region (STANDARDS §7)."""

Title = Annotated[ShortText, AfterValidator(about_the_company)]
"""What something is called; never after a person."""


class InitiativeIsOver(Refused):
    """The initiative has ended."""

    slug = "initiative-is-over"


class TooManyEmployers(Refused):
    """An initiative holds at most {most} employers: begin another one."""

    slug = "too-many-employers"


class InitiativeState(StrEnum):
    """Whether an initiative goes on."""

    RUNNING = "running"
    ENDED = "ended"


class Partner(Body):
    """Who takes part beside schools and employers that are named by their records."""

    kind: Code = Field(description="See the code list `initiative-partners`.")
    name: Title | None = Field(default=None, description="Of the organisation.")


EXAMPLE: Example = {
    "name": "Zorg maakt kennis",
    "kind": "network-meeting",
    "aim": "new-employers",
    "goal": "Vijf zorginstellingen die een groep ontvangen.",
    "targetGroups": ["sectors"],
    "sectors": ["zorg-en-welzijn"],
    "partners": [{"kind": "municipality", "name": "Gemeente Lelystad"}],
    "beginDate": "2026-09-01",
    "endDate": "2027-07-09",
}


class InitiativeFacts(Body):
    """What is undertaken."""

    model_config = examples(EXAMPLE)

    name: Title
    kind: Code = Field(description="See the code list `initiative-kinds`.")
    aim: Code = Field(description="See the code list `initiative-aims`.")
    goal: CompanyText
    target_groups: Codes = Field(default=(), description="See the code list `initiative-targets`.")
    sectors: Codes = ()
    partners: Annotated[tuple[Partner, ...], Field(max_length=40)] = ()
    begin_date: Day
    end_date: Day | None = None

    @field_validator("end_date")
    @classmethod
    def _in_order(cls, end: date | None, info: ValidationInfo) -> date | None:
        return not_before("begin_date", end, info)


class BeginInitiative(InitiativeFacts):
    """A school undertakes something, or with `region` who looks after one."""

    model_config = examples(EXAMPLE)

    school_id: UUID | None = Field(default=None, description="For which school; needed by who works for several.")
    region: Region | None = Field(default=None, description="The region's own: by who looks after it.")


class LinkEmployer(Body):
    """An employer takes part in an initiative, or was won by it."""

    model_config = examples({"employerId": "01920000-0000-7000-8000-00000000000e", "sinceDate": "2026-10-05"})

    employer_id: UUID
    since_date: Day = Field(description="Placements that begin there from this day on are counted.")


class EndInitiative(Body):
    """What came of it."""

    model_config = examples({"endedDate": "2027-07-09", "result": "Vier instellingen ontvangen een groep."})

    ended_date: Day
    result: CompanyText


@dataclass(frozen=True)
class Initiative:
    """What a school, or (without one) a region undertakes."""

    id: UUID
    region: str
    school_id: UUID | None
    author: str
    facts: InitiativeFacts
    ending: EndInitiative | None = None

    @property
    def state(self) -> InitiativeState:
        """Whether it goes on."""
        return InitiativeState.RUNNING if self.ending is None else InitiativeState.ENDED

    def must_be_changed_by(self, viewer: Viewer) -> None:
        """Raise `Forbidden` for who neither works for its school nor looks after its region."""
        if self.school_id not in viewer.schools and not viewer.governs(self.region):
            raise Forbidden("the school whose initiative it is does that, or who looks after the region")

    def must_go_on(self) -> None:
        """Raise `InitiativeIsOver`."""
        if self.ending is not None:
            raise InitiativeIsOver

    def undertaken(self, employers: Sequence[InitiativeEmployer]) -> InitiativeUndertaken:
        """What is counted; raises `TooManyEmployers`."""
        if len(employers) > MOST_EMPLOYERS:
            raise TooManyEmployers(most=MOST_EMPLOYERS)
        facts = self.facts
        return InitiativeUndertaken(
            initiative_id=self.id,
            region=self.region,
            school_id=self.school_id,
            kind=facts.kind,
            aim=facts.aim,
            target_groups=facts.target_groups,
            sectors=facts.sectors,
            partners=tuple(partner.kind for partner in facts.partners),
            begin_date=facts.begin_date,
            ended_date=self.ending.ended_date if self.ending else None,
            employers=tuple(employers),
        )

    def with_facts(self, facts: InitiativeFacts) -> "Initiative":
        """With other facts."""
        return replace(self, facts=facts)

    def ended(self, ending: EndInitiative, today: date) -> "Initiative":
        """It is over; raises `InitiativeIsOver` the second time, `Invalid` for a day that cannot be."""
        self.must_go_on()
        if not self.facts.begin_date <= ending.ended_date <= today:
            raise Invalid("/endedDate", "lies before the initiative's begin, or ahead")
        return replace(self, ending=ending)


@dataclass(frozen=True)
class Effect:
    """What came of an initiative, in numbers: of employers, and of placements there since they take part."""

    employers: int
    new_employers: int
    """At which no placement had begun before the initiative did."""
    placements: int
    running: int
    ended: int
    to_work: int
    schools: frozenset[UUID]
    """Whose students those are."""


@dataclass(frozen=True)
class ShownEffect:
    """The same as somebody may see it; none where it would tell of few students."""

    employers: int
    new_employers: int
    placements: int | None
    running: int | None
    ended: int | None
    to_work: int | None


def shown(effect: Effect, initiative: Initiative, viewer: Viewer) -> ShownEffect:
    """Small counts of students are for their own school, and for who looks after the region."""
    parts = (effect.running, effect.ended, effect.to_work)
    if not viewer.governs(initiative.region) and not effect.schools <= viewer.schools:
        parts_told = None if _too_few(parts) else parts
        total = None if _too_few([effect.placements]) else effect.placements
    else:
        parts_told, total = parts, effect.placements
    running, ended, to_work = parts_told or (None, None, None)
    return ShownEffect(effect.employers, effect.new_employers, total, running, ended, to_work)


def _too_few(counts: Collection[int]) -> bool:
    return any(0 < count < FEWEST for count in counts)
