"""What an operator loads without a release: the postcode table, and the municipalities of a year."""

import csv
import io
from datetime import date
from typing import Any

import httpx
import pytest

from services.intake.domain.addresses import Address
from services.intake.domain.place_tables import municipalities_of
from services.intake.geography import Geography
from shared.errors import Invalid
from shared.events.intake import EmployerRegistered, OfferChanged, SchoolRegistered
from tests.intake.pdok import until
from tests.intake.world import FIRST, LELYSTAD, World, good

POSTCODES = """postcode;latitude;longitude;municipality;first_number;last_number
8232 VT;52.5090;5.4720;GM0995;1;49
8232VT;52.5110;5.4760;GM0995;51;999
8299ab;52.5200;5.4800;GM0995;;
"""


async def load(world: World, text: str, day: str = "2026-07-01") -> httpx.Response:
    path = f"/v1/postcodes/_import?source=bag&validFrom={day}"
    return await world.operator.post(path, content=text.encode(), headers={"Content-Type": "text/csv"})


def the_map(**changed: dict[str, str]) -> str:
    """The packaged municipalities as a table to load, some with other columns, some new."""
    names = ("municipality", "name", "region", "region_name", "successor")
    known = Geography().municipalities.values()
    rows = {m.code: dict(zip(names, (m.code, m.name, m.region, m.region_name, ""), strict=True)) for m in known}
    for code, new in changed.items():
        rows[code] = rows.get(code, {"municipality": code}) | new
    text = io.StringIO()
    lines = csv.DictWriter(text, names)
    lines.writeheader()
    lines.writerows(rows.values())
    return text.getvalue()


async def load_map(world: World, text: str, day: str = "2026-01-01") -> httpx.Response:
    body = {"source": "cbs", "validFrom": day, "csv": text}
    return await world.operator.post("/v1/municipalities/_import", json=body)


async def test_the_postcode_table_is_asked_first_and_knows_places_that_we_do_not(world: World) -> None:
    before = await world.employer()
    loaded = await good(load(world, POSTCODES))
    assert (loaded["rowCount"], loaded["source"], loaded["validFrom"]) == (3, "bag", "2026-07-01")
    house = await world.employer(name="Op nummer", address=LELYSTAD | {"houseNumber": "60 bis"})
    assert house["location"] == {"latitude": 52.511, "longitude": 5.476, "approximate": False}
    unknown_place = await world.employer(name="Buiten", address={"postcode": "8299AB", "place": "Nergenshuizen"})
    assert (unknown_place["municipality"], unknown_place["location"]["latitude"]) == ("GM0995", 52.52)

    async def read() -> Any:
        return await good(world.first.get(f"/v1/employers/{before['id']}"))

    refined = await until(read, lambda now: not now["location"]["approximate"])
    assert refined["location"]["latitude"] == 52.509


async def test_a_newer_table_takes_the_place_of_the_whole_older_one(world: World) -> None:
    await good(load(world, POSTCODES))
    await good(load(world, "postcode,municipality,latitude,longitude\n8299AB,GM0995,52.6,5.5\n", "2027-01-01"))
    assert await world.intake.sql.fetchval("select count(*) from postcodes") == 1
    assert (await load(world, POSTCODES)).status_code == 409
    shown = (await good(world.operator.get("/v1/place-tables")))["items"]
    assert [(one["kind"], one["validFrom"], one["rowCount"]) for one in shown] == [
        ("postcodes", "2027-01-01", 1),
        ("postcodes", "2026-07-01", 3),
    ]


async def test_lines_that_cannot_be_are_named_and_the_old_table_stays(world: World) -> None:
    await good(load(world, POSTCODES))
    head = "postcode,municipality,latitude,longitude\n"
    wrong = head + "8299AB,GM0995,52.6,5.5\n8299,GM0995,52.6,5.5\n8299AC,0995,52.6,5.5\n8299AD,GM0995,5.5,52.6\n"
    refused = await load(world, wrong)
    assert [one["detail"].split(":")[0] for one in refused.json()["errors"]] == ["line 3", "line 4", "line 5"]
    for text in (
        "",
        "a,b\n",
        head + "8299AB,GM0995\n",
        head + '"8299AB,GM0995,52.6,5.5\n',
        "postcode\x00,b\n",
        head + "\x00",
    ):
        refused = await load(world, text)
        assert (refused.status_code, len(refused.json()["errors"])) == (400, 1), text
    assert await world.intake.sql.fetchval("select count(*) from postcodes") == 3
    forbidden = await world.first.post("/v1/postcodes/_import?source=bag&validFrom=2026-07-01", content=b"")
    assert forbidden.status_code == 403


def test_a_municipality_that_merged_is_its_successor() -> None:
    geography = Geography()
    for old, new in geography.table.successors.items():
        assert old not in geography.municipalities
        found = geography.situate(Address(postcode="9999AA", place="Ergens", municipality=old))
        assert found.municipality == new
    assert geography.table.today("GM0457") == "GM0363"


def test_places_of_a_municipality_that_merges_belong_to_the_new_one() -> None:
    merged = {"GM0995": {"successor": "GM2001"}, "GM0303": {"successor": "GM2001"}}
    new = {"GM2001": {"name": "Nieuw Flevoland", "region": "AM11", "region_name": "Flevoland"}}
    table = municipalities_of(the_map(**merged, **new), date(2027, 1, 1), Geography().municipalities)
    geography = Geography(table)
    for place in ("Lelystad", "Swifterbant"):
        found = geography.situate(Address(postcode="8232VT", place=place))
        assert (found.municipality, found.region) == ("GM2001", "AM11")


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"GM0995": {"region": "11"}}, "region is a labour-market region"),
        ({"GM0995": {"successor": "GM2001"}}, "GM0995: its successor GM2001 has no row of its own"),
        ({"GM0995": {"municipality": "0995"}}, "municipality is a CBS code"),
        ({"GM0995": {"municipality": "GM2001"}}, "GM0995 is not there"),
    ],
)
def test_a_map_that_loses_a_municipality_is_refused(changed: dict[str, dict[str, str]], sentence: str) -> None:
    with pytest.raises(Invalid) as refused:
        municipalities_of(the_map(**changed), date(2027, 1, 1), Geography().municipalities)
    assert any(sentence in problem.detail for problem in refused.value.problems)


async def test_who_lies_in_another_region_by_the_new_map_is_moved_and_others_hear_of_it(world: World) -> None:
    employer = await world.employer()
    offer = await world.offer(employer["id"])
    branch = await good(world.first.post(f"/v1/employers/{employer['id']}/locations", json={"address": LELYSTAD}))
    there = await world.offer(employer["id"], locationId=branch["id"])
    student = await world.student()
    moved = {"GM0995": {"region": "AM36", "region_name": "Regio Zwolle"}}
    assert (await load_map(world, the_map(**moved), "2099-01-01")).status_code == 200
    assert (await world.employer(name="Nog niet"))["region"] == "AM11"

    await world.intake.sql.execute("delete from place_tables")  # else what counts from 2099 on is newer
    await good(load_map(world, the_map(**moved)))

    async def read() -> Any:
        return await good(world.first.get(f"/v1/offers/{offer['id']}"))

    assert (await until(read, lambda now: now["region"] == "AM36"))["municipality"] == "GM0995"
    told = [await world.intake.next_event(SchoolRegistered) for _ in range(4)]
    assert [one.region for one in told] == ["AM11", "AM11", "AM36", "AM36"]
    registered = await world.intake.next_event(EmployerRegistered)
    while registered.region != "AM36":
        registered = await world.intake.next_event(EmployerRegistered)
    assert (await world.intake.next_event(OfferChanged)).region == "AM36"

    async def elsewhere() -> Any:
        return await good(world.first.get(f"/v1/offers/{there['id']}"))

    await until(elsewhere, lambda now: now["region"] == "AM36")

    async def home() -> Any:
        return await good(world.first.get(f"/v1/students/{student['id']}"))

    await until(home, lambda now: now["region"] == "AM36")
    assert (await world.employer(name="Nieuw"))["region"] == "AM36"
    assert (await good(world.first.get(f"/v1/schools/{world.schools[FIRST]}")))["region"] == "AM36"
