import asyncio
import time

import asyncpg

from tests.shared.test_consumer import database_away
from tests.support.service import RunningService

RED_WITHIN = 15
"""Seconds: the promise."""


async def state(toy: RunningService, status: int, within: float = RED_WITHIN) -> dict[str, bool]:
    """Wait for readiness to answer with this status; what it says of each part."""
    deadline = time.monotonic() + within
    while (answer := await toy.client.get("/health/ready")).status_code != status:
        assert time.monotonic() < deadline, answer.text
        await asyncio.sleep(0.1)  # a poll with a deadline
    found: dict[str, bool] = answer.json()["checks"]
    return found


async def test_a_service_that_can_do_its_work_is_ready(toy: RunningService) -> None:
    assert set((await state(toy, 200)).values()) == {True}


async def test_health_is_red_while_the_database_takes_no_writes_and_green_after(toy: RunningService) -> None:
    await state(toy, 200)
    async with database_away(toy):
        checks = await state(toy, 503)
        assert not checks["database"]
    await state(toy, 200)


async def test_a_database_that_only_reads_is_not_ready(toy: RunningService) -> None:
    await state(toy, 200)
    await toy.sql.execute("revoke insert, update on heartbeat from public")
    await toy.sql.execute(f'revoke insert, update on heartbeat from "{toy.database.role}"')
    checks = await state(toy, 503)
    assert not checks["database"]


async def test_health_is_red_while_an_event_waits_too_long_to_be_published(toy: RunningService) -> None:
    await state(toy, 200)
    await toy.sql.execute(
        "insert into outbox (event_id, type, routing_key, subject, version, message, created_at, next_attempt_at) "
        "values (gen_random_uuid(), 't', 'k', 's', 1, '{}', clock_timestamp() - interval '1 minute', 'infinity')"
    )
    assert not (await state(toy, 503))["published"]
    await toy.sql.execute("delete from outbox")
    await state(toy, 200)


async def test_health_is_red_while_a_message_is_long_overdue_for_another_try(toy: RunningService) -> None:
    await state(toy, 200)
    locker = await asyncpg.connect(toy.database.owner_url)
    await toy.sql.execute(
        "insert into inbox (consumer, event_id, source, type, subject, version, status, attempts, next_attempt_at) "
        "values ('toy', gen_random_uuid(), 's', 't', 's', 1, 'retry', 1, 'infinity')"
    )
    try:
        async with locker.transaction():
            await locker.execute("lock table begun in access exclusive mode")  # nobody can begin on what is due
            await toy.sql.execute("update inbox set next_attempt_at = clock_timestamp() - interval '5 minutes'")
            assert not (await state(toy, 503))["handled"]
    finally:
        await locker.close()


async def test_metrics_count_what_was_published_and_handled(toy: RunningService) -> None:
    await toy.client.post("/v1/things", json={"name": "counted"})
    await toy.published_everything()
    assert (
        'stagebrug_events_published_total{type="nl.stagebrug.thing-made.v1"}' in (await toy.client.get("/metrics")).text
    )
