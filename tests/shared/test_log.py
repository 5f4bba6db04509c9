import asyncio
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import aio_pika
import asyncpg
import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

from services.toy.handlers import ThingHappened
from services.toy.settings import Settings
from shared import http
from shared.ids import new_id
from shared.limits import Limits
from shared.log_api import log_api
from shared.log_seals import Verification, verify
from shared.security import TokenChecker
from shared.unit_of_work import Publisher
from tests.shared.relaying import INSERT, Outbox, Running, broken_link, outbox_on
from tests.support.bench import Bench, settings_for
from tests.support.service import RunningService

SPOILED = {
    "position 7 is not what was published": "update event_log set message = '{}' where position = 7",
    "position 8 is missing, or there twice": "delete from event_log where position = 8",
    "positions 1 to 10 are not what was sealed": (
        "update event_log set message = '{}', digest = sha256(convert_to("
        "concat_ws(' ', event_id, type, routing_key, subject, version, '{}'), 'UTF8')) where position = 9"
    ),
    "positions 11 to 20 are not what was sealed": (
        "update event_log_seal set digest = sha256('x') where position = (select max(position) from event_log_seal)"
    ),
    "position 21 was never published: the log ends at 20": (
        "insert into event_log select gen_random_uuid(), 21, type, routing_key, subject, version, message, recorded_at,"
        " logged_at, digest from event_log where position = 20"
    ),
    "the log was published up to position 20, its seals end at 10": (
        "with gone as (delete from event_log_seal where position > 10) delete from event_log where position > 10"
    ),
}


@pytest.fixture
async def outbox(bench: Bench) -> AsyncIterator[Outbox]:
    async with outbox_on(bench) as made:
        yield made


async def published(outbox: Outbox) -> None:
    """Twenty events in two batches."""
    for _ in range(2):
        await outbox.put(10)
        async with outbox.relay():
            await outbox.emptied()


async def verified(outbox: Outbox, after: int = 0, seals: int = 1000) -> Verification:
    engine = create_async_engine(outbox.database.url.replace("postgresql://", "postgresql+asyncpg://", 1))
    try:
        async with AsyncSession(engine) as session:
            return await verify(session, after, seals)
    finally:
        await engine.dispose()


async def test_a_log_that_nobody_touched_is_what_was_published(outbox: Outbox) -> None:
    assert (await verified(outbox)).problem is None
    await published(outbox)
    found = await verified(outbox)
    assert (found.checked_to, found.end, found.problem) == (20, 20, None)
    piece = await verified(outbox, seals=1)
    assert (piece.checked_to, piece.problem) == (10, None)
    assert (await verified(outbox, after=10)).checked_to == 20
    assert await outbox.sql.fetchval("select count(*) from event_log_seal") == 3


@pytest.mark.parametrize("problem", SPOILED)
async def test_the_first_place_where_a_log_was_touched_is_named(outbox: Outbox, problem: str) -> None:
    await published(outbox)
    await outbox.sql.execute(SPOILED[problem])
    assert (await verified(outbox)).problem == problem


async def test_a_log_that_begins_later_can_still_be_verified(outbox: Outbox) -> None:
    await published(outbox)
    await outbox.sql.execute("delete from event_log where position <= 10")
    await outbox.sql.execute("update log_head set forgotten = 10")
    await outbox.sql.execute("delete from event_log_seal where position < 10")
    assert (await verified(outbox)).problem is None
    await outbox.sql.execute("update event_log set subject = 'another' where position = 15")
    assert (await verified(outbox)).problem == "position 15 is not what was published"


class Operator:
    """The API over a service's log."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client

    async def asks(self, **body: Any) -> dict[str, Any]:
        answer = await self.client.post("/v1/republications", json={"reason": "the broker was wiped", **body})
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        return made

    async def refused(self, **body: Any) -> str:
        answer = await self.client.post("/v1/republications", json={"reason": "the broker was wiped", **body})
        assert answer.is_client_error, answer.text
        return str(answer.json()["type"]).rpartition(":")[2]

    async def sees(self, republication: dict[str, Any], within: float = 15, **expected: Any) -> dict[str, Any]:
        async with asyncio.timeout(within):
            while True:
                found: dict[str, Any] = (await self.client.get(f"/v1/republications/{republication['id']}")).json()
                if all(found[name] == value for name, value in expected.items()):
                    return found
                await asyncio.sleep(0.02)  # a poll with a deadline


async def operator_of(bench: Bench, database: Any) -> AsyncIterator[Operator]:
    settings = Settings(**settings_for(bench, "toy", "http://127.0.0.1:1", database, {}))
    app = FastAPI()
    http.install(app)
    app.include_router(log_api(settings.inbox_days))
    engine = create_async_engine(database.url.replace("postgresql://", "postgresql+asyncpg://", 1))
    publisher = Publisher("urn:toy", {})
    app.state.runtime = SimpleNamespace(
        engine=engine, publisher=publisher, resources=None, tokens=TokenChecker(settings), limits=Limits(1000, 1000)
    )
    headers = {"Authorization": f"Bearer {bench.token(roles=['operator'])}"}
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://toy", headers=headers) as client:
        yield Operator(client)
    await engine.dispose()


@pytest.fixture
async def operator(bench: Bench, outbox: Outbox) -> AsyncIterator[Operator]:
    async for made in operator_of(bench, outbox.database):
        yield made


async def test_what_a_wiped_broker_lost_has_its_effect_once_after_publishing_again(
    toy: RunningService, bench: Bench
) -> None:
    """The toy listens to itself: half of its events it handled, the other half went down with the queue."""
    async for operator in operator_of(bench, toy.database):
        for note in ("handled 1", "handled 2"):
            await toy.client.post("/v1/things", json={"name": note})
        await toy.until("select count(*) = 2 from notes")
        connection = await aio_pika.connect(bench.amqp_url())
        queue = await (await connection.channel()).get_queue("toy")
        await queue.unbind("stagebrug.events", "toy.thing-made.v1")
        for note in ("lost 1", "lost 2", "lost 3"):
            await toy.client.post("/v1/things", json={"name": note})
        await toy.published_everything()  # the test's own queue took them, the toy's has nothing
        await queue.bind("stagebrug.events", "toy.thing-made.v1")
        asked = await operator.asks(after=0, rate=1000)
        await operator.sees(asked, state="done", published=5)
        await toy.until("select count(*) = 5 from notes")
        await toy.tell(ThingHappened(thing_id=new_id(), note="the queue goes on"))
        assert await toy.sql.fetchval("select count(*) from notes") == 6
        assert await toy.sql.fetchval("select count(*) from event_log") == 5
        await connection.close()


async def test_another_leader_goes_on_where_a_killed_one_was(outbox: Outbox, operator: Operator) -> None:
    ids = await outbox.put(60)
    async with outbox.process():
        await outbox.emptied(within=20)
        await outbox.arrived()
        asked = await operator.asks(after=0, rate=40)
        await outbox.until("select next_position > 15 from republications", within=15)
    at = await outbox.sql.fetchval("select next_position from republications")
    assert at < 55
    async with outbox.relay():
        found = await operator.sees(asked, state="done")
    arrived = await outbox.arrived()
    assert set(arrived) == set(ids)
    assert len(arrived) <= 60 + 8  # what one step had in hand came twice
    assert found["published"] == 60


async def test_it_is_no_faster_than_asked_and_can_be_cancelled(outbox: Outbox, operator: Operator) -> None:
    await outbox.put(100)
    async with outbox.relay():
        await outbox.emptied()
        asked = await operator.asks(after=0, rate=20)
        assert await operator.refused(after=0) == "republication-running"
        await outbox.until("select published > 0 from republications", within=10)
        first = await outbox.sql.fetchrow("select published, updated_at from republications")
        assert first
        await outbox.until("select published > $1 + 19 from republications", first["published"])
        then = await outbox.sql.fetchrow("select published, updated_at from republications")
        assert then
        seconds = (then["updated_at"] - first["updated_at"]).total_seconds()
        assert (then["published"] - first["published"]) / seconds < 22
        cancelled = (await operator.client.post(f"/v1/republications/{asked['id']}/_cancel")).json()
        assert cancelled["state"] == "cancelled"
        assert (await operator.client.post(f"/v1/republications/{asked['id']}/_cancel")).status_code == 409
        await operator.asks(after=99)
        listed = (await operator.client.get("/v1/republications")).json()["items"]
    assert [each["firstPosition"] for each in listed] == [100, 1]
    assert cancelled["published"] < 100


async def test_a_relay_that_is_never_idle_publishes_again_all_the_same(outbox: Outbox, operator: Operator) -> None:
    async with outbox.relay() as running:
        busy = asyncio.create_task(_keep_busy(outbox, running))
        try:
            await outbox.until("select count(*) > 2 from event_log")
            await operator.sees(await operator.asks(after=0), state="done")
        finally:
            busy.cancel()
            await asyncio.gather(busy, return_exceptions=True)


async def _keep_busy(outbox: Outbox, running: Running) -> None:
    connection = await asyncpg.connect(outbox.database.url)
    try:
        while True:
            await connection.execute(INSERT, [new_id()], ["t"], ["toy.thing-happened.v1"], [str(new_id())], [1], ["{}"])
            running.wake.set()
            await asyncio.sleep(0.05)  # the rhythm of a busy service, well within a renewal's
    finally:
        await connection.close()


async def test_what_no_queue_is_bound_for_holds_it_up_until_it_is_bound_or_left_out(
    outbox: Outbox, operator: Operator
) -> None:
    await outbox.put(1)
    await outbox.put(1, key="toy.nobody-listens.v1")
    await outbox.put(1)
    async with outbox.relay():
        await outbox.emptied()
        await outbox.tap.unbind("stagebrug.events", "#")
        asked = await operator.asks(after=0)
        stuck = await operator.sees(asked, nextPosition=2)
        await outbox.until("select error like '%position 2%NO_ROUTE%' from republications")
        await operator.client.post(f"/v1/republications/{stuck['id']}/_cancel")
        asked = await operator.asks(after=0, skipUnroutable=True)
        found = await operator.sees(asked, state="done")
    assert (found["published"], found["skipped"]) == (2, 1)


async def test_a_broker_that_goes_away_meanwhile_costs_nothing_but_time(outbox: Outbox, operator: Operator) -> None:
    ids = await outbox.put(30)
    async with broken_link(outbox.bench.amqp_url("toy")) as (link, url), outbox.relay(url):
        await outbox.emptied()
        await outbox.arrived()
        asked = await operator.asks(after=0, rate=30)
        await outbox.until("select published > 5 from republications")
        await link.refuse()
        await outbox.until("select error is not null from republications", within=15)
        await link.heal()
        await operator.sees(asked, state="done", within=30)
    assert set(await outbox.arrived()) == set(ids)


async def test_it_begins_at_a_moment_and_never_before_what_consumers_remember(
    outbox: Outbox, operator: Operator
) -> None:
    await published(outbox)
    await outbox.sql.execute(
        "update event_log set logged_at = clock_timestamp() - interval '1 day' where position <= 12"
    )
    since = await outbox.sql.fetchval("select clock_timestamp() - interval '1 hour'")
    made = await operator.asks(since=since.isoformat())
    assert (made["firstPosition"], made["lastPosition"]) == (13, 20)
    assert await operator.refused() == "invalid-input"
    await outbox.sql.execute("update republications set state = 'done'")
    assert (await operator.asks(since="2099-01-01T00:00:00Z"))["state"] == "done"
    await outbox.sql.execute("update log_head set forgotten = 3")
    assert await operator.refused(after=1) == "log-begins-later"
    await outbox.sql.execute(
        "update event_log set event_id = first_id_of(clock_timestamp() - interval '31 days') where position = 5"
    )
    assert await operator.refused(after=3) == "older-than-consumers-remember"


async def test_only_operators_see_the_log_and_publish_again(bench: Bench, outbox: Outbox, operator: Operator) -> None:
    operator.client.headers["Authorization"] = f"Bearer {bench.token(roles=['coordinator'])}"
    for path in ("/v1/republications", "/v1/log-verification"):
        assert (await operator.client.get(path)).status_code == 403
    operator.client.headers["Authorization"] = f"Bearer {bench.token(roles=['operator'])}"
    assert (await operator.client.get("/v1/log-verification")).json() == {
        "checkedTo": 0, "end": 0, "beginsAfter": 0, "problem": None, "erased": 0
    }  # fmt: skip


async def test_the_chain_continues_over_leaders_and_a_batch_that_did_not_move(outbox: Outbox) -> None:
    subject = new_id()
    await outbox.put(2, subject=subject)
    await outbox.sql.execute("update relay_lease set epoch = epoch + 5")
    async with outbox.relay():
        await outbox.emptied()
        leader = await outbox.sql.fetchval("select backend from relay_lease")
        epoch = await outbox.sql.fetchval("select epoch from relay_lease")
        administrator = await asyncpg.connect(outbox.bench.servers.postgres_url)
        await administrator.execute("select pg_terminate_backend($1)", leader)
        await administrator.close()
        await outbox.led(epoch)
        await outbox.put(5)
        await outbox.emptied()
    found = await verified(outbox)
    assert (found.checked_to, found.problem) == (7, None)
