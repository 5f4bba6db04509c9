"""What a subscriber sets for its own sink, what it sees of it, and who hears when events are given up."""

import asyncio
import itertools
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from cloudevents.v1.http import from_http
from prometheus_client import REGISTRY
from standardwebhooks import Webhook, WebhookVerificationError

from services.notifications.domain.recipients import Recipient
from services.notifications.domain.subscriptions import (
    MISSES_IN_A_ROW,
    OVERLAP,
    State,
    Subscription,
    signatures,
)
from services.notifications.store import sending
from shared.ids import new_id
from tests.notifications import facts
from tests.notifications.conftest import Subscriber, Subscribing
from tests.notifications.mailing import morning_comes, plain
from tests.support.service import RunningService
from tests.support.smtp_catcher import SmtpCatcher

FAILED = "nl.stagebrug.delivery-failed.v1"


async def test_a_subscriber_bounds_how_much_comes_at_once_and_in_a_minute(
    running: RunningService, subscriber: Subscribing
) -> None:
    one, paced = await subscriber("municipality", maxAtOnce=1), await subscriber("municipality", maxPerMinute=60)
    shown = await paced.read()
    assert (shown["maxAtOnce"], shown["maxPerMinute"], shown["allowedPerMinute"]) == (4, 60, None)
    one.receiver.gate.clear()
    for _ in range(2):
        await running.announce(facts.a_placement())
    for _ in range(2):
        await paced.receiver.next()
    assert len(await one.receiver.requested(1)) == 1
    first, second = sorted(each["attempts"][0]["begunAt"] for each in await paced.deliveries())
    assert datetime.fromisoformat(second) - datetime.fromisoformat(first) >= timedelta(seconds=0.9)
    one.receiver.gate.set()
    changed = await one.client.patch(f"/v1/subscriptions/{one.id}", json={"maxAtOnce": 20, "maxPerMinute": None})
    assert changed.json()["maxAtOnce"] == 20


@pytest.mark.parametrize("few", [sending.FEW, 0], ids=["little is due", "much is due"])
@pytest.mark.parametrize("running", [{"webhooks_at_once": "1", "webhook_seconds": "60"}], indirect=True)
async def test_one_that_hangs_and_one_with_a_backlog_keep_nobody_waiting(
    running: RunningService, subscriber: Subscribing, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "FEW", few)
    hanging, behind, other = [await subscriber("municipality", maxAtOnce=1) for _ in range(3)]
    await running.sql.execute("update subscriptions set state = 'paused'")
    hanging.receiver.gate.clear()
    for _ in range(4):
        await running.announce(facts.a_placement())
    await running.until("select count(*) = 12 from deliveries where position is not null")
    await running.sql.execute("update subscriptions set state = 'active'")
    for each in (behind, other):
        for _ in range(4):
            await each.receiver.next(within=20)  # the only hand is held for two seconds, not for sixty
    assert len(hanging.receiver.requests) == 1
    turns = await running.sql.fetch(_TURNS, [UUID(behind.id), UUID(other.id)])
    assert all(one["subscription_id"] != following["subscription_id"] for one, following in itertools.pairwise(turns))
    hanging.receiver.gate.set()


_TURNS = """
select subscription_id from attempts join deliveries on deliveries.id = delivery_id
where subscription_id = any($1) order by begun_at
"""


@pytest.mark.parametrize("body", [{"maxAtOnce": 0}, {"maxAtOnce": 21}, {"maxPerMinute": 0}])
async def test_bounds_without_sense_are_refused(
    running: RunningService, subscriber: Subscribing, body: dict[str, int]
) -> None:
    municipality = await subscriber("municipality")
    answer = await municipality.client.patch(f"/v1/subscriptions/{municipality.id}", json=body)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == f"/{next(iter(body))}"


async def test_the_breaker_of_a_receiver_that_is_away_is_seen_open_with_its_reason(
    running: RunningService, subscriber: Subscribing
) -> None:
    municipality = await subscriber("municipality")
    assert (await municipality.read())["breaker"] == "closed"
    misses = "update subscriptions set misses = $1 where id = $2"
    await running.sql.execute(misses, MISSES_IN_A_ROW - 1, UUID(municipality.id))
    municipality.receiver.answers = [503]
    await running.announce(facts.a_placement())
    shown = await municipality.becomes("failing")
    assert (shown["breaker"], shown["missesInARow"], shown["reason"]) == ("open", MISSES_IN_A_ROW, "http-503")
    assert shown["restsUntil"] is not None
    await municipality.receiver.next()
    shown = await municipality.becomes("active")
    assert (shown["breaker"], shown["missesInARow"]) == ("closed", 0)


async def test_the_owner_hears_of_what_was_given_up_in_the_feed_and_by_what_still_works(
    running: RunningService, subscriber: Subscribing
) -> None:
    broken, working = await subscriber("municipality"), await subscriber("municipality")
    somebody_else = await subscriber("sbb")
    given_up = REGISTRY.get_sample_value("stagebrug_webhooks_given_up_total", {"code": "http-415"}) or 0
    broken.receiver.answers = [415, 415]
    await running.announce(facts.a_placement())
    told = await working.receiver.of_type(FAILED)
    assert told.data["subscriptionId"] == broken.id
    assert (told.data["failedType"], told.data["code"]) == ("nl.stagebrug.placement-started.v1", "http-415")
    await running.announce(facts.a_placement())  # which is given up, too, on the same day
    async with asyncio.timeout(5):
        while [each["state"] for each in await broken.deliveries()].count("failed") < 2:
            await asyncio.sleep(0.02)  # a poll with a deadline
    assert [each["event"]["data"]["deliveryId"] for each in await _told(broken)] == [told.data["deliveryId"]]
    assert broken.receiver.came() == []
    assert (await somebody_else.feed())["items"] == []
    now = REGISTRY.get_sample_value("stagebrug_webhooks_given_up_total", {"code": "http-415"})
    assert now == given_up + 2


_NOW = datetime.now(ZoneInfo("Europe/Amsterdam"))
_QUIET = f"{_NOW - timedelta(hours=1):%H:%M}-{_NOW + timedelta(hours=10):%H:%M}"


@pytest.mark.parametrize("running", [{"operator_email": "beheer@x.example", "quiet_hours": _QUIET}], indirect=True)
async def test_the_contact_and_the_operator_are_mailed_once_a_day_when_nothing_arrives_and_when_it_ends(
    running: RunningService, subscriber: Subscribing, post: SmtpCatcher
) -> None:
    broken = await subscriber("municipality")
    changed = await broken.client.patch(f"/v1/subscriptions/{broken.id}", json={"contact": "ict@gemeente.example"})
    assert changed.json()["contact"] == "ict@gemeente.example"
    broken.receiver.answers = [415, 503, 503, 503, 410]
    for number in (1, 2):
        await running.tell(facts.a_placement())
        await running.until("select count(*) = $1 from deliveries where state = 'failed'", number)
    await running.tell(facts.a_placement())
    await broken.becomes("retired")
    await morning_comes(running)
    mails = [await post.next() for _ in range(4)]
    subjects = ("Berichten van Stagebrug komen niet aan", "Uw koppeling met Stagebrug is gestopt")
    told = {(mail["To"], mail["Subject"]) for mail in mails}
    assert told == {(to, subject) for to in ("ict@gemeente.example", "beheer@x.example") for subject in subjects}
    of_failures = [plain(mail) for mail in mails if mail["Subject"] == subjects[0]]
    assert all(f"/v1/subscriptions/{broken.id}" in text and "http-503" in text for text in of_failures)
    assert await running.sql.fetchval("select count(*) from mails") == 4
    refused = await broken.client.patch(f"/v1/subscriptions/{broken.id}", json={"contact": "123456782@x.example"})
    assert refused.status_code == 400


async def test_a_foreign_receiver_needs_only_public_libraries(running: RunningService, subscriber: Subscribing) -> None:
    municipality = await subscriber("municipality")
    await running.announce(facts.a_placement())
    received = await municipality.receiver.next()
    verified = Webhook(municipality.secret).verify(received.body, dict(received.headers))
    event = from_http(dict(received.headers), received.body)
    assert (event["type"], event["id"]) == ("nl.stagebrug.placement-started.v1", received.webhook_id)
    assert event["source"].startswith("urn:nld:oin:")
    assert event["subscription"] == municipality.id
    assert event.data == verified["data"]
    tampered = received.body.replace(b"learning", b"tampered")
    with pytest.raises(WebhookVerificationError):
        Webhook(municipality.secret).verify(tampered, dict(received.headers))


def test_the_old_secret_signs_beside_the_new_one_for_a_day_and_no_longer() -> None:
    now, body = datetime.now(UTC), '{"data":{}}'
    recipient = Recipient.of("municipality", [], [facts.MUNICIPALITY])
    old = Subscription(new_id(), "x", recipient, "https://x.example", (), (), State.ACTIVE, now)
    new, secret = old.rotated(now)
    assert secret == new.secrets[0].text
    assert new.secrets[0].text != old.secrets[0].text
    during = signatures(new.secrets, "id", now + OVERLAP - timedelta(seconds=1), body)
    assert len(during.split()) == 2
    after = signatures(new.secrets, "id", now + OVERLAP, body)
    assert after == Webhook(new.secrets[0].text).sign("id", now + OVERLAP, body)


async def test_a_second_rotation_takes_the_oldest_secret_away(running: RunningService, subscriber: Subscribing) -> None:
    municipality = await subscriber("municipality")
    second, third = [(await municipality.do("_rotate"))["secret"] for _ in range(2)]
    municipality.receiver.secret = None
    await running.announce(facts.a_placement())
    received = await municipality.receiver.next()
    for secret in (second, third):
        Webhook(secret).verify(received.body, dict(received.headers))
    with pytest.raises(WebhookVerificationError):
        Webhook(municipality.secret).verify(received.body, dict(received.headers))


async def _told(subscriber: Subscriber) -> list[dict[str, dict[str, dict[str, str]]]]:
    found: list[dict[str, dict[str, dict[str, str]]]] = (await subscriber.feed(types=[FAILED]))["items"]
    return found
