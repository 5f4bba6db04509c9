import asyncio
import time

import asyncpg
import httpx

from shared.messaging.relay import _MOVE
from tests.conftest import StartService
from tests.support.service import RunningService


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
