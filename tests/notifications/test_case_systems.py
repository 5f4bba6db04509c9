"""A call for help becomes a case in the municipality's own system, once, and what is done there comes back."""

import asyncio
import json

import httpx
import pytest

from shared.events.notifications import HelpAnswered, HelpDeclined, HelpTaken
from tests.notifications.case_systems import PATH, becomes, call_for_help, set_up, the_case
from tests.support.case_system import CLIENT_SECRET, DIES, PASS, FakeCaseSystem
from tests.support.service import RunningService


async def test_a_call_for_help_becomes_a_case_that_tells_of_no_student(
    running: RunningService, region: httpx.AsyncClient, almere: FakeCaseSystem
) -> None:
    asked, case = await the_case(running, region, almere)
    assert case["omschrijving"] == "Hulpvraag stageplek: horeca (AM11)"
    assert case["identificatie"] == f"SB-{asked.call_id.hex}"
    assert not any(str(student) in str(case) for student in asked.students)
    assert almere.refused == []
    (told,) = almere.subscribed.values()
    assert told["kanalen"][0]["filters"]["zaaktype"] == almere.settings["caseType"]
    listed = (await region.get(f"{PATH}/cases")).json()["items"]
    assert listed == [{"callId": str(asked.call_id), "url": case["url"], "status": "open"}]


async def test_taken_and_answered_there_is_answered_here(
    running: RunningService, region: httpx.AsyncClient, almere: FakeCaseSystem
) -> None:
    asked, case = await the_case(running, region, almere)
    await almere.says(case, "taken")
    taken = await running.next_event(HelpTaken)
    assert (taken.call_id, taken.intermediary) == (asked.call_id, "municipality")
    await almere.says(case, "answered", werkgever="Bakkerij De Korst", kvkNummer="01234567")
    answered = await running.next_event(HelpAnswered)
    assert (answered.call_id, answered.intermediary) == (asked.call_id, "municipality")
    assert (answered.employer.name, answered.employer.kvk_number) == ("Bakkerij De Korst", "01234567")
    await almere.says(case, "answered", werkgever="Bakkerij De Korst", kvkNummer="01234567")
    await running.until("select count(*) from cases where status = 'answered' and check_at is null")
    assert await running.sql.fetchval("select array_agg(outcome order by at) from answers") == ["taken", "answered"]


async def test_declined_there_is_declined_here(
    running: RunningService, region: httpx.AsyncClient, almere: FakeCaseSystem
) -> None:
    asked, case = await the_case(running, region, almere)
    await almere.says(case, "declined")
    assert (await running.next_event(HelpDeclined)).call_id == asked.call_id


async def test_a_status_that_nobody_told_of_is_seen_all_the_same(
    running: RunningService, region: httpx.AsyncClient, almere: FakeCaseSystem
) -> None:
    asked, case = await the_case(running, region, almere)
    almere.tells = False
    await almere.says(case, "declined")
    await running.sql.execute("update cases set check_at = now()")  # as if the hours until the next look were over
    assert (await running.next_event(HelpDeclined, within=12)).call_id == asked.call_id


async def test_a_system_that_dies_on_its_way_back_holds_one_case(
    running: RunningService, region: httpx.AsyncClient, almere: FakeCaseSystem
) -> None:
    await set_up(region, almere)
    await becomes(region, state="active")
    # away; then it finds nothing, makes the case and dies; then it finds the case
    almere.answers = [503, PASS, DIES]
    await call_for_help(running)
    await almere.has_cases()
    await running.until("select count(*) from deliveries where state = 'delivered'")
    assert len(almere.cases) == 1
    statuses = await running.sql.fetch("select status from attempts order by number")
    assert [row["status"] for row in statuses] == [503, 500, 200]


async def test_a_slow_system_is_tried_again_and_holds_one_case(
    running: RunningService, region: httpx.AsyncClient, almere: FakeCaseSystem
) -> None:
    await set_up(region, almere)
    await becomes(region, state="active")
    almere.gate.clear()
    await call_for_help(running)
    await running.until("select count(*) from attempts where error = 'timeout'")
    almere.gate.set()
    await running.until("select count(*) from cases")
    assert len(almere.cases) == 1


async def test_a_wrong_secret_is_a_reason_that_the_region_reads_and_mends(
    running: RunningService, region: httpx.AsyncClient, almere: FakeCaseSystem
) -> None:
    shown = await set_up(region, almere, clientSecret="not-the-secret-that-they-know")
    assert shown["reason"] == "registration-pending"
    await becomes(region, state="unverified", reason="http-403")
    asked = await call_for_help(running)
    await set_up(region, almere)
    found = await becomes(region, state="active")
    assert CLIENT_SECRET not in str(found)
    (case,) = await almere.has_cases()
    assert case["identificatie"].endswith(asked.call_id.hex)


async def test_what_was_given_up_becomes_a_case_when_the_system_is_set_up_again_also_without_its_data(
    running: RunningService, region: httpx.AsyncClient, almere: FakeCaseSystem
) -> None:
    await set_up(region, almere)
    await becomes(region, state="active")
    almere.answers = [503, 503, 503]
    asked = await call_for_help(running)
    await running.until("select count(*) from deliveries where state = 'failed'")
    await running.until("select count(*) from deliveries where position is not null and type like '%unmatched%'")
    await running.sql.execute("update deliveries set created_at = now() - interval '15 days'")
    async with running.replica():  # forgets when it starts, as every replica does
        old = "created_at < now() - interval '1 day'"
        await running.until(f"select not exists (select from deliveries where {old} and not bare)")
    await set_up(region, almere)
    (case,) = await almere.has_cases()
    await running.until("select count(*) from cases")
    assert case["identificatie"] == f"SB-{asked.call_id.hex}"
    assert case["omschrijving"] == "Hulpvraag stageplek: horeca (AM11)"


async def test_a_test_event_makes_no_case(
    running: RunningService, region: httpx.AsyncClient, almere: FakeCaseSystem
) -> None:
    shown = await set_up(region, almere)
    await becomes(region, state="active")
    async with running.as_("operator") as operator:
        assert (await operator.post(f"/v1/subscriptions/{shown['id']}/_test")).status_code == 202
    await running.until("select count(*) from deliveries where state = 'delivered'")
    assert almere.cases == []


async def test_a_callback_of_a_stranger_is_refused_and_one_about_another_case_says_nothing(
    running: RunningService, region: httpx.AsyncClient, almere: FakeCaseSystem
) -> None:
    _, case = await the_case(running, region, almere)
    (told,) = almere.subscribed.values()
    assert (await almere.notify(told["callbackUrl"], "Bearer wrong", case, "x")).status_code == 401
    elsewhere = {**case, "url": "http://127.0.0.1:1/zaken/api/v1/zaken/9"}
    assert (await almere.notify(told["callbackUrl"], told["auth"], elsewhere, "x")).status_code == 204
    nothing = await running.client.post(f"/v1/case-systems/{told['callbackUrl'].split('/')[-2]}/notifications")
    assert nothing.status_code == 401
    async with httpx.AsyncClient() as client:
        answer = await client.post(told["callbackUrl"], content=b"[1", headers={"Authorization": told["auth"]})
    assert answer.status_code == 400
    assert await running.sql.fetchval("select count(*) from cases where checked_at is not null") == 0


async def test_a_system_that_is_taken_out_is_told_until_it_wants_to_tell_nothing_more(
    running: RunningService, region: httpx.AsyncClient, almere: FakeCaseSystem
) -> None:
    await set_up(region, almere)
    await becomes(region, state="active")
    assert len(almere.subscribed) == 1
    [mine] = almere.subscribed.values()
    path = "/notificaties/api/v1/abonnement"
    # what stands in another house, or on another page, is not gone
    elsewhere = {"results": [{**mine, "url": "https://zaken.example/abonnement/1"}], "next": None}
    almere.leaving, almere.odd = [503], {path: json.dumps(elsewhere)}
    async with running.as_("operator") as operator:
        id_ = await running.sql.fetchval("select id from subscriptions where protocol = 'zgw'")
        assert (await operator.delete(f"/v1/subscriptions/{id_}")).status_code == 204
    for tries in (1, 2):
        await running.until("select tries = $1 and next_at <= now() from left_case_systems", tries)  # the pause is over
        almere.odd, almere.paged = {}, True
        await running.sql.execute("select pg_notify('stagebrug', 'left-case-systems')")
    await running.until("select count(*) = 0 from left_case_systems")
    assert almere.subscribed == {}


@pytest.mark.parametrize("lists_all", [False, True])
async def test_who_is_known_there_as_somebody_else_is_registered_anew_and_forgotten_as_the_old_one(
    running: RunningService, region: httpx.AsyncClient, almere: FakeCaseSystem, *, lists_all: bool
) -> None:
    almere.lists_all = lists_all
    await set_up(region, almere)
    await becomes(region, state="active")
    almere.clients["stagebrug-2"] = CLIENT_SECRET
    await set_up(region, almere, clientId="stagebrug-2")
    await running.until("select count(*) = 0 from left_case_systems")
    await becomes(region, state="active")
    assert list(map(almere.owners.get, almere.subscribed)) == ["stagebrug-2"]
    asked = await call_for_help(running)
    (case,) = await almere.has_cases()
    await running.until("select count(*) from cases")
    await almere.says(case, "declined")
    assert (await running.next_event(HelpDeclined)).call_id == asked.call_id


@pytest.mark.parametrize("running", [{"webhook_pauses": "0,60,60"}], indirect=True)
async def test_a_system_that_moves_twice_while_it_is_left_is_forgotten_at_neither_place(
    running: RunningService, region: httpx.AsyncClient, almere: FakeCaseSystem
) -> None:
    almere.clients |= {"second": CLIENT_SECRET, "third": CLIENT_SECRET}
    await set_up(region, almere)
    await becomes(region, state="active")
    almere.leaving = [503] * 20
    for client in ("second", "third", "second"):  # the last has not been left yet when it is wanted again
        await set_up(region, almere, clientId=client)
        await becomes(region, state="active")
    assert list(map(almere.owners.get, almere.subscribed)) == ["stagebrug", "second", "third"]
    almere.leaving = []
    async with asyncio.timeout(10):
        while await running.sql.fetchval("select count(*) from left_case_systems"):
            await running.sql.execute("update left_case_systems set next_at = now()")
            await running.sql.execute("select pg_notify('stagebrug', 'left-case-systems')")
            await asyncio.sleep(0.05)  # a poll with a deadline
    await becomes(region, state="active")
    assert list(map(almere.owners.get, almere.subscribed)) == ["second"]


async def test_a_region_sets_up_its_own_municipalities_only(running: RunningService, almere: FakeCaseSystem) -> None:
    async with running.as_("regional-coordinator", regions=["AM18"]) as other:
        assert (await other.put(PATH, json=almere.settings)).status_code == 404
    async with running.as_("operator") as operator:
        answer = await operator.put(
            PATH, json={**almere.settings, "casesUrl": "http://10.0.0.1/x", "organisation": "1"}
        )
        assert {each["pointer"] for each in answer.json()["errors"]} >= {"/organisation"}
        assert (await operator.put(PATH, json={**almere.settings, "casesUrl": "http://10.0.0.1/x"})).status_code == 400
        assert (await operator.put(PATH, json=almere.settings)).status_code == 200
        assert (await operator.delete(PATH)).status_code == 204
        assert (await operator.get(PATH)).status_code == 404
