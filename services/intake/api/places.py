"""Tables of places that an operator loads without a release: postcodes, and the municipalities of a year."""

import csv
from typing import Annotated, BinaryIO

from fastapi import APIRouter, Query

from services.intake.api.callers import Acting, Shared
from services.intake.api.uploads import Uploaded
from services.intake.domain.fields import Day
from services.intake.domain.place_tables import ImportMunicipalities, PlaceTable, municipalities_of
from services.intake.following import MAP
from services.intake.refining import PLACES
from services.intake.store import PlaceImportStore
from services.intake.store.place_imports import POSTCODE_COLUMNS
from shared.api import Page
from shared.errors import Invalid
from shared.events.codes import Code
from shared.security import Role, requires
from shared.unit_of_work import Work

router = APIRouter(tags=["places"], dependencies=[requires(Role.OPERATOR)])

POSTCODES = "/v1/postcodes/_import"
MOST_BYTES = 200 * 1024 * 1024
"""Postcodes by house number are some millions of short lines."""

_CSV = {
    "requestBody": {
        "required": True,
        "description": "The table itself.",
        "content": {"text/csv": {"schema": {"type": "string", "format": "binary"}}},
    }
}


@router.post("/postcodes/_import", summary="Load the postcode table", openapi_extra=_CSV)
async def import_postcodes(
    file: Uploaded,
    viewer: Acting,
    work: Work,
    source: Annotated[Code, Query(description="Whose table it is: `bag`, `cbs` or another.")],
    valid_from: Annotated[Day, Query(alias="validFrom", description="The day of which it is.")],
) -> PlaceTable:
    """CSV: postcode, municipality, latitude, longitude and, if it goes so far, first_number and last_number.

    All rows or none: they take the place of the table before. From then on it is asked first; what was recorded
    roughly becomes exact by itself. 409 when a newer table is loaded.
    """
    columns, delimiter = _head(file.file)
    store = PlaceImportStore(work.session)
    await store.begin("postcodes", valid_from)
    count = await store.replace_postcodes(file.file, columns, delimiter)
    work.notify(PLACES)
    return await store.record("postcodes", valid_from, source, count, viewer.subject)


@router.post("/municipalities/_import", summary="Load the municipalities of a year")
async def import_municipalities(body: ImportMunicipalities, viewer: Acting, work: Work, shared: Shared) -> PlaceTable:
    """From its day on it counts; who lies in another municipality or region by then is moved, and others hear of it.

    Every municipality that is known must stand in it, or have a successor there.
    """
    table = municipalities_of(body.csv, body.valid_from, shared.geography.municipalities)
    store = PlaceImportStore(work.session)
    await store.begin("municipalities", body.valid_from)
    count = await store.save_municipalities(table)
    work.notify(MAP)
    return await store.record("municipalities", body.valid_from, body.source, count, viewer.subject)


@router.get("/place-tables", summary="Which tables of places were loaded")
async def list_place_tables(work: Work) -> Page[PlaceTable]:
    """Newest first; what nobody loaded is packaged."""
    return Page[PlaceTable].of(await PlaceImportStore(work.session).loaded())


def _head(file: BinaryIO) -> tuple[list[str], str]:
    """The columns in the order of the file, and what stands between them; the file is at its beginning afterwards."""
    try:
        first = file.readline(1000).decode("utf-8-sig").strip()
    except UnicodeDecodeError:
        raise Invalid("", "the file is not UTF-8") from None
    file.seek(0)
    delimiter = ";" if ";" in first else ","
    columns = [name.strip() for name in next(csv.reader([first], delimiter=delimiter), [])]
    missing = [name for name in POSTCODE_COLUMNS[:4] if name not in columns]
    if missing or set(columns) - set(POSTCODE_COLUMNS) or len(set(columns)) < len(columns):
        raise Invalid("", f"the first line names the columns, of these, once each: {', '.join(POSTCODE_COLUMNS)}")
    return columns, delimiter
