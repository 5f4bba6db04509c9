"""Everything that one may see leaves as a spreadsheet, which no spreadsheet calculates with and an import reads again."""

import csv
import io
from typing import Any

import openpyxl
import pytest

from services.intake.days import today
from services.intake.importing.sheets import harmless
from tests.intake.spreadsheets import BAKKER, HEAD, LINDE, as_csv, checked, problems, ran
from tests.intake.world import LELYSTAD, SECOND, World, good

HOME = LELYSTAD | {"street": "Agorabaan", "houseNumber": "12"}


async def exported(client: Any, what: str) -> list[dict[str, str]]:
    answer = await client.get(f"/v1/exports/{what}")
    assert answer.status_code == 200, answer.text
    assert answer.content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))


async def test_an_export_imported_again_changes_nothing(world: World) -> None:
    contact = {"name": "T. de Wit", "telephone": "+31 320 123456"}
    full: dict[str, Any] = {
        "kvkNumber": "01234567", "sizeClass": "small", "recognition": "boris", "guidance": "limited",
        "placesPerYear": 4, "website": "https://example.org", "contactPersons": [contact],
    }  # fmt: skip
    await world.employer(name="=cmd|' /C calc'!A0", **full)
    await world.employer(name="Bakkerij Jansen", sectors=["horeca", "detailhandel"])
    before = (await good(world.first.get("/v1/employers")))["items"]
    for form in ("csv", "xlsx"):
        answer = await world.first.get(f"/v1/exports/employers?format={form}")
        assert answer.headers["content-disposition"].endswith(f'.{form}"')
        imported = await checked(world, answer.content)
        assert imported["found"] == {"bad": 0, "new": 0, "known": 2, "unsure": 0, "double": 0}
        await ran(world, imported)
    assert (await good(world.first.get("/v1/employers")))["items"] == before


async def test_an_export_fills_an_empty_register(world: World) -> None:
    places: dict[str, Any] = {"placesPerYear": 4, "placesSplit": {"pro": 3, "vso": None}}
    people = [{"name": "T. de Wit", "telephone": "+31 320 123456"}]
    await world.employer(name="=1+1", kvkNumber="01234567", contactPersons=people, **places)
    file = (await world.first.get("/v1/exports/employers")).content
    await world.intake.sql.execute("delete from employers")
    imported = await checked(world, file)
    assert await problems(world, imported) == []
    await ran(world, imported)
    (again,) = (await good(world.first.get("/v1/employers")))["items"]
    assert (again["name"], again["kvkNumber"], again["contactPersons"][0]["telephone"]) == (
        "=1+1",
        "01234567",
        "+31 320 123456",
    )
    assert {name: again[name] for name in places} == places


async def test_no_cell_begins_as_a_formula(world: World) -> None:
    for name in ("=1+1", "+1", "-1", "@SUM(A1)", "'=1", "'t Hoekje"):
        await world.employer(name=name)
    rows = await exported(world.first, "employers")
    assert [row["Naam"] for row in rows] == ["'=1+1", "'+1", "'-1", "'@SUM(A1)", "''=1", "'t Hoekje"]
    book = openpyxl.load_workbook(io.BytesIO((await world.first.get("/v1/exports/employers?format=xlsx")).content))
    assert {cell.data_type for row in book.worksheets[0].iter_rows() for cell in row} <= {"s", "inlineStr", "n"}


async def test_each_sees_in_an_export_what_the_lists_show(world: World) -> None:
    await world.employer(name="Pareltje", private=True)
    shared = await world.employer(name="Gedeeld")
    student = await world.student()
    await world.place(student, await world.offer(shared["id"]))
    assert [row["Naam"] for row in await exported(world.second, "employers")] == ["Gedeeld"]
    assert [row["Bedrijf"] for row in await exported(world.second, "offers")] == ["Gedeeld"]
    assert await exported(world.second, "students") == []
    assert await exported(world.second, "placements") == []
    assert [row["Achternaam"] for row in await exported(world.first, "students")] == ["de Boer"]
    (placed,) = await exported(world.first, "placements")
    assert (placed["Roepnaam"], placed["Bedrijf"], placed["Dagen"], placed["Stand"]) == (
        "Sam",
        "Gedeeld",
        "ma, di",
        "running",
    )
    seen = (await good(world.first.get(f"/v1/students/{student['id']}/accesses?limit=200")))["items"]
    assert {line["action"] for line in seen} >= {"listed", "placement-read"}
    for what in ("students", "placements"):
        assert (await world.operator.get(f"/v1/exports/{what}")).status_code == 403


async def test_an_export_shows_of_the_caseload_what_a_job_coach_sees(world: World) -> None:
    student = await world.student(address=HOME)
    await world.student(world.second, address=HOME)
    jobcoach = {"email": "j.bakker@gemeente.example", "untilDate": str(today()), "ground": "legal-task"}
    await good(world.first.put(f"/v1/students/{student['id']}/jobcoach", json=jobcoach))
    both = world.as_("jobcoach", "coordinator", sub="both", email=jobcoach["email"], schools=[SECOND])
    seen, whole = await exported(both, "students")
    hidden = {name for name in whole if seen[name] != whole[name]}
    assert hidden == {"Straat", "Huisnummer", "Postcode", "Plaats"}
    assert {seen[name] for name in hidden} == {""}
    assert (await good(both.get(f"/v1/students/{student['id']}")))["address"] is None


@pytest.mark.parametrize("what", ["students", "placements"])
async def test_students_and_placements_come_back_as_they_left(world: World, what: str) -> None:
    student = await world.student()
    await world.place(student, await world.offer())
    file = (await world.first.get(f"/v1/exports/{what}")).content
    imported = await checked(world, file, what)
    assert (imported["found"]["known"], imported["found"]["bad"]) == (1, 0)


async def test_what_no_spreadsheet_can_hold_does_not_come_in_and_spoils_no_export(world: World) -> None:
    employer = {"name": "De\vLinde", "sectors": ["horeca"], "address": {"postcode": "8232VT", "place": "Lelystad"}}
    assert (await world.first.post("/v1/employers", json=employer)).status_code == 400
    file = as_csv(HEAD, ["De\vLinde", *LINDE[1:]], ["De\x1fEs", *BAKKER[1:]])
    found = await problems(world, await checked(world, file))
    assert [(one["row"], one["field"]) for one in found] == [(2, "name"), (3, "name")]
    assert harmless("De\vLinde") == "DeLinde"
