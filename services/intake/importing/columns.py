"""Which column holds what: guessed from the headings that schools use, and corrected by people.

The headings are data (`data/import_columns.csv`), collected from how schools and pupil administrations tend to name
things; none of them is taken for a fact, so that every guess is shown and can be changed.
"""

import csv
import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from rapidfuzz import fuzz

from services.intake.geography import plain

DATA = Path(__file__).parent.parent / "data" / "import_columns.csv"

ALIKE = 90
"""Of 100: one wrong letter in a word of six is let pass, another word is not."""

TITLE_ROWS = 10
"""Above the headings of a spreadsheet there may stand a title, a date, the name of the school."""


class ImportKind(StrEnum):
    """What a file is a list of."""

    EMPLOYERS = "employers"
    STUDENTS = "students"
    PLACEMENTS = "placements"


@dataclass(frozen=True)
class Column:
    """Something that a file can tell, and the headings under which it does."""

    field: str
    label: str
    """The heading in our own exports."""
    needed: bool
    headings: frozenset[str]


@functools.cache
def columns_of(kind: ImportKind) -> dict[str, Column]:
    """What a file of this kind can tell, by field, in the order of our exports."""
    with DATA.open(encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if row["kind"] == kind]
    return {row["field"]: _column(row) for row in rows}


def _column(row: dict[str, str]) -> Column:
    headings = frozenset(map(_squeezed, [row["label"], row["field"], *row["headings"].split("|")]))
    return Column(row["field"], row["label"], bool(row["needed"]), headings - {""})


def _squeezed(heading: str) -> str:
    return plain(heading.replace("_", " ")).replace(" ", "")


def guess(kind: ImportKind, headings: Sequence[str]) -> dict[str, int]:
    """The column (from 0) of each field that is recognised: what is written exactly so first, then what is alike."""
    found: dict[str, int] = {}
    squeezed = [_squeezed(heading) for heading in headings]
    for field, column in columns_of(kind).items():
        exact = (at for at, heading in enumerate(squeezed) if heading in column.headings and at not in found.values())
        if (at := next(exact, None)) is not None:
            found[field] = at
    for at, heading in enumerate(squeezed):
        if heading and at not in found.values() and (near := _nearest(kind, heading)) and near not in found:
            found[near] = at
    return found


def _nearest(kind: ImportKind, heading: str) -> str | None:
    score, field = max(
        (fuzz.ratio(heading, known), column.field) for column in columns_of(kind).values() for known in column.headings
    )
    return field if score >= ALIKE else None


def heading_row(kind: ImportKind, rows: Sequence[Sequence[str]]) -> int:
    """Which of the first rows holds the headings (from 0): the one in which most of them are recognised."""
    return max(range(len(rows)), key=lambda at: (len(guess(kind, rows[at])), -at))


def lacking(kind: ImportKind, mapping: Mapping[str, int]) -> list[str]:
    """The labels of what is needed and has no column."""
    needed = [column.label for column in columns_of(kind).values() if column.needed and column.field not in mapping]
    if kind is ImportKind.PLACEMENTS and not ("external_id" in mapping or _names(mapping)):
        needed.append("Leerlingnummer")
    return needed


def _names(mapping: Mapping[str, int]) -> bool:
    return {"given_name", "family_name"} <= set(mapping)


def fits(mapping: Mapping[str, int], width: int) -> bool:
    """Whether every column is there, and stands for one thing."""
    return all(0 <= at < width for at in mapping.values()) and len(set(mapping.values())) == len(mapping)
