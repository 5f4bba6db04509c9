"""Events on their way to other systems: real requests to real receivers, real signatures, real failures."""

import asyncio
from datetime import datetime

from standardwebhooks import Webhook

from shared.events.notifications import DeliveryFailed
from tests.notifications import facts
from tests.notifications.conftest import Subscribing
from tests.support.service import RunningService
from tests.support.webhook_receiver import WebhookReceiver

STARTED = "nl.stagebrug.placement-started.v1"


async def test_the_municipality_hears_of_its_resident_in_a_signed_cloudevent(
    running: RunningService, subscriber: Subscribing
) -> None:
    municipality = await subscriber("municipality")
    placement = facts.a_placement()
    await running.announce(placement)
    received = await municipality.receiver.next()
    assert received.type == STARTED
    assert received.headers["content-type"] == "application/cloudevents+json"
    assert received.event["subscription"] == municipality.id
    assert received.webhook_id == received.event["id"]
    assert received.data["municipality"] == facts.MUNICIPALITY
    assert str(placement.student_id).encode() not in received.body
    assert municipality.receiver.refused == []


async def test_an_address_is_asked_first_and_says_how_much_it_takes(
    running: RunningService, subscriber: Subscribing
) -> None:
    async with WebhookReceiver(allowed_rate="60") as receiver:
        municipality = await subscriber("municipality", receiver=receiver)
        assert receiver.handshakes[0]["webhook-request-origin"] in running.url
        assert (await municipality.read())["allowedPerMinute"] == 60
        for _ in range(2):
            await running.announce(facts.a_placement())
        await receiver.next()
        await receiver.next()
        first, second = [each["attempts"][0] for each in await municipality.deliveries()]
        assert _seconds_between(first["begunAt"], second["begunAt"]) >= 0.9


async def test_an_address_that_does_not_want_events_gets_none_until_it_does(
    running: RunningService, subscriber: Subscribing
) -> None:
    async with WebhookReceiver(allowed_origin="somebody.else.example") as receiver:
        municipality = await subscriber("municipality", receiver=receiver, active=False)
        async with asyncio.timeout(5):
            while (await municipality.read())["reason"] != "handshake-refused":
                await asyncio.sleep(0.02)  # a poll with a deadline
        await running.tell(facts.a_placement())
        receiver.allowed_origin = "*"
        await municipality.do("_resume")
        await receiver.next()
        assert (await municipality.read())["state"] == "active"


async def test_each_recipient_knows_a_student_and_an_event_by_ids_of_its_own(
    running: RunningService, subscriber: Subscribing
) -> None:
    one, two = await subscriber("municipality"), await subscriber("municipality")
    placement = facts.a_placement()
    await running.announce(placement)
    first, second = await one.receiver.next(), await two.receiver.next()
    await running.announce(facts.an_ended_placement(**facts.ids_of(placement)))
    ended = await one.receiver.next()
    assert first.event["id"] != second.event["id"]
    assert first.data["studentId"] != second.data["studentId"]
    assert first.data["studentId"] == ended.data["studentId"]
    assert first.event["time"].endswith(":00:00Z")


async def test_what_lies_elsewhere_or_is_filtered_out_does_not_come(
    running: RunningService, subscriber: Subscribing
) -> None:
    jobs_only = await subscriber("municipality", filters=[{"exact": {"data.kind": "work"}}])
    await running.tell(facts.a_placement(municipality="GM0363"))
    await running.tell(facts.a_placement(kind="internship"))
    await running.tell(facts.a_placement(kind="job"))
    assert (await jobs_only.receiver.next()).data["kind"] == "work"
    assert len((await jobs_only.feed())["items"]) == 1


async def test_a_filter_on_an_id_of_ones_own_looks_at_each_subscribers_own(
    running: RunningService, subscriber: Subscribing
) -> None:
    one, two = await subscriber("municipality"), await subscriber("municipality")
    first = facts.a_placement()
    await running.tell(first)
    known_as = (await one.receiver.next()).data["studentId"]
    await two.receiver.next()
    for each in (one, two):
        filters = {"filters": [{"exact": {"data.studentId": known_as}}]}
        changed = await each.client.patch(f"/v1/subscriptions/{each.id}", json=filters)
        assert changed.status_code == 200, changed.text
    await running.tell(facts.a_placement())
    await running.tell(facts.an_ended_placement(**facts.ids_of(first)))
    assert (await one.receiver.next()).data["studentId"] == known_as
    assert [len(await each.deliveries()) for each in (one, two)] == [2, 1]


async def test_an_event_that_arrives_three_times_is_delivered_once(
    running: RunningService, subscriber: Subscribing
) -> None:
    municipality = await subscriber("municipality")
    envelope = await running.announce(facts.a_placement())
    for _ in range(2):
        await running.deliver(envelope, "intake.placement-started.v1")
    await running.tell(facts.a_placement())
    await municipality.receiver.next()
    await municipality.receiver.next()
    assert len(await municipality.deliveries()) == 2
    assert municipality.receiver.came() == []


async def test_a_failed_try_is_repeated_under_the_same_id_and_every_try_is_on_record(
    running: RunningService, subscriber: Subscribing
) -> None:
    municipality = await subscriber("municipality")
    municipality.receiver.answers = [500, 204]
    municipality.receiver.body = b"x" * 5000
    await running.announce(facts.a_placement())
    await municipality.receiver.next()
    first, second = await municipality.receiver.requested(2)
    assert first.webhook_id == second.webhook_id
    assert first.body == second.body
    (delivery,) = await municipality.decided()
    assert delivery["state"] == "delivered"
    assert [each["status"] for each in delivery["attempts"]] == [500, 204]
    assert len(delivery["attempts"][0]["answer"]) == 1024


async def test_after_the_last_try_the_subscription_is_failing_until_something_arrives(
    running: RunningService, subscriber: Subscribing
) -> None:
    municipality = await subscriber("municipality")
    municipality.receiver.answers = [500, 502, 404]
    await running.announce(facts.a_placement())
    failed = await running.next_event(DeliveryFailed)
    assert str(failed.subscription_id) == municipality.id
    assert failed.failed_type == STARTED
    assert failed.code == "http-404"
    assert (await municipality.becomes("failing"))["reason"] == "http-404"
    await running.announce(facts.a_placement())
    await municipality.receiver.next()
    assert (await municipality.becomes("active"))["reason"] is None


async def test_a_receiver_that_will_never_understand_is_not_asked_twice(
    running: RunningService, subscriber: Subscribing
) -> None:
    municipality = await subscriber("municipality")
    municipality.receiver.answers = [415]
    await running.announce(facts.a_placement())
    await running.next_event(DeliveryFailed)
    (delivery,) = [each for each in await municipality.deliveries() if each["type"] == STARTED]
    assert (delivery["state"], delivery["tries"]) == ("failed", 1)


async def test_a_receiver_that_is_gone_ends_the_subscription(running: RunningService, subscriber: Subscribing) -> None:
    municipality = await subscriber("municipality")
    municipality.receiver.answers = [410] * 4
    municipality.receiver.gate.clear()
    for _ in range(6):
        await running.tell(facts.a_placement())
    municipality.receiver.gate.set()
    assert (await municipality.becomes("retired"))["reason"] == "gone"
    await municipality.decided()
    requests = len(municipality.receiver.requests)
    other = await subscriber("municipality")
    await running.announce(facts.a_placement())
    await other.receiver.next()
    assert len(municipality.receiver.requests) == requests <= 4
    answer = await municipality.client.post(f"/v1/subscriptions/{municipality.id}/_resume")
    assert answer.status_code == 409


async def test_a_receiver_that_asks_for_time_gets_it(running: RunningService, subscriber: Subscribing) -> None:
    municipality = await subscriber("municipality")
    municipality.receiver.answers = [(429, {"Retry-After": "1"})]
    await running.announce(facts.a_placement())
    await municipality.receiver.next()
    (delivery,) = await municipality.deliveries()
    first, second = delivery["attempts"]
    assert _seconds_between(first["begunAt"], second["begunAt"]) >= 1


async def test_a_redirect_is_not_followed(running: RunningService, subscriber: Subscribing) -> None:
    municipality = await subscriber("municipality")
    elsewhere = municipality.receiver.url.replace("/events", "/elsewhere")
    municipality.receiver.answers = [(307, {"Location": elsewhere})]
    await running.announce(facts.a_placement())
    await municipality.receiver.next()
    assert [each.path for each in municipality.receiver.requests] == ["/events", "/events"]


async def test_a_slow_receiver_keeps_nobody_waiting(running: RunningService, subscriber: Subscribing) -> None:
    slow, quick = await subscriber("municipality"), await subscriber("municipality")
    slow.receiver.gate.clear()
    for _ in range(12):
        await running.announce(facts.a_placement())
    for _ in range(12):
        await quick.receiver.next(within=2.5)
    assert slow.receiver.came() == []
    assert len(slow.receiver.requests) <= 4


async def test_a_crash_between_sending_and_writing_down_sends_the_same_again(
    running: RunningService, subscriber: Subscribing
) -> None:
    municipality = await subscriber("municipality")
    municipality.receiver.gate.clear()
    municipality.receiver.answers = [415, 204]
    await running.announce(facts.a_placement())
    await municipality.receiver.requested(1)
    # as if the process had died with it in hand, and its lease had ended
    await running.sql.execute("update deliveries set leased_until = null, next_at = now()")
    await running.sql.execute("select pg_notify('stagebrug', 'deliveries')")
    first, again = await municipality.receiver.requested(2)
    assert first.webhook_id == again.webhook_id
    municipality.receiver.gate.set()
    async with asyncio.timeout(5):
        while await running.sql.fetchval("select count(*) from attempts where ended_at is null"):
            await asyncio.sleep(0.01)  # a poll with a deadline
    # the first hand's failure counts no more: the second had taken over
    (delivery,) = await municipality.decided()
    assert (delivery["state"], delivery["tries"]) == ("delivered", 2)
    assert [each["status"] for each in delivery["attempts"]] == [415, 204]
    announced = "select count(*) from (select type from outbox union all select type from event_log) announced"
    assert await running.sql.fetchval(announced) == 0


async def test_what_happens_during_a_pause_waits(running: RunningService, subscriber: Subscribing) -> None:
    municipality, other = await subscriber("municipality"), await subscriber("municipality")
    assert (await municipality.do("_pause"))["state"] == "paused"
    await running.announce(facts.a_placement())
    await other.receiver.next()
    assert municipality.receiver.requests == []
    assert (await municipality.do("_resume"))["state"] == "active"
    await municipality.receiver.next()


async def test_a_new_secret_signs_beside_the_old_one(running: RunningService, subscriber: Subscribing) -> None:
    municipality = await subscriber("municipality")
    new = (await municipality.do("_rotate"))["secret"]
    assert new != municipality.secret
    await running.announce(facts.a_placement())
    received = await municipality.receiver.next()  # which knows the old one
    Webhook(new).verify(received.body, dict(received.headers))


async def test_a_test_event_takes_the_same_way_as_all_others(running: RunningService, subscriber: Subscribing) -> None:
    municipality = await subscriber("municipality")
    announced = await municipality.do("_test")
    received = await municipality.receiver.next()
    assert received.type == "nl.stagebrug.subscription-tested.v1"
    assert received.webhook_id == announced["eventId"]


async def test_a_subscription_that_is_deleted_gets_nothing_more(
    running: RunningService, subscriber: Subscribing
) -> None:
    municipality, other = await subscriber("municipality"), await subscriber("municipality")
    answer = await municipality.client.delete(f"/v1/subscriptions/{municipality.id}")
    assert answer.status_code == 204
    await running.tell(facts.a_placement())
    await other.receiver.next()
    assert municipality.receiver.requests == []
    assert (await municipality.client.get(f"/v1/subscriptions/{municipality.id}")).status_code == 404


async def test_another_address_has_to_prove_itself_as_well(running: RunningService, subscriber: Subscribing) -> None:
    municipality = await subscriber("municipality")
    async with WebhookReceiver(secret=municipality.secret) as elsewhere:
        body = {"sink": elsewhere.url}
        changed = await municipality.client.patch(f"/v1/subscriptions/{municipality.id}", json=body)
        assert changed.json()["state"] == "unverified"
        await municipality.becomes("active")
        assert elsewhere.handshakes
        await running.announce(facts.a_placement())
        await elsewhere.next()
    assert municipality.receiver.requests == []


def _seconds_between(one: str, other: str) -> float:
    return abs((datetime.fromisoformat(other) - datetime.fromisoformat(one)).total_seconds())
