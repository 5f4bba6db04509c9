"""The tables: what there is, and each as JSON or, when asked for, as a spreadsheet."""

import hashlib
from collections.abc import Hashable
from datetime import UTC
from email.utils import format_datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Query, Response
from pydantic import ConfigDict, Field

from services.analytics.api.access import AskedScope
from services.analytics.api.exports import CSV, XLSX, Form, exported, form_of
from services.analytics.counting import broken_down, checked, table_of
from services.analytics.domain.catalogue import DESCRIPTIONS, TABLES
from services.analytics.domain.happened import FUNNEL_BY_REGION
from services.analytics.domain.scope import Scope
from services.analytics.domain.table import Description, Source, Table, Unit
from services.analytics.store import CountStore
from shared.api import Page, Resource
from shared.unit_of_work import Work

__all__ = ["router", "table_of"]

VERSION = 5
"""Of how tables are counted: one more when the same facts give other figures, so that nobody keeps the old ones."""

router = APIRouter(prefix="/v1/tables", tags=["tables"])

EXAMPLE: dict[str, Any] = {
    "name": "employers-found-through",
    "title": "Werkgevers naar de soort school die hen vond",
    "definition": "Paragraaf 2.2. Werkgevers in het register met wie minstens één school samenwerkt.",
    "source": "register",
    "unit": "employers",
    "multiAnswer": False,
    "region": None,
    "n": 37,
    "unknown": 0,
    "columns": [{"key": "employers", "title": "werkgevers"}],
    "rows": [
        {"code": "vso", "label": "voortgezet speciaal onderwijs (vso)", "values": [21], "hidden": []},
        {"code": "pro", "label": "praktijkonderwijs (pro)", "values": [16], "hidden": []},
        {"code": "total", "label": "totaal", "values": [37], "hidden": []},
    ],
    "range": None,
    "note": None,
}


class TableInfo(Resource):
    """A table that can be asked for."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{k: EXAMPLE[k] for k in ("name", "title", "definition", "source", "unit", "multiAnswer")}]
        }
    )

    name: str
    title: str
    definition: str
    source: Source = Field(description="What was recorded, or what was answered to a questionnaire.")
    unit: Unit = Field(description="What n and the counts are of.")
    multi_answer: bool = Field(description="One unit can stand in several rows, so that they do not add up to n.")


class ColumnResource(Resource):
    """A column: a key, and what stands above it in Dutch."""

    key: str
    title: str


class RowResource(Resource):
    """A row: a value for each column, in their order."""

    code: str
    label: str
    values: list[int | None] = Field(description="Null: nothing to count, or hidden.")
    hidden: list[str] = Field(description="Keys of the columns whose count is hidden: too few persons.")


class TableResource(TableInfo):
    """A counted table."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    region: str | None
    n: int | None = Field(description="How many units were counted; null: hidden.")
    unknown: int = Field(description="How many units have no answer.")
    columns: list[ColumnResource]
    rows: list[RowResource]
    range: tuple[int, int] | None = Field(description="Of a table of means: the smallest and the largest value.")
    note: str | None


@router.get("", summary="The tables that there are")
async def list_tables() -> Page[TableInfo]:
    """All tables, each with what it counts; a list of one piece."""
    return Page[TableInfo].of([TableInfo(**_info(about)) for about in DESCRIPTIONS])


@router.get(
    "/{name}",
    summary="One table",
    responses={
        200: {
            "content": {media: {"schema": {"type": "string", "format": "binary"}} for media in (CSV, XLSX)},
            "description": "The table.",
        },
        304: {"description": "As it was when the caller got the ETag that was sent."},
    },
)
async def read_table(
    name: str,
    scope: AskedScope,
    work: Work,
    response: Response,
    accept: Annotated[str, Header(description=f"`{CSV}` or `{XLSX}` for a spreadsheet.")] = "application/json",
    if_none_match: Annotated[str | None, Header(description="The ETag of the copy that the caller has.")] = None,
    form: Annotated[Form | None, Query(alias="format", description="The same as `Accept`, for a link.")] = None,
    breakdown: Annotated[
        Literal["region"] | None, Query(description="A row for each region, and the rows of the table as columns.")
    ] = None,
    column: Annotated[
        str | None, Query(max_length=60, description="With `breakdown`: which column; the first when left out.")
    ] = None,
) -> TableResource:
    """The table of a region, of one's own school, or of everything, over a period.

    Without a token, and outside one's own school or region, small counts of students are hidden. The ETag says how far
    was counted: a poll with `If-None-Match` counts nothing while nothing happened. Where there is `Last-Modified`, the
    figures are of that moment: those of all regions are counted every so often.
    """
    checked(name, scope)
    form = form or form_of(accept)
    store = CountStore(work.session)
    etag = etag_of(name, scope, await store.position(scope, name), form, breakdown, column)
    headers = {"ETag": etag, "Cache-Control": "private, no-cache", "Vary": "Accept, Authorization"}
    if at := await store.counted_at(scope, name):
        headers["Last-Modified"] = format_datetime(at.astimezone(UTC), usegmt=True)
    if matches(etag, if_none_match):
        return Response(status_code=304, headers=headers)  # type: ignore[return-value]  # FastAPI sends it as it is
    table = await (broken_down(name, scope, column, work) if breakdown else table_of(name, scope, work))
    if form is not Form.JSON:
        return exported(table, form, scope, headers)  # type: ignore[return-value]
    response.headers.update(headers)
    return _resource(table, scope)


def etag_of(name: str, scope: Scope, position: Hashable, *form: object) -> str:
    """The same as long as nothing was counted since, for the same question on the same day."""
    meant = (TABLES[name].about if name in TABLES else FUNNEL_BY_REGION, scope, position, VERSION, *form)
    return f'"{hashlib.sha256(repr(meant).encode()).hexdigest()[:32]}"'


def matches(etag: str, if_none_match: str | None) -> bool:
    """Whether the caller has what would be sent."""
    asked = {tag.strip().removeprefix("W/") for tag in (if_none_match or "").split(",")}
    return etag in asked or "*" in asked


def _resource(table: Table, scope: Scope) -> TableResource:
    return TableResource(
        **_info(table.about),
        region=scope.region,
        n=table.n,
        unknown=table.unknown,
        columns=[ColumnResource.model_validate(column) for column in table.about.columns],
        rows=[
            RowResource(code=r.code, label=r.label, values=list(r.values), hidden=list(r.hidden)) for r in table.rows
        ],
        range=table.range,
        note=table.note,
    )


def _info(about: Description) -> dict[str, object]:
    return {name: getattr(about, name) for name in ("name", "title", "definition", "source", "unit", "multi_answer")}
