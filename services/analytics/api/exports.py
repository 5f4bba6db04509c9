"""A table as a file: CSV, or XLSX with what it means on a second sheet. No cell is ever a formula."""

import csv
import io
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any

from fastapi import Response
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from services.analytics.domain.scope import Scope
from services.analytics.domain.table import Table
from services.analytics.domain.words import label

CSV = "text/csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

FORMULAS = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula."""


class Form(StrEnum):
    """How a table is written."""

    JSON = "json"
    CSV = "csv"
    XLSX = "xlsx"


def form_of(accept: str) -> Form:
    """The form that a caller asks for; JSON where it does not say."""
    return Form.XLSX if XLSX in accept else Form.CSV if CSV in accept else Form.JSON


def exported(table: Table, form: Form, scope: Scope, headers: Mapping[str, str]) -> Response:
    """The table as a file with a name of its own."""
    of = (scope.region, scope.school, str(scope.from_date or ""), str(scope.to_date or ""))
    name = "-".join(filter(None, (table.about.name, *of)))
    named = {**headers, "Content-Disposition": f'attachment; filename="{name}.{form}"'}
    if form is Form.CSV:
        return Response(as_csv(table), headers=named, media_type=f"{CSV}; charset=utf-8")
    return Response(as_xlsx(table, scope), headers=named, media_type=XLSX)


def plain(text: str) -> str:
    """A text that no spreadsheet runs."""
    return f"'{text}" if text.startswith(FORMULAS) else text


def as_csv(table: Table) -> str:
    """Codes and labels with a column for each column, nothing else: for programs."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(["code", "label", *(plain(column.key) for column in table.about.columns)])
    writer.writerows(
        [plain(row.code), plain(row.label), *("" if v is None else v for v in row.values)] for row in table.rows
    )
    return text.getvalue()


def as_xlsx(table: Table, scope: Scope) -> bytes:
    """A sheet with the table as it is read, and one that says what it is."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("tabel")
    sheet.freeze_panes = "B2"
    sheet.column_dimensions["A"].width = 44
    heads = ["", *(column.title for column in table.about.columns)]
    sheet.append([_text(sheet, head, bold=True) for head in heads])
    for row in table.rows:
        shown = (
            _hidden(value, column.key in row.hidden)
            for column, value in zip(table.about.columns, row.values, strict=True)
        )
        sheet.append([_text(sheet, row.label), *shown])
    notes = book.create_sheet("toelichting")
    notes.column_dimensions["B"].width = 100
    for name, value in _told(table, scope):
        notes.append([_text(notes, name, bold=True), _text(notes, value)])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _told(table: Table, scope: Scope) -> Iterator[tuple[str, str]]:
    period = f"{scope.from_date or 'begin'} tot en met {scope.to_date or scope.as_of}"
    yield "Titel", table.about.title
    yield "Definitie", table.about.definition
    yield "Bron", "vragenlijst" if table.about.source == "questionnaire" else "register"
    if scope.school:
        yield "School", scope.school
    if scope.region or not scope.school:
        yield "Regio", label(scope.region) if scope.region else "alle regio's"
    yield "Periode", period
    yield "N", "niet getoond" if table.n is None else str(table.n)
    yield "Onbekend", str(table.unknown)
    if table.about.multi_answer:
        yield "Let op", "Eén eenheid kan in meer rijen staan: de rijen tellen niet op tot N."
    if table.note:
        yield "Opmerking", table.note


def _text(sheet: Any, text: str, *, bold: bool = False) -> Any:
    cell = WriteOnlyCell(sheet, value=plain(text))
    cell.data_type = "s"  # openpyxl would take what begins with = for a formula
    cell.font = Font(bold=bold)
    return cell


def _hidden(value: int | None, hidden: bool) -> int | str | None:
    return "niet getoond" if hidden else value
