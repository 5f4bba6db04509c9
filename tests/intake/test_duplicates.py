"""An employer that stands in the register already is not registered again unnoticed."""

import asyncio
from typing import Any

from tests.intake.world import EMPLOYER, World, good

AGAIN: dict[str, Any] = {
    "name": "De Linde tuincentrum B.V.",
    "address": {"postcode": "8232AA", "place": "Lelystad"},
}


async def test_who_registers_an_employer_that_may_be_known_is_asked_first(world: World) -> None:
    known = await world.employer()
    await world.employer(name="Bakkerij Vos")
    refused = await world.second.post("/v1/employers", json=AGAIN)
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:stagebrug:problem:employer-may-be-known")
    [candidate] = refused.json()["candidates"]
    assert (candidate["employerId"], candidate["name"], candidate["place"]) == (known["id"], known["name"], "Lelystad")
    assert candidate["score"] >= 80
    assert candidate["reasons"] == ["same-name", "same-neighbourhood"]
    made = await good(world.second.post("/v1/employers", json=AGAIN | {"confirmedNew": True}))
    assert "confirmedNew" not in made


async def test_the_same_kvk_number_at_the_same_postcode_is_never_another(world: World) -> None:
    known = await world.employer(kvkNumber="01234567")
    again = EMPLOYER | {"kvkNumber": "01234567", "name": "Heel anders", "confirmedNew": True}
    refused = await world.second.post("/v1/employers", json=again)
    assert (refused.status_code, refused.json()["employerId"]) == (409, known["id"])


async def test_nobody_learns_of_anothers_private_employer_by_registering_it_again(world: World) -> None:
    await world.employer(private=True)
    assert (await world.second.post("/v1/employers/_duplicates", json={"name": "De Linde"})).json()["items"] == []
    assert (await world.second.post("/v1/employers", json=EMPLOYER)).status_code == 201
    assert (await world.first.post("/v1/employers", json=EMPLOYER)).status_code == 409


async def test_of_two_who_register_the_same_at_once_one_is_asked(world: World) -> None:
    answers = await asyncio.gather(*(by.post("/v1/employers", json=EMPLOYER) for by in [world.first, world.second] * 3))
    assert sorted(answer.status_code for answer in answers) == [201, *[409] * 5]


async def test_a_front_end_asks_before_anything_is_registered(world: World) -> None:
    known = await world.employer(telephone="0320-123456")
    facts = {"name": "Linde", "place": "Lelystad", "telephone": "+31 (0)320 123456"}
    [found] = (await good(world.second.post("/v1/employers/_duplicates", json=facts)))["items"]
    assert found["employerId"] == known["id"]
    assert {"same-telephone", "same-place"} <= set(found["reasons"])
    assert (await world.second.post("/v1/employers/_duplicates", json={"naam": "x"})).status_code == 400


async def test_those_that_stand_there_twice_are_listed_by_region_page_by_page(world: World) -> None:
    pairs = []
    for number, name in enumerate(("Tuincentrum De Linde", "Bakkerij Vos", "Garage Smit")):
        one = await world.employer(name=name)
        other = await world.employer(name=f"{name} B.V.", private=number == 2)
        pairs.append((one["id"], other["id"]))
    await world.employer(name="Kapsalon Vos")
    assert await doubles(world, world.second) == pairs[:2]
    assert await doubles(world, world.first) == pairs
    assert (await good(world.first.get("/v1/employer-doubles?region=AM36")))["items"] == []
    assert (await world.first.get("/v1/employer-doubles?region=AM11&cursor=bm9uc2Vucw")).status_code == 400
    assert (await world.first.get("/v1/employer-doubles")).status_code == 400


async def doubles(world: World, by: Any) -> list[tuple[str, str]]:
    found, cursor = [], ""
    while True:
        page = await good(by.get(f"/v1/employer-doubles?region=AM11&limit=1{cursor}"))
        found += [(double["employerId"], double["other"]["employerId"]) for double in page["items"]]
        if page["next"] is None:
            return found
        cursor = f"&cursor={page['next']}"


async def test_an_employer_that_moved_is_compared_by_where_it_is_now(world: World) -> None:
    employer = await world.employer()
    moved = {"address": {"postcode": "8011AA", "place": "Zwolle"}}
    await good(world.first.patch(f"/v1/employers/{employer['id']}", json=moved))
    assert (await world.second.post("/v1/employers", json=EMPLOYER)).status_code == 201
    refused = await world.second.post("/v1/employers", json=EMPLOYER | moved)
    assert refused.json()["candidates"][0]["employerId"] == employer["id"]
