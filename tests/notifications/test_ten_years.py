"""Ten years of deliveries: what is kept is what the settings say, and neither sending nor the feed reads the rest."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from services.notifications.store import FeedStore
from services.notifications.store.sending import _CLAIM, FEW, FIRST
from shared.pools import engine_of
from tests.support.bench import Bench

MONTHS, EACH_MONTH = 120, 50
KEPT, FEED = timedelta(days=14), timedelta(days=400)
FEW_PAGES = 150
"""Of a statement that claims three deliveries by index, of 8 kB; the table has more than a thousand."""

SUBSCRIBED = """
insert into subscriptions (id, owner, kind, regions, municipalities, sink, types, filters, state, secrets, pseudonym_key,
    verified, created_at)
values (gen_random_uuid(), 'somebody', 'municipality', '{}', '{GM0363}', 'https://receiver.example', '{}', '{}', 'active',
    '[]', '', true, now())
returning id
"""
DELIVERED = """
with made as (
    insert into deliveries (id, subscription_id, event_key, event_id, type, subject, message, state, tries, position,
        created_at)
    select gen_random_uuid(), $1, n::text, gen_random_uuid(), 't', (n % 97)::text,
        jsonb_build_object('id', n, 'data', jsonb_build_object('text', repeat('x', 1000))), 'delivered', 1, n,
        now() - make_interval(secs => ($2 - n) * 30.4375 * 86400 / $3)
    from generate_series(1, $2) n returning id, created_at
)
insert into attempts (delivery_id, number, begun_at, ended_at, status) select id, 1, created_at, created_at, 204 from made
"""
WAITING = """
insert into deliveries (id, subscription_id, event_key, event_id, type, subject, message, state, next_at, position, created_at)
select gen_random_uuid(), $1, 'waits ' || n, gen_random_uuid(), 't', n::text, '{}', 'waiting', now(), $2 + n, now()
from generate_series(1, 3) n
"""


@pytest.fixture
async def engine(bench: Bench) -> AsyncIterator[tuple[AsyncEngine, Any]]:
    """The service's own role, and the owner of the tables, on a database without a service."""
    database = await bench.fresh_database("notifications")
    engine, owner = engine_of(database.url, 1, 0, pooled=False), await asyncpg.connect(database.owner_url)
    yield engine, owner
    await owner.close()
    await engine.dispose()
    await bench.drop(database)


async def pages_read(session: AsyncSession, statement: str, **values: object) -> tuple[int, int]:
    """How many rows a statement gives, and how many pages it looks into; what it did is undone."""
    explained = text(f"explain (analyze, buffers, timing off, format json) {statement}")
    plan = (await session.execute(explained, values)).scalar_one()[0]["Plan"]
    await session.rollback()
    return plan["Actual Rows"], plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]


async def forgotten(engine: AsyncEngine) -> None:
    """What the job does every ten minutes, until there is nothing left to do."""
    more = 1
    while more:
        async with AsyncSession(engine) as session, session.begin():
            feed = FeedStore(session)
            more = await feed.strip(KEPT, "https://stagebrug.example") + await feed.forget(FEED)


async def test_ten_years_of_deliveries_are_a_year_in_the_feed_and_two_weeks_of_bodies(engine: Any) -> None:
    service, owner = engine
    subscription: UUID = await owner.fetchval(SUBSCRIBED)
    everything = MONTHS * EACH_MONTH
    await owner.execute(DELIVERED, subscription, everything, EACH_MONTH)
    await owner.execute("insert into heads (name, position) values ($1, $2)", str(subscription), everything)
    await owner.execute(WAITING, subscription, everything)
    await owner.execute("vacuum analyze deliveries")

    async with AsyncSession(service) as session:
        claimed, read = await pages_read(
            session, _CLAIM.text, after=FIRST, few=FEW, limit=10, lease=timedelta(seconds=60), away=3
        )
        assert (claimed, read < FEW_PAGES) == (3, True), read
        newest = await FeedStore(session).after(subscription, everything, [], 10)
        assert len(newest) == 3

    await forgotten(service)
    left = json.loads(
        await owner.fetchval("""
        select json_build_object('all', count(*), 'bodies', count(*) filter (where not bare),
                                 'tries', (select count(*) from attempts)) from deliveries where state = 'delivered'
    """)
    )
    assert 13 * EACH_MONTH < left["all"] < 14 * EACH_MONTH
    assert left["bodies"] == left["tries"] <= EACH_MONTH
    begins = await owner.fetchval("select forgotten from heads where name = $1", str(subscription))
    assert begins == everything - left["all"]
    assert await owner.fetchval("select count(*) from deliveries where state = 'waiting'") == 3
