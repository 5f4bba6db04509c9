"""Lists of the register as CSV and XLSX, in the columns from which an import reads them again.

A cell that a spreadsheet would calculate with gets a ' before it, which an import takes away again.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Any, BinaryIO

from openpyxl import Workbook

from services.intake.importing.cells import needs_quote
from shared.api import CONTROLS

BYTE_ORDER_MARK = "\ufeff"
"""Without it Excel reads UTF-8 as Windows-1252."""


class Form(StrEnum):
    """How a list leaves."""

    CSV = "csv"
    XLSX = "xlsx"


MEDIA_TYPES = {
    Form.CSV: "text/csv; charset=utf-8",
    Form.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def harmless(cell: Any) -> str:
    """A cell as text with which no spreadsheet calculates, and that every one can hold."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "ja" if cell else "nee"
    text = CONTROLS.sub("", str(cell))
    return f"'{text}" if needs_quote(text) else text


def as_csv(rows: Iterable[Sequence[Any]]) -> bytes:
    """Some rows with `;`, as Dutch spreadsheets expect it."""
    out = io.StringIO()
    csv.writer(out, delimiter=";", lineterminator="\r\n").writerows([harmless(cell) for cell in row] for row in rows)
    return out.getvalue().encode()


class Book:
    """An XLSX that is written row by row to the disk."""

    def __init__(self, title: str) -> None:
        self._book = Workbook(write_only=True)
        self._sheet = self._book.create_sheet(title)

    def add(self, rows: Iterable[Sequence[Any]]) -> None:
        """Some rows, all of them text: a leading zero stays, and nothing is a formula."""
        for row in rows:
            self._sheet.append([harmless(cell) for cell in row])

    def save(self, file: BinaryIO) -> None:
        """All of it."""
        self._book.save(file)
