"""Exports: everything that a caller may see, as a spreadsheet that can be imported again."""

import asyncio
import functools
import tempfile
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, BinaryIO, cast
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse

from services.intake import exporting
from services.intake.api.callers import COORDINATORS, SCHOOLS_AND_REGIONS, Acting
from services.intake.exporting import Rows, pieces_of
from services.intake.importing.sheets import BYTE_ORDER_MARK, MEDIA_TYPES, Book, Form, as_csv
from services.intake.store import EmployerFilter
from shared.events.codes import Code, EmployerKind, Region
from shared.unit_of_work import Work

PART = 64 * 1024
_FILE: dict[str, Any] = {"schema": {"type": "string", "format": "binary"}}

router = APIRouter(
    tags=["exports"],
    default_response_class=StreamingResponse,
    responses={
        200: {"description": "The file.", "content": {kind.split(";")[0]: _FILE for kind in MEDIA_TYPES.values()}}
    },
)

Wanted = Annotated[Form, Query(alias="format", description="`csv` (with `;`) or `xlsx`.")]


@router.get("/exports/employers", summary="Employers as a spreadsheet", dependencies=[SCHOOLS_AND_REGIONS])
async def export_employers(
    viewer: Acting,
    work: Work,
    form: Wanted = Form.CSV,
    region: Annotated[Region | None, Query()] = None,
    sector: Annotated[Code | None, Query()] = None,
    kind: Annotated[EmployerKind | None, Query()] = None,
    cooperates_with: Annotated[UUID | None, Query(alias="cooperatesWith")] = None,
) -> StreamingResponse:
    """Those that the list of employers shows; imported again, they are recognised, and nothing changes."""
    wanted = EmployerFilter(region=region, sector=sector, kind=kind, cooperates_with=cooperates_with)
    listed = functools.partial(exporting.employers, wanted=wanted)
    return _answer(pieces_of(listed, work, viewer), exporting.EMPLOYER_HEADING, "bedrijven", form)


@router.get("/exports/offers", summary="Offers as a spreadsheet", dependencies=[SCHOOLS_AND_REGIONS])
async def export_offers(viewer: Acting, work: Work, form: Wanted = Form.CSV) -> StreamingResponse:
    """Those that the list of offers shows."""
    return _answer(pieces_of(exporting.offers, work, viewer), exporting.OFFER_HEADING, "plekken", form)


@router.get("/exports/students", summary="The own school's students as a spreadsheet", dependencies=[COORDINATORS])
async def export_students(viewer: Acting, work: Work, form: Wanted = Form.CSV) -> StreamingResponse:
    """The students of the caller's schools; each line is written to the access log.

    Who is a job coach too finds the caseload among them, with what a job coach sees of a student.
    """
    return _answer(pieces_of(exporting.students, work, viewer), exporting.STUDENT_HEADING, "leerlingen", form)


@router.get("/exports/placements", summary="The own school's placements as a spreadsheet", dependencies=[COORDINATORS])
async def export_placements(viewer: Acting, work: Work, form: Wanted = Form.CSV) -> StreamingResponse:
    """The placements of the caller's schools, with the students' names; each is written to the access log."""
    return _answer(pieces_of(exporting.placements, work, viewer), exporting.PLACEMENT_HEADING, "plaatsingen", form)


def _answer(pieces: AsyncIterator[Rows], heading: Sequence[str], name: str, form: Form) -> StreamingResponse:
    """The file, while it is made: a long list takes no more memory than a short one."""
    body = _csv(pieces, heading) if form is Form.CSV else _xlsx(pieces, heading, name)
    file = f"{name}-{datetime.now(UTC).date().isoformat()}.{form}"
    headers = {"Content-Disposition": f'attachment; filename="{file}"'}
    return StreamingResponse(body, media_type=MEDIA_TYPES[form], headers=headers)


async def _csv(pieces: AsyncIterator[Rows], heading: Sequence[str]) -> AsyncIterator[bytes]:
    yield BYTE_ORDER_MARK.encode() + as_csv([heading])
    async for rows in pieces:
        yield as_csv(rows)


async def _xlsx(pieces: AsyncIterator[Rows], heading: Sequence[str], name: str) -> AsyncIterator[bytes]:
    book = Book(name)
    book.add([heading])
    async for rows in pieces:
        await asyncio.to_thread(book.add, rows)
    with tempfile.TemporaryFile() as file:
        await asyncio.to_thread(book.save, cast("BinaryIO", file))
        file.seek(0)
        while part := file.read(PART):
            yield part
