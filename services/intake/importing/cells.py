"""The values in a row: dates, numbers, codes and texts as schools write them, and what cannot be read."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from stdnum.nl import bsn, onderwijsnummer

from services.intake.domain.fields import FIRST_DAY, LAST_DAY
from services.intake.geography import plain
from services.intake.importing.problems import RowProblem, Why
from services.intake.importing.words import Wordbook
from shared.api import CONTROLS
from shared.events.codes import Weekday

E = TypeVar("E", bound=StrEnum)
M = TypeVar("M", bound=BaseModel)
V = TypeVar("V")

NUMBER_HERE = "\ue000"
"""Stands instead of a cell that held a citizen service or education number: the number itself is never kept."""

EMPTY = frozenset({"-", "--", "–", "?", "n.v.t.", "nvt", "n.v.t", "onbekend", "null", "#n/b"})
"""What people write where nothing is known; `geen` is an answer to some questions."""

TYPED = frozenset(
    {"external_id", "kvk_number", "telephone", "contact_telephone", "postcode", "house_number", "email", "website"}
)
"""Of employers, checked as what they are: one in ten numbers of nine digits would pass for a citizen service number."""

_NINE = re.compile(r"(?<!\d)\d(?:[ .-]?\d){8}(?!\d)")
_NUMBERS_HEADING = re.compile(r"\b(bsn|burgerservicenummer|sofi\w*|pgn|onderwijsnummer|persoonsgebonden nummer)\b")
_DATE = re.compile(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4})", re.ASCII)
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T]00:00(?::00)?)?", re.ASCII)
_HOUSE = re.compile(r"(.*?\D)\s+(\d{1,6}.{0,12})")
_SEPARATORS = re.compile(r"\s*[;,|/+]\s*|\s+en\s+")
_FORMULA = re.compile(r"[=@\t\r]|[+-](?![\d\s(]*\d)")
_DAYS = {
    day: names.split()
    for day, names in zip(
        Weekday,
        (
            "ma maandag mon monday",
            "di dinsdag tue tuesday",
            "wo woensdag wed wednesday",
            "do donderdag thu thursday",
            "vr vrijdag fri friday",
            "za zaterdag sat saturday",
            "zo zondag sun sunday",
        ),
        strict=True,
    )
}
_DAY_OF = {name: day for day, names in _DAYS.items() for name in names}
_YES, _NO = (
    frozenset({"ja", "j", "yes", "y", "1", "x", "true", "waar"}),
    frozenset({"nee", "n", "no", "0", "false", "onwaar"}),
)


RISKY = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet calculates with what begins so."""


def needs_quote(text: str) -> bool:
    """Whether a spreadsheet gets a text with a ' before it: one that it would calculate with, or that looks quoted."""
    return text.lstrip("'").startswith(RISKY)


def hide_numbers(cells: list[str], headings: Sequence[str], typed: frozenset[int]) -> list[str]:
    """The row with a mark instead of each cell that holds a citizen service or education number."""
    if not _NINE.search("\x1f".join(cells)) and not any(map(is_about_numbers, headings)):
        return cells
    return [
        NUMBER_HERE if at not in typed and cell and (holds_number(cell) or _is_about(headings, at)) else cell
        for at, cell in enumerate(cells)
    ]


def is_about_numbers(heading: str) -> bool:
    """Whether a column says of itself that it holds such numbers."""
    return bool(_NUMBERS_HEADING.search(plain(heading)))


def _is_about(headings: Sequence[str], at: int) -> bool:
    return at < len(headings) and is_about_numbers(headings[at])


def holds_number(text: str) -> bool:
    """Whether a text holds nine digits that pass the test of a citizen service or of an education number."""
    return any(bsn.is_valid(found) or onderwijsnummer.is_valid(_digits(found)) for found in _NINE.findall(text))


def _digits(text: str) -> str:
    return "".join(sign for sign in text if sign.isdigit())


class Cells:
    """One row, read field by field; what cannot be read is remembered as a problem and read as None."""

    def __init__(self, row: int, cells: Sequence[str], mapping: Mapping[str, int]) -> None:
        self.row = row
        self.problems: list[RowProblem] = []
        self._cells = cells
        self._mapping = mapping

    def refuse(self, field: str, why: Why) -> None:
        """Remember a problem; of each field the first one counts."""
        if all(known.field != field for known in self.problems):
            self.problems.append(RowProblem(self.row, field, why))

    def text(self, field: str) -> str | None:
        """A text; None when nothing is said."""
        if (at := self._mapping.get(field)) is None or at >= len(self._cells):
            return None
        cell = self._cells[at]
        if not cell or cell.casefold() in EMPTY:
            return None
        if cell == NUMBER_HERE or CONTROLS.search(cell):
            self.refuse(field, Why.CITIZEN_NUMBER if cell == NUMBER_HERE else Why.NOT_VALID)
            return None
        if needs_quote(cell[1:]) and cell[0] == "'":  # as our own exports write it
            return cell[1:]
        if _FORMULA.match(cell):
            self.refuse(field, Why.FORMULA)
            return None
        return cell

    def needed(self, field: str) -> str:
        """A text that must be there; a problem and an empty text when it is not."""
        found = self.text(field)
        if found is None:
            self.refuse(field, Why.MISSING)
        return found or ""

    def read(self, field: str, how: Callable[[str], V | None], why: Why) -> V | None:
        """A value that is written in some way; `how` answers None when it is not."""
        if (text := self.text(field)) is None:
            return None
        if (value := how(text)) is None:
            self.refuse(field, why)
        return value

    def day(self, field: str) -> date | None:
        """A day."""
        return self.read(field, day_of, Why.DATE)

    def number(self, field: str) -> int | None:
        """A whole number."""
        return self.read(
            field, lambda text: int(text) if re.fullmatch(r"\d{1,6}", text, re.ASCII) else None, Why.NUMBER
        )

    def yes(self, field: str) -> bool | None:
        """Yes or no."""
        return self.read(field, _yes_or_no, Why.YES_OR_NO)

    def weekdays(self, field: str) -> tuple[Weekday, ...]:
        """Days of the week; empty when none is said."""
        return self.read(field, _weekdays, Why.WEEKDAYS) or ()

    def code(self, field: str, codes: Wordbook) -> str | None:
        """One code of a list, or its words."""
        return self.read(field, codes.find, Why.CODE)

    def codes(self, field: str, codes: Wordbook) -> tuple[str, ...]:
        """Several of them; a list that is one code's words (`techniek en productie`) is that code."""
        return self.read(field, lambda text: part_codes(text, codes), Why.CODE) or ()

    def house(self) -> tuple[str | None, str | None]:
        """Street and house number, from their own columns or from one for both."""
        street, number, addition = self.text("street"), self.text("house_number"), self.text("addition")
        together = self.text("address")
        if together and not street:
            split = _HOUSE.fullmatch(together)
            street, number = (split[1], split[2]) if split else (together, number)
        return street, f"{number}{addition or ''}" if number else None

    def build(self, model: type[M], values: Mapping[str, Any], fields: Mapping[str, str]) -> M | None:
        """The model of these values; `fields` says from which column a part was read, where its name is another."""
        try:
            return model.model_validate({name: value for name, value in values.items() if value is not None})
        except ValidationError as error:
            for found in error.errors(include_input=False, include_url=False):
                path = ".".join(part for part in found["loc"] if isinstance(part, str))
                named = fields.get(path) or path.partition(".")[0]
                self.refuse(named, _why(found["type"], found["msg"], named))
            return None


def _why(kind: str, message: str, field: str) -> Why:
    if "BSN" in message:
        return Why.CITIZEN_NUMBER
    if kind == "string_too_long":
        return Why.TOO_LONG
    if "lies before" in message:
        return Why.ORDER
    if "more than `placesPerYear`" in message:
        return Why.SPLIT
    if kind == "missing":
        return Why.MISSING
    return _SAID.get(field, Why.NOT_VALID)


_SAID = {
    "postcode": Why.POSTCODE,
    "kvk_number": Why.KVK_NUMBER,
    "telephone": Why.TELEPHONE,
    "contact_telephone": Why.TELEPHONE,
    "email": Why.EMAIL,
    "contact_email": Why.EMAIL,
    "website": Why.WEBSITE,
    "birth_date": Why.DATE,
    "begin_date": Why.DATE,
    "end_date": Why.DATE,
    "since_date": Why.DATE,
    "municipality": Why.PLACE,
    "place": Why.PLACE,
}


def day_of(text: str) -> date | None:
    """31-12-2026, 31/12/2026, 2026-12-31."""
    if found := _DATE.fullmatch(text):
        day, month, year = map(int, found.groups())
    elif found := _ISO.fullmatch(text):
        year, month, day = map(int, found.groups())
    else:
        return None
    try:
        value = date(year, month, day)
    except ValueError:
        return None
    return value if FIRST_DAY <= value <= LAST_DAY else None


def kvk_of(text: str) -> str:
    """Eight digits: a spreadsheet that took the number for a number has lost its zeros at the front."""
    digits = re.sub(r"[ .]", "", text.casefold().removeprefix("kvk").strip(" :"))
    return digits.zfill(8) if re.fullmatch(r"\d{7,8}", digits, re.ASCII) else digits


def website_of(text: str) -> str:
    """With its scheme, which people leave out."""
    return text if text.casefold().startswith(("http://", "https://")) else f"https://{text}"


def _number(text: str) -> int | None:
    return int(text) if re.fullmatch(r"\d{1,6}", text, re.ASCII) else None


def _yes_or_no(text: str) -> bool | None:
    folded = text.casefold()
    return True if folded in _YES else False if folded in _NO else None


def _weekdays(text: str) -> tuple[Weekday, ...] | None:
    named = [
        _DAY_OF.get(name.casefold().strip(". ")) for name in re.split(r"[;,|/+&\s]+|\ben\b", text) if name.strip(". ")
    ]
    days = tuple(day for day in named if day is not None)
    return days if len(days) == len(named) else None


def part_codes(text: str, codes: Wordbook) -> tuple[str, ...] | None:
    """The codes of a list in one cell; None when one of them is unknown."""
    if (whole := codes.find(text)) is not None:
        return (whole,)
    parts = [part for part in _SEPARATORS.split(text) if part]
    found = [codes.find(part) for part in parts]
    return tuple(code for code in found if code) if parts and all(found) else None
