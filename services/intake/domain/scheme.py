"""Schemes for employers (I1, I6, I12): what there is on a day, and whether one applies, with why or why not."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from services.intake.domain.employer import Employer
from services.intake.domain.fields import Day, Example, examples
from services.intake.domain.law import Source
from services.intake.domain.offer import PlaceFacts
from services.intake.domain.special_fact import SpecialFact, SpecialKind
from services.intake.domain.student import Student
from shared.api import Body, ShortText
from shared.events.codes import Code

EXAMPLE: Example = {
    "id": "practical-learning-2026",
    "name": "Subsidie praktijkleren (schooljaar 2025-2026)",
    "what": "Een bijdrage in de kosten van begeleiding.",
    "benefit": "hooguit € 2.700 per gerealiseerde plek",
    "mostCents": 270000,
    "askedBy": "het erkende leerbedrijf",
    "how": "Digitaal bij RVO, met eHerkenning.",
    "opensDate": "2026-06-02",
    "closesDate": "2026-09-17",
    "source": {"title": "RVO, Subsidieregeling praktijkleren", "url": "https://www.rvo.nl"},
    "validFrom": "2026-01-01",
    "validUntil": "2026-12-31",
    "conditions": [{"fact": "last-year", "anyOf": ["yes"], "words": "de leerling zit in het laatste schooljaar"}],
}

GRANTED = "granted"


class SchemeFact(StrEnum):
    """What a condition can be about."""

    KIND = "kind"
    RECOGNITION = "recognition"
    LAST_YEAR = "last-year"
    INDICATION = "indication"


Known = Mapping[SchemeFact, frozenset[str]]
"""What is known, by fact; a fact that is left out is not known."""


class Condition(Body):
    """Something that must be so for a scheme to apply."""

    model_config = examples(
        {"fact": "last-year", "anyOf": ["yes"], "words": "de leerling zit in het laatste schooljaar"}
    )

    fact: SchemeFact
    any_of: Annotated[tuple[Code, ...], Field(min_length=1)]
    words: ShortText = Field(description="In Dutch, as it is when it is met.")

    def met(self, known: Known) -> bool | None:
        """Whether it is so; None when that is not known."""
        return not known[self.fact].isdisjoint(self.any_of) if self.fact in known else None


class Scheme(Body):
    """A scheme that an employer can use, as it is between two days."""

    model_config = examples(EXAMPLE)

    id: Code
    name: ShortText
    what: ShortText
    benefit: ShortText
    most_cents: Annotated[int, Field(ge=0)] | None = None
    asked_by: ShortText
    how: ShortText
    opens_date: Day | None = Field(default=None, description="The first day on which it can be asked for.")
    closes_date: Day | None = Field(default=None, description="The last one; null: at any time, or not known yet.")
    source: Source
    valid_from: Day
    valid_until: Day | None = None
    to_verify: bool = Field(default=False, description="Amounts and dates are to be read at the source first.")
    conditions: tuple[Condition, ...] = ()

    def holds_on(self, day: date) -> bool:
        """Whether it exists on a day; its last day is one."""
        return self.valid_from <= day <= (self.valid_until or date.max)

    def is_over_on(self, day: date) -> bool:
        """Whether its window has closed."""
        return self.closes_date is not None and day > self.closes_date


class Applies(StrEnum):
    """Whether a scheme applies."""

    YES = "yes"
    NO = "no"
    DEPENDS = "depends"
    """Something is not known that decides it."""
    TOO_LATE = "too-late"
    """It would, and its window has closed."""


@dataclass(frozen=True)
class Answer:
    """Whether a scheme applies, with each condition and whether it is met."""

    scheme: Scheme
    applies: Applies
    conditions: tuple[tuple[Condition, bool | None], ...]


ORDER = (Applies.YES, Applies.DEPENDS, Applies.TOO_LATE, Applies.NO)


def apply(schemes: Iterable[Scheme], known: Known, day: date) -> list[Answer]:
    """Every scheme of a day, those that apply first."""
    answers = [_answer(scheme, known, day) for scheme in schemes if scheme.holds_on(day)]
    return sorted(answers, key=lambda answer: ORDER.index(answer.applies))


def _answer(scheme: Scheme, known: Known, day: date) -> Answer:
    met = tuple((condition, condition.met(known)) for condition in scheme.conditions)
    found = {is_met for _, is_met in met}
    if False in found:
        return Answer(scheme, Applies.NO, met)
    if scheme.is_over_on(day):
        return Answer(scheme, Applies.TOO_LATE, met)
    return Answer(scheme, Applies.DEPENDS if None in found else Applies.YES, met)


def known_of(employer: Employer, facts: PlaceFacts | None) -> dict[SchemeFact, frozenset[str]]:
    """What a place and its employer tell."""
    known = {SchemeFact.RECOGNITION: frozenset({str(employer.facts.recognition)})}
    return known | ({SchemeFact.KIND: frozenset({str(facts.kind)})} if facts else {})


def known_of_student(student: Student, special: Iterable[SpecialFact]) -> dict[SchemeFact, frozenset[str]]:
    """What the own school knows of a student; of an indication nothing unless it recorded one that was decided."""
    decided = {one.fact.kind: one.fact.code == GRANTED for one in special if one.fact.code in {GRANTED, "refused"}}
    indications = (SpecialKind.JOB_AGREEMENT, SpecialKind.SHELTERED)
    granted = frozenset(str(kind) for kind in indications if decided.get(kind))
    known = {SchemeFact.LAST_YEAR: frozenset({"yes" if student.facts.last_year else "no"})}
    return known | ({SchemeFact.INDICATION: granted} if granted or all(kind in decided for kind in indications) else {})
