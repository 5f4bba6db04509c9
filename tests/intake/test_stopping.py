"""Employers that stop for good (B22): offers go, matching hears, and who opted out is called no more."""

from typing import Any

from shared.events.intake import EmployerPaused, EmployerResumed, OfferWithdrawn
from tests.intake.world import OFFER, World, good


async def test_an_employer_that_stops_takes_its_offers_back_and_others_hear(world: World) -> None:
    employer = await world.employer()
    offer, path = await world.offer(employer["id"]), f"/v1/employers/{employer['id']}"
    stopped = await good(world.second.post(f"{path}/_stop", json={"reason": "policy", "stoppedDate": "2026-09-01"}))
    assert stopped["stopped"] == {"reason": "policy", "stoppedDate": "2026-09-01", "note": None}
    told = await world.intake.next_event(EmployerPaused)
    assert (told.reason, told.from_date.isoformat(), told.until_date) == ("stopped", "2026-09-01", None)
    withdrawn = await world.intake.next_event(OfferWithdrawn)
    assert (str(withdrawn.offer_id), withdrawn.reason) == (offer["id"], "employer-stopped")
    assert (await good(world.first.get(f"/v1/offers/{offer['id']}")))["withdrawnReason"] == "employer-stopped"


async def test_nothing_begins_at_an_employer_that_stopped(world: World) -> None:
    employer = await world.employer()
    path = f"/v1/employers/{employer['id']}"
    await good(world.first.post(f"{path}/_stop", json={}))
    said_yes = {"channel": "telephone", "outcome": "yes", "contactDate": "2026-09-01", "offer": OFFER}
    for call, body in (
        ("offers", OFFER),
        ("contacts", said_yes),
        ("accreditations", {}),
        ("_pause", {"fromDate": "2026-10-01"}),
        ("_resume", None),
        ("_stop", {}),
    ):
        answer = await world.first.post(f"{path}/{call}", json=body)
        assert (answer.status_code, answer.json()["type"]) == (409, "urn:stagebrug:problem:employer-has-stopped"), call


async def test_a_stopped_employer_is_taken_up_again(world: World) -> None:
    employer = await world.employer()
    path = f"/v1/employers/{employer['id']}"
    assert (await world.first.post(f"{path}/_restart")).status_code == 409
    await good(world.first.post(f"{path}/_pause", json={"fromDate": "2026-10-01"}))
    await good(world.first.post(f"{path}/_stop", json={}))
    restarted = await good(world.first.post(f"{path}/_restart"))
    assert (restarted["stopped"], restarted["pause"], restarted["version"]) == (None, None, 4)
    assert (await world.intake.next_event(EmployerResumed)).version == 4
    assert (await world.first.post(f"{path}/offers", json=OFFER)).status_code == 201


async def test_a_stop_lies_not_ahead(world: World) -> None:
    employer = await world.employer()
    answer = await world.first.post(f"/v1/employers/{employer['id']}/_stop", json={"stoppedDate": "2087-01-01"})
    assert answer.json()["errors"][0]["pointer"] == "/stoppedDate"


async def test_who_opted_out_is_kept_without_anybody_to_call(world: World) -> None:
    people: dict[str, Any] = {
        "telephone": "0320 123456",
        "email": "a@example.org",
        "contactPersons": [{"name": "A. Visser"}],
    }
    employer = await world.employer(**people)
    path = f"/v1/employers/{employer['id']}"
    address = {"address": employer["address"]}
    branch = await good(world.first.post(f"{path}/locations", json=address | people))
    stopped = await good(world.first.post(f"{path}/_stop", json={"reason": "opted-out"}))
    there = await good(world.first.get(f"{path}/locations/{branch['id']}"))
    for left in (stopped, there):
        assert (left["telephone"], left["email"], left["contactPersons"]) == (None, None, [])
    for wanted, found in (({"stopped": True}, [employer["id"]]), ({"stopped": False}, [])):
        page = await good(world.second.post("/v1/employers/_search", json=wanted))
        assert [one["id"] for one in page["items"]] == found


async def test_only_who_keeps_an_employer_stops_it(world: World) -> None:
    employer = await world.employer()
    elsewhere = world.as_("regional-coordinator", sub="elsewhere", regions=["AM30"])
    for call in ("_stop", "_restart", "_verify"):
        assert (await elsewhere.post(f"/v1/employers/{employer['id']}/{call}", json={})).status_code == 403
