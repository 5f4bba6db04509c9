"""Locations: an employer's branches, each with its own place on the map, to which offers belong."""

from typing import Any

import pytest

from shared.events.intake import EmployerOffered, OfferChanged, OfferWithdrawn
from tests.intake.world import LELYSTAD, OFFER, ZWOLLE, World, good, unknown

BRANCH: dict[str, Any] = {"name": "Filiaal Zwolle", "branchNumber": "000087654321", "address": ZWOLLE}


async def a_branch(world: World, employer: Any, **facts: Any) -> Any:
    return await good(world.first.post(f"/v1/employers/{employer['id']}/locations", json=BRANCH | facts))


async def test_an_employer_has_branches_with_people_of_their_own(world: World) -> None:
    employer = await world.employer()
    branch = await a_branch(world, employer, contactPersons=[{"name": "A. Visser"}])
    assert (branch["region"], branch["municipality"], branch["closedDate"]) == ("AM36", "GM0193", None)
    path = f"/v1/employers/{employer['id']}/locations"
    assert [one["id"] for one in (await good(world.second.get(path)))["items"]] == [branch["id"]]
    seen = await good(world.second.get(f"{path}/{branch['id']}"))
    assert seen["contactPersons"][0]["name"] == "A. Visser"
    changed = await good(world.first.patch(f"{path}/{branch['id']}", json={"name": None, "note": "Achterom."}))
    assert (changed["name"], changed["note"], changed["branchNumber"]) == (None, "Achterom.", BRANCH["branchNumber"])
    assert (await world.first.get(f"{path}/{unknown()}")).status_code == 404


async def test_an_offer_lies_where_its_location_is(world: World) -> None:
    employer = await world.employer()
    branch = await a_branch(world, employer)
    offer = await world.offer(employer["id"], locationId=branch["id"])
    assert (offer["region"], offer["municipality"], offer["locationId"]) == ("AM36", "GM0193", branch["id"])
    told = await world.intake.next_event(EmployerOffered)
    assert (told.region, told.location) == ("AM36", told.location.model_validate(branch["location"]))
    for region, found in (("AM36", [offer["id"]]), ("AM11", [])):
        assert [one["id"] for one in (await good(world.first.get(f"/v1/offers?region={region}")))["items"]] == found
    back = await good(world.first.patch(f"/v1/offers/{offer['id']}", json={"locationId": None}))
    assert back["region"] == "AM11"
    assert (await world.intake.next_event(OfferChanged)).region == "AM11"


async def test_a_closed_sector_closes_the_offers_that_lie_there_and_no_others(world: World) -> None:
    employer = await world.employer()
    branch = await a_branch(world, employer)
    there = await world.offer(employer["id"], locationId=branch["id"], endDate=None)
    here = await world.offer(employer["id"], endDate=None)
    closure = {"region": "AM36", "fromDate": "2087-01-13", "untilDate": "2087-02-23", "reason": "epidemic"}
    await good(world.operator.post("/v1/closures", json=closure))
    during: dict[str, Any] = {"beginDate": "2087-02-01", "endDate": "2087-06-01"}
    refused = await world.place(await world.student(), there, **during)
    assert (refused.status_code, "sector-closed" in refused.text) == (409, True)
    assert (await world.place(await world.student(), here, **during)).status_code == 201


async def test_a_branch_that_moves_takes_its_offers_along(world: World) -> None:
    employer = await world.employer()
    branch = await a_branch(world, employer)
    offer = await world.offer(employer["id"], locationId=branch["id"])
    path = f"/v1/employers/{employer['id']}/locations/{branch['id']}"
    assert (await good(world.first.patch(path, json={"address": LELYSTAD})))["region"] == "AM11"
    told = await world.intake.next_event(OfferChanged)
    assert (str(told.offer_id), told.region) == (offer["id"], "AM11")
    await good(world.first.patch(f"/v1/employers/{employer['id']}", json={"address": ZWOLLE}))
    assert (await good(world.first.get(f"/v1/offers/{offer['id']}")))["region"] == "AM11"


async def test_a_branch_that_closes_withdraws_its_offers_and_takes_no_new_ones(world: World) -> None:
    employer = await world.employer()
    branch = await a_branch(world, employer)
    offer, kept = await world.offer(employer["id"], locationId=branch["id"]), await world.offer(employer["id"])
    path = f"/v1/employers/{employer['id']}/locations/{branch['id']}"
    assert (await good(world.first.post(f"{path}/_close")))["closedDate"]
    told = await world.intake.next_event(OfferWithdrawn)
    assert (str(told.offer_id), told.reason) == (offer["id"], "location-closed")
    assert (await good(world.first.get(f"/v1/offers/{kept['id']}")))["state"] == "open"
    assert (await world.first.post(f"{path}/_close")).status_code == 409
    assert (await world.first.patch(path, json={"name": "Toch"})).status_code == 409
    body = OFFER | {"locationId": branch["id"]}
    late = await world.first.post(f"/v1/employers/{employer['id']}/offers", json=body)
    assert late.json()["errors"][0]["pointer"] == "/locationId"
    again = await a_branch(world, employer)
    assert again["id"] != branch["id"]


async def test_an_offer_lies_at_a_location_of_its_own_employer(world: World) -> None:
    branch = await a_branch(world, await world.employer())
    other = await world.employer(name="Ander")
    body = OFFER | {"locationId": branch["id"]}
    answer = await world.first.post(f"/v1/employers/{other['id']}/offers", json=body)
    assert answer.json()["errors"][0]["pointer"] == "/locationId"
    contact = {"channel": "telephone", "outcome": "yes", "contactDate": "2026-09-01", "offer": body}
    answer = await world.first.post(f"/v1/employers/{other['id']}/contacts", json=contact)
    assert answer.json()["errors"][0]["pointer"] == "/offer/locationId"


async def test_a_branch_number_is_that_of_one_location(world: World) -> None:
    employer = await world.employer(branchNumber="000012345678")
    await a_branch(world, employer)
    path = f"/v1/employers/{employer['id']}/locations"
    for number in (BRANCH["branchNumber"], "000012345678"):
        answer = await world.first.post(path, json=BRANCH | {"branchNumber": number})
        assert (answer.status_code, answer.json()["type"]) == (409, "urn:stagebrug:problem:branch-is-known")
    wrong = await world.first.post(path, json=BRANCH | {"branchNumber": "12345678"})
    assert wrong.json()["errors"][0]["pointer"] == "/branchNumber"


async def test_schools_of_the_branchs_region_keep_it_too(world: World) -> None:
    school = {"brin": "01AA00", "name": "Zwolle", "kind": "vso", "address": ZWOLLE}
    await good(world.operator.post("/v1/schools", json=school))
    there = world.as_("coordinator", sub="there", schools=["01AA00"])
    employer = await world.employer()
    path = f"/v1/employers/{employer['id']}/locations"
    assert (await there.post(path, json=BRANCH | {"address": LELYSTAD})).status_code == 403
    branch = await good(there.post(path, json=BRANCH))
    assert (await there.patch(f"{path}/{branch['id']}", json={"note": "Bel aan."})).status_code == 200
    assert (await world.first.patch(f"{path}/{branch['id']}", json={"note": "Achterom."})).status_code == 200


async def test_an_employer_is_found_where_a_branch_lies(world: World) -> None:
    employer = await world.employer()
    branch = await a_branch(world, employer)
    for wanted in ({"region": "AM36"}, {"municipality": "GM0193"}, {"region": "AM11"}):
        found = await good(world.second.post("/v1/employers/_search", json=wanted))
        assert [one["id"] for one in found["items"]] == [employer["id"]], wanted
    await good(world.first.post(f"/v1/employers/{employer['id']}/locations/{branch['id']}/_close"))
    assert (await good(world.second.post("/v1/employers/_search", json={"region": "AM36"})))["items"] == []


async def test_nobody_else_sees_the_branches_of_a_private_employer(world: World) -> None:
    employer = await world.employer(private=True)
    branch = await a_branch(world, employer)
    path = f"/v1/employers/{employer['id']}/locations"
    for answer in (
        await world.second.get(path),
        await world.second.get(f"{path}/{branch['id']}"),
        await world.second.post(path, json=BRANCH),
        await world.second.patch(f"{path}/{branch['id']}", json={}),
        await world.second.post(f"{path}/{branch['id']}/_close"),
    ):
        assert answer.status_code == 404


@pytest.mark.parametrize("tag", ['"of-before"', None])
async def test_nobody_writes_over_what_somebody_else_changed(world: World, tag: str | None) -> None:
    employer = await world.employer()
    branch = await a_branch(world, employer)
    path = f"/v1/employers/{employer['id']}/locations/{branch['id']}"
    headers = {} if tag is None else {"If-Match": tag}
    answer = await world.first.request("PATCH", path, json={"name": "Anders"}, headers=headers)
    assert answer.status_code == (428 if tag is None else 412)
