import asyncio
import signal
import statistics
import time
from collections import Counter
from collections.abc import AsyncIterator

import asyncpg
import httpx
import pytest

from shared import fail_points
from shared.ids import new_id
from shared.messaging.relay import _MOVE, Pending, PgConnection, Relay
from tests.conftest import StartService
from tests.faults.proxy import Way
from tests.shared.relaying import Outbox, broken_link, outbox_on
from tests.support.bench import Bench
from tests.support.service import RunningService


@pytest.fixture
async def outbox(bench: Bench) -> AsyncIterator[Outbox]:
    async with outbox_on(bench) as made:
        yield made


async def test_an_event_that_no_queue_is_bound_for_stays_in_the_outbox_until_one_is(toy: RunningService) -> None:
    await toy.tap.unbind(toy.exchange, "#")
    made = (await toy.client.post("/v1/things", json={"name": "lonely"})).json()
    await toy.until("select true from outbox where attempts > 0 and last_error like '%NO_ROUTE%'")
    await toy.client.post("/v1/things", json={"name": "others go on"})
    await toy.until("select true from event_log where type like '%thing-made%'")
    await toy.tap.bind(toy.exchange, "#")
    assert str(await toy.until("select subject from event_log where type like '%nobody-listens%'")) == made["id"]


async def test_a_relay_whose_database_session_is_gone_leads_again_within_two_seconds(toy: RunningService) -> None:
    await toy.until("select true from relay_lease where until > clock_timestamp()")
    before = await toy.sql.fetchval("select epoch from relay_lease")
    leader = await toy.sql.fetchval("select backend from relay_lease")
    administrator = await asyncpg.connect(toy.bench.servers.postgres_url)
    await administrator.execute("select pg_terminate_backend($1)", leader)
    await administrator.close()
    started = time.monotonic()
    await toy.until("select true from relay_lease where epoch > $1 and until > clock_timestamp()", before)
    assert time.monotonic() - started < 3  # two, and the slack of a shared machine
    await toy.client.post("/v1/things", json={"name": "afterwards"})
    await toy.published_everything()


async def test_an_error_that_nobody_foresaw_ends_a_term_and_not_the_relay(
    toy: RunningService, monkeypatch: pytest.MonkeyPatch
) -> None:
    pending, wrong = Relay._pending, iter(range(2))

    async def failing(self: Relay, connection: PgConnection) -> list[Pending]:
        for _ in wrong:
            raise ZeroDivisionError
        return await pending(self, connection)

    monkeypatch.setattr(Relay, "_pending", failing)
    await toy.client.post("/v1/things", json={"name": "one"})
    await toy.until("select not exists (select from outbox)")
    assert next(wrong, None) is None


async def test_of_two_replicas_one_publishes_and_nothing_is_lost_or_doubled(service: StartService) -> None:
    first = await service("toy")
    async with first.replica() as second_url:
        async with httpx.AsyncClient() as client:
            await asyncio.gather(
                *(client.post(f"{url}/v1/things", json={"name": "n"}) for url in [first.url, second_url] * 20)
            )
        await first.published_everything()
        assert await first.sql.fetchval("select count(*) from event_log") == 40
        assert await first.sql.fetchval("select max(position) from event_log") == 40


async def test_a_leader_that_lost_its_lease_moves_nothing(toy: RunningService) -> None:
    """A frozen leader wakes up: somebody else has a higher epoch by then, so its statement moves no row."""
    await toy.sql.execute(
        "insert into outbox (event_id, type, routing_key, subject, version, message, next_attempt_at) "
        "values (gen_random_uuid(), 't', 'k', 's', 1, '{}', 'infinity')"
    )
    row = await toy.sql.fetchval("select id from outbox")
    epoch = await toy.sql.fetchval("select epoch from relay_lease")
    assert await toy.sql.fetchval(_MOVE, epoch - 1, [row], 10) == 0
    assert await toy.sql.fetchval("select count(*) from outbox") == 1
    assert await toy.sql.fetchval(_MOVE, epoch, [row], 10) == 1
    assert await toy.sql.fetchval("select count(*) from outbox") == 0


async def test_a_killed_leader_is_followed_by_another_within_two_seconds(outbox: Outbox) -> None:
    async with outbox.process() as first:
        epoch = await outbox.led(within=20)
        async with outbox.relay():
            await outbox.put(500)
            await outbox.until("select true from event_log limit 1")
            first.kill()
            started = time.monotonic()
            await outbox.led(epoch)
            assert time.monotonic() - started < 2
            await outbox.emptied()
    assert await outbox.sql.fetchval("select count(*) = 500 and max(position) = 500 from event_log")


async def test_a_frozen_leader_is_followed_when_its_lease_ends_and_moves_nothing_when_it_wakes(outbox: Outbox) -> None:
    async with outbox.process() as first:
        epoch = await outbox.led(within=20)
        first.send_signal(signal.SIGSTOP)
        started = time.monotonic()
        ids = await outbox.put(300)
        async with outbox.relay() as second:
            await outbox.led(epoch, within=15)
            assert 4 < time.monotonic() - started < 12
            await outbox.emptied()
            first.send_signal(signal.SIGCONT)
            more = await outbox.put(300)
            second.wake.set()
            await outbox.emptied()
            assert await outbox.sql.fetchval("select epoch from relay_lease") == epoch + 1
    assert await outbox.sql.fetchval("select count(*) = 600 and max(position) = 600 from event_log")
    assert set(await outbox.arrived()) == {*ids, *more}


async def test_a_leader_whose_broker_is_slow_keeps_its_lease_and_no_other_publishes(outbox: Outbox) -> None:
    async with broken_link(outbox.bench.amqp_url("toy")) as (link, url), outbox.relay(url) as first:
        epoch = await outbox.led()
        link.silence(Way.BACK)
        await outbox.put(1)
        first.wake.set()
        async with outbox.relay():
            # longer than the lease would last by itself; the publish waits as long
            outlived = "select until > $1 from relay_lease"
            end = await outbox.sql.fetchval("select clock_timestamp() + interval '14 seconds'")
            await outbox.until(outlived, end, within=9)
            assert await outbox.sql.fetchval("select epoch from relay_lease") == epoch
            await link.heal()
            await outbox.emptied(within=20)
    assert await outbox.sql.fetchval("select count(*) from event_log") == 1


async def test_while_the_broker_is_away_nothing_is_put_off_and_all_leaves_when_it_is_back(outbox: Outbox) -> None:
    async with broken_link(outbox.bench.amqp_url("toy")) as (link, url), outbox.relay(url) as running:
        await outbox.led()
        await link.refuse()
        await outbox.put(400)
        running.wake.set()
        await outbox.until("select true from outbox where attempts > 0", within=20)
        assert await outbox.sql.fetchval("select count(*) from outbox where attempts > 0") <= 3
        await link.heal()
        await outbox.emptied(within=25)
    assert await outbox.sql.fetchval("select max(position) from event_log") == 400


async def test_only_what_is_confirmed_before_the_first_failure_of_its_subject_moves(outbox: Outbox) -> None:
    subject = new_id()
    await outbox.put(2, subject=subject)
    await outbox.tap.unbind("stagebrug.events", "#")
    await outbox.put(1, key="toy.nobody-listens.v1", subject=subject)
    await outbox.put(2, subject=subject)
    await outbox.put(3)
    async with outbox.relay():
        await outbox.until("select count(*) = 5 from event_log")
        assert await outbox.sql.fetchval("select count(*) from event_log where subject = $1", str(subject)) == 2
        await outbox.tap.bind("stagebrug.events", "#")
        await outbox.emptied(within=20)
    order = await outbox.sql.fetch(
        "select outbox_key from (select routing_key outbox_key, position from event_log "
        "where subject = $1) found order by position",
        str(subject),
    )
    assert [row["outbox_key"].split(".")[1] for row in order] == [
        "thing-happened", "thing-happened", "nobody-listens", "thing-happened", "thing-happened"
    ]  # fmt: skip


async def test_an_event_leaves_an_idle_relay_within_milliseconds(outbox: Outbox) -> None:
    async with outbox.relay() as running:
        await outbox.led()
        taken = []
        for _ in range(15):
            await outbox.put(1)
            started = time.monotonic()
            running.wake.set()
            await outbox.emptied()
            taken.append(time.monotonic() - started)
    assert statistics.median(taken) < 0.05  # four on a quiet machine, ten of them the poll


async def test_the_lease_is_renewed_when_it_is_due_and_not_with_every_event(outbox: Outbox) -> None:
    written = "select n_tup_upd from pg_stat_user_tables where relname = 'relay_lease'"
    async with outbox.relay() as running:
        await outbox.led()
        for _ in range(40):
            running.wake.set()  # nothing to publish: nothing is to be written
            await asyncio.sleep(0)
            await outbox.sql.fetchval("select 1")
        started = await outbox.sql.fetchval("select until from relay_lease")
        await outbox.until("select until > $1 from relay_lease", started, within=5)
    await outbox.sql.execute("select pg_stat_force_next_flush()")
    assert await outbox.until(written) <= 5  # taken, renewed at once and three seconds later, released


async def test_a_drained_relay_has_published_everything_and_another_leads_at_once(outbox: Outbox) -> None:
    async with outbox.relay() as first:
        epoch = await outbox.led()
        async with outbox.relay() as second:
            await outbox.put(450)
            assert await first.relay.drain(5)
            await outbox.led(epoch, within=1)
            assert first.task.done()
            assert second.relay.leading
    assert await outbox.sql.fetchval("select count(*) from event_log") == 450


async def test_a_relay_that_was_cancelled_can_still_be_drained(outbox: Outbox) -> None:
    async with outbox.relay() as running:
        await outbox.led()
        running.task.cancel()
        await asyncio.gather(running.task, return_exceptions=True)
        await outbox.put(10)
        assert await running.relay.drain(5)
        assert await outbox.sql.fetchval("select until = '-infinity' from relay_lease")
    assert await outbox.sql.fetchval("select count(*) from event_log") == 10


async def test_a_relay_that_another_leads_has_nothing_to_drain(outbox: Outbox) -> None:
    async with outbox.relay():
        epoch = await outbox.led()
        async with outbox.relay() as other:
            assert await other.relay.drain(5)
        assert await outbox.sql.fetchval("select epoch from relay_lease") == epoch


async def test_draining_without_a_broker_ends_in_time_and_leaves_everything_in_the_outbox(outbox: Outbox) -> None:
    async with broken_link(outbox.bench.amqp_url("toy")) as (link, url), outbox.relay(url) as running:
        await outbox.led()
        await link.refuse()
        await outbox.put(5)
        started = time.monotonic()
        assert not await running.relay.drain(2)
        assert time.monotonic() - started < 4
    assert await outbox.sql.fetchval("select count(*) from outbox") == 5


async def test_a_relay_passes_every_named_moment(outbox: Outbox) -> None:
    seen: Counter[str] = Counter()
    fail_points.watch(lambda point: seen.update([point]))
    async with outbox.relay() as running:
        await outbox.put(3)
        await outbox.emptied()
        assert await running.relay.drain(5)
    points = {"relay.taken", "relay.before-publish", "relay.published-one", "relay.confirmed", "relay.moved"}
    assert points <= set(seen)
    assert seen["relay.published-one"] == 3
