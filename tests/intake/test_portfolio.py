"""The portfolio of an SBB adviser: recognised companies, and which had no student for a year."""

from datetime import timedelta
from typing import Any

import httpx

from services.intake import days
from tests.intake.world import FIRST, ZWOLLE, World, good


def sbb(world: World, *regions: str, kind: str = "sbb") -> httpx.AsyncClient:
    return world.as_("intermediary", sub=kind, intermediary={"kind": kind, "regions": regions or ("AM11",)})


async def names(client: httpx.AsyncClient, **wanted: Any) -> set[str]:
    return {one["name"] for one in (await good(client.get("/v1/portfolio", params=wanted)))["items"]}


async def test_an_adviser_sees_recognised_companies_of_the_own_area_by_sector_and_place(world: World) -> None:
    await world.employer(name="Groen", recognition="boris", sectors=["horeca"])
    await world.employer(name="Winkel", recognition="recognised")
    await world.employer(name="Onbekend", recognition="none")
    await world.employer(name="Zwols", recognition="boris", address=ZWOLLE)
    await world.employer(name="Geheim", recognition="boris", private=True)
    adviser = sbb(world)
    assert await names(adviser) == {"Groen", "Winkel"}
    assert await names(adviser, sector="horeca") == {"Groen"}
    assert await names(adviser, municipality="GM0193") == set()
    assert await names(sbb(world, "AM11", "AM36"), municipality="GM0193") == {"Zwols"}
    near = {"latitude": 52.51, "longitude": 5.47, "withinKm": 15}
    assert await names(sbb(world, "AM11", "AM36"), **near) == {"Groen", "Winkel"}
    half = await adviser.get("/v1/portfolio", params={"latitude": 52.5})
    assert (half.status_code, half.json()["errors"][0]["pointer"]) == (400, "withinKm")
    first = await good(adviser.get("/v1/portfolio", params={"limit": 1}))
    rest = await good(adviser.get("/v1/portfolio", params={"cursor": first["next"]}))
    assert {one["name"] for one in first["items"] + rest["items"]} == {"Groen", "Winkel"}
    assert rest["next"] is None
    for stranger in (sbb(world, kind="wsp"), world.first, world.operator):
        assert (await stranger.get("/v1/portfolio")).status_code == 403


async def test_companies_without_a_student_for_a_year_are_found_and_no_student_is_told(world: World) -> None:
    await world.employer(name="Stil", recognition="boris")
    busy = await world.employer(name="Druk", recognition="boris")
    today = days.today().isoformat()
    student = await world.searching(beginDate=today, endDate="2027-07-09")
    offer = await world.offer(busy["id"], beginDate=today, endDate=None)
    placed = await world.place(student, offer, beginDate=today, endDate="2027-07-09")
    assert placed.status_code == 201, placed.text
    adviser = sbb(world)
    assert await names(adviser, withoutStudent="true") == {"Stil"}
    assert await names(adviser, withoutStudent="false") == {"Druk"}
    seen = (await adviser.get("/v1/portfolio")).text
    for private in (student["id"], placed.json()["id"], "Sam", FIRST):
        assert private not in seen
    ahead = "update placements set stay = jsonb_set(stay, '{begin_date}', to_jsonb($1::text))"
    await world.intake.sql.execute(ahead, (days.today() + timedelta(days=1)).isoformat())
    assert await names(adviser, withoutStudent="true") == {"Stil", "Druk"}  # who is to come was not there
    await world.intake.sql.execute(ahead, today)
    long_ago = (days.today() - timedelta(days=400)).isoformat()
    moved = "update placements set state = 'ended', ending = jsonb_build_object('ended_date', $1::text)"
    await world.intake.sql.execute(moved, long_ago)
    assert await names(adviser, withoutStudent="true") == {"Stil", "Druk"}
