"""Tables as files, as open data and on paper; polls that count nothing."""

import csv
import io
from typing import Any

import openpyxl
import pytest

from services.analytics.api.exports import as_csv, as_xlsx
from services.analytics.domain.catalogue import DESCRIPTIONS
from services.analytics.domain.scope import Scope
from services.analytics.domain.table import Column, Description, Line, Table, Unit
from tests.analytics.events import DAY, a_school, an_employer, an_offer, ended, ready, started
from tests.analytics.support import tell
from tests.support.service import RunningService

SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pytest.fixture
async def region(analytics: RunningService) -> RunningService:
    """Six students of Flevoland with a place, and two of Friesland."""
    for event in (a_school(), an_employer(), an_offer()):
        await tell(analytics, event)
    for n in range(8):
        facts: dict[str, Any] = {"region": "AM11" if n < 6 else "AM02"}
        await tell(analytics, ready(f"student {n}", **facts))
        await tell(analytics, started(f"student {n}", **facts))
    return analytics


def test_no_cell_of_a_spreadsheet_is_a_formula() -> None:
    about = Description("x", "=1+1", "@SUM(A1)", Unit.STUDENTS, (Column("=key", "=2+3"),))
    table = Table(about, (Line("=cmd|' /C calc'!A0", "-2+3", (7,)),), 7)
    (head, row) = csv.reader(io.StringIO(as_csv(table)))
    assert head == ["code", "label", "'=key"]
    assert row == ["'=cmd|' /C calc'!A0", "'-2+3", "7"]
    book = openpyxl.load_workbook(io.BytesIO(as_xlsx(table, Scope(as_of=DAY))))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert cells
    assert all(cell.data_type in {"s", "n"} and not str(cell.value).startswith(("=", "@", "-")) for cell in cells)


async def test_the_same_table_comes_as_json_csv_and_xlsx(region: RunningService) -> None:
    path, query = "/v1/tables/supply-and-demand", {"region": "AM11"}
    async with region.as_("operator") as operator:
        json = (await operator.get(path, params=query)).json()
        as_text = await operator.get(path, params={**query, "format": "csv"})
        by_header = await operator.get(path, params=query, headers={"Accept": "text/csv"})
        sheet = await operator.get(path, params=query, headers={"Accept": SHEET})
        of_school = await operator.get(path, params={"school": "99AA00"}, headers={"Accept": SHEET})
    (_, *lines) = csv.reader(io.StringIO(as_text.text))
    assert as_text.text == by_header.text
    assert [line[2:] for line in lines] == [[str(v) for v in row["values"]] for row in json["rows"]]
    assert sheet.headers["content-disposition"] == 'attachment; filename="supply-and-demand-AM11.xlsx"'
    book = openpyxl.load_workbook(io.BytesIO(sheet.content))
    (_, *rows) = book["tabel"].iter_rows(values_only=True)
    assert [list(row) for row in rows] == [[row["label"], *row["values"]] for row in json["rows"]]
    told = {str(name): value for name, value in book["toelichting"].iter_rows(values_only=True)}
    assert (told["N"], told["Regio"], told["Definitie"]) == (str(json["n"]), "Flevoland", json["definition"])
    assert of_school.headers["content-disposition"] == 'attachment; filename="supply-and-demand-99AA00.xlsx"'
    notes = openpyxl.load_workbook(io.BytesIO(of_school.content))["toelichting"].iter_rows(values_only=True)
    told = {str(name): value for name, value in notes}
    assert told["School"] == "99AA00"
    assert "Regio" not in told


async def test_a_poll_is_answered_from_the_position_until_something_is_counted(region: RunningService) -> None:
    path = "/v1/tables/funnel"
    first = await region.client.get(path)
    again = await region.client.get(path, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    other = await region.client.get(path, params={"region": "AM11"}, headers={"If-None-Match": first.headers["etag"]})
    assert other.status_code == 200
    await tell(region, ended("student 0"))
    assert (await region.client.get(path, headers={"If-None-Match": first.headers["etag"]})).status_code == 200


async def test_a_table_is_broken_down_by_region(region: RunningService) -> None:
    async with region.as_("operator") as operator:
        found = (await operator.get("/v1/tables/funnel", params={"breakdown": "region"})).json()
        taken = (
            await operator.get("/v1/tables/supply-and-demand", params={"breakdown": "region", "column": "taken"})
        ).json()
        unknown = await operator.get("/v1/tables/funnel", params={"breakdown": "region", "column": "nothing"})
        opinions = await operator.get("/v1/tables/schools-by-region", params={"breakdown": "region"})
    by_region = {
        row["code"]: dict(zip([c["key"] for c in found["columns"]], row["values"], strict=True))
        for row in found["rows"]
    }
    assert {code: row["ready"] for code, row in by_region.items()} == {"AM11": 6, "AM02": 2, "total": 8}
    assert (taken["title"].split(":")[0], taken["rows"][-1]["values"][-1]) == ("Vraag en aanbod naar sector", 8)
    assert (unknown.status_code, unknown.json()["errors"][0]["pointer"]) == (400, "column")
    assert (opinions.status_code, opinions.json()["errors"][0]["pointer"]) == (400, "breakdown")
    published = (await region.client.get("/v1/tables/funnel", params={"breakdown": "region"})).json()
    assert {row["code"]: row["values"][0] for row in published["rows"]} == {"AM11": None, "AM02": None, "total": None}


async def test_every_table_is_a_dataset_of_the_catalogue_whose_addresses_answer(region: RunningService) -> None:
    answer = await region.client.get("/v1/datasets")
    assert answer.headers["content-type"] == "application/ld+json"
    found = answer.json()
    assert found["@type"] == "dcat:Catalog"
    assert len(found["dcat:dataset"]) == len(DESCRIPTIONS)
    needed = {
        "dct:title", "dct:description", "dct:identifier", "dct:publisher", "dct:creator", "dct:accessRights",
        "dcat:contactPoint", "dcat:theme", "dcat:distribution",
    }  # fmt: skip
    for dataset in found["dcat:dataset"]:
        assert needed <= set(dataset)
    for form in found["dcat:dataset"][0]["dcat:distribution"]:
        path = form["dcat:accessURL"]["@id"].split("/v1/")[1]
        file = await region.client.get(f"/v1/{path}")
        assert file.status_code == 200
        assert form["dcat:mediaType"]["@id"].endswith(file.headers["content-type"].split(";")[0])


async def test_a_region_is_printed_with_what_may_be_seen(region: RunningService) -> None:
    page = await region.client.get("/v1/region-pages/AM11")
    assert (page.status_code, page.headers["content-type"]) == (200, "application/pdf")
    assert page.content.startswith(b"%PDF-")
    unchanged = await region.client.get("/v1/region-pages/AM11", headers={"If-None-Match": page.headers["etag"]})
    assert unchanged.status_code == 304
    assert (await region.client.get("/v1/region-pages/AM99")).status_code == 400
