"""The figures of a region on paper."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Response

from services.analytics import printing
from services.analytics.api.access import scope_of
from services.analytics.api.tables import etag_of, matches
from services.analytics.counting import table_of
from services.analytics.domain.scope import AMSTERDAM, Scope
from services.analytics.domain.table import Table
from services.analytics.domain.words import label
from services.analytics.store import CountStore
from shared.security import Visitor
from shared.unit_of_work import Work

router = APIRouter(prefix="/v1/region-pages", tags=["tables"])

SHOWN = (
    "funnel",
    "waiting-without-proposal",
    "first-choice",
    "outcomes",
    "supply-and-demand",
    "seats-over-time",
    "employers-by-sector",
    "employers-by-size",
    "relations",
    "intermediaries",
    "calls-answered",
    "follow-ups",
)
"""The tables of the page, in their order."""

PDF = "application/pdf"


@router.get(
    "/{region}",
    summary="A region's figures as PDF",
    response_class=Response,
    responses={200: {"content": {PDF: {"schema": {"type": "string", "format": "binary"}}}, "description": "The page."}},
)
async def read_region_page(
    region: Annotated[str, Path(pattern=r"^AM\d{2}$", examples=["AM11"])],
    visitor: Visitor,
    work: Work,
    if_none_match: Annotated[str | None, Header(description="The ETag of the copy that the caller has.")] = None,
) -> Response:
    """To take along to a meeting: PDF/UA; hidden as in the tables."""
    scope = await scope_of(visitor, work, region)
    store = CountStore(work.session)
    etag = etag_of(SHOWN[0], scope, await store.position(scope), PDF)
    headers = {"ETag": etag, "Cache-Control": "private, no-cache", "Vary": "Authorization"}
    if matches(etag, if_none_match):
        return Response(status_code=304, headers=headers)
    tables = [await table_of(name, scope, work) for name in SHOWN]
    headers["Content-Disposition"] = f'inline; filename="stagebrug-{region}.pdf"'
    return Response(
        await printing.pdf("region", _paper(tables, scope, await store.counted_at(scope))),
        headers=headers,
        media_type=PDF,
    )


def _paper(tables: list[Table], scope: Scope, at: datetime | None) -> dict[str, Any]:
    counted = (at or datetime.now(AMSTERDAM)).astimezone(AMSTERDAM)
    return {
        "title": f"Stages en werk in {label(scope.region or '')}",
        "intro": "Geteld uit wat scholen en werkgevers vastleggen; elk getal staat ook in de tabel van die naam.",
        "counted": f"Geteld op {counted:%d-%m-%Y %H:%M}",
        "tables": [_printed(table) for table in tables],
    }


def _printed(table: Table) -> dict[str, Any]:
    n = "niet getoond" if table.n is None else table.n
    unknown = f", onbekend {table.unknown}" if table.unknown else ""
    return {
        "title": table.about.title,
        "definition": table.about.definition,
        "facts": f"N = {n}{unknown}. {table.note or ''}",
        "heads": [column.title for column in table.about.columns],
        "rows": [[row.label, *(_figure(value) for value in row.values)] for row in table.rows],
    }


def _figure(value: int | None) -> str:
    return "–" if value is None else str(value)
