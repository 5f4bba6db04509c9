"""Every alert fires for what it is about: the fault is caused, and what the service shows goes through the real rules."""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg
import httpx
import pytest
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

from services.toy.handlers import ThingHappened
from shared import service as shell
from shared.events.envelope import Envelope
from shared.ids import new_id
from shared.telemetry import PARTS_ENDED
from shared.upkeep import measure_growth
from tests.observability.promtool import Samples, firing, forget_gauges, names_of_alerts, samples_of
from tests.support.bench import Bench
from tests.support.service import RunningService, running_service

pytestmark = pytest.mark.asyncio(loop_scope="module")

HEALTHY = "stagebrug_part_well"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def toy(bench: Bench) -> AsyncIterator[RunningService]:
    async with running_service(bench, "toy", calls_per_second="5", calls_at_once="5") as started:
        forget_gauges()
        await until(lambda: well(started))
        await until(lambda: shows(started, "stagebrug_relay_leads 1.0"))
        await call(started)
        yield started


Until = Callable[[], Awaitable[bool]]


async def until(true: Until, within: float = 40) -> None:
    async with asyncio.timeout(within):
        while not await true():
            await asyncio.sleep(0.05)  # a poll with a deadline


async def text_of(service: RunningService) -> str:
    async with httpx.AsyncClient(base_url=service.url, timeout=20) as scraper:
        return (await scraper.get("/metrics")).text


async def shows(service: RunningService, line: str) -> bool:
    return line in await text_of(service)


async def well(service: RunningService) -> bool:
    """Whether all parts are, so that what is not afterwards was caused."""
    looked = [line for line in (await text_of(service)).splitlines() if line.startswith("stagebrug_part_well")]
    return bool(looked) and all(line.endswith(" 1.0") for line in looked)


async def scraped(service: RunningService) -> Samples:
    """What Prometheus would keep of a look at the service."""
    try:
        return samples_of(f"up 1\n{await text_of(service)}", service.name)
    except httpx.TransportError:
        return samples_of("up 0\n", service.name)


async def healthy(service: RunningService) -> Samples:
    """The same, once what the test before broke is well again."""
    await until(lambda: well(service))
    return await scraped(service)


async def call(toy: RunningService, name: str = "thing") -> None:
    await toy.client.post("/v1/things", json={"name": name})


async def measured(toy: RunningService) -> None:
    """What the service does every quarter of a minute."""
    engine = create_async_engine(toy.database.url.replace("postgresql://", "postgresql+asyncpg://", 1))
    async with AsyncSession(engine) as session:
        await measure_growth(session)
    await engine.dispose()


@contextlib.asynccontextmanager
async def locked(toy: RunningService, table: str) -> AsyncIterator[None]:
    other = await asyncpg.connect(toy.database.owner_url)
    try:
        async with other.transaction():
            await other.execute(f"lock table {table} in access exclusive mode")
            yield
    finally:
        await other.close()


def expect(before: Samples, during: Samples, folder: Path, *alerts: str) -> None:
    assert firing(before, during, folder) == set(alerts)


async def test_a_database_that_takes_no_writes(toy: RunningService, tmp_path: Path) -> None:
    before = await healthy(toy)
    await toy.sql.execute("alter table heartbeat rename to away")
    await until(lambda: shows(toy, 'stagebrug_part_well{part="database"} 0.0'))
    during = await scraped(toy)
    await toy.sql.execute("alter table away rename to heartbeat")
    await until(lambda: well(toy))
    expect(before, during, tmp_path, "NotReady")


async def test_a_leader_that_nobody_replaces(toy: RunningService, tmp_path: Path) -> None:
    before = await healthy(toy)
    await toy.sql.execute(
        "update relay_lease set epoch = epoch + 1, until = 'infinity', backend = pg_backend_pid(), "
        "backend_started = (select backend_start from pg_stat_activity where pid = pg_backend_pid())"
    )
    await until(lambda: shows(toy, "stagebrug_relay_leads 0.0"))
    during = await scraped(toy)
    await toy.sql.execute("update relay_lease set until = '-infinity'")
    await until(lambda: shows(toy, "stagebrug_relay_leads 1.0"))
    expect(before, during, tmp_path, "NobodyPublishes")


async def test_an_event_that_does_not_leave(toy: RunningService, tmp_path: Path) -> None:
    before = await healthy(toy)
    await toy.tap.unbind(toy.exchange, "#")
    await call(toy, "lonely")  # no queue is bound for it, so that the broker gives it back
    await toy.until("select count(*) > 0 from outbox where attempts > 0")
    await toy.sql.execute("update outbox set created_at = created_at - interval '2 minutes'")
    await measured(toy)
    await until(lambda: shows(toy, 'stagebrug_part_well{part="published"} 0.0'))
    during = await scraped(toy)
    await toy.sql.execute("delete from outbox")
    await toy.tap.bind(toy.exchange, "#")
    await measured(toy)
    await until(lambda: well(toy))
    expect(before, during, tmp_path, "EventsNotPublished", "NotReady")


async def test_messages_that_nobody_can_handle_or_read(toy: RunningService, tmp_path: Path) -> None:
    before = await healthy(toy)
    assert await toy.tell(ThingHappened(thing_id=new_id(), note="bug")) == "parked"
    await toy.deliver(b"no event", "toy.thing-happened.v1")
    await toy.until("select count(*) > 0 from unreadable")
    await measured(toy)
    during = await scraped(toy)
    await toy.sql.execute("delete from inbox where status = 'parked'")
    await toy.sql.execute("delete from unreadable")
    await measured(toy)
    expect(before, during, tmp_path, "MessagesParked")


async def test_a_neighbour_that_is_away_for_long(toy: RunningService, tmp_path: Path) -> None:
    before = await healthy(toy)
    await toy.sql.execute("update weather set fair = false")
    assert await toy.tell(ThingHappened(thing_id=new_id(), note="storm")) == "retry"
    await toy.sql.execute("update inbox set received_at = received_at - interval '2 hours' where status = 'retry'")
    await measured(toy)
    during = await scraped(toy)
    await toy.sql.execute("delete from inbox where status = 'retry'")
    await toy.sql.execute("update weather set fair = true")
    await measured(toy)
    expect(before, during, tmp_path, "RetriesLast")


async def test_a_queue_that_grows(toy: RunningService, tmp_path: Path) -> None:
    before = await healthy(toy)
    async with locked(toy, "notes"):
        await asyncio.gather(*(toy.announce(ThingHappened(thing_id=new_id())) for _ in range(1250)))
        await until(lambda: queue_holds(toy, 1001))
        during = await scraped(toy)
    await until(lambda: shows(toy, "stagebrug_queue_messages 0.0"))
    await toy.until("select count(*) >= 1250 from notes", within=60)
    await measured(toy)
    expect(before, during, tmp_path, "QueueGrows")


async def queue_holds(toy: RunningService, most: int) -> bool:
    found = samples_of(await text_of(toy), "toy")
    return next((value for name, value in found.items() if name.startswith("stagebrug_queue_messages")), 0) >= most


async def test_events_that_take_their_time(toy: RunningService, tmp_path: Path) -> None:
    before = await healthy(toy)
    for _ in range(3):
        late = Envelope.of(ThingHappened(thing_id=new_id(), version=1), "urn:toy")
        late = late.model_copy(update={"time": datetime.now(UTC) - timedelta(minutes=10)})
        await toy.deliver(late, "toy.thing-happened.v1")
        await toy.handled(late)
    expect(before, await scraped(toy), tmp_path, "EventsSlow")


async def test_calls_that_fail(toy: RunningService, tmp_path: Path) -> None:
    before = await healthy(toy)
    await call(toy, "fail")
    expect(before, await scraped(toy), tmp_path, "CallsFail")


async def test_calls_that_are_slow(toy: RunningService, tmp_path: Path) -> None:
    before = await healthy(toy)
    await toy.sql.execute(
        "create function slow() returns trigger language plpgsql as 'begin perform pg_sleep(2.7); return new; end'"
    )
    await toy.sql.execute("create trigger slow before insert on things for each row execute function slow()")
    await asyncio.gather(call(toy), call(toy))
    await toy.sql.execute("drop function slow cascade")
    expect(before, await scraped(toy), tmp_path, "CallsSlow")


async def test_a_caller_that_calls_too_often(toy: RunningService, tmp_path: Path) -> None:
    before = await healthy(toy)
    async with toy.as_("coordinator") as client:
        answers = await asyncio.gather(*(client.get("/v1/secrets") for _ in range(40)))
    assert {answer.status_code for answer in answers} == {200, 429}
    expect(before, await scraped(toy), tmp_path, "CallersLimited")


async def test_a_pool_that_is_full(toy: RunningService, tmp_path: Path) -> None:
    before = await healthy(toy)
    async with locked(toy, "things"):
        calls = [asyncio.create_task(call(toy)) for _ in range(28)]
        await until(lambda: shows(toy, 'stagebrug_pool_connections{pool="calls"} 28.0'), within=20)
        during = {name: value for name, value in (await scraped(toy)).items() if "pool" in name}
    await asyncio.gather(*calls)
    expect(before, before | during, tmp_path, "PoolFull")


async def test_a_row_for_which_no_month_stood_ready(toy: RunningService, tmp_path: Path) -> None:
    before = await healthy(toy)
    await toy.sql.execute(
        "insert into event_log (event_id, position, type, routing_key, subject, version, message, recorded_at) "
        "values ('ffffffff-ffff-7fff-bfff-ffffffffffff', 999999, 't', 'k', 's', 1, '{}', clock_timestamp())"
    )
    await measured(toy)
    during = await scraped(toy)
    await toy.sql.execute("delete from event_log where position = 999999")
    await measured(toy)
    assert firing(before, during, tmp_path, minutes=25 * 60) == {"NoMonthReady"}


async def test_a_part_that_ends(toy: RunningService, tmp_path: Path) -> None:
    before = await healthy(toy)

    async def breaks() -> None:
        raise RuntimeError("a bug of the shell")

    [ended] = shell._begin(breaks())
    await asyncio.wait([ended])
    await asyncio.sleep(0)  # its callbacks come in the next turn of the loop
    during = await scraped(toy)
    PARTS_ENDED.set(0)
    expect(before, during, tmp_path, "PartEnded")


async def test_a_process_that_does_not_answer(toy: RunningService, bench: Bench, tmp_path: Path) -> None:
    async with running_service(bench, "toy") as other:
        before = await healthy(other)
    during = {name: value for name, value in (await scraped(other)).items() if name.startswith("up")}
    expect(before, before | during, tmp_path, "ServiceDown")


async def test_a_service_of_which_no_process_is_left(tmp_path: Path) -> None:
    assert firing({}, {}, tmp_path, around=False) == {"ServiceDown", "NobodyPublishes"}


async def test_every_alert_is_caused_by_a_test_and_has_a_page() -> None:
    caused = (Path(__file__).read_text(), (Path(__file__).parents[1] / "notifications/test_alerts.py").read_text())
    pages = (Path(__file__).parents[2] / "docs/operations/runbooks.md").read_text()
    for name in names_of_alerts():
        assert any(f'"{name}"' in source for source in caused), f"no test causes {name}"
        assert f"\n## {name}\n" in pages
    assert set(re.findall(r"^## (\w+)$", pages, re.MULTILINE)) == names_of_alerts()
