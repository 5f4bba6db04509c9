"""Two employers that are one are merged: everything that names the one names the other from then on."""

from typing import Any

import httpx
import pytest

from services.intake.domain.employer import EmployerFacts, SchoolCooperation
from services.intake.domain.merging import merged_facts
from shared.events.intake import EmployerPaused, EmployerRegistered, EmployersMerged, OfferChanged
from shared.ids import new_id
from tests.intake.world import EMPLOYER, FIRST, OFFER, SECOND, ZWOLLE, World, good, unknown

DRONTEN = {"postcode": "8251AA", "place": "Dronten"}
CONTACT: dict[str, Any] = {"channel": "telephone", "outcome": "no", "contactDate": "2026-09-01"}


async def merge(
    by: httpx.AsyncClient, kept: str, other: str, tags: str = "*", reason: str = "duplicate"
) -> httpx.Response:
    body = {"otherId": other, "reason": reason}
    return await by.post(f"/v1/employers/{kept}/_merge", json=body, headers={"If-Match": tags})


async def tag(world: World, employer_id: str) -> str:
    return (await world.first.get(f"/v1/employers/{employer_id}")).headers["ETag"]


async def test_what_refers_to_the_one_refers_to_the_other(world: World) -> None:
    kept = await world.employer(sectors=["horeca"], kvkNumber="01234567")
    other = await world.employer(by=world.second, name="Linde", telephone="0320 123456", tasks=["afwassen"])
    offer = await good(world.second.post(f"/v1/employers/{other['id']}/offers", json=OFFER))
    placed = (await world.place(await world.student(), offer)).json()
    contact = await good(world.second.post(f"/v1/employers/{other['id']}/contacts", json=CONTACT))
    tags = ", ".join([await tag(world, kept["id"]), await tag(world, other["id"])])

    merged = await good(merge(world.first, kept["id"], other["id"], tags))

    assert (merged["id"], merged["name"], merged["kvkNumber"]) == (kept["id"], EMPLOYER["name"], "01234567")
    assert (merged["telephone"], merged["tasks"], set(merged["sectors"])) == (
        "0320 123456",
        ["afwassen"],
        {"horeca", "detailhandel"},
    )
    listed = await good(world.second.get(f"/v1/offers?employerId={kept['id']}"))
    assert [one["id"] for one in listed["items"]] == [offer["id"]]
    assert [one["id"] for one in (await good(world.second.get(f"/v1/employers/{kept['id']}/contacts")))["items"]] == [
        contact["id"]
    ]
    assert (await good(world.first.get(f"/v1/placements/{placed['id']}")))["employerId"] == kept["id"]
    assert [e["id"] for e in (await good(world.first.get("/v1/employers")))["items"]] == [kept["id"]]
    [history] = (await good(world.second.get(f"/v1/employers/{kept['id']}/merges")))["items"]
    assert (history["mergedId"], history["facts"]["name"], history["moved"]["offers"]) == (other["id"], "Linde", 1)


async def test_others_are_told_of_a_merge_and_of_what_reads_differently(world: World) -> None:
    kept, other = await world.employer(), await world.employer(name="Linde")
    offer = await world.offer(other["id"])
    await good(merge(world.second, kept["id"], other["id"]))
    told = await world.intake.next_event(EmployersMerged)
    assert (str(told.employer_id), str(told.merged_id), told.version) == (kept["id"], other["id"], 2)
    while (registered := await world.intake.next_event(EmployerRegistered)).version == 1:
        pass
    assert (str(registered.employer_id), registered.version) == (kept["id"], 3)
    changed = await world.intake.next_event(OfferChanged)
    assert (str(changed.offer_id), str(changed.employer_id)) == (offer["id"], kept["id"])


async def test_whoever_still_has_the_old_id_is_told_where_it_went(world: World) -> None:
    last, middle, first = [(await world.employer(name=name))["id"] for name in ("Linde", "De Linde", "Lindes")]
    await good(merge(world.first, middle, first))
    await good(merge(world.first, last, middle))
    for old in (first, middle):
        gone = await world.second.get(f"/v1/employers/{old}")
        assert (gone.status_code, gone.json()["type"]) == (410, "urn:stagebrug:problem:employer-was-merged")
        assert gone.json()["mergedInto"] == last
        assert (await world.first.post(f"/v1/employers/{old}/offers", json=OFFER)).status_code == 410
        assert (await merge(world.first, last, old)).status_code == 410
    merges = (await good(world.first.get(f"/v1/employers/{last}/merges")))["items"]
    assert {one["mergedId"] for one in merges} == {first, middle}


async def test_two_kvk_numbers_are_two_employers_unless_one_took_over_the_other(world: World) -> None:
    kept = (await world.employer(kvkNumber="01234567"))["id"]
    other = (await world.employer(kvkNumber="76543210"))["id"]
    refused = await merge(world.first, kept, other)
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:stagebrug:problem:employers-differ")
    assert (await world.first.get(f"/v1/employers/{other}")).status_code == 200
    assert (await good(merge(world.first, kept, other, reason="takeover")))["kvkNumber"] == "01234567"


async def test_only_who_keeps_both_merges_them_as_they_were_seen(world: World) -> None:
    far = {"brin": "02BB00", "name": "Ver weg", "kind": "vso", "address": ZWOLLE}
    await good(world.operator.post("/v1/schools", json=far))
    outsider = world.as_("coordinator", schools=["02BB00"])
    regional = world.as_("regional-coordinator", regions=["AM11"])
    kept, other = (await world.employer())["id"], (await world.employer(name="Linde"))["id"]
    assert (await merge(outsider, kept, other)).status_code == 403
    assert (await merge(world.first, kept, kept)).json()["errors"][0]["pointer"] == "/otherId"
    assert (await merge(world.first, kept, unknown())).status_code == 404
    body = {"otherId": other}
    assert (await world.first.post(f"/v1/employers/{kept}/_merge", json=body)).status_code == 428
    assert (await merge(world.first, kept, other, await tag(world, kept))).status_code == 412
    both = f"{await tag(world, kept)}, {await tag(world, other)}"
    await good(world.second.patch(f"/v1/employers/{other}", json={"placesPerYear": 3}))
    assert (await merge(world.first, kept, other, both)).status_code == 412
    assert (await merge(regional, kept, other)).status_code == 200


async def test_a_private_employer_is_shared_by_its_own_school_alone(world: World) -> None:
    shared = (await world.employer(by=world.second))["id"]
    private = (await world.employer(private=True))["id"]
    offer = await world.offer(private)
    assert (await merge(world.second, shared, private)).status_code == 404
    assert (await merge(world.operator, shared, private)).status_code == 403
    assert (await good(merge(world.first, private, shared)))["private"] is False
    assert (await world.second.get(f"/v1/offers/{offer['id']}")).status_code == 200


async def test_two_employers_that_are_private_to_two_schools_are_not_published(world: World) -> None:
    both = world.as_("coordinator", sub="both", schools=[FIRST, SECOND])
    kept, other = [
        (await world.employer(by=by, name=name, private=True))["id"]
        for by, name in ((world.first, "Linde"), (world.second, "De Linde"))
    ]
    refused = await merge(both, kept, other)
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:stagebrug:problem:employers-are-private")


PEOPLE: dict[str, Any] = {
    "telephone": "0320 123456",
    "email": "a@example.org",
    "contactPersons": [{"name": "A. Visser"}],
}


@pytest.mark.parametrize("which", ["kept", "other"])
async def test_who_opted_out_is_not_called_under_another_id(world: World, which: str) -> None:
    kept, other = await world.employer(**PEOPLE), await world.employer(name="Linde", **PEOPLE)
    opted_out, open_one = (kept, other) if which == "kept" else (other, kept)
    await good(world.first.post(f"/v1/employers/{opted_out['id']}/_stop", json={"reason": "opted-out"}))
    branch = {"address": ZWOLLE} | PEOPLE
    branch = await good(world.first.post(f"/v1/employers/{open_one['id']}/locations", json=branch))
    offer = await world.offer(open_one["id"])

    merged = await good(merge(world.first, kept["id"], other["id"]))

    assert merged["stopped"]["reason"] == "opted-out"
    there = await good(world.first.get(f"/v1/employers/{kept['id']}/locations/{branch['id']}"))
    [history] = (await good(world.first.get(f"/v1/employers/{kept['id']}/merges")))["items"]
    for left in (merged, there, history["facts"]):
        assert (left["telephone"], left["email"], left["contactPersons"]) == (None, None, [])
    assert not await world.intake.sql.fetchval("select count(*) from employers where facts::text like '%Visser%'")
    assert (await good(world.first.get(f"/v1/offers/{offer['id']}")))["withdrawnReason"] == "employer-stopped"
    told = await world.intake.next_event(EmployerPaused)
    if which == "other":
        told = await world.intake.next_event(EmployerPaused)
    assert (str(told.employer_id), told.reason) == (kept["id"], "stopped")


async def test_who_opts_out_later_is_forgotten_in_what_was_merged_too(world: World) -> None:
    kept, other = await world.employer(), await world.employer(name="Linde", **PEOPLE)
    await good(merge(world.first, kept["id"], other["id"]))
    await good(world.first.post(f"/v1/employers/{kept['id']}/_stop", json={"reason": "opted-out"}))
    [history] = (await good(world.first.get(f"/v1/employers/{kept['id']}/merges")))["items"]
    assert (history["facts"]["telephone"], history["facts"]["contactPersons"]) == (None, [])
    assert not await world.intake.sql.fetchval("select count(*) from employers where facts::text like '%Visser%'")


async def test_a_pause_of_either_goes_on_as_long_as_the_longer_one(world: World) -> None:
    kept, other = [await world.employer(name=name) for name in ("Linde", "De Linde")]
    for employer, pause in (
        (kept, {"fromDate": "2026-10-01", "untilDate": "2026-10-31"}),
        (other, {"fromDate": "2026-10-15", "untilDate": "2026-12-31"}),
    ):
        await good(world.first.post(f"/v1/employers/{employer['id']}/_pause", json=pause))
        await world.intake.next_event(EmployerPaused)
    merged = await good(merge(world.first, kept["id"], other["id"]))
    assert (merged["pause"]["fromDate"], merged["pause"]["untilDate"]) == ("2026-10-01", "2026-12-31")
    told = await world.intake.next_event(EmployerPaused)
    assert (str(told.employer_id), str(told.until_date), told.version) == (kept["id"], "2026-12-31", merged["version"])


async def test_the_one_that_took_over_goes_on_when_the_other_ended(world: World) -> None:
    kept, other = await world.employer(kvkNumber="01234567"), await world.employer(kvkNumber="76543210")
    await good(world.first.post(f"/v1/employers/{other['id']}/_stop", json={"reason": "closed-down"}))
    merged = await good(merge(world.first, kept["id"], other["id"], reason="takeover"))
    assert merged["stopped"] is None


async def test_offers_stay_where_they_are_at_a_location_of_the_one_that_stays(world: World) -> None:
    kept = await world.employer()
    other = await world.employer(name="Linde Zuid", address=DRONTEN, branchNumber="000087654321")
    offer = await world.offer(other["id"])
    assert (await good(merge(world.first, kept["id"], other["id"])))["branchNumber"] is None
    [location] = (await good(world.first.get(f"/v1/employers/{kept['id']}/locations")))["items"]
    assert (location["name"], location["address"]["postcode"]) == ("Linde Zuid", DRONTEN["postcode"])
    assert (location["branchNumber"], location["municipality"]) == ("000087654321", other["municipality"])
    assert (await good(world.first.get(f"/v1/offers/{offer['id']}")))["locationId"] == location["id"]
    told = await world.intake.next_event(OfferChanged)
    assert (str(told.employer_id), told.municipality) == (kept["id"], other["municipality"])
    third = await world.employer(name="Lindenhof", address=DRONTEN)
    moved = await world.offer(third["id"])
    await good(merge(world.first, kept["id"], third["id"]))
    assert (await good(world.first.get(f"/v1/offers/{moved['id']}")))["locationId"] == location["id"]


@pytest.mark.parametrize("many", [3, 150])
def test_both_lists_come_together_as_far_as_they_fit(many: int) -> None:
    schools = [[SchoolCooperation(school_id=new_id()) for _ in range(many)] for _ in range(2)]
    one, other = (
        EmployerFacts(name=name, cooperations=tuple(known), places_per_year=places)
        for name, known, places in zip(("Een", "Twee"), schools, (None, 4), strict=True)
    )
    both = merged_facts(one, other)
    assert (both.name, both.places_per_year) == ("Een", 4)
    assert len(both.cooperations) == (6 if many == 3 else many)
