"""Employers are found by what somebody types, in the order asked for, and as much of each as is asked for."""

from typing import Any

import httpx
import pytest

from shared.api import encode_cursor
from tests.intake.world import LELYSTAD, ZWOLLE, World, good, unknown

ALMERE = {"postcode": "1315AB", "place": "Almere"}
NAMES = {
    "Tuincentrum De Linde": LELYSTAD,
    "Bakkerij Jansen & Zonen B.V.": LELYSTAD,
    "Thuiszorg Fjildsicht": ALMERE,
    "Café 't Hoekje": ZWOLLE,
    "Jansen Metaal": ZWOLLE,
}

TYPED = [
    ("linde", ["Tuincentrum De Linde"]),
    ("de linde", ["Tuincentrum De Linde"]),
    ("Tuincentrum de Linde Lelystad", ["Tuincentrum De Linde"]),
    ("tuincen", ["Tuincentrum De Linde"]),
    ("tuincetrum", ["Tuincentrum De Linde"]),
    ("bakkerijen", ["Bakkerij Jansen & Zonen B.V."]),
    ("bakerij", ["Bakkerij Jansen & Zonen B.V."]),
    ("bakkerij jnasen", ["Bakkerij Jansen & Zonen B.V."]),
    ("zorg", ["Thuiszorg Fjildsicht"]),
    ("cafe hoekje", ["Café 't Hoekje"]),
    ("jansen", ["Jansen Metaal", "Bakkerij Jansen & Zonen B.V."]),
    ("jansen zwolle", ["Jansen Metaal"]),
    ("almere", ["Thuiszorg Fjildsicht"]),
    ("kapper", []),
    ("%%% _", []),
    ("' | :* !", []),
]


async def registered(world: World) -> None:
    for name, address in NAMES.items():
        await world.employer(name=name, address=address, tasks=["vakken-vullen"])


async def names(by: httpx.AsyncClient, body: dict[str, Any], query: str = "") -> list[str]:
    page = await good(by.post(f"/v1/employers/_search{query}", json=body))
    return [employer["name"] for employer in page["items"]]


async def test_employers_are_found_by_words_as_people_type_them(world: World) -> None:
    await registered(world)
    for typed, found in TYPED:
        assert await names(world.second, {"text": typed}) == found, typed
    assert len(await names(world.second, {"text": "vakken"})) == len(NAMES)


async def test_nobody_finds_anothers_private_employer_by_a_typing_error(world: World) -> None:
    await world.employer(name="Kwekerij Morgenrood", private=True)
    assert await names(world.first, {"text": "morgenrod"}) == ["Kwekerij Morgenrood"]
    assert await names(world.second, {"text": "morgenrod"}) == []


ORDERS: list[tuple[dict[str, Any], list[str]]] = [
    ({"sort": "name"}, sorted(NAMES, key=lambda name: name.casefold().replace("é", "e"))),
    ({"sort": "-name"}, sorted(NAMES, key=lambda name: name.casefold().replace("é", "e"), reverse=True)),
    ({"sort": "registered"}, list(NAMES)),
    ({}, list(NAMES)),
    ({"sort": "-changed"}, list(NAMES)[::-1]),
    ({"sort": "distance", "near": {"address": ZWOLLE}}, ["Café 't Hoekje", "Jansen Metaal"]),
    ({"sort": "-distance", "near": {"latitude": 52.35, "longitude": 5.26}}, ["Jansen Metaal", "Café 't Hoekje"]),
    ({"text": "vakken-vullen", "sort": "-name"}, ["Tuincentrum De Linde", "Thuiszorg Fjildsicht"]),
]


async def test_a_search_comes_in_the_order_asked_for_and_goes_on_where_its_page_ended(world: World) -> None:
    await registered(world)
    for body, first in ORDERS:
        whole = await names(world.second, body)
        assert whole[: len(first)] == first, body
        assert sorted(whole) == sorted(NAMES)
        assert await page_by_page(world, body) == whole, body
    assert await page_by_page(world, {"text": "vakken"}) == await names(world.second, {"text": "vakken"})


async def page_by_page(world: World, body: dict[str, Any]) -> list[str]:
    seen: list[str] = []
    cursor = ""
    while True:
        page = await good(world.second.post(f"/v1/employers/_search?limit=2{cursor}", json=body))
        seen += [employer["name"] for employer in page["items"]]
        if page["next"] is None:
            return seen
        cursor = f"&cursor={page['next']}"


async def test_employers_are_found_around_a_place_and_by_several_values(world: World) -> None:
    await registered(world)
    await world.employer(name="Kok", sectors=["horeca"], address=ZWOLLE)
    near = {"near": {"address": ZWOLLE}, "withinKm": 10}
    assert await names(world.first, near) == ["Café 't Hoekje", "Jansen Metaal", "Kok"]
    assert await names(world.first, near | {"text": "jansen"}) == ["Jansen Metaal"]
    assert await names(world.first, near | {"sector": ["horeca", "logistiek"]}) == ["Kok"]
    assert len(await names(world.first, {"sector": ["horeca", "detailhandel"]})) == 6
    listed = await good(world.first.get("/v1/employers?region=AM11&region=AM36&sector=horeca"))
    assert [employer["name"] for employer in listed["items"]] == ["Kok"]


@pytest.mark.parametrize(
    "body",
    [
        {"sort": "distance"},
        {"withinKm": 5},
        {"sort": "relevance"},
        {"sort": "beste"},
        {"near": {"latitude": 52.5}},
        {"near": {}},
        {"near": {"address": {"postcode": "8232VT", "place": "Nergensland"}}, "sort": "distance"},
    ],
)
async def test_an_order_that_cannot_be_is_refused(world: World, body: dict[str, Any]) -> None:
    assert (await world.first.post("/v1/employers/_search", json=body)).status_code == 400


async def test_a_cursor_of_another_order_is_refused(world: World) -> None:
    await registered(world)
    page = await good(world.first.post("/v1/employers/_search?limit=1", json={"sort": "name"}))
    made_up = (
        "nonsense",
        "name|",
        f"changed|{unknown()}|2026-09-01",
        f"changed|{unknown()}|\0",
        f"changed|{unknown()}|0001-01-01T00:00:00+14:00",
    )
    for cursor in (page["next"], *map(encode_cursor, made_up)):
        answer = await world.first.post(f"/v1/employers/_search?cursor={cursor}", json={"sort": "changed"})
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, "cursor")
    nul = encode_cursor(f"name|{unknown()}|\0")
    assert (await world.first.post(f"/v1/employers/_search?cursor={nul}", json={"sort": "name"})).status_code == 400


async def test_a_list_has_the_fields_that_were_asked_for(world: World) -> None:
    employer = await world.employer(sizeClass="small")
    await world.offer(employer["id"])
    await world.student()
    only = {"id": employer["id"], "name": employer["name"], "sizeClass": "small"}
    assert await good(world.first.get("/v1/employers?fields=id,name,sizeClass")) == {"items": [only], "next": None}
    searched = await good(world.first.post("/v1/employers/_search?fields=id, name,sizeClass", json={"text": "linde"}))
    assert searched["items"] == [only]
    assert [set(one) for one in (await good(world.first.get("/v1/offers?fields=state,freeSeats")))["items"]] == [
        {"state", "freeSeats"}
    ]
    for answer in (
        await world.first.get("/v1/students?fields=givenName,missing"),
        await world.first.post("/v1/students/_search?fields=givenName,missing", json={}),
    ):
        assert [set(one) for one in answer.json()["items"]] == [{"givenName", "missing"}]
    refused = await world.first.get("/v1/employers?fields=id,naam,size_class")
    assert refused.status_code == 400
    assert ["'naam'" in e["detail"] or "'size_class'" in e["detail"] for e in refused.json()["errors"]] == [True, True]


async def test_a_moment_before_all_clocks_is_refused(world: World) -> None:
    for moment in ("0001-01-01T00:00:00%2B14:00", "9999-12-31T23:59:59-14:00"):
        assert (await world.first.get(f"/v1/offers?since={moment}")).status_code == 400, moment
