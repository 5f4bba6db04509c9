"""An offer is valid until a day: it is reminded of, rests, and can be renewed."""

from datetime import UTC, datetime, timedelta

from shared.events.intake import OfferChanged, OfferExpired, OfferExpiring
from tests.intake.world import World, good


def in_days(days: int) -> str:
    return (datetime.now(UTC).date() + timedelta(days=days)).isoformat()


async def let_pass(world: World, kind: str) -> None:
    """Time passes for one kind of timer."""
    await world.intake.sql.execute("update timers set next_at = clock_timestamp() where kind = $1", kind)
    await world.intake.sql.execute("select pg_notify('stagebrug', 'timers')")


async def test_an_offer_is_reminded_of_and_then_rests(world: World) -> None:
    offer = await world.offer(validUntilDate=in_days(60))
    await let_pass(world, "offer-expiring")
    assert str((await world.intake.next_event(OfferExpiring)).offer_id) == offer["id"]
    await let_pass(world, "offer-expired")
    told = await world.intake.next_event(OfferExpired)
    assert (str(told.offer_id), told.valid_until_date.isoformat()) == (offer["id"], in_days(60))


async def test_a_renewed_offer_is_valid_until_the_new_day(world: World) -> None:
    offer = await world.offer(validUntilDate="2026-01-31")
    assert str((await world.intake.next_event(OfferExpired)).offer_id) == offer["id"]
    path = f"/v1/offers/{offer['id']}/_renew"
    assert (await world.second.post(path, json={"validUntilDate": in_days(90)})).status_code == 403
    past = await world.first.post(path, json={"validUntilDate": "2026-02-01"})
    assert past.json()["errors"][0]["pointer"] == "/validUntilDate"
    renewed = await good(world.first.post(path, json={"validUntilDate": in_days(90)}))
    assert renewed["validUntilDate"] == in_days(90)
    assert (await world.intake.next_event(OfferChanged)).valid_until_date is not None
    due = await world.intake.sql.fetchval("select count(*) from timers where subject = $1", offer["id"])
    assert due == 2


async def test_a_withdrawn_offer_is_neither_reminded_of_nor_renewed(world: World) -> None:
    offer = await world.offer(validUntilDate=in_days(60))
    await good(world.first.post(f"/v1/offers/{offer['id']}/_withdraw", json={"reason": "filled"}))
    renewal = await world.first.post(f"/v1/offers/{offer['id']}/_renew", json={"validUntilDate": in_days(90)})
    assert renewal.status_code == 409
    assert await world.intake.sql.fetchval("select count(*) from timers where subject = $1", offer["id"]) == 0
