"""A WhatsApp group replaced (G8, G9): a place is shared, claimed, filled by another school, and open again."""

from typing import Any

from tests.journeys.world import Person, World, employer_of, offer_of, placement_of, proposal_for, ready_student_of

DAYS = {"beginDate": "2027-02-08", "endDate": "2027-06-25", "weekdays": ["mon", "tue"]}
IN_MARCH = "?onDate=2027-03-01"
CHOICE: dict[str, Any] = {"wishes": [{"rank": 1, "sector": "sport", "tasks": []}], "acceptsNeighbouringWork": False}


async def free_at(person: Person, path: str) -> int:
    shown = await person.get("intake", path + IN_MARCH)
    return int(shown["freeSeats"])


async def test_a_place_is_shared_claimed_filled_and_open_again(world: World) -> None:
    first, second, third = await world.school("AM27"), await world.school("AM27", "vso"), await world.school("AM27")
    employer = await employer_of(first, name="Zwembad De Golfslag", sectors=["sport"])
    offer = await offer_of(first, employer, sector="sport")
    path = f"/v1/offers/{offer['id']}"

    # The coach of another school sees what is open, and claims it before anybody else does.
    shared = await second.get("intake", "/v1/offers?region=AM27&sector=sport&free=true")
    assert [one["id"] for one in shared["items"]] == [offer["id"]]
    claim = {"untilDate": await soon(), "reason": "visit"}
    held = await second.post("intake", f"{path}/reservations", claim)
    assert [(await free_at(person, path)) for person in (first, second, third)] == [0, 1, 0]
    seen = (await third.get("intake", path))["reservations"]
    assert [(one["schoolId"], one["untilDate"]) for one in seen] == [(second.claims["school_id"], claim["untilDate"])]

    # Who comes too late hears why; who claimed it fills it, and all see the school, the coach and the end.
    late = {"studentId": await student_of(third), "offerId": offer["id"], **DAYS}
    refused = await third.call("POST", "intake", "/v1/placements", late)
    assert (refused.status_code, "reserved" in refused.json()["detail"]) == (409, True)
    student = await student_of(second)
    placed = await second.post("intake", "/v1/placements", {"studentId": student, "offerId": offer["id"], **DAYS})
    filled = await first.get("intake", path + IN_MARCH)
    assert [(one["schoolId"], one["coach"]["email"], one["untilDate"]) for one in filled["occupied"]] == [
        (second.claims["school_id"], second.claims["email"], "2027-06-25")
    ]
    assert (filled["freeSeats"], filled["reservations"], student in str(filled)) == (0, [], False)
    assert (await second.call("GET", "intake", f"{path}/reservations/{held['id']}")).status_code == 404

    # What opens when, everybody can look up; and when it is over early, it is open again for everybody.
    opening = await third.get("intake", "/v1/offers/opening?region=AM27&sector=sport&untilDate=2027-07-01")
    assert [(one["offerId"], one["opensDate"]) for one in opening["items"]] == [(offer["id"], "2027-06-26")]
    end = {"endedDate": "2027-02-26", "outcome": "completed"}
    await second.post("intake", f"/v1/placements/{placed['id']}/_end", end)
    assert [(await free_at(person, path)) for person in (first, second, third)] == [1, 1, 1]


async def test_the_regional_coordinator_moves_a_seat_and_matching_follows(world: World) -> None:
    first, second = await world.school("AM30"), await world.school("AM30")
    await world.impatient("AM30")
    regional = Person(world, roles=["regional-coordinator"], regions=["AM30"])
    offer = await offer_of(first, await employer_of(first, name="Sporthal Zuid", sectors=["sport"]), sector="sport")
    path = f"/v1/offers/{offer['id']}/reservations"
    kept = {"schoolId": second.claims["school_id"], "untilDate": "2027-06-01", "reason": "moved"}
    held = await regional.post("intake", path, kept)

    own, others = await ready_student_of(first, **CHOICE), await ready_student_of(second, **CHOICE)
    await proposal_for(second, others)
    assert (await first.get("matching", f"/v1/students/{own}/proposals"))["items"] == []

    moved = await regional.client.patch(
        f"{world.stack.urls['intake']}{path}/{held['id']}",
        json={"schoolId": first.claims["school_id"]},
        headers={"If-Match": "*"},
    )
    assert moved.json()["schoolId"] == first.claims["school_id"]
    proposal = await proposal_for(first, own)
    await first.post("matching", f"/v1/proposals/{proposal['id']}/_accept")
    assert (await placement_of(first, own))["wishRank"] == 1
    seat = (await second.get("intake", f"/v1/offers/{offer['id']}{IN_MARCH}"))["occupied"][0]
    assert (seat["schoolId"], seat["coach"]["email"]) == (first.claims["school_id"], first.claims["email"])


async def soon() -> str:
    from datetime import UTC, datetime, timedelta

    return (datetime.now(UTC).date() + timedelta(days=7)).isoformat()


async def student_of(person: Person) -> str:
    """A student who does not search, so that nothing but people arranges the place."""
    student = await ready_student_of(person, **CHOICE, lastYear=True)
    await person.post("intake", f"/v1/students/{student}/_withdraw")
    return student
