"""What coordinators pin and forbid, and why (not) an offer suits."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from shared.events.intake import StudentWithdrawn
from shared.events.matching import MatchProposed
from shared.ids import new_id
from tests.matching.examples import LELYSTAD, OTHER_SCHOOL, SCHOOL, a_profile, north_of
from tests.matching.world import World


async def until(world: World, days: int = 60) -> str:
    day = await world.matching.sql.fetchval("select (clock_timestamp() at time zone 'Europe/Amsterdam')::date")
    return str(day + timedelta(days=days))


async def decide(world: World, student: UUID, offer: UUID, kind: str = "pin", **more: Any) -> httpx.Response:
    body = {"offerId": str(offer), "kind": kind, "reason": "Kennismaking was goed", "untilDate": await until(world)}
    return await world.own.post(f"/v1/students/{student}/pins", json=body | more)


async def fit(world: World, student: UUID, offer: UUID) -> Any:
    return (await world.own.get(f"/v1/students/{student}/offers/{offer}/fit")).raise_for_status().json()


def slug(answer: httpx.Response) -> str:
    return str(answer.json()["type"].rsplit(":", 1)[-1])


async def test_who_is_pinned_gets_that_offer_and_the_seat_is_nobody_elses(world: World) -> None:
    near = await world.offer(location=LELYSTAD)
    pinned = await world.student()
    first = await world.proposed()
    assert first.offer_id == near.offer_id
    far = await world.offer(location=north_of(LELYSTAD, 3))
    answer = await decide(world, pinned, far.offer_id)
    assert answer.status_code == 201, answer.text
    assert (await world.proposed()).offer_id == far.offer_id
    expired = (await world.own.get(f"/v1/proposals/{first.proposal_id}")).json()
    assert (expired["state"], expired["reasonCode"]) == ("expired", "pinned-elsewhere")


async def test_a_pinned_seat_that_is_not_proposed_yet_is_kept(world: World) -> None:
    await world.student()
    offer = await world.offer()
    held = await world.proposed()
    pinned = await world.student()
    assert (await decide(world, pinned, offer.offer_id)).status_code == 201
    assert await world.told(MatchProposed) == 1, "a pin displaces nobody"
    await world.student(limits=["till", "noise"], guidance_need="full")  # who would come first
    await world.decline(held.proposal_id)
    assert (await world.proposed()).student_id == pinned


async def test_others_read_that_a_seat_is_held_and_not_for_whom(world: World) -> None:
    offer = await world.offer(seats=2, weekdays=["mon", "tue"])
    waiting = await world.student()
    await world.decline((await world.proposed()).proposal_id)
    one, two = await world.student(), await world.student()
    await world.proposed(), await world.proposed()
    assert (await decide(world, waiting, offer.offer_id)).status_code == 201
    await world.tell(StudentWithdrawn(student_id=one, school_id=SCHOOL))
    assert (await world.proposed()).student_id == waiting, "the pin outweighs an earlier no"
    found = await fit(world, await world.student(), offer.offer_id)
    assert [obstacle["rule"] for obstacle in found["obstacles"]] == ["seat"]
    assert not any(str(student) in str(found) for student in (waiting, two))


async def test_who_is_kept_apart_is_proposed_elsewhere_until_it_is_taken_back(world: World) -> None:
    offer = await world.offer()
    student = await world.student()
    first = await world.proposed()
    answer = await decide(world, student, offer.offer_id, "forbid", reason="Broer werkt daar")
    assert answer.status_code == 201, answer.text
    assert (await world.own.get(f"/v1/proposals/{first.proposal_id}")).json()["state"] == "expired"
    found = await fit(world, student, offer.offer_id)
    assert (found["possible"], found["score"], found["reasons"]) == (False, None, [])
    assert [one["rule"] for one in found["obstacles"]] == ["forbidden"]
    assert "Broer werkt daar" in found["obstacles"][0]["text"]
    path = f"/v1/students/{student}/pins"
    (listed,) = (await world.own.get(path)).json()["items"]
    one = f"/v1/pins/{listed['id']}"
    assert answer.headers["Location"].endswith(one)
    for call in (world.other.get, world.other.delete):
        assert (await call(one)).status_code == 404
    assert listed == answer.json() == (await world.own.get(one)).json()
    assert (await world.own.delete(one)).status_code == 204
    assert (await world.proposed()).offer_id == offer.offer_id
    assert (await world.own.get(one)).status_code == 404


async def held_for_nobody(world: World) -> tuple[UUID, UUID]:
    """Somebody who was pinned and cannot come as things are, and somebody who could."""
    too_much = ("till", "noise", "lifting")  # for a question to the employer
    offer = await world.offer(demands=too_much)
    profile = a_profile()
    await world.tell(world.ready(profile))
    await world.proposed()
    assert (await decide(world, profile.student_id, offer.offer_id)).status_code == 201
    await world.tell(world.ready(profile.model_copy(update={"limits": too_much})))
    waits = await world.student()
    assert await world.told(MatchProposed) == 1
    return profile.student_id, waits


async def test_when_a_pin_lapses_others_get_the_seat(world: World) -> None:
    _, waits = await held_for_nobody(world)
    await world.matching.sql.execute("update pins set until_date = until_date - 90")
    async with world.replica():  # which begins with a round of its jobs
        assert (await world.proposed()).student_id == waits
    assert await world.matching.sql.fetchval("select count(*) from pins") == 0


async def test_a_search_that_ends_gives_the_pinned_seat_to_others(world: World) -> None:
    pinned, waits = await held_for_nobody(world)
    await world.tell(StudentWithdrawn(student_id=pinned, school_id=SCHOOL))
    assert (await world.proposed()).student_id == waits
    assert await world.matching.sql.fetchval("select count(*) from pins") == 0


async def test_a_pin_that_breaks_a_rule_or_a_second_one_is_refused(world: World) -> None:
    student = await world.student()
    far = await world.offer(location=north_of(LELYSTAD, 12))
    answer = await decide(world, student, far.offer_id)
    assert (answer.status_code, slug(answer)) == (409, "pin-is-not-possible")
    assert "reistijd" in answer.json()["detail"]
    one, two = await world.offer(), await world.offer()
    assert (await decide(world, student, one.offer_id)).status_code == 201
    assert slug(await decide(world, student, two.offer_id)) == "student-is-pinned"
    taken = await world.offer()
    others = [await world.student() for _ in range(3)]
    assert slug(await decide(world, others[0], new_id())) == "not-found"
    yesterday = await until(world, -1)
    late = await decide(world, others[0], taken.offer_id, untilDate=yesterday)
    assert (late.status_code, late.json()["errors"][0]["pointer"]) == (400, "/untilDate")


async def test_no_more_students_are_pinned_than_there_are_seats(world: World) -> None:
    offer = await world.offer()
    await world.student()
    await world.proposed()
    one, two = await world.student(), await world.student()
    assert (await decide(world, one, offer.offer_id)).status_code == 201
    assert slug(await decide(world, two, offer.offer_id)) == "no-seat-to-pin"


async def test_an_offer_that_suits_is_explained_by_its_reasons(world: World) -> None:
    offer = await world.offer()
    student = await world.student()
    event = await world.proposed()
    found = await fit(world, student, offer.offer_id)
    proposal = (await world.own.get(f"/v1/proposals/{event.proposal_id}")).json()
    assert (found["possible"], found["proposed"], found["proposedElsewhere"]) == (True, True, False)
    assert (found["score"], found["reasons"]) == (proposal["score"], proposal["reasons"])
    (listed,) = (await world.own.get(f"/v1/offers/{offer.offer_id}/proposals")).json()["items"]
    assert (listed["score"], listed["reasons"]) == (proposal["score"], proposal["reasons"])


async def test_reasons_of_a_proposal_are_not_for_the_offering_school(world: World) -> None:
    offer = await world.offer(brought_in_by=OTHER_SCHOOL)
    await world.student()
    await world.proposed()
    (seen,) = (await world.other.get(f"/v1/offers/{offer.offer_id}/proposals")).json()["items"]
    assert (seen["score"], seen["reasons"]) == (None, [])


async def test_every_obstacle_is_named_at_once(world: World) -> None:
    offer = await world.offer(location=north_of(LELYSTAD, 12), demands=["till"])
    student = await world.student(limits=["till"])
    found = await fit(world, student, offer.offer_id)
    assert [one["rule"] for one in found["obstacles"]] == ["travel", "demands"]


@pytest.mark.parametrize("path", ["pins", "offers/{offer}/fit"])
async def test_anothers_student_and_a_hidden_offer_are_not_there(world: World, path: str) -> None:
    hidden = await world.offer(private_to=OTHER_SCHOOL)
    student = await world.student()
    address = f"/v1/students/{student}/{path.format(offer=hidden.offer_id)}"
    assert (await world.other.get(address)).status_code == 404
    assert (await world.regional.get(address)).status_code == 403
    assert (await world.own.get(address)).status_code == (200 if path == "pins" else 404)
    assert slug(await decide(world, student, hidden.offer_id)) == "not-found"
    body = {"offerId": str(hidden.offer_id), "kind": "forbid", "reason": "x", "untilDate": await until(world)}
    assert (await world.other.post(f"/v1/students/{student}/pins", json=body)).status_code == 404
