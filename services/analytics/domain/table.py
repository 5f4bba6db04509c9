"""A table of figures, as the report prints them: n always there, unknown apart, means rounded."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

TOTAL = "total"
UNKNOWN = "unknown"


class Unit(StrEnum):
    """What is counted; only counts of students can say something of a person."""

    SCHOOLS = "schools"
    EMPLOYERS = "employers"
    OFFERS = "offers"
    STUDENTS = "students"
    PLACEMENTS = "placements"
    PROPOSALS = "proposals"
    CALLS = "calls"
    INITIATIVES = "initiatives"
    RELATIONS = "relations"
    SEATS = "seats"
    CONTACTS = "contacts"


class Source(StrEnum):
    """Whether a table counts what was recorded, or what was answered: what *is*, or what somebody thinks."""

    REGISTER = "register"
    QUESTIONNAIRE = "questionnaire"


@dataclass(frozen=True)
class Column:
    """A column: its key, and the Dutch words above it."""

    key: str
    title: str


@dataclass(frozen=True)
class Line:
    """A row: a value for each column, none where there is nothing to count or where `hidden` names the column."""

    code: str
    label: str
    values: tuple[int | None, ...]
    hidden: tuple[str, ...] = ()


@dataclass(frozen=True)
class Description:
    """What a table shows, before anything is counted."""

    name: str
    title: str
    definition: str
    unit: Unit
    columns: tuple[Column, ...]
    multi_answer: bool = False
    """One employer or school can stand in several rows, so that they do not add up to n."""
    source: Source = Source.REGISTER


@dataclass(frozen=True)
class Table:
    """A counted table; `n` is the number of units counted, `unknown` how many of all have no answer."""

    about: Description
    rows: tuple[Line, ...]
    n: int | None
    unknown: int = 0
    range: tuple[int, int] | None = None
    """The smallest and the largest value, of a table of means."""
    note: str | None = None


def mean(values: Sequence[int]) -> int | None:
    """The mean in whole numbers, a half rounded up, as in the report; none of nothing."""
    return (2 * sum(values) + len(values)) // (2 * len(values)) if values else None


def spread(values: Iterable[int]) -> tuple[int, int] | None:
    """The smallest and the largest; none of nothing."""
    known = sorted(values)
    return (known[0], known[-1]) if known else None
