"""The tables: what there is, and each as JSON or, when asked for, as CSV."""

import csv
import hashlib
import io
from typing import Annotated, Any

from fastapi import APIRouter, Header, Response
from pydantic import ConfigDict, Field

from services.analytics.api.access import AskedScope
from services.analytics.domain.catalogue import DESCRIPTIONS, TABLES
from services.analytics.domain.counted import CountTable, by_region, counted
from services.analytics.domain.happened import FUNNEL, FUNNEL_BY_REGION
from services.analytics.domain.register import EmployerTable
from services.analytics.domain.scope import Scope
from services.analytics.domain.table import Description, Table, Unit
from services.analytics.store import CountStore, RegisterStore
from shared.api import Page, Resource
from shared.errors import Forbidden, NotFound
from shared.unit_of_work import Work

router = APIRouter(prefix="/v1/tables", tags=["tables"])

SOURCE = "register"
"""Counted from what was recorded; what people *think* comes from questionnaires, as another source."""

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
    source: str = SOURCE
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
        200: {"content": {"text/csv": {"schema": {"type": "string"}}}, "description": "The table."},
        304: {"description": "As it was when the caller got the ETag that was sent."},
    },
)
async def read_table(
    name: str,
    scope: AskedScope,
    work: Work,
    response: Response,
    accept: Annotated[str, Header(description="`text/csv` for a spreadsheet.")] = "application/json",
    if_none_match: Annotated[str | None, Header(description="The ETag of the copy that the caller has.")] = None,
) -> TableResource:
    """The table of a region, of one's own school, or of everything, over a period.

    Without a token, and outside one's own school or region, small counts of students are hidden.
    """
    table = await table_of(name, scope, work)
    found = TableResource(
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
    return _answer(found, response, accept, if_none_match)


async def table_of(name: str, scope: Scope, work: Work) -> Table:
    """Count a table; `NotFound` when there is none of that name, `Forbidden` for students of a period."""
    if name == FUNNEL_BY_REGION.name:
        _check_period(FUNNEL, scope)
        return by_region(
            FUNNEL_BY_REGION, FUNNEL, await CountStore(work.session).counts(FUNNEL.about.name, scope), scope
        )
    table = TABLES.get(name)
    if table is None:
        raise NotFound("table")
    if isinstance(table, CountTable):
        _check_period(table, scope)
        return counted(table, await CountStore(work.session).counts(name, scope), scope)
    if isinstance(table, EmployerTable):
        return table.count(table.about, await RegisterStore(work.session).employers(scope), scope)
    return table.count(table.about, await RegisterStore(work.session).schools(scope), scope)


def _check_period(table: CountTable, scope: Scope) -> None:
    if scope.outsider and scope.period and table.persons:
        raise Forbidden("counts of students over a period are for schools and regional coordinators")


def _info(about: Description) -> dict[str, object]:
    return {name: getattr(about, name) for name in ("name", "title", "definition", "unit", "multi_answer")}


def _answer(found: TableResource, response: Response, accept: str, if_none_match: str | None) -> TableResource:
    """As JSON or CSV, with an ETag; an unchanged one is not sent again."""
    as_csv = "text/csv" in accept
    body = _csv(found) if as_csv else found.model_dump_json(by_alias=True)
    etag = f'"{hashlib.sha256(body.encode()).hexdigest()[:32]}"'
    headers = {"ETag": etag, "Cache-Control": "private, no-cache", "Vary": "Accept, Authorization"}
    if if_none_match is not None and etag in {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}:
        return Response(status_code=304, headers=headers)  # type: ignore[return-value]  # FastAPI sends it as it is
    if as_csv:
        return Response(body, headers=headers, media_type="text/csv; charset=utf-8")  # type: ignore[return-value]
    response.headers.update(headers)
    return found


def _csv(found: TableResource) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(["code", "label", *(column.key for column in found.columns)])
    writer.writerows([row.code, row.label, *("" if v is None else v for v in row.values)] for row in found.rows)
    return text.getvalue()
