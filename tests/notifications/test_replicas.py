"""Several replicas side by side, and stopping in the middle of work."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import asyncpg
import httpx

from tests.notifications import facts
from tests.notifications.conftest import QUICK, Subscriber, Subscribing
from tests.support.bench import Bench
from tests.support.service import RunningService, served
from tests.support.webhook_receiver import WebhookReceiver


async def test_two_replicas_deliver_every_event_once_and_each_tells_its_listeners(
    running: RunningService, subscriber: Subscribing
) -> None:
    async with AsyncExitStack() as stack:
        beside = await stack.enter_async_context(running.replica())
        municipality = await subscriber("municipality")
        listener = await stack.enter_async_context(running.as_("coordinator", schools=[facts.BRIN]))
        response = await stack.enter_async_context(listener.stream("GET", f"{beside}/v1/stream"))
        lines = response.aiter_lines()
        assert await _data(lines, 1) == ["data: {}"]
        envelopes = [await running.announce(facts.a_placement()) for _ in range(30)]
        assert set(await running.handled(*envelopes)) == {"done"}
        ids = [(await municipality.receiver.next()).webhook_id for _ in range(30)]
        assert len(set(ids)) == 30
        assert {each["tries"] for each in await municipality.decided()} == {1}
        told = await _data(lines, 30)
        assert all("placement-started" in line for line in told)
        assert len(set(told)) == 30


async def test_what_is_on_its_way_when_the_service_stops_arrives_and_is_written_down(bench: Bench) -> None:
    async with AsyncExitStack() as stack:
        database = await bench.fresh_database("notifications")
        stack.push_async_callback(bench.drop, database)
        sql = await asyncpg.connect(database.owner_url)
        stack.push_async_callback(sql.close)
        receiver = await stack.enter_async_context(WebhookReceiver())
        async with AsyncExitStack() as serving:
            url = await served(serving, bench, "notifications", database, QUICK)
            async with _client(bench, url) as client:
                made = (await client.post("/v1/subscriptions", json={"sink": receiver.url})).json()
                subscriber = Subscriber(receiver, client, made["id"], made["secret"])
                await subscriber.becomes("active")
                receiver.gate.clear()
                await subscriber.do("_test")
                await receiver.requested(1)
            stopping = asyncio.create_task(serving.aclose())
            await asyncio.wait([stopping], timeout=0.3)
            assert not stopping.done()
            receiver.gate.set()
            await stopping
        assert await sql.fetchval("select state from deliveries") == "delivered"
        assert await sql.fetchval("select status from attempts") == 204


def _client(bench: Bench, url: str) -> httpx.AsyncClient:
    claim = {"kind": "wsp", "regions": [facts.REGION]}
    token = bench.token(roles=["intermediary"], intermediary=claim)
    return httpx.AsyncClient(base_url=url, headers={"Authorization": f"Bearer {token}"})


async def _data(lines: AsyncIterator[str], count: int, within: float = 5.0) -> list[str]:
    found: list[str] = []
    async with asyncio.timeout(within):
        while len(found) < count:
            line = await anext(lines)
            if line.startswith("data:"):
                found.append(line)
    return found
