"""A service whose machine has the wrong time: what is due is asked of the database's clock, and events flow as ever."""

import asyncio
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg
import pytest

from tests.faults.crash.checks import drained, violations
from tests.faults.crash.histories import HISTORIES, outside_profiles
from tests.faults.crash.house import House, visiting
from tests.faults.crash.outside import Outside, outside_world
from tests.support.bench import Bench

pytestmark = pytest.mark.skipif(
    shutil.which("faketime") is None, reason="libfaketime is not installed (Debian: apt install faketime)"
)

WRONG = {
    "an hour behind": ("-1h", -timedelta(hours=1)),
    "an hour ahead": ("+1h", timedelta(hours=1)),
}


@pytest.fixture(scope="module")
def outside() -> Iterator[Outside]:
    with outside_world(outside_profiles) as opened:
        yield opened


async def opened(name: str, bench: Bench, folder: Path, outside: Outside) -> House:
    history = HISTORIES[name]
    given = {"smtp_url": outside.post.url, "sink": outside.receiver.url, **history.given}
    return await House.built(name, bench, folder, given, history.effects)


@pytest.mark.parametrize("clock", WRONG)
async def test_events_flow_and_what_failed_is_tried_again_on_time(
    clock: str, bench: Bench, tmp_path: Path, outside: Outside
) -> None:
    shift, away = WRONG[clock]
    house = await opened("toy", bench, tmp_path, outside)
    try:
        await house.start(prefix=["faketime", "-f", shift])
        async with visiting(house) as visit:
            await HISTORIES["toy"].round(visit)
            paused = await due_in(visit.sql)
            assert timedelta(seconds=0) < paused < timedelta(seconds=10)  # the first pause is five seconds
            await drained(visit)
            assert await violations(visit.sql, "toy", house.journal, None) == []
            written = await visit.sql.fetchval("select min((message::json ->> 'time')::timestamptz) from event_log")
            assert abs(written - datetime.now(UTC) - away) < timedelta(minutes=5)  # its clock really was wrong
            assert await visit.sql.fetchval("select count(*) from event_log_default") == 0
            assert await visit.sql.fetchval("select count(*) from inbox_default") == 0
    finally:
        house.end()


async def due_in(sql: "asyncpg.Connection[asyncpg.Record]") -> timedelta:
    """When the one that met a storm is due, by the database's clock."""
    async with asyncio.timeout(30):
        while (found := await sql.fetchval(_DUE_IN)) is None:
            await asyncio.sleep(0.05)  # a poll with a deadline
    assert isinstance(found, timedelta)
    return found


_DUE_IN = "select min(next_attempt_at) - clock_timestamp() from inbox where status = 'retry'"


async def test_a_wrong_clock_sends_mail_and_webhooks_all_the_same(
    bench: Bench, tmp_path: Path, outside: Outside
) -> None:
    house = await opened("notifications", bench, tmp_path, outside)
    history = HISTORIES["notifications"]
    assert history.settle is not None
    try:
        await house.start()
        async with visiting(house) as visit:
            await history.settle(visit)  # calls with a token: a wrong clock refuses those, as it must
            house.end()
            await house.start(prefix=["faketime", "-f", "-1h"])
            await history.round(visit)
            await drained(visit)
            assert await violations(visit.sql, "notifications", house.journal, None) == []
            assert await visit.sql.fetchval("select count(*) from deliveries where state = 'delivered'") > 0
            assert await visit.sql.fetchval("select count(*) from mails where state = 'sent'") > 0
    finally:
        house.end()
