"""Files as schools save them, and what only looks like one."""

import io
import zipfile
from typing import Any

import pytest

from services.intake.importing.files import MOST_ROWS, rows_of
from shared.errors import Invalid
from tests.intake.spreadsheets import BAKKER, HEAD, LINDE, as_csv, as_xlsx, checked, employers, post, ran
from tests.intake.world import World, good


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_every_csv_that_schools_save_is_read(encoding: str, delimiter: str) -> None:
    row = ["Café 'Het Één' – Knud", *BAKKER[1:]]
    file = io.BytesIO(as_csv(HEAD, [], row, delimiter=delimiter, encoding=encoding))
    assert list(rows_of(file)) == [(1, HEAD), (3, row)]


def test_a_first_line_for_excel_is_no_row() -> None:
    assert list(rows_of(io.BytesIO(b"sep=,\r\na,b;c\r\n"))) == [(1, ["a", "b;c"])]


async def test_a_workbook_is_read_with_its_numbers(world: World) -> None:
    rows: list[list[Any]] = [["Lijst", None], [None], HEAD, [*LINDE[:1], 1234567, *LINDE[2:]], [None] * 8, BAKKER]
    imported = await checked(world, as_xlsx(*rows))
    assert (await ran(world, imported))["done"]["registered"] == 2
    assert {one["kvkNumber"] for one in await employers(world)} == {"01234567", None}


def a_bomb() -> bytes:
    out = io.BytesIO()
    with (
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/worksheets/sheet1.xml", "w") as part,
    ):
        for _ in range(600):
            part.write(bytes(1024 * 1024))
    return out.getvalue()


NO_LISTS = [
    (b"", "leeg"),
    (b"Naam;Postcode;Plaats\n", "geen rijen"),
    (b"\xd0\xcf\x11\xe0rest", ".xls"),
    (b"PK\x03\x04rest", "niet te lezen"),
    (as_xlsx(HEAD, LINDE)[:-200], "niet te lezen"),
    (b"a;b\x00;c\nx;y;z\n", "geen leesbaar"),
    (b'Naam;Plaats\n"' + b"x" * 200_000, "geen leesbaar"),
    (b";".join([b"kop"] * 101) + b"\n1\n", "100 kolommen"),
]


async def test_what_is_no_list_is_refused_with_a_sentence(world: World) -> None:
    for file, said in NO_LISTS:
        answer = await post(world.first, file)
        assert answer.status_code == 400, said
        assert said in answer.json()["errors"][0]["detail"]
    assert (await good(world.first.get("/v1/imports")))["items"] == []


def test_a_list_that_is_too_long_is_refused() -> None:
    with pytest.raises(Invalid) as refused:
        list(rows_of(io.BytesIO(b"a\n" * (MOST_ROWS + 1))))
    assert "200000 rijen" in refused.value.problems[0].detail


async def test_what_unpacks_to_something_enormous_is_refused(world: World) -> None:
    answer = await post(world.first, a_bomb())
    assert "uitgepakt te groot" in answer.json()["errors"][0]["detail"]


async def test_a_file_that_is_too_large_is_refused_while_it_comes_in(world: World) -> None:
    async def endless() -> Any:
        for _ in range(65):
            yield bytes(1024 * 1024)

    answer = await world.first.post("/v1/imports?kind=employers", content=endless())
    assert (answer.status_code, answer.json()["type"]) == (413, "urn:stagebrug:problem:too-large")
