"""Employers: what schools share about who can take students."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field, ValidationInfo, field_validator

from services.intake.domain.addresses import Address, Situation
from services.intake.domain.employer_profile import (
    TOLD_AS,
    Compensation,
    Count,
    Openness,
    PlacesSplit,
    SbbRecord,
    SocialReturn,
    WorkConditions,
    recognised_if_recorded,
    within_total,
)
from services.intake.domain.employer_stop import (
    NOBODY,
    OPTED_OUT,
    STOPPED,
    EmployerHasNotStopped,
    EmployerHasStopped,
    StopEmployer,
)
from services.intake.domain.fields import (
    BranchNumber,
    Codes,
    Day,
    Email,
    Example,
    KvkNumber,
    SbiCode,
    Telephone,
    Website,
    examples,
    not_before,
)
from services.intake.domain.rights import Viewer
from shared.api import Body, ShortText
from shared.errors import Invalid, Refused
from shared.events.codes import Code, EmployerKind, Guidance, Recognition, SchoolKind, SizeClass, Trend
from shared.events.intake import Cooperation, EmployerPaused, EmployerRegistered, EmployerResumed

EXAMPLE: Example = {
    "name": "Tuincentrum De Linde",
    "kvkNumber": "01234567",
    "branchNumber": "000012345678",
    "kind": "regular",
    "sectors": ["detailhandel"],
    "sbiCodes": ["4776"],
    "tasks": ["planten-verzorgen", "vakken-vullen"],
    "sizeClass": "small",
    "recognition": "boris",
    "sbb": {"companyId": "100012345", "crebos": [{"code": "25162", "untilDate": "2030-08-31"}]},
    "guidance": "limited",
    "placesPerYear": 4,
    "placesSplit": {"pro": 3, "vso": 1},
    "placesTrend": "more",
    "jobsPerYear": 1,
    "jobsTrend": "same",
    "foundThrough": "pro",
    "motives": ["social"],
    "openness": "open",
    "origin": "student",
    "conditions": {"irregularHours": ["weekends"], "risks": ["machines"]},
    "allowance": True,
    "compensation": {"amountCents": 15000, "per": "month", "travelCosts": True},
    "address": {"postcode": "8232VT", "place": "Lelystad"},
}


class EmployerIsKnown(Refused):
    """An employer with this KvK number and postcode stands in the register already: {employer_id}."""

    slug = "employer-is-known"
    shown = ("employer_id",)


class EmployerWasMerged(Refused):
    """The employer was merged into another: {merged_into}."""

    slug = "employer-was-merged"
    status = 410
    shown = ("merged_into",)


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


class EmployerSource(Body):
    """The list that an employer was taken from, and of which day it is: such lists are seldom up to date."""

    model_config = examples({"name": "stagemarkt", "date": "2026-10-01"})

    name: Annotated[Code, Field(examples=["stagemarkt"])]
    date: Day


class EmployerFacts(Body):
    """What is known of an employer."""

    model_config = examples(EXAMPLE)

    name: ShortText
    kvk_number: KvkNumber | None = None
    branch_number: BranchNumber | None = Field(default=None, description="Of the main address (vestigingsnummer).")
    kind: EmployerKind = EmployerKind.REGULAR
    sectors: Codes = Field(default=(), examples=[["horeca"]], description="Left out: they follow from `sbiCodes`.")
    sbi_codes: Annotated[tuple[SbiCode, ...], Field(max_length=20)] = ()
    tasks: Codes = Field(default=(), description="What a student could do there.", examples=[["afwassen"]])
    size_class: SizeClass = SizeClass.UNKNOWN
    recognition: Recognition = Recognition.NONE
    sbb: SbbRecord | None = Field(default=None, description="What SBB's register says; null: not looked up.")
    guidance: Guidance = Guidance.NONE
    own_jobcoach: bool = False
    places_per_year: Count | None = Field(default=None, description="All together; null: not known.")
    places_split: PlacesSplit | None = Field(
        default=None, description="How many of them are for which kind of school: at most `placesPerYear` together."
    )
    places_trend: Trend = Trend.UNKNOWN
    jobs_per_year: Count | None = None
    jobs_trend: Trend = Trend.UNKNOWN
    trend_reasons: Codes = Field(default=(), description="Why there are more or fewer: the list `trend-reasons`.")
    found_through: SchoolKind | None = None
    motives: Codes = Field(default=(), description="Why it takes students: see the code list `motives`.")
    adaptations: Codes = Field(default=(), description="How work or workplace can be adapted.")
    openness: Openness = Openness.UNKNOWN
    not_earlier_reasons: Codes = Field(
        default=(), description="Why it did not take students before: see the code list `not-earlier-reasons`."
    )
    origin: Code | None = Field(default=None, description="How it was found first: see the code list `origins`.")
    conditions: WorkConditions | None = None
    allowance: bool | None = Field(default=None, description="Whether interns get an allowance; null: not known.")
    compensation: Compensation | None = Field(default=None, description="Which allowance; not with `allowance: false`.")
    social_return: SocialReturn | None = Field(default=None, description="An obligation to offer places, if any.")
    address: Address | None = Field(default=None, description="Null for a suggested employer whose place is not known.")
    telephone: Telephone | None = None
    email: Email | None = None
    website: Website | None = None
    contact_persons: Annotated[tuple[ContactPerson, ...], Field(max_length=20)] = ()
    cooperations: Annotated[tuple[SchoolCooperation, ...], Field(max_length=200)] = ()
    source: EmployerSource | None = Field(default=None, description="Null: a school found it itself.")

    @field_validator("sbb")
    @classmethod
    def _recognised(cls, record: SbbRecord | None, info: ValidationInfo) -> SbbRecord | None:
        return recognised_if_recorded(record, info.data.get("recognition"))

    @field_validator("places_split")
    @classmethod
    def _no_more_than_all(cls, split: PlacesSplit | None, info: ValidationInfo) -> PlacesSplit | None:
        return within_total(split, info.data.get("places_per_year"))

    @field_validator("compensation")
    @classmethod
    def _paid(cls, compensation: Compensation | None, info: ValidationInfo) -> Compensation | None:
        if compensation and compensation.amount_cents and info.data.get("allowance") is False:
            raise ValueError("names an amount, while `allowance` says that nothing is paid")
        return compensation

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
    confirmed_new: bool = Field(
        default=False, description="It is none of the `candidates` that a call without this was refused for."
    )


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
    verified_on: date | None = None
    """When a school last said that what stands here is right."""
    stopped: StopEmployer | None = None
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
        if self.stopped and (self.stopped.stopped_date or date.min) <= day:
            return True
        return pause is not None and pause.from_date <= day <= (pause.until_date or date.max)

    def handed_over(self, school: UUID, to: UUID) -> "Employer":
        """What was one school's is another's, which goes on with it."""
        known: dict[UUID, SchoolCooperation] = {}
        for one in self.facts.cooperations:
            now = one.model_copy(update={"school_id": to}) if one.school_id == school else one
            known.setdefault(now.school_id, now)
        return replace(
            self,
            facts=self.facts.model_copy(update={"cooperations": tuple(known.values())}),
            brought_in_by=to if self.brought_in_by == school else self.brought_in_by,
            private_to=to if self.private_to == school else self.private_to,
        )

    def registered(self) -> EmployerRegistered:
        """The whole state, as others are told."""
        facts = self.facts
        return EmployerRegistered(
            employer_id=self.id,
            name=facts.name,
            kind=TOLD_AS.get(facts.kind, facts.kind),
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
            verified_date=self.verified_on,
        )

    def paused(self, pause: PauseEmployer) -> tuple["Employer", EmployerPaused]:
        """Take nobody for a while; raises `EmployerHasStopped`."""
        self.must_go_on()
        event = EmployerPaused(
            employer_id=self.id, from_date=pause.from_date, until_date=pause.until_date, reason=pause.reason
        )
        return replace(self, pause=pause), event

    def resumed(self) -> tuple["Employer", EmployerResumed]:
        """Take students again; raises `EmployerIsNotPaused`, or `EmployerHasStopped`."""
        self.must_go_on()
        if self.pause is None:
            raise EmployerIsNotPaused
        return replace(self, pause=None), EmployerResumed(employer_id=self.id)

    def must_go_on(self) -> None:
        """Raise `EmployerHasStopped` when it takes nobody any more."""
        if self.stopped is not None:
            raise EmployerHasStopped

    def stop(self, stop: StopEmployer, today: date) -> tuple["Employer", EmployerPaused]:
        """Take nobody any more; raises `EmployerHasStopped`. Who opted out is not kept with telephone and names."""
        self.must_go_on()
        since = stop.stopped_date or today
        if since > today:
            raise Invalid("/stoppedDate", "lies ahead: until then `_pause` with `fromDate` says it")
        facts = self.facts.model_copy(update=NOBODY if stop.reason == OPTED_OUT else {})
        stopped = stop.model_copy(update={"stopped_date": since})
        event = EmployerPaused(employer_id=self.id, from_date=since, until_date=None, reason=STOPPED)
        return replace(self, facts=facts, pause=None, stopped=stopped), event

    def restart(self) -> tuple["Employer", EmployerResumed]:
        """Take students again after all; raises `EmployerHasNotStopped`."""
        if self.stopped is None:
            raise EmployerHasNotStopped
        return replace(self, stopped=None), EmployerResumed(employer_id=self.id)


def _told(cooperations: Iterable[SchoolCooperation]) -> tuple[Cooperation, ...]:
    return tuple(Cooperation(school_id=known.school_id, since_date=known.since_date) for known in cooperations)
