"""Offers: places at employers, changed and withdrawn by the school that brought them in."""

from typing import Any

from shared.events.codes import PlacementKind, Weekday
from shared.events.intake import EmployerOffered, OfferChanged, OfferWithdrawn
from tests.intake.world import FIRST, OFFER, World, good


async def test_an_offer_is_told_with_its_whole_state(world: World) -> None:
    offer = await world.offer(
        seats=3, weekdays=["fri", "mon"], demands=["lifting"], certificates=["vca"], jobProspect=True
    )
    told = await world.intake.next_event(EmployerOffered)
    assert str(told.offer_id) == offer["id"]
    assert told.weekdays == (Weekday.MONDAY, Weekday.FRIDAY)
    assert (told.seats, told.demands, told.region, told.job_prospect) == (3, ("lifting",), "AM11", True)
    assert told.brought_in_by == world.schools[FIRST]
    assert offer["version"] == told.version == 1


async def test_there_are_offers_of_every_kind(world: World) -> None:
    employer = await world.employer()
    for kind in PlacementKind:
        seats = 6 if kind is PlacementKind.GROUP else 1
        assert (await world.offer(employer["id"], kind=kind.value, seats=seats))["kind"] == kind


async def test_offers_are_listed_by_what_they_are(world: World) -> None:
    offer = await world.offer()
    group = await world.offer(offer["employerId"], kind="group", sector="horeca", seats=6)
    for query, expected in (
        ("", [offer["id"], group["id"]]),
        ("?kind=group", [group["id"]]),
        ("?sector=detailhandel", [offer["id"]]),
        (f"?employerId={offer['employerId']}", [offer["id"], group["id"]]),
        ("?region=AM36", []),
        ("?state=withdrawn", []),
    ):
        page = await good(world.second.get(f"/v1/offers{query}"))
        assert [found["id"] for found in page["items"]] == expected


async def test_a_changed_offer_reads_differently_everywhere(world: World) -> None:
    offer = await world.offer()
    path = f"/v1/offers/{offer['id']}"
    assert (await world.second.patch(path, json={"seats": 4})).status_code == 403
    changed = await world.first.patch(path, json={"seats": 4, "endDate": None})
    assert (changed.json()["seats"], changed.json()["endDate"], changed.json()["version"]) == (4, None, 2)
    told = await world.intake.next_event(OfferChanged)
    assert (told.seats, told.end_date, told.sector) == (4, None, "detailhandel")


async def test_a_withdrawn_offer_stays_withdrawn(world: World) -> None:
    offer = await world.offer()
    path = f"/v1/offers/{offer['id']}"
    assert (await world.second.post(f"{path}/_withdraw", json={"reason": "filled"})).status_code == 403
    gone = await good(world.first.post(f"{path}/_withdraw", json={"reason": "filled"}))
    assert (gone["state"], gone["withdrawnReason"]) == ("withdrawn", "filled")
    assert (await world.intake.next_event(OfferWithdrawn)).reason == "filled"
    for answer in (
        await world.first.post(f"{path}/_withdraw", json={}),
        await world.first.patch(path, json={"seats": 2}),
    ):
        assert answer.json()["type"] == "urn:stagebrug:problem:offer-is-withdrawn"


async def test_an_offer_cannot_have_fewer_seats_than_are_taken(world: World) -> None:
    offer = await world.offer(seats=3)
    for _ in range(2):
        assert (await world.place(await world.student(), offer)).status_code == 201
    path = f"/v1/offers/{offer['id']}"
    answer = await world.first.patch(path, json={"seats": 1})
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:stagebrug:problem:seats-are-taken")
    assert (await world.first.patch(path, json={"seats": 2})).status_code == 200


async def test_free_seats_are_those_of_the_day_asked_for(world: World) -> None:
    offer = await world.offer(seats=2)
    await world.place(await world.student(), offer)
    for day, free in (("2026-09-01", 2), ("2026-09-07", 1), ("2027-02-12", 1), ("2027-02-13", 2)):
        seen = await good(world.second.get(f"/v1/offers/{offer['id']}?onDate={day}"))
        assert seen["freeSeats"] == free, day


CANNOT_BE: list[tuple[dict[str, Any], str]] = [
    ({"endDate": "2026-08-31"}, "/endDate"),
    ({"seats": 0}, "/seats"),
    ({"seats": 10**30}, "/seats"),
    ({"beginDate": "0001-01-01"}, "/beginDate"),
    ({"beginDate": "9999-12-31"}, "/beginDate"),
    ({"beginDate": "2026-02-30"}, "/beginDate"),
    ({"weekdays": []}, "/weekdays"),
    ({"weekdays": ["monday"]}, "/weekdays/0"),
    ({"minimumAge": -1}, "/minimumAge"),
    ({"kind": "holiday"}, "/kind"),
    ({"bogus": 1}, "/bogus"),
]


async def test_what_an_offer_cannot_be_is_refused_at_its_field(world: World) -> None:
    employer = await world.employer()
    for wrong, pointer in CANNOT_BE:
        answer = await world.first.post(f"/v1/employers/{employer['id']}/offers", json=OFFER | wrong)
        assert (answer.status_code, [error["pointer"] for error in answer.json()["errors"]]) == (400, [pointer])
