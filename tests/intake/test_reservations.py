"""Reservations: a school claims a seat, the regional coordinator moves it, and it lapses by itself."""

from datetime import timedelta
from typing import Any

import httpx

from services.intake.days import today
from shared.events.intake import OfferChanged, PlacementRefused
from tests.intake.test_placements import accepted
from tests.intake.world import FIRST, SECOND, World, good, unknown

SOON = (today() + timedelta(days=7)).isoformat()


def regional_of(world: World, region: str = "AM11") -> httpx.AsyncClient:
    return world.as_("regional-coordinator", sub=f"regional-{region}", regions=[region])


async def claimed(world: World, offer: Any, by: httpx.AsyncClient | None = None, **facts: Any) -> Any:
    path = f"/v1/offers/{offer['id']}/reservations"
    return await good((by or world.first).post(path, json={"untilDate": SOON} | facts))


async def test_offers_with_a_free_seat_are_listed(world: World) -> None:
    full, open_ = await world.offer(), await world.offer(seats=2)
    for offer in (full, open_):
        assert (await world.place(await world.student(), offer)).status_code == 201
    page = await good(world.second.get("/v1/offers?free=true&onDate=2026-10-05"))
    assert [(one["id"], one["freeSeats"]) for one in page["items"]] == [(open_["id"], 1)]


async def test_a_claimed_seat_is_nobody_elses_by_hand_or_by_matching(world: World) -> None:
    offer = await world.offer()
    held = await claimed(world, offer)
    told = await world.intake.next_event(OfferChanged)
    assert [(one.school_id, one.seats) for one in told.reservations] == [(world.schools[FIRST], 1)]
    seen = await good(world.second.get(f"/v1/offers/{offer['id']}"))
    assert (seen["freeSeats"], [one["id"] for one in seen["reservations"]]) == (0, [held["id"]])

    refused = await world.place(await world.student(world.second), offer, world.second)
    assert (refused.status_code, "(reserved)" in refused.json()["detail"]) == (409, True)
    await world.intake.tell(accepted(await world.searching(world.second), offer))
    assert (await world.intake.next_event(PlacementRefused)).reason == "reserved"

    assert (await world.place(await world.student(), offer)).status_code == 201
    assert (await good(world.first.get(f"/v1/offers/{offer['id']}/reservations")))["items"] == []


async def test_a_school_claims_for_itself_once_and_for_two_weeks_at_most(world: World) -> None:
    offer = await world.offer(seats=3)
    path = f"/v1/offers/{offer['id']}/reservations"
    late = (today() + timedelta(days=15)).isoformat()
    for body, status in (
        ({"untilDate": late}, 400),
        ({"untilDate": "2020-01-01"}, 400),
        ({"untilDate": SOON, "seats": 0}, 400),
        ({"untilDate": SOON, "seats": 4}, 409),
        ({"untilDate": SOON, "schoolId": str(world.schools[SECOND])}, 403),
        ({"untilDate": SOON}, 201),
        ({"untilDate": SOON}, 409),
    ):
        assert (await world.first.post(path, json=body)).status_code == status, body
    assert (await world.first.post(f"/v1/offers/{unknown()}/reservations", json={"untilDate": SOON})).status_code == 404


async def test_only_the_regional_coordinator_moves_seats_between_schools(world: World) -> None:
    offer, regional = await world.offer(), regional_of(world)
    held = await claimed(world, offer, regional, schoolId=str(world.schools[FIRST]), untilDate="2087-01-01")
    path = f"/v1/offers/{offer['id']}/reservations/{held['id']}"
    move = {"schoolId": str(world.schools[SECOND])}
    for other in (world.first, world.second, regional_of(world, "AM30")):
        assert (await other.patch(path, json=move)).status_code == 403
    assert (await regional.patch(path, json={"schoolId": unknown()})).status_code == 400
    assert (await good(regional.patch(path, json=move)))["schoolName"] == f"School {SECOND}"
    assert (await world.place(await world.student(), offer)).status_code == 409

    assert (await world.first.post(f"{path}/_release")).status_code == 403
    await good(world.second.post(f"{path}/_release"))
    assert (await world.second.get(path)).status_code == 404
    assert (await world.place(await world.student(), offer)).status_code == 201


async def test_a_reservation_lapses_by_itself_and_others_hear(world: World) -> None:
    offer = await world.offer()
    await claimed(world, offer)
    yesterday = (today() - timedelta(days=1)).isoformat()
    lapsed = "update offers set reservations = jsonb_set(reservations, '{0,until_date}', to_jsonb($1::text))"
    await world.intake.sql.execute(lapsed, yesterday)
    assert (await good(world.second.get(f"/v1/offers/{offer['id']}")))["freeSeats"] == 1
    assert (await world.place(await world.student(world.second), offer, world.second)).status_code == 201
    await world.intake.next_event(OfferChanged)
    await world.intake.sql.execute("update timers set due_at = clock_timestamp(), next_at = clock_timestamp()")
    assert (await world.intake.next_event(OfferChanged)).reservations == ()


async def test_a_withdrawn_place_keeps_no_seats_and_is_not_told_anew(world: World) -> None:
    offer = await world.offer()
    held = await claimed(world, offer)
    path = f"/v1/offers/{offer['id']}"
    await world.intake.next_event(OfferChanged)
    assert (await good(world.first.post(f"{path}/_withdraw", json={})))["reservations"] == []
    assert (await world.first.post(f"{path}/reservations/{held['id']}/_release")).status_code == 404
    assert (await world.first.post(f"{path}/reservations", json={"untilDate": SOON})).status_code == 409
    other = await world.offer(offer["employerId"])
    await claimed(world, other)
    assert str((await world.intake.next_event(OfferChanged)).offer_id) == other["id"]


async def test_a_private_place_is_kept_for_no_other_school(world: World) -> None:
    offer = await world.offer((await world.employer(private=True))["id"])
    path = f"/v1/offers/{offer['id']}/reservations"
    assert (await world.second.post(path, json={"untilDate": SOON})).status_code == 404
    operator = {"untilDate": SOON, "schoolId": str(world.schools[SECOND])}
    assert (await world.operator.post(path, json=operator)).status_code == 400


async def test_an_offer_keeps_as_many_seats_as_are_taken_and_reserved(world: World) -> None:
    offer = await world.offer(seats=2)
    await claimed(world, offer, seats=2)
    assert (await world.first.patch(f"/v1/offers/{offer['id']}", json={"seats": 1})).status_code == 409


async def test_what_opens_when_says_school_and_coach_and_never_whom(world: World) -> None:
    first, later, open_ended = await world.offer(), await world.offer(), await world.offer(endDate=None)
    student = await world.student()
    coach = {"name": "M. Visser", "email": "M.Visser@school.example"}
    assert (await world.first.put(f"/v1/students/{student['id']}/coach", json=coach)).status_code == 200
    await world.place(student, first, beginDate="2086-09-01", endDate="2087-02-12")
    await good(world.first.patch(f"/v1/offers/{later['id']}", json={"endDate": None}))
    listed = await good(world.second.get("/v1/offers/opening?untilDate=2087-06-01"))
    assert listed["items"] == []  # the offer ends before: the stay was refused
    for offer, last in ((open_ended, "2087-03-12"), (later, "2087-02-12")):
        stay = {"beginDate": "2086-09-01", "endDate": last}
        who = student if offer is later else await world.student()
        assert (await world.place(who, offer, None, **stay)).status_code == 201
    page = await good(world.second.get("/v1/offers/opening?untilDate=2087-06-01&limit=1"))
    assert [(one["offerId"], one["opensDate"], one["coach"]) for one in page["items"]] == [
        (later["id"], "2087-02-13", {"name": "M. Visser", "email": "m.visser@school.example"})
    ]
    second = await good(world.second.get(f"/v1/offers/opening?untilDate=2087-06-01&limit=1&cursor={page['next']}"))
    assert ([one["offerId"] for one in second["items"]], second["next"]) == ([open_ended["id"]], None)
    assert student["id"] not in str(page)
    assert (await world.second.get("/v1/offers/opening?cursor=bm9uZQ")).status_code == 400
