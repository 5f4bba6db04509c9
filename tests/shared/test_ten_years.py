"""Ten years of months: what a service keeps stays as big as its months, and its statements look into few of them."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from shared.messaging.relay import _PENDING
from tests.shared.relaying import Outbox, outbox_on
from tests.shared.test_upkeep import kept_up
from tests.support.bench import Bench

YEARS = 10
EACH_MONTH = 50
FEW_PAGES = 40
"""Of a statement that finds some rows by index, of 8 kB; ten years of any table here are hundreds."""
NOW = datetime.now(UTC)

FILL_INBOX = """
insert into inbox (consumer, event_id, source, type, subject, version, status, received_at)
select 'toy', overlay(first_id_of($1)::text placing lpad(to_hex(n), 12, '0') from 25)::uuid, 's', 't', n::text, 1, 'done', $1
from generate_series(1, $2) n
"""
FILL_LOG = """
with head as (update log_head set position = position + $2 returning position - $2 as before)
insert into event_log (event_id, position, type, routing_key, subject, version, message, recorded_at, logged_at)
select overlay(first_id_of($1)::text placing lpad(to_hex(n), 12, '0') from 25)::uuid, before + n, 't', 'k', n::text, 1,
       '{}', $1, $1
from head, generate_series(1, $2) n
"""


@pytest.fixture
async def outbox(bench: Bench) -> AsyncIterator[Outbox]:
    async with outbox_on(bench) as made:
        yield made


async def a_month(outbox: Outbox, moment: datetime) -> None:
    for table in ("inbox", "event_log"):
        await outbox.sql.execute("select make_partition($1, $2)", table, moment.date().replace(day=1))
    for fill in (FILL_INBOX, FILL_LOG):
        await outbox.sql.execute(fill, moment, EACH_MONTH)


async def held(outbox: Outbox) -> dict[str, int]:
    """Rows and bytes, of all months together."""
    found = await outbox.sql.fetchrow("""
        select (select count(*) from inbox) as handled, (select count(*) from event_log) as logged,
               (select sum(pg_total_relation_size(relid)) from pg_partition_tree('inbox') where isleaf) as inbox_bytes,
               (select sum(pg_total_relation_size(relid)) from pg_partition_tree('event_log') where isleaf) as log_bytes,
               (select count(*) from pg_partition_tree('inbox')) as inbox_months,
               (select count(*) from pg_partition_tree('event_log')) as log_months
    """)
    assert found is not None
    return {name: int(number) for name, number in found.items()}


async def looked_into(outbox: Outbox, statement: str, *values: object) -> set[str]:
    """Which months a statement reads, by its plan."""
    plan = await outbox.sql.fetchval(f"explain (analyze, timing off, summary off, format json) {statement}", *values)
    read = {part.split('"')[1] for part in plan.split('"Relation Name": ')[1:] if '"Actual Loops": 0' not in part}
    return read - {"inbox", "event_log"}  # an update names the table itself, too


async def test_of_ten_years_stays_what_a_year_and_a_month_hold(outbox: Outbox) -> None:
    for month in range(YEARS * 12):
        await a_month(outbox, NOW.replace(day=15) - timedelta(days=30.4375 * month))
    before = await held(outbox)
    await kept_up(outbox)
    after = await held(outbox)
    assert after["logged"] <= 15 * EACH_MONTH  # 400 days, and the months in which their ends lie
    assert after["handled"] <= 3 * EACH_MONTH
    spare = 6  # the table itself, the default partition, the months ahead
    assert (after["log_months"] <= 15 + spare, after["inbox_months"] <= 3 + spare) == (True, True)
    assert after["log_bytes"] < before["log_bytes"] / 4
    assert after["inbox_bytes"] < before["inbox_bytes"] / 4
    assert await outbox.sql.fetchval("select position from log_head") == before["logged"]  # counted on


async def test_an_event_is_looked_for_in_its_own_month(outbox: Outbox) -> None:
    for month in range(24):  # more than are ever kept
        await a_month(outbox, NOW.replace(day=15) - timedelta(days=30.4375 * month))
    await outbox.sql.execute("analyze inbox; analyze event_log")
    event_id = await outbox.sql.fetchval("select max(event_id::text)::uuid from event_log")
    for table, which in (("inbox", "consumer = 'toy' and event_id"), ("event_log", "event_id")):
        (month_of,) = await looked_into(outbox, f"select * from {table} where {which} = '{event_id}'")
        assert month_of == f"{table}_{NOW.replace(day=15):%Y_%m}"
        (month_of,) = await looked_into(outbox, f"update {table} set subject = 'x' where {which} = '{event_id}'")
    await outbox.sql.execute("set enable_seqscan = off")  # so few rows would be read through
    for open_ones in ("status = 'retry' and next_attempt_at <= now()", "subject = '7' and status = 'parked'"):
        plan = await outbox.sql.fetch(f"explain select * from inbox where consumer = 'toy' and {open_ones}")
        assert "inbox_" in str(plan)
        assert "Seq Scan on inbox_2" not in str(plan)


PASSED = """
with fresh as (
    insert into outbox (event_id, type, routing_key, subject, version, message)
    select gen_random_uuid(), 't', 'k', n::text, 1, repeat('x', 500) from generate_series(1, $1) n returning id
) select max(id) from fresh
"""


async def test_what_waits_is_read_as_fast_after_ten_years_of_events_that_went(outbox: Outbox) -> None:
    async def busy_month() -> None:
        last = await outbox.sql.fetchval(PASSED, EACH_MONTH)
        await outbox.sql.execute("delete from outbox where id <= $1", last)

    for _ in range(12):
        await busy_month()
    await outbox.sql.execute("vacuum outbox")  # as PostgreSQL does by itself every two thousand
    after_a_year = await outbox.sql.fetchval("select pg_total_relation_size('outbox')")
    for year in range(YEARS - 1):
        for _ in range(12):
            await busy_month()
        await outbox.sql.execute("vacuum outbox")
        assert await outbox.sql.fetchval("select pg_total_relation_size('outbox')") < 2 * after_a_year, year
    await outbox.put(3)
    plan = await outbox.sql.fetchval(f"explain (analyze, buffers, timing off, format json) {_PENDING}", 100)
    top = json.loads(plan)[0]["Plan"]
    assert top["Actual Rows"] == 3
    assert top["Shared Hit Blocks"] + top["Shared Read Blocks"] < FEW_PAGES
