"""Intake alone gives out seats: never one too many, and free again when a placement ends."""

import asyncio
from datetime import date
from typing import Any
from uuid import UUID

from shared.events.codes import PlacementKind, Step, Weekday
from shared.events.intake import PlacementEnded, PlacementRefused, PlacementStarted
from shared.events.matching import MatchAccepted
from shared.ids import new_id
from tests.intake.world import World, good, unknown


def accepted(student: Any, offer: Any, **facts: Any) -> MatchAccepted:
    given: dict[str, Any] = {
        "proposal_id": new_id(),
        "student_id": UUID(student["id"]),
        "school_id": UUID(student["schoolId"]),
        "offer_id": UUID(offer["id"]),
        "employer_id": UUID(offer["employerId"]),
        "region": "AM11",
        "step": Step.OWN_NETWORK,
        "kind": PlacementKind.INTERNSHIP,
        "begin_date": date(2026, 9, 7),
        "end_date": date(2027, 2, 12),
        "weekdays": (Weekday.MONDAY, Weekday.TUESDAY),
        "choice": 1,
    }
    return MatchAccepted(**given | facts)


async def test_an_accepted_match_becomes_a_placement(world: World) -> None:
    student, offer = await world.searching(), await world.offer()
    match = accepted(student, offer)
    assert await world.intake.tell(match) == "done"
    started = await world.intake.next_event(PlacementStarted)
    assert (started.proposal_id, started.student_id, started.offer_id) == (
        match.proposal_id,
        match.student_id,
        match.offer_id,
    )
    assert (started.municipality, started.region, started.version) == ("GM0995", "AM11", 1)
    assert started.weekdays == match.weekdays
    assert (await good(world.first.get(f"/v1/students/{student['id']}")))["state"] == "placed"
    assert (await good(world.first.get(f"/v1/placements/{started.placement_id}")))["proposalId"] == str(
        match.proposal_id
    )


async def test_the_same_acceptance_three_times_is_one_placement(world: World) -> None:
    student, offer = await world.searching(), await world.offer(seats=3)
    match = accepted(student, offer)
    envelope = await world.intake.announce(match)
    await world.intake.deliver(envelope, MatchAccepted.routing_key())
    assert await world.intake.handled(envelope) == ["done"]
    assert await world.intake.tell(match) == "done"  # announced anew, with another event id
    assert await world.intake.sql.fetchval("select count(*) from placements") == 1


async def test_the_last_seat_goes_once_when_two_accept_at_the_same_moment(world: World) -> None:
    offer = await world.offer()
    students = [await world.searching(givenName=f"S{number}") for number in range(6)]
    envelopes = await asyncio.gather(*(world.intake.announce(accepted(student, offer)) for student in students))
    assert set(await world.intake.handled(*envelopes)) == {"done"}
    states = await world.intake.sql.fetch("select state, count(*) from placements group by state")
    assert {row["state"]: row["count"] for row in states} == {"running": 1, "refused": 5}
    refused = await world.intake.next_event(PlacementRefused)
    assert refused.reason == "no-seat"


async def test_by_hand_too_the_last_seat_goes_once(world: World) -> None:
    offer = await world.offer()
    students = [await world.student(givenName=f"S{number}") for number in range(6)]
    answers = await asyncio.gather(*(world.place(student, offer) for student in students))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 5


async def test_one_student_does_not_get_two_seats_at_once(world: World) -> None:
    student = await world.searching()
    offers = [await world.offer() for _ in range(4)]
    envelopes = await asyncio.gather(*(world.intake.announce(accepted(student, offer)) for offer in offers))
    assert set(await world.intake.handled(*envelopes)) == {"done"}
    running = "select count(*) from placements where state = 'running'"
    assert await world.intake.sql.fetchval(running) == 1


async def test_what_cannot_be_is_refused_with_the_reason(world: World) -> None:
    student, offer = await world.searching(), await world.offer()
    impossible: list[tuple[dict[str, Any], str]] = [
        ({"offer_id": new_id()}, "offer-gone"),
        ({"student_id": new_id()}, "student-gone"),
        ({"begin_date": date(2026, 8, 1)}, "outside-window"),
        ({"weekdays": (Weekday.SUNDAY,)}, "outside-window"),
    ]
    for facts, reason in impossible:
        match = accepted(student, offer, **facts)
        assert await world.intake.tell(match) == "done"
        refused = await world.intake.next_event(PlacementRefused)
        assert (refused.reason, refused.proposal_id) == (reason, match.proposal_id)


async def test_who_was_withdrawn_meanwhile_is_not_placed(world: World) -> None:
    student, offer = await world.searching(), await world.offer()
    await good(world.first.post(f"/v1/students/{student['id']}/_withdraw"))
    await world.intake.tell(accepted(student, offer))
    assert (await world.intake.next_event(PlacementRefused)).reason == "student-gone"


async def test_an_offer_that_was_withdrawn_or_paused_meanwhile_takes_nobody(world: World) -> None:
    offer, other = await world.offer(), await world.offer()
    await good(world.first.post(f"/v1/offers/{offer['id']}/_withdraw", json={}))
    await good(world.first.post(f"/v1/employers/{other['employerId']}/_pause", json={"fromDate": "2026-09-01"}))
    for there, reason in ((offer, "offer-gone"), (other, "employer-paused")):
        await world.intake.tell(accepted(await world.searching(), there))
        assert (await world.intake.next_event(PlacementRefused)).reason == reason


async def test_a_private_offer_takes_no_student_of_another_school(world: World) -> None:
    employer = await world.employer(private=True)
    offer = await world.offer(employer["id"])
    await world.intake.tell(accepted(await world.searching(by=world.second), offer))
    assert (await world.intake.next_event(PlacementRefused)).reason == "offer-gone"


async def test_a_proposal_without_end_lasts_as_long_as_the_offer(world: World) -> None:
    await world.intake.tell(accepted(await world.searching(), await world.offer(), end_date=None, weekdays=()))
    started = await world.intake.next_event(PlacementStarted)
    assert started.end_date == date(2027, 7, 9)


async def test_an_ended_placement_frees_its_seat_and_its_student(world: World) -> None:
    student, offer = await world.student(), await world.offer()
    placement = (await world.place(student, offer)).json()
    assert (await world.place(await world.student(), offer)).status_code == 409
    end = {"endedDate": "2026-10-05", "outcome": "stopped-early", "reason": "motivation"}
    ended = await world.first.post(f"/v1/placements/{placement['id']}/_end", json=end)
    assert (ended.json()["state"], ended.json()["reason"], ended.json()["version"]) == ("ended", "motivation", 2)
    told = await world.intake.next_event(PlacementEnded)
    assert (told.ended_date, told.outcome, str(told.offer_id)) == (date(2026, 10, 5), "stopped-early", offer["id"])
    assert "motivation" not in told.model_dump_json()
    assert (await good(world.first.get(f"/v1/students/{student['id']}")))["state"] == "registered"
    assert (await world.place(await world.student(), offer, beginDate="2026-10-05")).status_code == 201
    assert (await world.first.post(f"/v1/placements/{placement['id']}/_end", json=end)).status_code == 409


async def test_a_placement_is_followed_by_another_of_the_same_student(world: World) -> None:
    student, offer = await world.student(), await world.offer(seats=2)
    first = (await world.place(student, offer)).json()
    following = await world.place(student, offer, weekdays=["thu"], predecessorId=first["id"])
    assert following.json()["predecessorId"] == first["id"]
    strange = (await world.place(await world.student(), await world.offer())).json()
    path, end = f"/v1/placements/{first['id']}/_end", {"endedDate": "2027-02-12", "outcome": "job"}
    for successor, status in ((strange["id"], 400), (first["id"], 400), (unknown(), 404)):
        assert (await world.first.post(path, json=end | {"successorId": successor})).status_code == status
    ended = await good(world.first.post(path, json=end | {"successorId": following.json()["id"]}))
    assert ended["successorId"] == following.json()["id"]
    assert (await good(world.first.get(f"/v1/students/{student['id']}")))["state"] == "placed"


async def test_a_refusal_by_hand_says_why(world: World) -> None:
    student, offer = await world.student(), await world.offer()
    for facts, reason in (
        ({"beginDate": "2026-08-01"}, "outside-window"),
        ({"weekdays": ["sat"]}, "outside-window"),
    ):
        answer = await world.place(student, offer, **facts)
        assert (answer.status_code, answer.json()["type"]) == (409, "urn:stagebrug:problem:placement-is-refused")
        assert reason in answer.json()["detail"]
    assert (await world.place(student, {"id": unknown()})).status_code == 404


async def test_placements_are_listed_by_what_they_are(world: World) -> None:
    student, offer = await world.student(), await world.offer()
    placement = (await world.place(student, offer)).json()
    for query, expected in (
        ("", [placement["id"]]),
        (f"?offerId={offer['id']}&state={placement['state']}", [placement["id"]]),
        (f"?employerId={offer['employerId']}", [placement["id"]]),
        ("?state=ended", []),
        (f"?studentId={unknown()}", []),
    ):
        page = await good(world.first.get(f"/v1/placements{query}"))
        assert [found["id"] for found in page["items"]] == expected


async def test_a_seat_is_shared_over_the_week(world: World) -> None:
    offer = await world.offer()
    assert (await world.place(await world.student(), offer, weekdays=["mon", "tue"])).status_code == 201
    assert (await world.place(await world.student(), offer, weekdays=["tue", "wed"])).status_code == 409
    assert (await world.place(await world.student(), offer, weekdays=["wed", "thu"])).status_code == 201
