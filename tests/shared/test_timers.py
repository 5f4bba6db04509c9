"""Durable timers: whatever dies, and however many replicas there are, each fires once."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import asyncpg
import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from deploy.databases import Database
from services.toy.store import metadata, notes
from shared import timers as kernel
from shared.ids import new_id
from shared.timers import Timer, Timers, cancel_timer, set_timer
from shared.unit_of_work import Publisher, UnitOfWork, begin
from shared.wakeups import Wakeups
from tests.support.bench import Bench
from tests.support.service import RunningService

NOW = timedelta()
LATER = timedelta(hours=1)

KILL = """
select pg_terminate_backend(pid) from pg_stat_activity
where datname = current_database() and state = 'idle in transaction'
"""


@dataclass
class Place:
    """A database, and processes on it that fire timers."""

    database: Database
    engine: AsyncEngine
    sql: "asyncpg.Connection[asyncpg.Record]"

    def begin(self, engine: AsyncEngine | None = None) -> contextlib.AbstractAsyncContextManager[UnitOfWork]:
        return begin(engine or self.engine, Publisher.of("urn:toy", metadata), None)

    async def set(self, subject: str, due: Any = NOW, kind: str = "noted", **options: Any) -> None:
        async with self.begin() as work:
            await set_timer(work, kind, subject, due, **options)

    @contextlib.asynccontextmanager
    async def replica(self, timers: Timers) -> AsyncIterator[None]:
        """A process's worth of firing, with connections of its own."""
        engine, wakeups = connected(self.database), Wakeups(self.database.url)
        tasks = [
            asyncio.create_task(wakeups.run()),
            asyncio.create_task(timers.run(lambda: self.begin(engine), wakeups)),
        ]
        await until(lambda: wakeups.connected)
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await engine.dispose()

    async def notes(self) -> list[str]:
        return [row["note"] for row in await self.sql.fetch("select note from notes order by note")]

    async def noted(self, *wanted: str, within: float = 10) -> None:
        async with asyncio.timeout(within):
            while await self.notes() != sorted(wanted):
                await asyncio.sleep(0.005)  # a poll with a deadline

    async def becomes(self, query: str, within: float = 10) -> None:
        async with asyncio.timeout(within):
            while not await self.sql.fetchval(query):
                await asyncio.sleep(0.005)  # a poll with a deadline


def connected(database: Database) -> AsyncEngine:
    return create_async_engine(database.url.replace("postgresql://", "postgresql+asyncpg://", 1))


async def until(seen: Callable[[], bool], within: float = 10) -> None:
    async with asyncio.timeout(within):
        while not seen():
            await asyncio.sleep(0.005)  # a poll with a deadline


@pytest.fixture
async def place(bench: Bench) -> AsyncIterator[Place]:
    database = await bench.fresh_database("toy")
    engine = connected(database)
    sql = await asyncpg.connect(database.owner_url)
    yield Place(database, engine, sql)
    await sql.close()
    await engine.dispose()
    await bench.drop(database)


async def note(work: UnitOfWork, text: str) -> None:
    await work.session.execute(notes.insert().values(id=new_id(), note=text))


def noting(*kinds: str) -> Timers:
    """What a service does on time: write the subject down."""
    timers = Timers()

    async def write_down(timer: Timer, work: UnitOfWork) -> None:
        await note(work, timer.subject)

    for kind in kinds or ("noted",):
        timers.on(kind)(write_down)
    return timers


async def test_three_replicas_fire_each_timer_once(place: Place) -> None:
    names = [f"{number:02}" for number in range(60)]
    async with contextlib.AsyncExitStack() as stack:
        for _ in range(3):
            await stack.enter_async_context(place.replica(noting()))
        for name in names:
            await place.set(name, timedelta(milliseconds=100))
        await place.noted(*names)
    assert await place.sql.fetchval("select count(*) from timers") == 0


async def test_a_timer_fires_when_it_is_due_and_not_before(place: Place) -> None:
    async with place.replica(noting()):
        await place.set("first", timedelta(seconds=1))
        await place.set("earlier", timedelta(seconds=0.4))
        due = {row["subject"]: row["due_at"] for row in await place.sql.fetch("select subject, due_at from timers")}
        for name, wanted in (("earlier", ["earlier"]), ("first", ["earlier", "first"])):
            await place.noted(*wanted)
            late = await place.sql.fetchval("select extract(epoch from clock_timestamp() - $1)::float", due[name])
            assert 0 <= late < kernel.LONGEST_SLEEP / 2, "neither before its time nor a poll interval after it"


async def test_a_timer_that_was_cancelled_in_the_transaction_that_set_it_never_was(place: Place) -> None:
    async with place.begin() as work:
        await set_timer(work, "noted", "cancelled", NOW)
        await cancel_timer(work, "noted", "cancelled")
    async with place.replica(noting()):
        await place.set("the next")
        await place.noted("the next")


async def test_a_timer_of_a_transaction_that_is_rolled_back_never_fires(place: Place) -> None:
    await place.set("stays", LATER)
    with contextlib.suppress(RuntimeError):
        async with place.begin() as work:
            await set_timer(work, "noted", "rolled back", NOW)
            await cancel_timer(work, "noted", "stays")
            raise RuntimeError
    async with place.replica(noting()):
        await place.set("the next")
        await place.noted("the next")
    assert await place.sql.fetchval("select subject from timers") == "stays"


async def test_what_was_due_while_nobody_ran_fires_at_the_start(place: Place) -> None:
    await place.set("overdue", -LATER)
    async with place.replica(noting()):
        await place.noted("overdue")


async def test_a_timer_that_is_set_again_is_moved_and_fires_once(place: Place) -> None:
    async with place.replica(noting()):
        await place.set("moved", timedelta(milliseconds=300))
        await place.set("moved", LATER)
        await place.set("pulled forward", LATER)
        await place.set("pulled forward", NOW)
        await place.set("the next", timedelta(milliseconds=500))
        await place.noted("pulled forward", "the next")
    assert await place.sql.fetchval("select subject from timers") == "moved"


async def test_with_only_earlier_the_first_of_two_moments_counts(place: Place) -> None:
    await place.set("one", timedelta(minutes=5), only_earlier=True)
    first = await place.sql.fetchval("select due_at from timers")
    await place.set("one", LATER, only_earlier=True)
    assert await place.sql.fetchval("select due_at from timers") == first
    await place.set("one", timedelta(minutes=1), only_earlier=True)
    assert await place.sql.fetchval("select due_at from timers") < first


async def test_who_dies_in_the_middle_leaves_no_effect_and_the_timer_to_the_others(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kernel, "AT_ONCE", 1)  # so that the replica whose connection dies is busy for good
    reached, timers = asyncio.Event(), Timers()

    @timers.on("noted")
    async def freeze(timer: Timer, work: UnitOfWork) -> None:
        await note(work, timer.subject)
        reached.set()
        await asyncio.Event().wait()

    await place.set("once")
    async with place.replica(timers):
        await asyncio.wait_for(reached.wait(), 10)
        async with place.replica(noting("noted", "other")):
            await place.set("neighbour", kind="other")
            await place.noted("neighbour")
            async with place.begin() as killing:
                killed = await killing.session.execute(sa.text(KILL))
                assert killed.scalars().all() == [True]
            await place.noted("neighbour", "once")


async def test_a_timer_that_fails_is_tried_again_and_parked_while_its_neighbours_fire(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kernel, "PAUSES", (0, 0.01, 0.01))
    tried, timers = [], noting()

    @timers.on("broken")
    async def fail(timer: Timer, work: UnitOfWork) -> None:
        tried.append(timer.subject)
        await note(work, "half done")
        raise ValueError("a bug of the process")

    await place.set("fails", kind="broken")
    async with place.replica(timers):
        await place.set("neighbour")
        await place.noted("neighbour")
        await place.becomes("select next_at is null from timers")
        assert len(tried) >= 4
        (row,) = await place.sql.fetch("select * from timers where next_at is null")
        assert (row["attempts"], row["error"]) == (4, "ValueError('a bug of the process')")
        count = len(tried)
        await place.set("the next")
        await place.noted("neighbour", "the next")
    assert len(tried) == count, "what is parked is not tried"


async def test_a_database_that_goes_away_burns_no_attempt(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernel, "PAUSES", ())  # one failure that counts would park it
    tried, timers = [], Timers()

    @timers.on("noted")
    async def lose_the_database_twice(timer: Timer, work: UnitOfWork) -> None:
        tried.append(timer.subject)
        if len(tried) <= 2:
            await work.session.execute(sa.text("select pg_terminate_backend(pg_backend_pid())"))
        await note(work, str(len(tried)))

    await place.set("patient")
    async with place.replica(timers):
        await place.becomes("select count(*) = 1 from notes")
    assert await place.notes() == ["3"]


async def test_who_cancels_while_the_timer_is_about_to_fire_is_heard(place: Place) -> None:
    """The event holds the lock of what both are about; the timer waits for it, and finds that it is not wanted."""
    about, waiting = sa.text("select pg_advisory_xact_lock(4711)"), asyncio.Event()
    timers = noting()

    async def lock(_: Timer, work: UnitOfWork) -> None:
        waiting.set()
        await work.session.execute(about)

    @timers.on("about", lock=lock)
    async def write_down(timer: Timer, work: UnitOfWork) -> None:
        await note(work, timer.subject)

    await place.set("answered", kind="about")
    async with place.begin() as event:
        await event.session.execute(about)
        async with place.replica(timers):
            await asyncio.wait_for(waiting.wait(), 10)
            await cancel_timer(event, "about", "answered")
            await event.session.commit()
            await place.set("the next")
            await place.noted("the next")
    assert await place.sql.fetchval("select count(*) from timers") == 0


async def test_a_timer_that_this_version_does_not_know_waits_for_one_that_does(place: Place) -> None:
    await place.set("of tomorrow", kind="unheard-of")
    async with place.replica(noting()):
        await place.set("the next")
        await place.noted("the next")
    assert await place.sql.fetchval("select attempts from timers where kind = 'unheard-of'") == 0


async def test_a_timer_that_sets_itself_anew_goes_on(place: Place) -> None:
    timers = Timers()

    @timers.on("round")
    async def again(timer: Timer, work: UnitOfWork) -> None:
        turn = timer.payload["turn"]
        await note(work, str(turn))
        if turn < 3:
            await set_timer(work, "round", timer.subject, timedelta(milliseconds=20), {"turn": turn + 1})

    await place.set("clock", kind="round", payload={"turn": 1})
    async with place.replica(timers):
        await place.noted("1", "2", "3")
    assert await place.sql.fetchval("select count(*) from timers") == 0


async def test_operators_see_timers_and_let_parked_ones_be_tried_again(toy: RunningService) -> None:
    await toy.sql.execute(
        "insert into timers (kind, subject, due_at, next_at, attempts, error) values "
        "('expires', 'a', now(), null, 9, 'broken'), ('expires', 'b', now() + interval '1 day', now(), 0, null)"
    )
    async with toy.as_("operator") as operator:
        parked = (await operator.get("/v1/timers", params={"parked": True})).json()["items"]
        assert [(each["id"], each["attempts"], each["error"]) for each in parked] == [("expires:a", 9, "broken")]
        first = (await operator.get("/v1/timers", params={"limit": 1})).json()
        rest = (await operator.get("/v1/timers", params={"limit": 1, "cursor": first["next"]})).json()
        assert [each["id"] for each in (*first["items"], *rest["items"])] == ["expires:a", "expires:b"]
        replayed = await operator.post("/v1/timers/expires:a/_replay")
        assert (replayed.status_code, replayed.json()["attempts"], replayed.json()["parked"]) == (202, 0, False)
        assert (await operator.post("/v1/timers/expires:b/_replay")).status_code == 404
    async with toy.as_("coordinator") as coordinator:
        assert (await coordinator.get("/v1/timers")).status_code == 403


async def test_a_timer_that_takes_longer_than_a_statement_may_is_put_off_like_any_that_fails(place: Place) -> None:
    """A database that answers others is not away: else it would be tried every second, before all others, for ever."""
    timers = Timers()

    @timers.on("noted")
    async def slow(_timer: Timer, _work: UnitOfWork) -> None:
        raise TimeoutError

    await place.set("slow")
    async with place.replica(timers):
        async with asyncio.timeout(10):
            while not await place.sql.fetchval("select attempts > 1 from timers"):
                await asyncio.sleep(0.05)  # a poll with a deadline
