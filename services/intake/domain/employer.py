"""Employers: what schools share about who can take students."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field, ValidationInfo, field_validator

from services.intake.domain.addresses import Address, Situation
from services.intake.domain.fields import (
    Codes,
    Day,
    Email,
    Example,
    KvkNumber,
    Telephone,
    Website,
    examples,
    not_before,
)
from services.intake.domain.rights import Viewer
from shared.api import Body, ShortText
from shared.errors import Refused
from shared.events.codes import Code, EmployerKind, Guidance, Recognition, SchoolKind, SizeClass, Trend
from shared.events.intake import Cooperation, EmployerPaused, EmployerRegistered, EmployerResumed

Count = Annotated[int, Field(ge=0, le=10_000)]

EXAMPLE: Example = {
    "name": "Tuincentrum De Linde",
    "kvkNumber": "01234567",
    "kind": "regular",
    "sectors": ["detailhandel"],
    "tasks": ["planten-verzorgen", "vakken-vullen"],
    "sizeClass": "small",
    "recognition": "boris",
    "guidance": "limited",
    "placesPerYear": 4,
    "placesTrend": "more",
    "jobsPerYear": 1,
    "jobsTrend": "same",
    "foundThrough": "pro",
    "motives": ["social"],
    "address": {"postcode": "8232VT", "place": "Lelystad"},
}


class EmployerIsKnown(Refused):
    """An employer with this KvK number and postcode stands in the register already: {employer_id}."""

    slug = "employer-is-known"


class EmployerIsNotPaused(Refused):
    """The employer has not paused."""

    slug = "employer-is-not-paused"


class EmployerIsShared(Refused):
    """Other schools know this employer already; it cannot become private again."""

    slug = "employer-is-shared"


class ContactPerson(Body):
    """Somebody at the employer whom a school can call; never part of an event."""

    model_config = examples({"name": "T. de Wit", "role": "praktijkopleider"})

    name: ShortText
    role: ShortText | None = None
    telephone: Telephone | None = None
    email: Email | None = None


class SchoolCooperation(Body):
    """A school that works with the employer, and since when."""

    school_id: UUID
    since_date: Day | None = None


class EmployerFacts(Body):
    """What is known of an employer."""

    model_config = examples(EXAMPLE)

    name: ShortText
    kvk_number: KvkNumber | None = None
    kind: EmployerKind = EmployerKind.REGULAR
    sectors: Codes = Field(default=(), examples=[["horeca"]])
    tasks: Codes = Field(default=(), description="What a student could do there.", examples=[["afwassen"]])
    size_class: SizeClass = SizeClass.UNKNOWN
    recognition: Recognition = Recognition.NONE
    guidance: Guidance = Guidance.NONE
    own_jobcoach: bool = False
    places_per_year: Count | None = None
    places_trend: Trend = Trend.UNKNOWN
    jobs_per_year: Count | None = None
    jobs_trend: Trend = Trend.UNKNOWN
    found_through: SchoolKind | None = None
    motives: Codes = Field(default=(), description="Why it takes students: see the code list `motives`.")
    adaptations: Codes = Field(default=(), description="How work or workplace can be adapted.")
    allowance: bool | None = Field(default=None, description="Whether interns get an allowance; null: not known.")
    address: Address | None = Field(default=None, description="Null for a suggested employer whose place is not known.")
    telephone: Telephone | None = None
    email: Email | None = None
    website: Website | None = None
    contact_persons: Annotated[tuple[ContactPerson, ...], Field(max_length=20)] = ()
    cooperations: Annotated[tuple[SchoolCooperation, ...], Field(max_length=200)] = ()

    @field_validator("cooperations")
    @classmethod
    def _each_school_once(cls, cooperations: tuple[SchoolCooperation, ...]) -> tuple[SchoolCooperation, ...]:
        if len(cooperations or ()) != len({known.school_id for known in cooperations or ()}):
            raise ValueError("a school stands here twice")
        return cooperations


class RegisterEmployer(EmployerFacts):
    """An employer that somebody found."""

    address: Address
    private: bool = Field(default=False, description="Only the own school may see it for now.")
    brought_in_by: UUID | None = Field(default=None, description="The school; by default the caller's own.")


class PauseEmployer(Body):
    """The employer takes nobody for a while."""

    model_config = examples({"fromDate": "2026-10-01", "untilDate": "2026-12-31", "reason": "no-supervisor"})

    from_date: Day
    until_date: Day | None = None
    reason: Code = "other"

    @field_validator("until_date")
    @classmethod
    def _in_order(cls, until: date | None, info: ValidationInfo) -> date | None:
        return not_before("from_date", until, info)


@dataclass(frozen=True)
class Employer:
    """An employer in the register."""

    id: UUID
    facts: EmployerFacts
    situation: Situation
    brought_in_by: UUID | None = None
    private_to: UUID | None = None
    """The only school that may see it for now (a "pareltje")."""
    pause: PauseEmployer | None = None
    suggested: bool = False
    """Named by an intermediary, and not yet checked by a school."""
    version: int = 0

    def visible_to(self, viewer: Viewer) -> bool:
        """Whether a caller may know of it."""
        return self.private_to is None or viewer.operator or self.private_to in viewer.schools

    def kept_by(self, viewer: Viewer) -> bool:
        """Whether a caller may change it: who looks after the region, works there, or works with the employer."""
        region = self.situation.region
        own = {self.brought_in_by, *(known.school_id for known in self.facts.cooperations)}
        return viewer.governs(region) or region in viewer.school_regions or not own.isdisjoint(viewer.schools)

    def known_to_others(self, school_id: UUID | None) -> bool:
        """Whether another school than this one works with it."""
        return any(known.school_id != school_id for known in self.facts.cooperations)

    def paused_on(self, day: date) -> bool:
        """Whether it takes nobody on a day."""
        pause = self.pause
        return pause is not None and pause.from_date <= day <= (pause.until_date or date.max)

    def registered(self) -> EmployerRegistered:
        """The whole state, as others are told."""
        facts = self.facts
        return EmployerRegistered(
            employer_id=self.id,
            name=facts.name,
            kind=facts.kind,
            region=self.situation.region,
            municipality=self.situation.municipality,
            location=self.situation.location,
            sectors=facts.sectors,
            tasks=facts.tasks,
            size_class=facts.size_class,
            recognition=facts.recognition,
            guidance=facts.guidance,
            places_per_year=facts.places_per_year,
            places_trend=facts.places_trend,
            jobs_per_year=facts.jobs_per_year,
            jobs_trend=facts.jobs_trend,
            found_through=facts.found_through,
            brought_in_by=self.brought_in_by,
            private_to=self.private_to,
            cooperations=_told(facts.cooperations),
        )

    def paused(self, pause: PauseEmployer) -> tuple["Employer", EmployerPaused]:
        """Take nobody for a while."""
        event = EmployerPaused(
            employer_id=self.id, from_date=pause.from_date, until_date=pause.until_date, reason=pause.reason
        )
        return replace(self, pause=pause), event

    def resumed(self) -> tuple["Employer", EmployerResumed]:
        """Take students again; raises `EmployerIsNotPaused`."""
        if self.pause is None:
            raise EmployerIsNotPaused
        return replace(self, pause=None), EmployerResumed(employer_id=self.id)


def _told(cooperations: Iterable[SchoolCooperation]) -> tuple[Cooperation, ...]:
    return tuple(Cooperation(school_id=known.school_id, since_date=known.since_date) for known in cooperations)
