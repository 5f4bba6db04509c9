"""What schools know of an employer beside its name: kept as given, refused where it contradicts itself."""

from typing import Any

import pytest

from services.intake.domain.codes import LISTS
from services.intake.geography import Geography
from services.intake.importing.cells import Cells
from services.intake.importing.problems import Why
from services.intake.importing.reading import Reader
from services.intake.importing.words import Wordbook
from services.intake.sbi import Sbi
from shared.events.codes import EmployerKind
from shared.events.intake import EmployerRegistered
from tests.intake.world import EMPLOYER, World, good

KNOWN: dict[str, Any] = {
    "branchNumber": "000012345678",
    "sbiCodes": ["4711"],
    "recognition": "recognised",
    "openness": "with-conditions",
    "notEarlierReasons": ["unfamiliar"],
    "origin": "parents",
    "trendReasons": ["growth"],
    "allowance": True,
    "ownJobcoach": True,
}
NESTED: dict[str, Any] = {
    "sbb": {"companyId": "100012345", "crebos": [{"code": "25162", "untilDate": "2030-08-31"}]},
    "placesSplit": {"pro": 3, "vso": 1},
    "conditions": {"irregularHours": ["weekends"], "certificates": ["vca"], "risks": ["machines"]},
    "compensation": {"amountCents": 15000, "per": "week", "travelCosts": False},
    "socialReturn": {"municipality": "GM0995", "percentage": 5, "untilDate": "2028-12-31"},
}


async def test_all_that_is_known_is_kept_and_seen_by_other_schools(world: World) -> None:
    employer = await world.employer(**KNOWN, **NESTED)
    seen = await good(world.second.get(f"/v1/employers/{employer['id']}"))
    assert {name: seen[name] for name in KNOWN} == KNOWN
    for name, given in NESTED.items():
        assert {key: seen[name][key] for key in given if key != "crebos"} == {
            key: value for key, value in given.items() if key != "crebos"
        }
    assert seen["sbb"]["crebos"][0]["untilDate"] == "2030-08-31"


CONTRADICTIONS: list[tuple[dict[str, Any], str]] = [
    ({"sbb": {"companyId": "100012345"}}, "/sbb"),
    ({"sbb": {"crebos": [{"code": "25162"}, {"code": "25162"}]}, "recognition": "boris"}, "/sbb/crebos"),
    ({"sbb": {"crebos": [{"code": "251"}]}, "recognition": "boris"}, "/sbb/crebos/0/code"),
    ({"allowance": False, "compensation": {"amountCents": 100}}, "/compensation"),
    ({"placesPerYear": 4, "placesSplit": {"pro": 3, "vso": 2}}, "/placesSplit"),
    ({"placesSplit": {"pro": -1}}, "/placesSplit/pro"),
    ({"sbiCodes": ["1"]}, "/sbiCodes/0"),
    ({"sbiCodes": ["47.11", "34"]}, "/sbiCodes/1"),
    ({"branchNumber": "12345678"}, "/branchNumber"),
    ({"openness": "maybe"}, "/openness"),
    ({"socialReturn": {"percentage": 0}}, "/socialReturn/percentage"),
    ({"socialReturn": {"municipality": "GM9999"}}, "/socialReturn/municipality"),
]


@pytest.mark.parametrize(("facts", "pointer"), CONTRADICTIONS)
async def test_what_contradicts_itself_or_cannot_be_is_refused(
    world: World, facts: dict[str, Any], pointer: str
) -> None:
    answer = await world.first.post("/v1/employers", json=EMPLOYER | facts)
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


async def test_places_that_are_split_are_never_more_than_all_of_them(world: World) -> None:
    path = f"/v1/employers/{(await world.employer(placesSplit={'vso': 9}))['id']}"
    fewer = await world.first.patch(path, json={"placesPerYear": 8})
    assert fewer.json()["errors"][0]["pointer"] == "/placesSplit"
    both = await good(world.first.patch(path, json={"placesPerYear": 8, "placesSplit": {"pro": 5, "vso": 3}}))
    assert (both["placesPerYear"], both["placesSplit"]) == (8, {"pro": 5, "vso": 3})
    known = await good(world.first.patch(path, json={"placesPerYear": None}))
    assert (known["placesPerYear"], known["placesSplit"]["pro"]) == (None, 5)


@pytest.mark.parametrize(
    ("cells", "split", "problem"),
    [
        (["4", "3", "1"], {"pro": 3, "vso": 1}, None),
        (["4", "", "1"], {"pro": None, "vso": 1}, None),
        (["4", "", ""], None, None),
        (["4", "3", "2"], None, ("places_pro", Why.SPLIT)),
        (["4", "3", "twee"], None, ("places_vso", Why.NUMBER)),
        (["4", "3", "99999"], None, ("places_vso", Why.NOT_VALID)),
    ],
)
def test_a_file_tells_how_places_are_split(cells: list[str], split: Any, problem: tuple[str, Why] | None) -> None:
    columns = ["name", "postcode", "place", "places_per_year", "places_pro", "places_vso"]
    row = Cells(2, ["De Linde", "8232VT", "Lelystad", *cells], {name: at for at, name in enumerate(columns)})
    read = Reader(Geography().situate, Wordbook({})).employer(row)
    assert [(found.field, found.why) for found in row.problems] == ([problem] if problem else [])
    if problem is None:
        assert read
        assert (read.facts.places_split and read.facts.places_split.model_dump()) == split


async def test_a_recognition_that_is_taken_away_takes_its_record_along(world: World) -> None:
    employer = await world.employer(recognition="boris", sbb=NESTED["sbb"])
    path = f"/v1/employers/{employer['id']}"
    alone = await world.first.patch(path, json={"recognition": "none"})
    assert alone.json()["errors"][0]["pointer"] == "/sbb"
    both = await good(world.first.patch(path, json={"recognition": "none", "sbb": None}))
    assert (both["recognition"], both["sbb"]) == ("none", None)


async def test_an_sw_company_is_told_as_sheltered_until_all_know_the_word(world: World) -> None:
    employer = await world.employer(kind="sw-company")
    assert employer["kind"] == "sw-company"
    assert (await world.intake.next_event(EmployerRegistered)).kind is EmployerKind.SHELTERED
    found = await good(world.second.get("/v1/employers?kind=sw-company"))
    assert [one["id"] for one in found["items"]] == [employer["id"]]


async def test_sectors_follow_from_activities_unless_they_are_named(world: World) -> None:
    follows = await world.employer(sectors=[], sbiCodes=["47.11", "56.10.1", "01.61"])
    assert (follows["sectors"], follows["sbiCodes"]) == (["detailhandel", "horeca"], ["4711", "56101", "0161"])
    named = await world.employer(name="Ander", sectors=["recreatie"], sbiCodes=["56.10.1"])
    assert named["sectors"] == ["recreatie"]


def test_the_longest_code_decides_about_the_sector() -> None:
    sbi = Sbi({"groen": ["81.3"]})
    codes = ("8122", "8130", "5510", "5530", "9311", "9321", "56290", "56101", "6201")
    assert [sbi.sector_of(code) for code in codes] == [
        "facilitaire-dienstverlening",
        "groen",
        "horeca",
        "recreatie",
        "sport",
        "recreatie",
        "facilitaire-dienstverlening",
        "horeca",
        None,
    ]


def test_each_sector_of_the_mapping_is_one_of_the_register_and_each_code_lies_in_a_division() -> None:
    sbi = Sbi({})
    mapped = {sector for sector in LISTS["sectors"] if sbi.codes_of(sector)}
    assert mapped == set(LISTS["sectors"]) - {"leerwerkbedrijf"}
    assert all(sbi.knows(code) for sector in mapped for code in sbi.codes_of(sector))
    assert set(LISTS["employer-kinds"]) == set(EmployerKind)
