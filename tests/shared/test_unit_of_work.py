import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import httpx
import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from services.toy.handlers import ThingMade
from services.toy.store import metadata, things
from shared import fail_points
from shared.errors import is_infrastructure
from shared.ids import new_id
from shared.unit_of_work import AnnouncedTooEarly, Publisher, UnitOfWork, begin
from shared.wakeups import CHANNEL
from tests.faults.proxy import Way, links
from tests.support.bench import Bench
from tests.support.service import RunningService


@dataclass
class Alone:
    """A toy's database with nothing that runs on it: what a unit of work leaves stays where it is."""

    url: str
    engine: AsyncEngine

    def begin(self) -> AbstractAsyncContextManager[UnitOfWork]:
        return begin(self.engine, Publisher.of("urn:toy", metadata), None)

    async def rows(self, query: str) -> list[Any]:
        async with self.engine.connect() as connection:
            return list((await connection.execute(sa.text(query))).scalars())


@pytest.fixture
async def alone(bench: Bench) -> AsyncIterator[Alone]:
    database = await bench.fresh_database("toy")
    engine = create_async_engine(database.url.replace("postgresql://", "postgresql+asyncpg://", 1))
    yield Alone(database.url, engine)
    await engine.dispose()
    await bench.drop(database)


async def make(toy: RunningService, name: str, count: int = 1) -> httpx.Response:
    return await toy.client.post("/v1/things", json={"name": name, "count": count})


async def test_what_was_answered_with_2xx_is_in_the_database_and_on_its_way(toy: RunningService) -> None:
    made = (await make(toy, "a thing")).json()
    assert await toy.sql.fetchval("select version from things where id = $1::text::uuid", made["id"]) == 1
    assert str((await toy.next_event(ThingMade)).thing_id) == made["id"]


async def test_what_fails_after_everything_was_written_leaves_neither_row_nor_event(toy: RunningService) -> None:
    assert (await make(toy, "fail")).status_code == 500
    assert await toy.sql.fetchval("select count(*) from things") == 0
    assert await toy.sql.fetchval("select (select count(*) from outbox) + (select count(*) from event_log)") == 0


async def test_versions_of_a_subject_rise_by_one(toy: RunningService) -> None:
    assert (await make(toy, "three times", 3)).json()["version"] == 3
    events = [await toy.next_event(ThingMade) for _ in range(3)]
    assert sorted(event.version for event in events) == [1, 2, 3]


async def test_a_connection_that_died_in_the_pool_is_no_fault_of_whoever_gets_it_and_serves_nobody_again(
    alone: Alone,
) -> None:
    async with alone.begin() as work:
        died = await work.kernel()
    killer = await asyncpg.connect(alone.url)
    await killer.execute("select pg_terminate_backend($1)", died.get_server_pid())
    await killer.close()
    async with asyncio.timeout(5):
        while not died.is_closed():
            await asyncio.sleep(0.01)  # a poll with a deadline
    with pytest.raises(Exception) as raised:  # noqa: PT011 — which one is the driver's, what it counts as is ours
        async with alone.begin() as work:
            await work.kernel()
    assert is_infrastructure(raised.value)
    async with alone.begin() as work:
        assert await (await work.kernel()).fetchval("select 1") == 1


async def test_a_begin_that_was_broken_off_leaves_nobody_its_transaction(alone: Alone) -> None:
    parts = urlsplit(alone.url)
    async with links(database=parts.port or 0) as made:
        link = made["database"]
        there = parts._replace(scheme="postgresql+asyncpg", netloc=f"{parts.netloc.rpartition(':')[0]}:{link.port}")
        engine = create_async_engine(there.geturl())
        publisher, thing = Publisher.of("urn:toy", metadata), new_id()
        async with begin(engine, publisher, None) as work:
            await work.kernel()
        link.silence(Way.BACK)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.5), begin(engine, publisher, None) as work:
                await work.kernel()
        await link.heal()
        async with begin(engine, publisher, None) as work:
            await work.kernel()
            await work.session.execute(things.insert().values(id=thing))
        await engine.dispose()
    assert await alone.rows("select id from things") == [thing]


async def test_an_event_before_its_row_is_a_bug_that_shows(toy: RunningService) -> None:
    answer = await make(toy, "early")
    assert answer.status_code == 500
    assert "NobodyListens" not in answer.text


async def test_the_log_has_every_event_once_in_positions_without_gaps(toy: RunningService) -> None:
    for _ in range(3):
        await make(toy, "logged", 2)
    await toy.published_everything()
    log = (await toy.as_("operator").get("/v1/events", params={"limit": 4})).json()
    rest = (await toy.as_("operator").get("/v1/events", params={"after": log["next"]})).json()
    assert [item["position"] for item in log["items"] + rest["items"]] == [1, 2, 3, 4, 5, 6]
    one = (await toy.as_("operator").get("/v1/events", params={"event": log["items"][2]["event"]["id"]})).json()
    assert one["items"] == [log["items"][2]]
    assert (await toy.as_("coordinator").get("/v1/events")).status_code == 403
    assert (await toy.as_(scope="toy:events:read").get("/v1/events")).status_code == 200


async def test_a_trace_goes_on_from_the_call_into_the_event(toy: RunningService) -> None:
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    headers = {"traceparent": f"00-{trace}-00f067aa0ba902b7-01"}
    answer = await toy.client.post("/v1/things", json={"name": "traced"}, headers=headers)
    message = await toy.until("select message from event_log")
    assert f"00-{trace}-" in message
    assert answer.headers["x-request-id"] in message


async def test_a_transaction_apart_stays_when_the_one_beside_it_rolls_back(alone: Alone) -> None:
    kept, lost = new_id(), new_id()

    async def fails_late() -> None:
        async with alone.begin() as work:
            await work.session.execute(things.insert().values(id=lost))
            async with work.apart() as beside:
                await beside.session.execute(things.insert().values(id=kept))
                await beside.announce(ThingMade(thing_id=kept))
            raise RuntimeError("after the other was committed")

    with pytest.raises(RuntimeError):
        await fails_late()
    assert await alone.rows("select id from things") == [kept]
    assert await alone.rows("select subject from outbox") == [str(kept)]


async def test_named_moments_are_passed_on_both_sides_of_the_commit(
    alone: Alone, monkeypatch: pytest.MonkeyPatch
) -> None:
    passed: list[str] = []
    monkeypatch.setattr(fail_points, "_watchers", [passed.append])
    async with alone.begin():
        pass
    assert passed == ["work.before-commit", "work.after-commit"]


async def test_an_event_announced_before_any_other_statement_goes_with_the_rollback_too(alone: Alone) -> None:
    thing = new_id()
    async with alone.begin() as work:
        await work.session.execute(things.insert().values(id=thing))

    async def fails_late() -> None:
        async with alone.begin() as work:
            await work.announce(ThingMade(thing_id=thing))
            await work.flush()
            raise RuntimeError("after everything was written")

    with pytest.raises(RuntimeError):
        await fails_late()
    assert await alone.rows("select version from things") == [0]
    assert await alone.rows("select id from outbox") == []


async def test_wake_ups_without_events_are_sent_with_the_commit(alone: Alone) -> None:
    heard: asyncio.Queue[str] = asyncio.Queue()
    listening = await asyncpg.connect(alone.url)
    await listening.add_listener(CHANNEL, lambda *arguments: heard.put_nowait(str(arguments[3])))
    async with alone.begin() as work:
        work.notify("dinner")
    async with asyncio.timeout(10):
        assert await heard.get() == "dinner"
    await listening.close()
    assert await alone.rows("select id from outbox") == []


async def test_many_events_leave_in_their_order_with_a_version_each(alone: Alone) -> None:
    made = [new_id() for _ in range(3)]
    async with alone.begin() as work:
        await work.session.execute(things.insert(), [{"id": thing} for thing in made])
        await work.announce(ThingMade(thing_id=made[1]))
        told = await work.announce_all([ThingMade(thing_id=thing) for thing in reversed(made)])
        assert await work.announce_all([]) == []
    assert [(event.thing_id, event.version) for event in told] == [(made[2], 1), (made[1], 2), (made[0], 1)]
    assert await alone.rows("select subject from outbox order by id") == [str(made[at]) for at in (1, 2, 1, 0)]
    assert sorted(await alone.rows("select version from things")) == [1, 1, 2]


async def test_many_events_are_announced_all_or_none(alone: Alone) -> None:
    there = new_id()
    async with alone.begin() as work:
        await work.session.execute(things.insert().values(id=there))

    async def announce(*subjects: Any) -> None:
        async with alone.begin() as work:
            await work.announce_all([ThingMade(thing_id=thing) for thing in subjects])

    with pytest.raises(AnnouncedTooEarly):
        await announce(there, new_id())
    with pytest.raises(ValueError, match="one event of each"):
        await announce(there, there)
    assert await alone.rows("select version from things") == [0]
    assert await alone.rows("select id from outbox") == []


async def test_whose_work_it_is_is_told_with_the_first_statement_and_not_before(alone: Alone) -> None:
    asked, scope = "select current_setting('stagebrug.acting', true)", {"acting": "register"}
    async with begin(alone.engine, Publisher.of("urn:toy", metadata), None, scope=scope) as work:
        async with work.apart() as apart:
            assert (await apart.session.execute(sa.text(asked))).scalar_one() == "register"
        assert not work.session.in_transaction()
        assert await (await work.kernel()).fetchval(asked) == "register"
