"""The feed for who was away for long, and for who waits for the next event."""

import asyncio
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from shared.events.envelope import Envelope
from tests.conftest import StartService
from tests.notifications import facts
from tests.notifications.conftest import QUICK, Subscribing, outsider
from tests.support.service import RunningService
from tests.support.smtp_catcher import SmtpCatcher
from tests.support.webhook_receiver import Served

MONTH, YEAR = "30 days", "401 days"


class IntakesLog:
    """Intake's log, as notifications asks it: one event by its id."""

    def __init__(self) -> None:
        self.kept: dict[str, Envelope] = {}
        self.asked: list[str] = []

    async def answer(self, request: Request) -> Response:
        """The event, or an empty page."""
        assert request.url.path == "/v1/events"
        assert request.headers["authorization"].startswith("Bearer ")
        event_id = request.query_params["event"]
        self.asked.append(event_id)
        found = self.kept.get(event_id)
        items = [{"position": 1, "event": found.model_dump(mode="json", exclude_none=True)}] if found else []
        return JSONResponse({"items": items, "next": 1, "beginsAfter": 0})


@pytest.fixture
def intake() -> IntakesLog:
    return IntakesLog()


@pytest.fixture
async def running(service: StartService, post: SmtpCatcher, intake: IntakesLog) -> AsyncIterator[RunningService]:
    async with Served(intake.answer) as served:
        started = await service("notifications", smtp_url=post.url, intake_url=served.url, **QUICK)
        await started.tell(facts.a_school())
        yield started


async def test_who_was_away_for_a_month_finds_every_event_and_fetches_what_it_told(
    running: RunningService, subscriber: Subscribing, intake: IntakesLog
) -> None:
    municipality = await subscriber("municipality")
    envelopes = [await running.announce(facts.a_placement()) for _ in range(3)]
    sent = {event.webhook_id: event for event in [await municipality.receiver.next() for _ in range(3)]}
    await municipality.decided()
    before = await municipality.feed()
    await _is_long_ago(running, MONTH)
    await running.tell(facts.a_placement())
    await municipality.receiver.next()
    after = await municipality.feed()
    assert [each["position"] for each in after["items"]] == [1, 2, 3, 4]
    assert after["beginsAfter"] == 0
    for old, new in zip(before["items"], after["items"], strict=False):
        assert "data" not in new["event"]
        kept = {name: value for name, value in old["event"].items() if name not in {"data", "datacontenttype"}}
        assert {**new["event"], "dataref": None} == {**kept, "dataref": None}
    assert "data" in after["items"][3]["event"]

    intake.kept = {envelope.id: envelope for envelope in envelopes}
    for each in after["items"][:3]:
        answer = await municipality.client.get(_path(each["event"]["dataref"]))
        assert answer.status_code == 200, answer.text
        assert answer.json()["event"]["data"] == sent[each["event"]["id"]].data
    for delivery in (await municipality.deliveries())[:3]:
        assert (delivery["state"], delivery["attempts"]) == ("delivered", [])


async def test_what_is_kept_nowhere_any_more_is_gone_and_what_is_not_ones_own_is_not_there(
    running: RunningService, subscriber: Subscribing, intake: IntakesLog
) -> None:
    municipality = await subscriber("municipality")
    envelope = await running.announce(facts.a_placement())
    await municipality.receiver.next()
    await municipality.decided()
    fresh = f"/v1/subscriptions/{municipality.id}/deliveries/{(await municipality.deliveries())[0]['id']}/event"
    assert (await municipality.client.get(fresh)).json()["event"] == (await municipality.feed())["items"][0]["event"]
    await _is_long_ago(running, MONTH)
    reference = _path((await municipality.feed())["items"][0]["event"]["dataref"])
    assert reference == fresh
    gone = await municipality.client.get(reference)
    assert (gone.status_code, gone.json()["type"]) == (410, "urn:stagebrug:problem:event-no-longer-kept")
    assert intake.asked == [envelope.id]
    intake.kept = {envelope.id: envelope}
    async with outsider(running, "wsp") as stranger:
        assert (await stranger.get(reference)).status_code == 404
    # whose area is another one by now sees no more than it may today
    elsewhere = {"kind": "municipality", "regions": [facts.REGION], "municipalities": ["GM0363"]}
    async with running.as_("intermediary", sub="municipality-0", intermediary=elsewhere) as moved:
        assert (await moved.get(reference)).status_code == 410
    assert (await municipality.client.get(reference)).status_code == 200


async def test_what_waited_for_a_month_goes_out_with_a_reference_in_place_of_its_data(
    running: RunningService, subscriber: Subscribing
) -> None:
    municipality = await subscriber("municipality")
    await municipality.do("_pause")
    await running.tell(facts.a_placement())
    await running.until("select not exists (select from deliveries where position is null)")
    await _is_long_ago(running, MONTH)
    await municipality.do("_resume")
    received = await municipality.receiver.next()
    assert "data" not in received.event
    assert _path(received.event["dataref"]).startswith(f"/v1/subscriptions/{municipality.id}/deliveries/")


async def test_who_comes_back_after_more_than_a_year_is_told_where_the_feed_begins(
    running: RunningService, subscriber: Subscribing
) -> None:
    municipality = await subscriber("municipality")
    for _ in range(2):
        await running.announce(facts.a_placement())
    for _ in range(2):
        await municipality.receiver.next()
    await municipality.decided()
    await _is_long_ago(running, YEAR, gone=True)
    await running.announce(facts.a_placement())
    await municipality.receiver.next()
    late = await municipality.client.get("/v1/events", params={"subscription": municipality.id, "after": 1})
    assert late.status_code == 410
    assert late.json()["type"].endswith("feed-begins-later")
    assert late.json()["beginsAfter"] == 2
    everything = await municipality.feed(after=0)
    assert ([each["position"] for each in everything["items"]], everything["beginsAfter"]) == ([3], 2)
    assert [each["position"] for each in (await municipality.feed(after=2))["items"]] == [3]


async def test_who_waits_hears_at_once_and_only_of_the_types_asked_for(
    running: RunningService, subscriber: Subscribing
) -> None:
    municipality, other = await subscriber("municipality"), await subscriber("municipality")
    types = ["nl.stagebrug.placement-ended.v1"]
    waiting = asyncio.create_task(municipality.feed(after=0, types=types, wait=15))
    elsewhere = asyncio.create_task(other.feed(after=1, wait=15))
    async with asyncio.timeout(10):
        await running.tell(facts.a_placement())
        await municipality.receiver.next()
        assert not waiting.done()
        await running.tell(facts.an_ended_placement())
        assert [each["position"] for each in (await waiting)["items"]] == [2]
        assert [each["position"] for each in (await elsewhere)["items"]] == [2]


async def test_who_waits_in_vain_gets_an_empty_piece_and_holds_no_connection(
    running: RunningService, subscriber: Subscribing
) -> None:
    municipality = await subscriber("municipality")
    waiting = [asyncio.create_task(municipality.feed(wait=2)) for _ in range(40)]  # more than the pool has
    await municipality.read()
    assert not any(each.done() for each in waiting)
    for each in await asyncio.gather(*waiting):
        assert each == {"items": [], "next": 0, "beginsAfter": 0}
    refused = await municipality.client.get("/v1/events", params={"wait": 31})
    assert refused.status_code == 400


def _path(dataref: str) -> str:
    """Of the replica that tidied up, whose address ended with it."""
    return urlsplit(dataref).path


async def _is_long_ago(running: RunningService, age: str, *, gone: bool = False) -> None:
    """So much time passes for all deliveries, and a replica that starts then tidies up."""
    await running.sql.execute(f"update deliveries set created_at = created_at - interval '{age}'")
    async with running.replica():
        await running.until("select not exists (select from deliveries where not bare)")
        while gone and await running.sql.fetchval("select count(*) from deliveries"):
            await asyncio.sleep(0.01)  # a poll; the test's own time limit is the deadline
