"""Rounds of a questionnaire: who is asked until when, and what an organisation answered."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from services.intake.days import AMSTERDAM
from services.intake.domain.employer import Employer
from services.intake.domain.fields import UNRECORDED, Day, examples, not_before, once
from services.intake.domain.questionnaire import Audience, GiveAnswers, Questionnaire
from services.intake.domain.school import School
from shared.api import Body
from shared.errors import Invalid, Refused
from shared.events.codes import Code, Region, SchoolKind
from shared.events.intake import AnswersAwaited, AnswersGiven

REMIND_BEFORE = timedelta(days=7)
"""A week before the end: time enough to fill it in, and late enough to remind few."""

LONGEST = timedelta(days=183)
"""Half a year: what is open longer compares answers of different times."""


class RoundIsClosed(Refused):
    """Deze vragenlijst is gesloten: antwoorden kunnen niet meer veranderen. (The round is closed.)"""

    slug = "round-is-closed"


class RoundRuns(Refused):
    """A round of this questionnaire is open there already: {round_id}. Close it first, or leave its regions out."""

    slug = "round-runs"


class NoRoundIsOpen(Refused):
    """Er is nu geen vragenlijst open in de regio van dit bedrijf. (No round asks the employers of this region now.)"""

    slug = "no-round-is-open"


class NotAsked(Refused):
    """Deze vragenlijst is niet voor deze organisatie: andere regio of soort. (The round does not ask this one.)"""

    slug = "not-asked"


class AnsweredByAnother(Refused):
    """Dit bedrijf heeft zelf geantwoord, of een andere school deed dat ervoor. (Another answered for this employer.)"""

    slug = "answered-by-another"


class RoundState(StrEnum):
    """Whether answers are taken."""

    OPEN = "open"
    CLOSED = "closed"


class Invitation(StrEnum):
    """When the employers of a round are written to, each of them once."""

    OPENING = "opening"
    REMINDER = "reminder"


class OpenRound(Body):
    """Ask the schools, or the employers, of some regions."""

    model_config = examples(
        {
            "questionnaire": "school",
            "regions": ["AM11"],
            "fromDate": "2026-08-01",
            "untilDate": "2027-07-31",
            "closesDate": "2026-12-18",
        }
    )

    questionnaire: Code = Field(description="See `/v1/questionnaires`; its newest version is asked.")
    regions: Annotated[tuple[Region, ...], Field(min_length=1, max_length=40), AfterValidator(once)]
    from_date: Day = Field(description="The period that the answers are about.")
    until_date: Day
    closes_date: Day = Field(description="The last day on which answers are taken.")

    @field_validator("until_date")
    @classmethod
    def _in_order(cls, until: date | None, info: ValidationInfo) -> date | None:
        return not_before("from_date", until, info)


@dataclass(frozen=True)
class Round:
    """A questionnaire that is, or was, open in some regions."""

    id: UUID
    facts: OpenRound
    questionnaire_version: int
    audience: Audience
    opened_by: str
    state: RoundState = RoundState.OPEN
    opened_at: datetime = UNRECORDED
    version: int = 0

    @property
    def reminds_on(self) -> date:
        """The day on which those are reminded who have not answered."""
        return self.facts.closes_date - REMIND_BEFORE

    @property
    def ends(self) -> datetime:
        """When answers are taken no more: the night after its last day."""
        return datetime.combine(self.facts.closes_date + timedelta(days=1), time(), AMSTERDAM)

    def must_be_open(self) -> None:
        """Raise `RoundIsClosed`."""
        if self.state is RoundState.CLOSED:
            raise RoundIsClosed

    def closed(self) -> "Round":
        """Takes no answers any more; raises `RoundIsClosed` the second time."""
        self.must_be_open()
        return replace(self, state=RoundState.CLOSED)

    def awaiting(self, region: str, schools: Collection[UUID], *, reminder: bool) -> AnswersAwaited:
        """What the schools of a region are told that have not answered."""
        return AnswersAwaited(
            round_id=self.id,
            region=region,
            asked_of=tuple(sorted(schools)),
            until_date=self.facts.closes_date,
            reminder=reminder,
        )


def opened(round_id: UUID, facts: OpenRound, versions: Sequence[Questionnaire], by: str, today: date) -> Round:
    """A new round with the newest version that holds today; raises `Invalid`."""
    known = [one for one in versions if one.name == facts.questionnaire and one.valid_from_date <= today]
    if not known:
        raise Invalid("/questionnaire", "there is no such questionnaire: see /v1/questionnaires")
    if not today < facts.closes_date <= today + LONGEST:
        raise Invalid("/closesDate", f"lies after today, and within {LONGEST.days} days")
    newest = max(known, key=lambda one: one.version)
    return Round(round_id, facts, newest.version, newest.audience, by)


@dataclass(frozen=True)
class Respondent:
    """The organisation that answers: a school, or an employer."""

    region: str
    school_kind: SchoolKind | None
    """Of an employer: the kind of school that found it."""
    school_id: UUID | None = None
    employer_id: UUID | None = None

    @classmethod
    def of(cls, who: School | Employer) -> "Respondent":
        """A school or an employer as a respondent."""
        if isinstance(who, School):
            return cls(who.situation.region, who.facts.kind, school_id=who.id)
        return cls(who.situation.region, who.facts.found_through, employer_id=who.id)

    @property
    def id(self) -> UUID:
        """Which one it is."""
        found = self.employer_id or self.school_id
        assert found is not None
        return found

    @property
    def audience(self) -> Audience:
        """As what it is asked."""
        return Audience.SCHOOL if self.employer_id is None else Audience.EMPLOYER

    def must_be_asked_in(self, asked: Round) -> None:
        """Raise `NotAsked` unless the round is for it."""
        if self.audience is not asked.audience or self.region not in asked.facts.regions:
            raise NotAsked


@dataclass(frozen=True)
class Response:
    """What an organisation answered in a round. Its id is a pseudonym: nothing outside leads from it to whom it is."""

    id: UUID
    round_id: UUID
    respondent: Respondent
    given: GiveAnswers
    recorded_for: UUID | None
    """The school whose coordinator filled it in; None: the employer itself, by its link."""
    author: str | None
    finished: bool = False
    version: int = 0

    def by(self, recorded_for: UUID | None) -> "Response":
        """Filled in by a school, or (None) by the employer itself, which goes before; raises `AnsweredByAnother`."""
        if recorded_for is not None and self.recorded_for != recorded_for:
            raise AnsweredByAnother
        return replace(self, recorded_for=recorded_for)

    def now(self, given: GiveAnswers, respondent: Respondent, author: str | None) -> "Response":
        """With other answers; who has finished once stays finished."""
        finished = self.finished or given.finished
        return replace(self, given=given, respondent=respondent, author=author, finished=finished)

    def told(self, asked: Round, questionnaire: Questionnaire) -> AnswersGiven:
        """What is counted: codes, and no organisation."""
        return AnswersGiven(
            response_id=self.id,
            round_id=asked.id,
            questionnaire=questionnaire.name,
            questionnaire_version=questionnaire.version,
            audience=asked.audience,
            region=self.respondent.region,
            school_kind=self.respondent.school_kind,
            from_date=asked.facts.from_date,
            until_date=asked.facts.until_date,
            opened_at=asked.opened_at,
            answers=self.given.coded(questionnaire),
        )
