import json

from tests.journeys.world import (
    World,
    employer_of,
    offer_of,
    placement_of,
    proposal_for,
    ready_student_of,
)

STARTED, ENDED = "nl.stagebrug.placement-started.v1", "nl.stagebrug.placement-ended.v1"


async def test_an_offer_becomes_a_placement_and_its_seat_is_matched_again_when_it_ends(world: World) -> None:
    coordinator = await world.school("AM36")
    municipality = await world.intermediary("municipality", "AM36", "GM0193")
    elsewhere = await world.intermediary("municipality", "AM02", "GM0080")
    hook = await world.listening(municipality, STARTED, ENDED)
    other_hook = await world.listening(elsewhere, STARTED, ENDED)

    offer = await offer_of(coordinator, await employer_of(coordinator))
    student = await ready_student_of(coordinator)
    proposal = await proposal_for(coordinator, student)
    assert proposal["offerId"] == offer["id"]
    reasons = (await coordinator.get("matching", f"/v1/proposals/{proposal['id']}"))["reasons"]
    assert reasons
    assert all(reason["text"] for reason in reasons)

    next_student = await ready_student_of(coordinator, birthDate="2008-01-03")
    await coordinator.post("matching", f"/v1/proposals/{proposal['id']}/_accept")
    placement = await placement_of(coordinator, student)

    started = await hook.next(within=30)  # its signature was checked with the public library
    assert started.type == STARTED
    assert student not in json.dumps(started.event)
    assert placement["id"] not in json.dumps(started.event)

    assert not (await coordinator.get("matching", f"/v1/students/{next_student}/proposals"))["items"]
    end = {"endedDate": "2027-03-31", "outcome": "completed"}
    await coordinator.post("intake", f"/v1/placements/{placement['id']}/_end", end)
    again = await proposal_for(coordinator, next_student)
    assert again["offerId"] == offer["id"]
    assert (await hook.next(within=30)).type == ENDED
    assert not other_hook.requests


async def test_a_declined_place_goes_to_somebody_else_and_does_not_come_back(world: World) -> None:
    coordinator = await world.school("AM09")
    offer = await offer_of(coordinator, await employer_of(coordinator))
    first = await ready_student_of(coordinator)
    proposal = await proposal_for(coordinator, first)
    second = await ready_student_of(coordinator)
    await coordinator.post("matching", f"/v1/proposals/{proposal['id']}/_decline", {"reason": "too-far"})
    assert (await proposal_for(coordinator, second))["offerId"] == offer["id"]
    states = [p["state"] for p in (await coordinator.get("matching", f"/v1/students/{first}/proposals"))["items"]]
    assert states == ["declined"]


async def test_a_coordinator_hears_by_mail_and_live_without_a_name(world: World) -> None:
    coordinator = await world.school("AM09")
    await coordinator.put("notifications", "/v1/me", {"mail": "at-once"})
    address = coordinator.claims["email"]
    url = world.stack.urls["notifications"] + "/v1/stream"
    async with coordinator.client.stream("GET", url, timeout=20) as stream:
        await offer_of(coordinator, await employer_of(coordinator, name="Bakkerij De Halm"), sector="horeca")
        wishes = [{"rank": 1, "sector": "horeca", "tasks": []}]
        student = await ready_student_of(coordinator, wishes=wishes)
        async for line in stream.aiter_lines():
            if line.startswith("data:") and "match-proposed" in line:
                assert student in line
                break
    mails = await world.operator.until("mail", "/messages", lambda found: [m for m in found if address in str(m["to"])])
    assert "Sam" not in json.dumps(mails)
    assert "Voorbeeld" not in json.dumps(mails)
