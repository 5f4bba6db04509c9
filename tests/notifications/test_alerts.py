"""The alerts about what leaves the house, caused: receivers and a mail server that take nothing, timers that do not fire."""

import asyncio
from pathlib import Path
from uuid import UUID

from sqlalchemy.ext.asyncio import create_async_engine

from services.notifications.domain.subscriptions import MISSES_IN_A_ROW
from services.notifications.jobs.measuring import measure
from services.notifications.store import metadata
from services.notifications.store.measuring import _WAITING
from shared.unit_of_work import Publisher, begin
from tests.conftest import StartService
from tests.notifications import facts
from tests.notifications.conftest import QUICK, Subscribing
from tests.notifications.mailing import wants
from tests.observability.promtool import Samples, firing, forget_gauges, samples_of
from tests.support.service import RunningService
from tests.support.smtp_catcher import SmtpCatcher


async def scraped(running: RunningService) -> Samples:
    engine = create_async_engine(running.database.url.replace("postgresql://", "postgresql+asyncpg://", 1))
    async with begin(engine, Publisher.of("urn:test", metadata), None) as work:
        await measure(work)
    await engine.dispose()
    return samples_of((await running.client.get("/metrics")).text, running.name)


async def healthy(running: RunningService) -> Samples:
    forget_gauges()
    async with asyncio.timeout(30):
        while True:
            found = await scraped(running)
            parts = [value for name, value in found.items() if name.startswith("stagebrug_part_well")]
            if parts and all(parts) and any("relay_leads" in name and value for name, value in found.items()):
                return found
            await asyncio.sleep(0.1)  # a poll with a deadline


async def shows(running: RunningService, metric: str, value: float, within: float = 15) -> Samples:
    """What is seen when a figure has come to its value; timers are looked at every five seconds."""
    async with asyncio.timeout(within):
        while True:
            found = await scraped(running)
            if any(name.startswith(metric) and seen >= value for name, seen in found.items()):
                return found
            await asyncio.sleep(0.1)  # a poll with a deadline


async def test_a_receiver_that_takes_nothing(running: RunningService, subscriber: Subscribing, tmp_path: Path) -> None:
    before = await healthy(running)
    municipality = await subscriber("municipality")
    await municipality.feed(wait=3)  # as long as nothing comes: that is no slow call
    misses = "update subscriptions set misses = $1 where id = $2"
    await running.sql.execute(misses, MISSES_IN_A_ROW - 1, UUID(municipality.id))
    municipality.receiver.answers = [(503, {"Retry-After": "600"})] * 2
    await running.announce(facts.a_placement())
    await municipality.becomes("failing")
    assert firing(before, await scraped(running), tmp_path) == {"SinkFailing"}
    await running.sql.execute("update deliveries set created_at = created_at - interval '2 hours'")
    assert firing(before, await scraped(running), tmp_path) == {"SinkFailing", "SinkBehind"}
    async with running.sql.transaction():
        await running.sql.execute("set local enable_seqscan = off")
        plan = [row[0] for row in await running.sql.fetch(f"explain {_WAITING}")]
    assert any("deliveries_next" in line or "deliveries_order" in line for line in plan), plan
    await running.sql.execute("delete from subscriptions")
    await scraped(running)  # so that the figures of this process do not stay for other tests


async def test_a_mail_server_that_takes_nothing_and_timers_that_do_not_fire(
    service: StartService, post: SmtpCatcher, tmp_path: Path
) -> None:
    running = await service("notifications", smtp_url=post.url, **{**QUICK, "mail_pauses": "0,600,600"})
    assert await running.tell(facts.a_school()) == "done"
    before = await healthy(running)
    await wants(running)
    post.answers = ["451 Try again later"] * 5
    assert await running.tell(facts.a_proposal()) == "done"
    await running.until("select count(*) > 0 from mails where error is not null")
    await running.sql.execute(
        "insert into timers (kind, subject, due_at, next_at) values ('unknown', 'a', now(), null), "
        "('unknown', 'b', now() - interval '1 hour', now() - interval '1 hour')"
    )
    during = await shows(running, "stagebrug_timers_overdue_seconds", 3600)
    assert firing(before, during, tmp_path) == {"TimersParked", "TimersLate", "MailRefused"}
    await running.sql.execute("delete from timers where kind = 'unknown'")
