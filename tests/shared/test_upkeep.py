import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from prometheus_client import REGISTRY
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

from services.toy.handlers import ThingHappened
from services.toy.settings import Settings
from shared.events.envelope import Envelope
from shared.ids import first_id_of, new_id
from shared.upkeep import keep_house, measure_growth, outbox_within
from tests.shared.relaying import Outbox, outbox_on
from tests.support.bench import Bench, settings_for
from tests.support.service import RunningService

NOW = datetime.now(UTC)
LONG_AGO = NOW - timedelta(days=100)
LONGER_AGO = NOW - timedelta(days=600)

HANDLE = """
insert into inbox (consumer, event_id, source, type, subject, version, status, received_at)
values ('toy', $1, 's', 't', 's', 1, $2, $3)
"""


@pytest.fixture
async def outbox(bench: Bench) -> AsyncIterator[Outbox]:
    async with outbox_on(bench) as made:
        yield made


def id_of(moment: datetime) -> UUID:
    return UUID(int=first_id_of(int(moment.timestamp() * 1000)).int + new_id().int % 2**60)


def month(table: str, moment: datetime) -> str:
    return f"{table}_{moment:%Y_%m}"


async def handled(outbox: Outbox, moment: datetime, status: str = "done") -> UUID:
    """An inbox row of that time, in a month of its own."""
    first = moment.replace(day=1).date()
    await outbox.sql.execute("select make_partition('inbox', $1)", first)
    event_id = id_of(moment)
    await outbox.sql.execute(HANDLE, event_id, status, moment)
    return event_id


async def logged(outbox: Outbox, moment: datetime, logged_at: datetime | None = None) -> int:
    """A log row of that time, at the next position."""
    await outbox.sql.execute("select make_partition('event_log', $1)", moment.replace(day=1).date())
    position: int = await outbox.sql.fetchval("update log_head set position = position + 1 returning position")
    await outbox.sql.execute(
        "insert into event_log (event_id, position, type, routing_key, subject, version, message, recorded_at, "
        "logged_at) values ($1, $2, 't', 'k', 's', 1, '{}', $3, $4)",
        id_of(moment), position, moment, logged_at or moment,
    )  # fmt: skip
    return position


async def kept_up(outbox: Outbox, **given: Any) -> None:
    """A day's upkeep, as the service's own role does it."""
    await outbox.sql.execute("update inbox_memory set kept_up_at = '-infinity'")
    settings = settings_on(outbox, **given)
    engine = create_async_engine(outbox.database.url.replace("postgresql://", "postgresql+asyncpg://", 1))
    try:
        more = True
        while more:
            async with AsyncSession(engine) as session, session.begin():
                more = await keep_house(session, settings)
    finally:
        await engine.dispose()
    assert await outbox.sql.fetchval("select kept_up_at > '-infinity' from inbox_memory")


def settings_on(outbox: Outbox, **given: Any) -> Settings:
    return Settings(**settings_for(outbox.bench, "toy", "http://127.0.0.1:1", outbox.database, given))


async def there(outbox: Outbox, name: str) -> bool:
    return bool(await outbox.sql.fetchval("select to_regclass($1) is not null", name))


async def counts(outbox: Outbox) -> dict[str, int]:
    rows = await outbox.sql.fetch(
        "select what, sum(number)::int as number from ("
        "  select 'handled' as what, count(*) as number from inbox where status in ('done', 'discarded')"
        "  union all select 'published', count(*) from event_log"
        "  union all select what, number from event_log_forgotten) counted group by what"
    )
    return {row["what"]: row["number"] for row in rows}


async def test_a_month_that_is_old_enough_goes_as_a_whole_and_its_counts_stay(outbox: Outbox) -> None:
    old, young = await handled(outbox, LONG_AGO), await handled(outbox, NOW - timedelta(days=3))
    before = await counts(outbox)
    await kept_up(outbox)
    assert not await there(outbox, month("inbox", LONG_AGO))
    assert [row["event_id"] for row in await outbox.sql.fetch("select event_id from inbox")] == [young]
    assert await counts(outbox) == before
    assert await outbox.sql.fetchval("select inbox_forgot($1)", old)
    assert not await outbox.sql.fetchval("select inbox_forgot($1)", young)
    assert await outbox.sql.fetchval("select inbox_horizon() < clock_timestamp() - interval '30 days'")


async def test_an_old_month_with_something_open_stays_and_only_what_is_done_goes(outbox: Outbox) -> None:
    done = await handled(outbox, LONG_AGO)
    open_ = {await handled(outbox, LONG_AGO, status) for status in ("parked", "retry", "waiting", "discarded")}
    before = await counts(outbox)
    await kept_up(outbox)
    await kept_up(outbox)
    assert {row["event_id"] for row in await outbox.sql.fetch("select event_id from inbox")} == open_
    assert await outbox.sql.fetchval("select inbox_forgot($1)", done)
    assert await counts(outbox) == before


async def test_what_was_handled_before_the_inbox_remembers_has_its_effect_not_twice(toy: RunningService) -> None:
    old = Envelope.of(ThingHappened(thing_id=new_id(), note="old", version=1), "urn:toy")
    old = old.model_copy(update={"id": str(id_of(LONG_AGO))})
    await toy.sql.execute("update inbox_memory set horizon = $1", NOW - timedelta(days=30))
    await toy.deliver(old, "toy.thing-happened.v1")
    assert await toy.handled(old) == ["parked"]
    assert await toy.sql.fetchval("select count(*) from notes") == 0


async def test_a_log_that_lost_its_oldest_month_begins_later_and_has_no_gap(outbox: Outbox) -> None:
    await logged(outbox, LONGER_AGO)
    # a transaction that began before midnight at the end of the month and was logged after the next one's first
    late = await logged(outbox, LONGER_AGO + timedelta(days=40), LONGER_AGO)
    last = await logged(outbox, LONGER_AGO)
    await logged(outbox, NOW - timedelta(days=1))
    before = await counts(outbox)
    await outbox.sql.execute(
        "insert into republications select gen_random_uuid(), 'running', 'r', 'o', 1, 1, 9, 1, false"
    )
    await kept_up(outbox)
    assert await there(outbox, month("event_log", LONGER_AGO)), "it is being published again"
    await outbox.sql.execute("update republications set state = 'done'")
    await kept_up(outbox)
    assert not await there(outbox, month("event_log", LONGER_AGO))
    assert await outbox.sql.fetchval("select forgotten from log_head") == last > late
    assert await counts(outbox) == before


async def test_a_month_stays_while_something_of_it_was_logged_lately(outbox: Outbox) -> None:
    await logged(outbox, LONGER_AGO, NOW - timedelta(days=5))
    await kept_up(outbox)
    assert await there(outbox, month("event_log", LONGER_AGO))
    assert await outbox.sql.fetchval("select forgotten from log_head") == 0


async def test_the_feed_says_where_the_log_begins_and_refuses_who_would_miss_something(toy: RunningService) -> None:
    for _ in range(4):
        await toy.client.post("/v1/things", json={"name": "logged"})
    await toy.published_everything()
    await toy.sql.execute("delete from event_log where position <= 2")
    await toy.sql.execute("update log_head set forgotten = 2")
    async with toy.as_("operator") as operator:
        everything = (await operator.get("/v1/events")).json()
        assert [item["position"] for item in everything["items"]] == [3, 4]
        assert everything["beginsAfter"] == 2
        assert (await operator.get("/v1/events", params={"after": 2})).json()["next"] == 4
        refused = await operator.get("/v1/events", params={"after": 1})
    assert refused.status_code == 410
    assert refused.headers["content-type"] == "application/problem+json"
    assert "after position 2" in refused.json()["detail"]


async def test_rows_that_no_month_stood_ready_for_are_moved_when_it_is_made(outbox: Outbox) -> None:
    later = NOW + timedelta(days=62)
    await outbox.sql.execute(f"drop table if exists {month('inbox', later)}")
    event_id, foreign = id_of(later), UUID("2ed6657d-e927-568b-95e1-2665a8aea6a2")
    for each in (event_id, foreign):
        await outbox.sql.execute(HANDLE, each, "done", NOW)
    assert await outbox.sql.fetchval("select count(*) from inbox_default") == 2
    await kept_up(outbox)
    assert await outbox.sql.fetchval(f"select event_id from {month('inbox', later)}") == event_id
    assert await outbox.sql.fetchval("select event_id from inbox_default") == foreign


async def test_foreign_ids_are_remembered_as_long_as_the_log(outbox: Outbox) -> None:
    for days in (100, 500):
        await outbox.sql.execute(HANDLE, UUID(int=days, version=5), "done", NOW - timedelta(days=days))
    await kept_up(outbox)
    assert await outbox.sql.fetchval("select event_id from inbox_default") == UUID(int=100, version=5)
    assert (await counts(outbox))["handled"] == 2


async def test_upkeep_is_done_once_a_day_by_one_replica(outbox: Outbox) -> None:
    await kept_up(outbox)
    done = await outbox.sql.fetchval("select kept_up_at from inbox_memory")
    settings = settings_on(outbox)
    engine = create_async_engine(outbox.database.url.replace("postgresql://", "postgresql+asyncpg://", 1))
    async with AsyncSession(engine) as session, session.begin():
        assert not await keep_house(session, settings)
    assert await outbox.sql.fetchval("select kept_up_at from inbox_memory") == done
    await outbox.sql.execute("update inbox_memory set kept_up_at = '-infinity'")
    async with outbox.sql.transaction():
        await outbox.sql.execute("select from inbox_memory for update")  # the other replica is at it
        async with asyncio.timeout(2), AsyncSession(engine) as session, session.begin():
            assert not await keep_house(session, settings)
    await engine.dispose()
    assert await outbox.sql.fetchval("select kept_up_at = '-infinity' from inbox_memory")


async def test_upkeep_waits_for_nobody_long_and_tries_again(outbox: Outbox) -> None:
    await handled(outbox, LONG_AGO)
    engine = create_async_engine(outbox.database.url.replace("postgresql://", "postgresql+asyncpg://", 1))
    reader = await asyncpg.connect(outbox.database.url)
    async with reader.transaction():
        await reader.fetch("select * from inbox")  # a long report holds what dropping needs
        async with asyncio.timeout(8), AsyncSession(engine) as session, session.begin():
            assert not await keep_house(session, settings_on(outbox))
        assert await there(outbox, month("inbox", LONG_AGO))
    await reader.close()
    await engine.dispose()
    await kept_up(outbox)
    assert not await there(outbox, month("inbox", LONG_AGO))


async def test_the_services_role_owns_no_month_and_cannot_drop_one_itself(outbox: Outbox) -> None:
    await kept_up(outbox)
    service = await asyncpg.connect(outbox.database.url)
    assert await service.fetchval("select make_partitions(6)") == 6
    for statement in (f"drop table {month('inbox', NOW)}", "select make_partition('things', '2026-01-01')"):
        with pytest.raises(asyncpg.PostgresError):
            await service.execute(statement)
    await service.close()


async def test_growth_is_measured_and_too_much_of_it_shows(outbox: Outbox) -> None:
    await outbox.put(30)
    await handled(outbox, NOW - timedelta(minutes=1), "parked")
    await outbox.sql.execute(HANDLE, id_of(NOW + timedelta(days=300)), "done", NOW)
    engine = create_async_engine(outbox.database.url.replace("postgresql://", "postgresql+asyncpg://", 1))
    async with AsyncSession(engine) as session:
        await measure_growth(session)
    assert await outbox_within(engine, 30)
    assert not await outbox_within(engine, 29)
    await engine.dispose()
    figures = SimpleNamespace(
        rows=REGISTRY.get_sample_value("stagebrug_outbox_rows"),
        bytes=REGISTRY.get_sample_value("stagebrug_outbox_bytes"),
        age=REGISTRY.get_sample_value("stagebrug_outbox_age_seconds"),
        parked=REGISTRY.get_sample_value("stagebrug_inbox_open", {"status": "parked"}),
        stray=REGISTRY.get_sample_value("stagebrug_default_partition_rows", {"table": "inbox"}),
        month=REGISTRY.get_sample_value("stagebrug_partition_bytes", {"partition": month("inbox", NOW)}),
    )
    assert (figures.rows, figures.parked, figures.stray) == (30, 1, 1)
    assert min(figures.bytes or 0, figures.age or 0, figures.month or 0) > 0


async def test_months_stand_ready_also_while_old_ones_cannot_go(outbox: Outbox) -> None:
    await handled(outbox, LONG_AGO)
    ahead = month("inbox", NOW + timedelta(days=62))
    await outbox.sql.execute(f"drop table {ahead}")
    engine = create_async_engine(outbox.database.url.replace("postgresql://", "postgresql+asyncpg://", 1))
    reader = await asyncpg.connect(outbox.database.owner_url)
    async with reader.transaction():
        await reader.fetch(f"select * from {month('inbox', LONG_AGO)}")
        for more in (True, False):
            async with AsyncSession(engine) as session, session.begin():
                assert await keep_house(session, settings_on(outbox)) is more
    assert await there(outbox, ahead)
    assert await there(outbox, month("inbox", LONG_AGO))
    await reader.close()
    await engine.dispose()
