"""What is kept, for how long, and that code and database speak of the same tables."""

from datetime import datetime, timedelta

from services.notifications.domain.envelopes import AMSTERDAM
from services.notifications.store import metadata
from tests.conftest import StartService
from tests.notifications import facts
from tests.notifications.conftest import Subscribing
from tests.notifications.mailing import wants
from tests.support.service import RunningService
from tests.support.smtp_catcher import SmtpCatcher


async def test_the_tables_of_the_code_are_those_of_the_database(running: RunningService) -> None:
    query = "select column_name, is_nullable from information_schema.columns where table_name = $1"
    for table in metadata.tables.values():
        found = {row["column_name"]: row["is_nullable"] == "YES" for row in await running.sql.fetch(query, table.name)}
        assert found == {column.name: bool(column.nullable) for column in table.columns}, table.name


async def test_buffers_are_emptied_in_time_and_not_before(
    running: RunningService, subscriber: Subscribing, post: SmtpCatcher
) -> None:
    municipality = await subscriber("municipality")
    async with running.as_("coordinator", schools=[facts.BRIN], email="a@school.example") as client:
        await client.put("/v1/me", json={"mail": "at-once"})
    for name in ("old", "new"):
        await running.tell(facts.an_ended_placement())
        await municipality.receiver.next()
        await post.next()
        await running.tell(facts.an_acceptance())
        if name == "old":
            for table in ("deliveries", "mails", "stream"):
                await running.sql.execute(f"update {table} set created_at = now() - interval '15 days'")
            await running.sql.execute("update whereabouts set settled_at = now() - interval '91 days'")
    async with running.replica():  # forgets when it starts, as every replica does
        old = "created_at < now() - interval '1 day'"
        for table in ("mails", "stream"):
            await running.until(f"select not exists (select from {table} where {old})")
        await running.until(f"select not exists (select from deliveries where {old} and not bare)")
        await running.until("select count(*) = 1 from whereabouts")
    assert await running.sql.fetchval("select count(*) from mails") == 1
    assert [row["bare"] for row in await running.sql.fetch("select bare from deliveries order by position")] == [
        True,
        False,
    ]
    assert await running.sql.fetchval("select count(*) from stream") > 0


async def test_a_mail_that_waits_for_its_digest_outlives_a_short_keeping(
    service: StartService, post: SmtpCatcher
) -> None:
    running = await service("notifications", smtp_url=post.url, keep_days="1")
    await running.tell(facts.a_school())
    await wants(running, mail="weekly")
    for visit in (facts.an_overdue_visit(), facts.an_overdue_visit()):
        await running.tell(visit)
    today = datetime.now(AMSTERDAM).date()
    await running.tell(facts.a_placement(end_date=today - timedelta(days=31)))
    await running.tell(facts.a_placement(end_date=today - timedelta(days=29)))
    await running.sql.execute(
        "update mails set created_at = now() - interval '2 days', next_at = now() + interval '3 days'"
    )
    one = "update mails set created_at = now() - interval '31 days' where id = (select id from mails limit 1)"
    await running.sql.execute(one)
    async with running.replica():
        await running.until("select count(*) = 1 from mails")
        await running.until("select count(*) = 1 from running_placements")


async def test_a_body_that_is_nested_beyond_reason_is_refused(running: RunningService) -> None:
    claim = {"kind": "wsp", "regions": [facts.REGION]}
    async with running.as_("intermediary", intermediary=claim) as client:
        for deep in ("[" * 60_000, '{"filters":[' + '{"not":' * 20_000 + "{}" + "}" * 20_000 + "]}"):
            answer = await client.post("/v1/subscriptions", content=deep, headers={"Content-Type": "application/json"})
            assert answer.status_code == 400, answer.text[:200]
