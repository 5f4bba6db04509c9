"""Order, patience and trying again by hand: what a receiver that was away for a while goes through."""

import asyncio
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from services.notifications.domain.recipients import Recipient
from services.notifications.domain.subscriptions import MISSES_IN_A_ROW, State, Subscription
from shared.ids import new_id
from tests.notifications import facts
from tests.notifications.conftest import Subscriber, Subscribing
from tests.support.service import RunningService
from tests.support.webhook_receiver import WebhookReceiver

ENDED = "nl.stagebrug.placement-ended.v1"


async def test_what_is_about_the_same_subject_arrives_in_its_order(
    running: RunningService, subscriber: Subscribing
) -> None:
    municipality = await subscriber("municipality")
    municipality.receiver.answers = [500, 500]
    placement, other = facts.a_placement(), facts.a_placement()
    await running.announce(placement)
    await municipality.receiver.requested(1)
    await running.announce(facts.an_ended_placement(**facts.ids_of(placement)))
    await running.announce(other)
    subjects: dict[str, list[str]] = {}
    for _ in range(3):
        received = await municipality.receiver.next()
        subjects.setdefault(received.event["subject"], []).append(received.type)
    assert sorted(len(types) for types in subjects.values()) == [1, 2]
    assert all(types[-1] == ENDED for types in subjects.values() if len(types) == 2)


async def test_what_was_given_up_no_longer_holds_up_what_came_later(
    running: RunningService, subscriber: Subscribing
) -> None:
    municipality = await subscriber("municipality")
    municipality.receiver.answers = [415]
    placement = facts.a_placement()
    await running.announce(placement)
    await running.announce(facts.an_ended_placement(**facts.ids_of(placement)))
    assert (await municipality.receiver.next()).type == ENDED


def test_a_receiver_that_takes_nothing_is_failing_before_anything_is_given_up() -> None:
    recipient = Recipient.of("municipality", [], [facts.MUNICIPALITY])
    subscription = Subscription(new_id(), "x", recipient, "https://x.example", (), (), State.ACTIVE, datetime.now(UTC))
    states = []
    for _ in range(MISSES_IN_A_ROW):
        states.append(subscription.state)
        subscription = subscription.missed("http-503")
    assert states == [State.ACTIVE] * MISSES_IN_A_ROW
    assert (subscription.state, subscription.reason, subscription.is_away) == (State.FAILING, "http-503", True)
    back = subscription.arrived()
    assert (back.state, back.reason, back.is_away) == (State.ACTIVE, None, False)


async def test_a_receiver_that_is_away_gets_one_try_at_a_time_until_it_is_back(
    running: RunningService, subscriber: Subscribing
) -> None:
    away, other = await subscriber("municipality"), await subscriber("municipality")
    await running.sql.execute(
        "update subscriptions set misses = $1, state = 'failing' where id = $2", MISSES_IN_A_ROW, UUID(away.id)
    )
    away.receiver.gate.clear()
    for _ in range(4):
        await running.tell(facts.a_placement())
    for _ in range(4):
        await other.receiver.next()
    assert len(await away.receiver.requested(1)) == 1
    away.receiver.gate.set()
    for _ in range(4):
        await away.receiver.next()
    await away.becomes("active")


async def test_what_was_given_up_goes_out_again_on_a_schedule_of_its_own(
    running: RunningService, subscriber: Subscribing
) -> None:
    municipality = await subscriber("municipality")
    given_up = await _given_up(running, municipality, [500, 500, 500])
    municipality.receiver.answers = [500, 204]
    answer = await municipality.client.post(f"/v1/subscriptions/{municipality.id}/deliveries/{given_up['id']}/_retry")
    assert answer.status_code == 202, answer.text
    received = await municipality.receiver.next()
    assert received.webhook_id == given_up["eventId"]
    (delivery,) = [each for each in await municipality.decided() if each["id"] == given_up["id"]]
    assert (delivery["state"], delivery["tries"]) == ("delivered", 5)
    assert [each["status"] for each in delivery["attempts"]] == [500, 500, 500, 500, 204]


async def test_all_that_was_given_up_goes_out_again_at_once(running: RunningService, subscriber: Subscribing) -> None:
    municipality = await subscriber("municipality")
    await _given_up(running, municipality, [415])
    await _given_up(running, municipality, [415])
    path = f"/v1/subscriptions/{municipality.id}/deliveries"
    nothing = await municipality.client.post(f"{path}/_retry", json={"types": [ENDED]})
    assert nothing.json() == {"count": 0}
    again = await municipality.client.post(f"{path}/_retry", json={"since": "2020-01-01T00:00:00Z"})
    assert again.json() == {"count": 2}
    for _ in range(2):
        await municipality.receiver.next()
    await municipality.decided()
    delivered = await municipality.client.get(path, params={"state": "delivered"})
    assert len(delivered.json()["items"]) == 2
    assert (await municipality.client.post(f"{path}/_retry", json={})).json() == {"count": 0}


async def test_a_test_does_not_wait_for_an_earlier_one(running: RunningService, subscriber: Subscribing) -> None:
    municipality = await subscriber("municipality")
    municipality.receiver.answers = [(503, {"Retry-After": "3600"})]
    await municipality.do("_test")
    await municipality.receiver.requested(1)
    async with asyncio.timeout(5):
        while not (await municipality.deliveries())[0]["attempts"][0]["endedAt"]:
            await asyncio.sleep(0.01)  # a poll with a deadline
    await municipality.do("_resume")  # it is mended: what was asked for before counts no longer
    second = await municipality.do("_test")
    assert (await municipality.receiver.next()).webhook_id == second["eventId"]


async def test_the_last_word_of_an_address_that_was_left_ends_nothing(
    running: RunningService, subscriber: Subscribing
) -> None:
    municipality = await subscriber("municipality")
    old = municipality.receiver
    old.gate.clear()
    old.answers = [410]
    await running.announce(facts.a_placement())
    await old.requested(1)
    async with WebhookReceiver(secret=municipality.secret) as elsewhere:
        body = {"sink": elsewhere.url}
        assert (await municipality.client.patch(f"/v1/subscriptions/{municipality.id}", json=body)).is_success
        await municipality.becomes("active")
        old.gate.set()
        await elsewhere.next()
        assert (await municipality.read())["state"] == "active"


@pytest.mark.parametrize("path", ["/{theirs}", "/{theirs}/_retry"])
async def test_nobody_sees_or_repeats_anothers_delivery(
    running: RunningService, subscriber: Subscribing, path: str
) -> None:
    one, other = await subscriber("municipality"), await subscriber("sbb")
    theirs = (await one.do("_test"))["id"]
    call = f"/v1/subscriptions/{other.id}/deliveries" + path.format(theirs=theirs)
    answer = await other.client.request("POST" if path.endswith("_retry") else "GET", call)
    assert answer.status_code == 404
    assert answer.json()["type"].endswith("not-found")


async def _given_up(running: RunningService, municipality: Subscriber, answers: list[int]) -> dict[str, Any]:
    municipality.receiver.answers = list(answers)
    await running.announce(facts.a_placement())
    async with asyncio.timeout(5):
        while municipality.receiver.answers:
            await asyncio.sleep(0.01)  # a poll with a deadline
    return [each for each in await municipality.decided() if each["state"] == "failed"][-1]
