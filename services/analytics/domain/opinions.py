"""The report's tables of what schools and employers *think* (K11–K33), counted from their answers to questionnaires."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from services.analytics.domain.asked_of_employers import ASKED as ASKED_OF_EMPLOYERS
from services.analytics.domain.asked_of_schools import ASKED as ASKED_OF_SCHOOLS
from services.analytics.domain.counted import ALL_REGIONS
from services.analytics.domain.hiding import Sum, hidden
from services.analytics.domain.scope import Scope
from services.analytics.domain.table import (
    TOTAL,
    UNKNOWN,
    Column,
    Description,
    Line,
    Source,
    Table,
    Unit,
    mean,
    spread,
)
from services.analytics.domain.words import label
from shared.events.codes import SchoolKind

ALL, NO_KIND = "all", "none"
COLUMNS = (Column(ALL, "alle"), Column(SchoolKind.PRO, "pro"), Column(SchoolKind.VSO, "vso"))
NUMBERS = (
    Column("answers", "antwoorden"),
    Column("min", "minste"),
    Column("max", "meeste"),
    Column("mean", "gemiddeld"),
)

TOO_FEW = "Antwoorden van minder dan vijf organisaties, en wat er een zou verraden, zijn niet getoond."


class Manner(StrEnum):
    """How a question is answered."""

    ONE = "one"
    SEVERAL = "several"
    NUMBER = "number"


@dataclass(frozen=True)
class Answer:
    """What was said to a question: `answered` with what was chosen (of several choices also none), or left open."""

    answered: bool
    codes: tuple[str, ...] = ()
    number: int | None = None


@dataclass(frozen=True)
class Opinion:
    """An organisation of the newest round of its region, and its answer where it was asked the question."""

    region: str
    school_kind: str | None
    answer: Answer | None


class Group(NamedTuple):
    """Organisations of a kind in a region: what is shown of too few of them would tell what one of them thinks."""

    region: str
    column: str


@dataclass(frozen=True)
class OpinionTable:
    """A table of the answers to one question."""

    about: Description
    questionnaire: str
    question: str
    manner: Manner
    labels: Mapping[str, str]

    def count(self, opinions: Sequence[Opinion], scope: Scope) -> Table:
        """The table of a region, or of all; `opinions` are those of all regions, since what is hidden asks them all."""
        gone = _hidden(opinions) if scope.hide else frozenset()
        region = scope.region or ALL_REGIONS
        hides = frozenset(group.column for group in gone if group.region == region)
        asked = {
            column: [answer for one in opinions if (answer := one.answer) is not None and _is_in(one, region, column)]
            for column in (ALL, *SchoolKind)
        }
        unknown = sum(not answer.answered for answer in asked[ALL])
        rows = self._means(asked, hides) if self.manner is Manner.NUMBER else self._counts(asked, hides)
        n = None if ALL in hides else len(asked[ALL])
        return Table(self.about, tuple(rows), n, 0 if n is None else unknown, note=TOO_FEW if hides else None)

    def _counts(self, asked: Mapping[str, Sequence[Answer]], hides: frozenset[str]) -> Iterator[Line]:
        """A row for each choice; codes of an older version of the questionnaire come after them."""
        counted = {column: Counter(_codes(of)) for column, of in asked.items()}
        old = sorted({code for of in counted.values() for code in of} - {*self.labels, UNKNOWN, TOTAL})
        unknown = (UNKNOWN,) if counted[ALL][UNKNOWN] else ()
        for code in (*self.labels, *old, *unknown, TOTAL):
            shown = tuple(None if column in hides else counted[column][code] for column in asked)
            yield Line(code, self.labels.get(code) or label(code), shown, tuple(c for c in asked if c in hides))

    def _means(self, asked: Mapping[str, Sequence[Answer]], hides: frozenset[str]) -> Iterator[Line]:
        for column in (*SchoolKind, ALL):
            numbers = [answer.number for answer in asked[column] if answer.number is not None]
            least, most = spread(numbers) or (None, None)
            code = TOTAL if column == ALL else column
            if column in hides:
                yield Line(code, label(code), (None,) * len(NUMBERS), tuple(each.key for each in NUMBERS))
            else:
                yield Line(code, label(code), (len(numbers), least, most, mean(numbers)))


def _codes(answers: Sequence[Answer]) -> Iterator[str]:
    for answer in answers:
        yield from answer.codes if answer.answered else (UNKNOWN,)
        yield TOTAL


def _is_in(one: Opinion, region: str, column: str) -> bool:
    return region in {ALL_REGIONS, one.region} and column in {ALL, one.school_kind or NO_KIND}


def _hidden(opinions: Sequence[Opinion]) -> frozenset[Group]:
    """The groups that are too small to be shown, and those from which one could be computed back."""
    regions = sorted({one.region for one in opinions})
    kinds = (*SchoolKind, NO_KIND)
    sizes = {
        Group(region, column): sum(_is_in(one, region, column) for one in opinions)
        for region in (*regions, ALL_REGIONS)
        for column in (ALL, *kinds)
    }
    by_region = (Sum([Group(r, c) for r in regions], Group(ALL_REGIONS, c), insiders=True) for c in (ALL, *kinds))
    by_kind = (Sum([Group(r, kind) for kind in kinds], Group(r, ALL)) for r in (*regions, ALL_REGIONS))
    return hidden(sizes, [*by_region, *by_kind])


def _tables(questionnaire: str, unit: Unit, asked: str) -> Iterator[OpinionTable]:
    for block in asked.strip().split("\n\n"):
        head, question, *choices = block.splitlines()
        code, manner, section, title = (part.strip() for part in head.removeprefix("= ").split("|"))
        about = Description(
            f"{unit}-say-{code}",
            title,
            f"{question.removeprefix('? ')} Antwoorden op de vragenlijst van de nieuwste ronde van elke regio "
            f"(paragraaf {section}). Wie de vraag niet kreeg, telt niet mee; wie haar oversloeg, is onbekend.",
            unit,
            NUMBERS if manner == Manner.NUMBER else COLUMNS,
            multi_answer=manner == Manner.SEVERAL,
            source=Source.QUESTIONNAIRE,
        )
        yield OpinionTable(about, questionnaire, code, Manner(manner), dict(map(_row, choices)))


def _row(line: str) -> tuple[str, str]:
    code, words = line.split("|")
    return code.strip(), words.strip()


OPINION_TABLES = (
    *_tables("school", Unit.SCHOOLS, ASKED_OF_SCHOOLS),
    *_tables("employer", Unit.EMPLOYERS, ASKED_OF_EMPLOYERS),
)
