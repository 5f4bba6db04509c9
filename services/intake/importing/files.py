"""CSV and XLSX as schools have them, read row by row, so that a large file takes no more memory than a small one.

CSV: `;`, `,` or tab; UTF-8 with or without a mark, UTF-16 with one, else Windows-1252. XLSX: the first sheet that has
anything; of formulas their last result. What unpacks to something enormous is refused before it is unpacked.
"""

import codecs
import contextlib
import csv
import io
import zipfile
import zlib
from collections.abc import Generator, Iterator
from datetime import date, datetime, time
from typing import Any, BinaryIO

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from shared.errors import Invalid

MOST_BYTES = 64 * 1024 * 1024
"""Of a file as it is sent: several hundred thousand rows of CSV."""
MOST_UNPACKED = 512 * 1024 * 1024
"""Bytes of an XLSX's parts together: a sheet of 200 000 rows and 30 columns has about half of it."""
MOST_SHARED_TEXT = 128 * 1024 * 1024
"""Bytes of the one part that has to be in memory."""
MOST_ROWS = 200_000
MOST_COLUMNS = 100
MOST_CELL = 2_000
"""Characters that are kept of a cell: one more than any text may have makes it too long."""

_ZIP, _OLD_EXCEL = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_UNREADABLE = (
    zipfile.BadZipFile,
    InvalidFileException,
    KeyError,
    ValueError,
    TypeError,
    SyntaxError,
    OSError,
    EOFError,
    zlib.error,
)
"""What openpyxl raises on a file that is not what it says; SyntaxError: broken XML."""

Row = tuple[int, list[str]]
"""A row's number as a spreadsheet shows it (from 1), and its cells as text."""
Rows = Generator[Row, None, None]
"""Closed before the file is."""


def refused(nl: str, en: str) -> Invalid:
    """The whole file cannot be taken."""
    return Invalid("", f"{nl} ({en})")


def rows_of(file: BinaryIO) -> Rows:
    """The rows that hold anything; raises `Invalid` with what is wrong with the file, also in the middle of it."""
    begin = file.read(8)
    file.seek(0)
    if begin.startswith(_OLD_EXCEL):
        raise refused("Dit is een oud Excel-bestand (.xls). Sla het op als .xlsx.", "save this .xls as .xlsx")
    with contextlib.closing(_of_xlsx(file) if begin.startswith(_ZIP) else _of_csv(file)) as rows:
        yield from _bounded(rows)


def _bounded(rows: Iterator[Row]) -> Iterator[Row]:
    for number, cells in rows:
        if len(cells) > MOST_COLUMNS:
            raise refused(f"Meer dan {MOST_COLUMNS} kolommen.", f"more than {MOST_COLUMNS} columns, row {number}")
        if number > MOST_ROWS:
            raise refused(f"Meer dan {MOST_ROWS} rijen. Splits het bestand.", f"more than {MOST_ROWS} rows: split it")
        if any(cells):
            yield number, cells


def _of_csv(file: BinaryIO) -> Rows:
    encoding = _encoding(file)
    text = io.TextIOWrapper(file, encoding, errors="replace" if encoding == "cp1252" else "strict", newline="")
    try:
        first = text.readline()
        if first.lower().startswith("sep="):  # a line for Excel, no row
            delimiter = first[4:5]
        else:
            text.seek(0)
            delimiter = max(";,\t", key=first.count)
        for number, cells in enumerate(csv.reader(text, delimiter=delimiter or ";"), start=1):
            yield number, [_cleaned(cell) for cell in cells]
    except (csv.Error, ValueError, TypeError):
        raise refused(
            "Dit is geen leesbaar CSV- of XLSX-bestand, of er staat een aanhalingsteken verkeerd.",
            "this is no CSV or XLSX that can be read, or a quotation mark is never closed",
        ) from None
    finally:
        text.detach()


def _encoding(file: BinaryIO) -> str:
    begin = file.read(4)
    file.seek(0)
    if marked := next((name for mark, name in _MARKS if begin.startswith(mark)), None):
        return marked
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while part := file.read(1 << 16):
            decoder.decode(part)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "cp1252"
    finally:
        file.seek(0)
    return "utf-8"


def _of_xlsx(file: BinaryIO) -> Rows:
    _check_archive(file)
    try:
        book = openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
        for sheet in book.worksheets:
            sheet.reset_dimensions()  # what a sheet says of its own size is often wrong
            found = False
            for number, cells in enumerate(sheet.iter_rows(max_col=MOST_COLUMNS + 1, values_only=True), start=1):
                found = found or any(cell is not None for cell in cells)
                yield number, _without_empty_end([_text(cell) for cell in cells])
            if found:
                return
    except _UNREADABLE as error:
        raise _as_told(error) from None


def _as_told(error: Exception) -> Exception:
    return refused("Dit XLSX-bestand is niet te lezen. Sla het opnieuw op.", f"unreadable XLSX: {type(error).__name__}")


def _check_archive(file: BinaryIO) -> None:
    try:
        with zipfile.ZipFile(file) as archive:
            parts = archive.infolist()
            shared = sum(part.file_size for part in parts if part.filename.casefold().endswith("sharedstrings.xml"))
            if sum(part.file_size for part in parts) > MOST_UNPACKED or shared > MOST_SHARED_TEXT:
                raise refused("Dit bestand is uitgepakt te groot.", "unpacked this file is too large")
            for part in parts:
                if part.filename.casefold().endswith((".xml", ".rels")) and b"<!DOCTYPE" in _begin(archive, part):
                    raise refused("Dit XLSX-bestand is niet te lezen.", "a part of it declares a document type")
    except (*_UNREADABLE, NotImplementedError, RuntimeError) as error:
        raise _as_told(error) from None
    file.seek(0)


def _begin(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> bytes:
    with archive.open(part) as opened:
        return opened.read(1024)


def _text(cell: Any) -> str:
    """A cell of a spreadsheet as people write it."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "ja" if cell else "nee"
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(sep=" ")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return _cleaned(str(cell))


def _cleaned(cell: str) -> str:
    if "\x00" in cell:
        raise ValueError("NUL")
    return cell.replace("\xa0", " ").strip()[: MOST_CELL + 1]


def _without_empty_end(cells: list[str]) -> list[str]:
    while cells and not cells[-1]:
        cells.pop()
    return cells
