"""Case systems that say nothing, or what no standard has: nobody else waits for them, and nothing odd is kept."""

import asyncio

import httpx
import pytest

from shared.events.notifications import HelpAnswered
from tests.notifications.case_systems import PATH, becomes, call_for_help, set_up, the_case
from tests.notifications.conftest import Subscribing
from tests.support.case_system import FakeCaseSystem
from tests.support.service import RunningService

DEEP = "[" * 60_000


@pytest.mark.parametrize("running", [{"webhooks_at_once": "1"}], indirect=True)
async def test_a_system_that_says_nothing_keeps_no_webhook_waiting(
    running: RunningService, region: httpx.AsyncClient, almere: FakeCaseSystem, subscriber: Subscribing
) -> None:
    wsp = await subscriber("wsp")
    await the_case(running, region, almere)
    await wsp.receiver.next()
    almere.gate.clear()
    almere.asked.clear()
    await running.sql.execute("update cases set check_at = now()")
    await running.sql.execute("select pg_notify('stagebrug', 'cases')")
    async with asyncio.timeout(8):
        while not almere.asked:
            await asyncio.sleep(0.01)  # a poll with a deadline
    await wsp.do("_test")
    await wsp.receiver.next(within=2)
    assert await running.sql.fetchval("select count(*) from cases where checked_at is not null") == 0


async def test_a_case_that_cannot_be_read_is_looked_at_ever_more_seldom_and_no_more_once_its_call_is_closed(
    running: RunningService, region: httpx.AsyncClient, almere: FakeCaseSystem
) -> None:
    asked, _ = await the_case(running, region, almere)
    (path,) = {each["url"].removeprefix(almere.url) for each in almere.cases}
    almere.odd = {path: "nothing"}
    look = "update cases set check_at = now(), checked_at = now() - interval '24 hours'"
    await running.sql.execute(look)
    await running.sql.execute("select pg_notify('stagebrug', 'cases')")
    await running.until("select count(*) from cases where check_at > now() + interval '3 hours'")
    await running.sql.execute("update calls set state = 'closed' where id = $1", asked.call_id)
    await running.sql.execute(look)
    await running.sql.execute("select pg_notify('stagebrug', 'cases')")
    await running.until("select count(*) from cases where check_at is null")


async def test_a_notification_that_comes_during_a_look_is_followed(
    running: RunningService, region: httpx.AsyncClient, almere: FakeCaseSystem
) -> None:
    _, case = await the_case(running, region, almere)
    almere.gate.clear()
    almere.asked.clear()
    (told,) = almere.subscribed.values()
    assert (await almere.notify(told["callbackUrl"], told["auth"], case, "x")).status_code == 204
    async with asyncio.timeout(8):
        while not almere.asked:
            await asyncio.sleep(0.01)  # a poll with a deadline
    assert (await almere.notify(told["callbackUrl"], told["auth"], case, "x")).status_code == 204
    almere.gate.set()
    async with asyncio.timeout(12):
        while len([each for each in almere.asked if case["url"].endswith(each)]) < 2:
            await asyncio.sleep(0.01)  # a poll with a deadline


async def test_our_token_never_goes_to_where_a_system_was_before(
    running: RunningService, region: httpx.AsyncClient, almere: FakeCaseSystem
) -> None:
    _, case = await the_case(running, region, almere)
    await running.sql.execute("create table was as select * from cases")
    async with FakeCaseSystem() as moved:
        await set_up(region, moved)
        await becomes(region, state="active")
        assert (await region.get(f"{PATH}/cases")).json()["items"] == []
        await running.until("select count(*) = 0 from left_case_systems")
        assert almere.subscribed == {}
        # as one that was being made while the system moved
        await running.sql.execute("insert into cases select * from was")
        almere.asked.clear()
        await running.sql.execute("update cases set check_at = now()")
        await running.sql.execute("select pg_notify('stagebrug', 'cases')")
        await running.until("select count(*) from cases where checked_at is not null")
        assert almere.asked == []
        assert case["url"].removeprefix(almere.url) not in moved.asked


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (DEEP, "not-json"),
        ('{"results": {"url": 1}}', "not-as-standard"),
        ('{"results": [{"identificatie": "%s", "url": "%s/zaken/api/v1/zaken/\\u0000"}]}', "address-elsewhere"),
        ('{"results": [{"identificatie": "%s", "url": "%s/zaken/api/v1/zaken/\\ud800"}]}', "address-elsewhere"),
    ],
)
async def test_whatever_a_system_answers_is_a_try_that_is_written_down(
    running: RunningService, region: httpx.AsyncClient, almere: FakeCaseSystem, answer: str, code: str
) -> None:
    await set_up(region, almere)
    await becomes(region, state="active")
    almere.gate.clear()
    asked = await call_for_help(running)
    almere.odd = {"/zaken": answer % (f"SB-{asked.call_id.hex}", almere.url) if "%" in answer else answer}
    almere.gate.set()
    await running.until("select count(*) from attempts where error = $1", code)


async def test_properties_of_any_form_name_nobody_or_an_employer(
    running: RunningService, region: httpx.AsyncClient, almere: FakeCaseSystem
) -> None:
    asked, case = await the_case(running, region, almere)
    almere.odd["/zaakeigenschappen"] = '[{"naam": ["werkgever"], "waarde": {}}, 1, {"naam": "werkgever", "waarde": 7}]'
    await almere.says(case, "answered")
    await running.until("select count(*) from cases where status = 'answered'")
    almere.odd.clear()
    await almere.says(case, "answered", werkgever="Bakkerij De Korst", kvkNummer="012")
    answered = await running.next_event(HelpAnswered)
    assert (answered.call_id, answered.employer.kvk_number) == (asked.call_id, None)


@pytest.mark.parametrize("name", ["Bel Jan, 123456782", "Bakkerij\x07", "Bakkerij\x00"])
async def test_a_name_that_may_hold_a_citizen_service_number_or_that_nobody_can_read_is_kept_nowhere(
    running: RunningService,
    region: httpx.AsyncClient,
    almere: FakeCaseSystem,
    name: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    _, case = await the_case(running, region, almere)
    await almere.says(case, "answered", werkgever=name)
    await running.until("select count(*) from cases where status = 'answered' and check_at > now()")
    assert await running.sql.fetchval("select count(*) from answers") == 0
    assert "name-refused" in caplog.text
    assert "123456782" not in caplog.text
    await almere.says(case, "answered", werkgever="Bakkerij De Korst")
    assert (await running.next_event(HelpAnswered)).employer.name == "Bakkerij De Korst"
