"""The feed, and who may see which subscription."""

import pytest

from tests.notifications import facts
from tests.notifications.conftest import Subscribing, outsider
from tests.support.service import RunningService

SUBSCRIPTIONS = "/v1/subscriptions"


async def test_the_feed_gives_the_same_events_under_the_same_ids_page_by_page(
    running: RunningService, subscriber: Subscribing
) -> None:
    municipality = await subscriber("municipality")
    for _ in range(3):
        await running.announce(facts.a_placement())
    await running.announce(facts.an_ended_placement())
    sent = {(await municipality.receiver.next()).event["id"] for _ in range(4)}
    first = await municipality.feed(limit=3)
    rest = await municipality.feed(after=first["next"])
    assert [each["position"] for each in first["items"] + rest["items"]] == [1, 2, 3, 4]
    assert {each["event"]["id"] for each in first["items"] + rest["items"]} == sent
    assert (await municipality.feed(after=rest["next"])) == {"items": [], "next": rest["next"], "beginsAfter": 0}
    ended = await municipality.feed(types=["nl.stagebrug.placement-ended.v1"])
    assert [each["event"]["type"] for each in ended["items"]] == ["nl.stagebrug.placement-ended.v1"]


async def test_a_subscriber_without_an_address_reads_only(running: RunningService) -> None:
    async with outsider(running, "municipality") as client:
        assert (await client.get("/v1/events")).status_code == 404
        made = (await client.post(SUBSCRIPTIONS, json={})).json()
        assert made["state"] == "active"
        await running.tell(facts.a_placement())
        answer = await client.get("/v1/events")
        while not answer.json()["items"]:  # the test's own time limit is the deadline
            answer = await client.get("/v1/events")
        assert answer.json()["items"][0]["event"]["data"]["kind"] == "learning"
        assert (await client.post(f"{SUBSCRIPTIONS}/{made['id']}/_test")).status_code == 409


async def test_positions_count_per_subscription_so_that_they_tell_nothing_of_others(
    running: RunningService, subscriber: Subscribing
) -> None:
    one, two = await subscriber("municipality"), await subscriber("municipality")
    await running.announce(facts.a_placement())
    await one.receiver.next()
    await two.receiver.next()
    positions = [(await each.feed())["items"][0]["position"] for each in (one, two)]
    assert positions == [1, 1]


async def test_who_has_several_subscriptions_says_which(running: RunningService, subscriber: Subscribing) -> None:
    one, _ = await subscriber("municipality"), await subscriber("municipality")
    answer = await one.client.get("/v1/events")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == "subscription"


async def test_a_subscription_of_somebody_else_does_not_exist(running: RunningService, subscriber: Subscribing) -> None:
    municipality = await subscriber("municipality")
    own = f"{SUBSCRIPTIONS}/{municipality.id}"
    async with outsider(running, "wsp") as stranger, running.as_("operator") as operator:
        for method, path in [
            ("GET", own),
            ("PATCH", own),
            ("DELETE", own),
            ("GET", f"{own}/deliveries"),
            ("GET", f"/v1/events?subscription={municipality.id}"),
            *(("POST", f"{own}/{verb}") for verb in ("_pause", "_resume", "_rotate", "_test")),
        ]:
            answer = await stranger.request(method, path, json={} if method == "PATCH" else None)
            assert answer.status_code == 404, (method, path)
        assert (await stranger.get(SUBSCRIPTIONS)).json()["items"] == []
        assert [each["id"] for each in (await operator.get(SUBSCRIPTIONS)).json()["items"]] == [municipality.id]
        assert (await operator.post(f"{own}/_pause")).status_code == 200


async def test_a_coordinator_has_no_subscriptions_and_nobody_has_without_a_token(running: RunningService) -> None:
    async with running.as_("coordinator", schools=[facts.BRIN]) as coordinator:
        assert (await coordinator.get(SUBSCRIPTIONS)).status_code == 403
        assert (await coordinator.get("/v1/events")).status_code == 403
    assert (await running.client.get(SUBSCRIPTIONS)).status_code == 401
    async with running.as_("intermediary") as nobody:
        assert (await nobody.post(SUBSCRIPTIONS, json={})).status_code == 403


async def test_the_secret_is_shown_once(running: RunningService, subscriber: Subscribing) -> None:
    municipality = await subscriber("municipality")
    assert municipality.secret.startswith("whsec_")
    for path in (SUBSCRIPTIONS, f"{SUBSCRIPTIONS}/{municipality.id}"):
        assert municipality.secret not in (await municipality.client.get(path)).text


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"sink": "http://10.0.0.1/in"}, "/sink"),
        ({"sink": "https://192.168.0.1/in"}, "/sink"),
        ({"types": ["nl.stagebrug.student-ready.v1"]}, "/types/0"),
        ({"filters": [{"like": {"type": "x"}}]}, "/filters/0"),
        ({"sinc": "https://gemeente.example"}, "/sinc"),
    ],
)
async def test_what_cannot_be_subscribed_to_is_refused_with_the_place_of_the_error(
    running: RunningService, body: dict[str, object], pointer: str
) -> None:
    async with outsider(running, "municipality") as client:
        answer = await client.post(SUBSCRIPTIONS, json=body)
    assert answer.status_code == 400
    assert [each["pointer"] for each in answer.json()["errors"]] == [pointer]


async def test_all_errors_are_told_at_once(running: RunningService) -> None:
    async with outsider(running, "municipality") as client:
        answer = await client.post(SUBSCRIPTIONS, json={"sink": "ftp://x.example", "types": ["x", "y"]})
    assert {each["pointer"] for each in answer.json()["errors"]} == {"/sink", "/types/0", "/types/1"}


async def test_an_organisation_sees_field_by_field_what_it_can_get(running: RunningService) -> None:
    async with outsider(running, "municipality") as client:
        types = {each["type"]: each["fields"] for each in (await client.get("/v1/event-types")).json()}
    assert set(types) == {
        "nl.stagebrug.delivery-failed.v1",
        "nl.stagebrug.placement-cancelled.v1",
        "nl.stagebrug.placement-changed.v1",
        "nl.stagebrug.placement-ended.v1",
        "nl.stagebrug.placement-started.v1",
        "nl.stagebrug.student-unmatched.v1",
    }
    assert "kindOfWork" in types["nl.stagebrug.student-unmatched.v1"]


async def test_nobody_fills_the_house_with_subscriptions(running: RunningService) -> None:
    async with outsider(running, "wsp") as client:
        answers = [await client.post(SUBSCRIPTIONS, json={}) for _ in range(21)]
    assert [each.status_code for each in answers] == [201] * 20 + [409]
