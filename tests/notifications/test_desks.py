"""Intermediaries without a system: a call by mail, answered by its links (H1, H2, H14)."""

import asyncio
import re
from collections.abc import AsyncIterator
from email.message import EmailMessage
from typing import Any

import httpx
import pytest

from shared.events.notifications import HelpAnswered, HelpDeclined, HelpTaken, IntermediaryAsked
from tests.notifications import facts
from tests.notifications.conftest import Subscribing, outsider
from tests.support.service import RunningService
from tests.support.smtp_catcher import SmtpCatcher

DESK = {"kind": "wsp", "name": "WSP Flevoland", "email": "werkgevers@wsp.example"}


@pytest.fixture
async def browser(running: RunningService) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(timeout=10) as client:
        yield client


async def desk(running: RunningService, **more: Any) -> dict[str, Any]:
    async with running.as_("regional-coordinator", regions=["AM11"]) as regional:
        answer = await regional.post("/v1/regions/AM11/desks", json={**DESK, **more})
    assert answer.status_code in {200, 201}, answer.text
    found: dict[str, Any] = answer.json()
    return found


def links(running: RunningService, mail: EmailMessage) -> tuple[str, str]:
    """Those of the answer and of the refusal."""
    answer, _, decline = every_link(running, mail)
    return answer, decline


def every_link(running: RunningService, mail: EmailMessage) -> list[str]:
    """In their order, at the address at which the service runs here."""
    plain, html = (mail.get_body((kind,)) for kind in ("plain", "html"))
    assert plain
    assert html
    found = re.findall(r"http\S+?(/h/[\w-]{43})\b", plain.get_content())
    assert len(found) == 3
    assert all(path in html.get_content() for path in found)
    return [f"{running.url}{path}" for path in found]


async def seen_by_school(running: RunningService) -> dict[str, Any]:
    async with running.as_("coordinator", schools=[facts.BRIN]) as coordinator:
        [call] = (await coordinator.get("/v1/calls")).json()["items"]
    found: dict[str, Any] = call
    return found


async def days_pass(running: RunningService, days: int) -> None:
    """As if the calls had been opened earlier."""
    await running.sql.execute(
        "update calls set asked = (select jsonb_agg(one || jsonb_build_object('at', (one ->> 'at')::timestamptz"
        " - make_interval(days => $1))) from jsonb_array_elements(asked) one)",
        days,
    )
    await running.sql.execute("update timers set next_at = clock_timestamp() where kind = 'call-reminder'")
    await running.sql.execute("select pg_notify('stagebrug', 'timers')")


async def until_turn(running: RunningService, kind: str, turns: int) -> None:
    query = "select one ->> 'turns' from calls, jsonb_array_elements(asked) one where one ->> 'kind' = $1"
    async with asyncio.timeout(5):
        while await running.sql.fetchval(query, kind) != str(turns):
            await asyncio.sleep(0.02)  # a poll with a deadline


async def test_a_desk_answers_with_one_click_and_a_small_form(
    running: RunningService, post: SmtpCatcher, browser: httpx.AsyncClient
) -> None:
    await desk(running)
    student = facts.an_unmatched_student()
    await running.announce(student)
    mail = await post.next()
    assert (mail["To"], mail["Subject"]) == (DESK["email"], "Kent u een werkgever voor een leerling?")
    for secret in (student.student_id, student.school_id, facts.BRIN, "De Brug"):
        assert str(secret) not in str(mail)
    answer, decline = links(running, mail)
    for url in (answer, decline, answer):  # a mail scanner opens everything, more than once
        page = await browser.get(url)
        assert (page.status_code, page.headers["cache-control"]) == (200, "no-store")
        assert "default-src 'none'" in page.headers["content-security-policy"]
        assert "<script" not in page.text
    assert (await seen_by_school(running))["answers"] == []
    form = {"name": "Bakkerij De Korst", "place": "Almere", "work": "horeca"}
    done = await browser.post(answer, data=form)
    assert (done.status_code, "Bedankt" in done.text) == (200, True), done.text
    answered = await running.next_event(HelpAnswered)
    said = answered.employer
    assert (said.name, said.place, said.sector) == tuple(form.values())
    assert answered.intermediary == "wsp"
    again = await browser.post(answer, data={**form, "name": "Een ander bedrijf"})
    assert "U gaf dit al door" in again.text
    call = await seen_by_school(running)
    assert [each["employer"]["name"] for each in call["answers"]] == ["Bakkerij De Korst"]
    assert [(each["name"], each["reminder"], each["state"]) for each in call["desks"]] == [("WSP Flevoland", 0, "sent")]


async def test_a_desk_says_that_it_knows_nobody_and_answers_later_all_the_same(
    running: RunningService, post: SmtpCatcher, browser: httpx.AsyncClient
) -> None:
    await desk(running)
    await running.announce(facts.an_unmatched_student())
    answer, decline = links(running, await post.next())
    assert "Bedankt" in (await browser.post(decline)).text
    assert (await running.next_event(HelpDeclined)).intermediary == "wsp"
    assert "U gaf dit al door" in (await browser.post(decline)).text
    assert "Bedankt" in (await browser.post(answer, data={"name": "Bakkerij De Korst"})).text
    assert [each["outcome"] for each in (await seen_by_school(running))["answers"]] == ["declined", "answered"]


async def test_a_desk_says_that_it_looks_is_not_reminded_and_answers_later(
    running: RunningService, post: SmtpCatcher, browser: httpx.AsyncClient
) -> None:
    await desk(running)
    other = await desk(running, kind="sbb", email="sbb@sbb.example")
    await running.announce(facts.an_unmatched_student())
    mails = {mail["To"]: mail for mail in (await post.next(), await post.next())}
    answer, take, _ = every_link(running, mails[DESK["email"]])
    for _ in range(2):  # a mail scanner
        assert "Ik ga op zoek" in (await browser.get(take)).text
    assert (await seen_by_school(running))["answers"] == []
    assert "Bedankt" in (await browser.post(take)).text
    assert (await running.next_event(HelpTaken)).intermediary == "wsp"
    assert "U gaf dit al door" in (await browser.post(take)).text
    await days_pass(running, 3)
    assert (await post.next())["To"] == other["email"]
    await until_turn(running, "wsp", 1)
    assert await running.sql.fetchval("select count(*) from desk_letters") == 3
    assert "Bedankt" in (await browser.post(answer, data={"name": "Bakkerij De Korst"})).text
    assert [each["outcome"] for each in (await seen_by_school(running))["answers"]] == ["taken", "answered"]


async def test_a_form_that_is_not_right_says_what_to_mend_and_keeps_what_was_written(
    running: RunningService, post: SmtpCatcher, browser: httpx.AsyncClient
) -> None:
    await desk(running)
    await running.announce(facts.an_unmatched_student())
    answer, _ = links(running, await post.next())
    for wrong, words in (
        ({"place": "Almere"}, "Vul de naam"),
        ({"name": "x", "work": "tovenaar"}, "Kies een van"),
        ({"name": "zie 111222333"}, "Vul de naam"),
    ):
        page = await browser.post(answer, data=wrong)
        assert (page.status_code, words in page.text) == (400, True), page.text
    assert (await browser.post(answer, content=b"\xff" * 20)).status_code == 400
    assert (await seen_by_school(running))["answers"] == []


async def test_a_link_is_worth_nothing_beyond_its_call_or_when_it_is_guessed(
    running: RunningService, post: SmtpCatcher, browser: httpx.AsyncClient
) -> None:
    await desk(running)
    student = facts.an_unmatched_student()
    await running.announce(student)
    answer, decline = links(running, await post.next())
    await running.tell(facts.an_acceptance(student_id=student.student_id))
    for url in (answer, decline):
        assert (await browser.get(url)).status_code == 410
        assert (await browser.post(url, data={"name": "Te laat"})).status_code == 410
    guesses = [(await browser.get(f"{running.url}/h/{'x' * 42}{n}")).status_code for n in range(22)]
    assert (guesses[0], guesses[-1]) == (404, 429)


async def test_a_desk_that_was_removed_hears_nothing_and_its_links_are_dead(
    running: RunningService, post: SmtpCatcher, browser: httpx.AsyncClient
) -> None:
    made = await desk(running)
    assert (await desk(running))["id"] == made["id"]  # the same address twice is one desk
    await running.announce(facts.an_unmatched_student())
    answer, _ = links(running, await post.next())
    async with running.as_("regional-coordinator", regions=["AM18"]) as stranger:
        for verb, path in (("GET", ""), ("POST", ""), ("DELETE", f"/{made['id']}")):
            body = DESK if verb == "POST" else None
            assert (await stranger.request(verb, f"/v1/regions/AM11/desks{path}", json=body)).status_code == 404
    async with running.as_("regional-coordinator", regions=["AM11"]) as regional:
        assert [one["email"] for one in (await regional.get("/v1/regions/AM11/desks")).json()["items"]] == [
            DESK["email"]
        ]
        assert (await regional.delete(f"/v1/regions/AM11/desks/{made['id']}")).status_code == 204
    assert (await browser.post(answer, data={"name": "Te laat"})).status_code == 404


async def test_every_copy_of_a_mail_that_was_sent_twice_works(
    running: RunningService, post: SmtpCatcher, browser: httpx.AsyncClient
) -> None:
    await desk(running)
    post.answers.append("451 Try again later")
    await running.announce(facts.an_unmatched_student())
    await post.next()
    first, second = (links(running, mail) for mail in post.tried)
    assert first[0] != second[0]
    assert {(await browser.get(url)).status_code for url in (*first, *second)} == {200}


async def test_who_is_silent_is_reminded_after_three_days_and_seven_and_no_more(
    running: RunningService, subscriber: Subscribing, post: SmtpCatcher
) -> None:
    await desk(running)
    wsp, sbb = await subscriber("wsp"), await subscriber("sbb")
    await running.announce(facts.an_unmatched_student())
    call_id = (await running.next_event(IntermediaryAsked)).call_id
    await post.next()
    assert "reminder" not in (await wsp.receiver.next()).data
    await sbb.receiver.next()
    declined = await sbb.client.post(f"/v1/calls/{call_id}/_decline", json={})
    assert declined.status_code == 201
    for turn, days in ((1, 3), (2, 4)):
        await days_pass(running, days)
        reminder = await wsp.receiver.next()
        assert (reminder.data["callId"], reminder.data["reminder"]) == (str(call_id), turn)
        assert (await post.next())["Subject"] == "Herinnering: kent u een werkgever voor een leerling?"
        await until_turn(running, "sbb", turn)
    assert await running.sql.fetchval("select count(*) from timers where kind = 'call-reminder'") == 0
    assert len(sbb.receiver.requests) == len(await sbb.deliveries())  # who declined hears no more than the call
    assert len(await sbb.deliveries()) == 1
    asked = {each["intermediary"]: each for each in (await seen_by_school(running))["asked"]}
    assert (len(asked["wsp"]["remindedAt"]), len(asked["sbb"]["remindedAt"])) == (2, 0)


async def test_nobody_is_reminded_once_an_employer_was_named(running: RunningService, post: SmtpCatcher) -> None:
    await desk(running)
    await running.announce(facts.an_unmatched_student())
    call_id = (await running.next_event(IntermediaryAsked)).call_id
    timers = "select count(*) from timers where kind = 'call-reminder'"
    async with asyncio.timeout(5):
        while not await running.sql.fetchval(timers):
            await asyncio.sleep(0.02)  # a poll with a deadline
    async with outsider(running, "uwv") as uwv:
        answer = {"employer": {"name": "Bakkerij De Korst"}}
        assert (await uwv.post(f"/v1/calls/{call_id}/_answer", json=answer)).status_code == 201
    assert await running.sql.fetchval(timers) == 0


async def test_a_form_that_is_sent_five_times_at_once_says_one_thing(
    running: RunningService, post: SmtpCatcher, browser: httpx.AsyncClient
) -> None:
    await desk(running)
    await running.announce(facts.an_unmatched_student())
    answer, _ = links(running, await post.next())
    sent = await asyncio.gather(*(browser.post(answer, data={"name": f"Bedrijf {n}"}) for n in range(5)))
    assert sorted("Bedankt" in one.text for one in sent) == [False, False, False, False, True]
    assert len((await seen_by_school(running))["answers"]) == 1


async def test_two_replicas_remind_once(running: RunningService, subscriber: Subscribing, post: SmtpCatcher) -> None:
    async with running.replica():
        await desk(running)
        wsp = await subscriber("wsp")
        await running.announce(facts.an_unmatched_student())
        await wsp.receiver.next()
        await post.next()
        await days_pass(running, 3)
        assert (await wsp.receiver.next()).data["reminder"] == 1
        await post.next()
        await until_turn(running, "wsp", 1)
    assert len(await wsp.deliveries()) == 2
    assert len(post.tried) == 2


async def test_a_new_round_asks_and_reminds_who_said_something_in_an_earlier_one(
    running: RunningService, subscriber: Subscribing, post: SmtpCatcher, browser: httpx.AsyncClient
) -> None:
    await desk(running)
    sbb = await subscriber("sbb")
    await running.announce(facts.an_unmatched_student())
    call_id = (await running.next_event(IntermediaryAsked)).call_id
    await sbb.receiver.next()
    answer, decline = links(running, await post.next())
    assert "Bedankt" in (await browser.post(decline)).text
    said = {"employer": {"name": "Bakkerij De Korst"}}
    assert (await sbb.client.post(f"/v1/calls/{call_id}/_answer", json=said)).status_code == 201
    await days_pass(running, 15)
    await running.sql.execute("update answers set at = at - interval '15 days'")
    await running.announce(facts.an_unmatched_student())
    await sbb.receiver.next()
    await post.next()
    assert (await browser.get(answer)).status_code == 200  # a letter of the round before
    await days_pass(running, 3)
    await running.sql.execute("update answers set at = at - interval '3 days'")
    assert (await sbb.receiver.next()).data["reminder"] == 1
    assert (await post.next())["Subject"] == "Herinnering: kent u een werkgever voor een leerling?"
    await until_turn(running, "sbb", 1)
    assert (await sbb.client.post(f"/v1/calls/{call_id}/_answer", json=said)).status_code == 201
    assert await running.sql.fetchval("select answered from calls")
    assert await running.sql.fetchval("select count(*) from timers where kind = 'call-reminder'") == 0


async def test_the_link_in_a_letter_works_while_its_call_is_open_whoever_is_asked_now(
    running: RunningService, post: SmtpCatcher, browser: httpx.AsyncClient
) -> None:
    await desk(running)
    await running.announce(facts.an_unmatched_student())
    answer, _ = links(running, await post.next())
    await running.sql.execute("update calls set asked = '[]', round = 1")  # as a round that has not come to it
    assert "Bedankt" in (await browser.post(answer, data={"name": "Bakkerij De Korst"})).text


async def test_an_address_that_does_not_exist_is_written_to_no_more_until_it_is_added_anew(
    running: RunningService, post: SmtpCatcher
) -> None:
    post.refused = {DESK["email"]: "550 5.1.1 No such user"}
    await desk(running)
    await running.announce(facts.an_unmatched_student())
    await running.until("select count(*) = 1 from desks where bounced_at is not null")
    async with running.as_("regional-coordinator", regions=["AM11"]) as regional:
        [shown] = (await regional.get("/v1/regions/AM11/desks")).json()["items"]
    assert shown["bouncedAt"]
    await running.announce(facts.an_unmatched_student(sector="techniek"))
    await running.until("select count(*) = 2 from calls where asked <> '[]'")
    assert await running.sql.fetchval("select count(*) from desk_letters") == 1
    assert (await desk(running))["bouncedAt"] is None


async def test_a_letter_that_waits_is_not_sent_once_somebody_answered(
    running: RunningService, post: SmtpCatcher
) -> None:
    await desk(running)
    await running.announce(facts.an_unmatched_student())
    await post.next()
    await running.until("select count(*) = 1 from desk_letters where state = 'sent'")
    await running.sql.execute("update calls set answered = true")
    await running.sql.execute("update desk_letters set state = 'waiting', next_at = clock_timestamp()")
    await running.announce(facts.an_unmatched_student(sector="techniek"))
    await post.next()  # what is due is taken in hand in order
    assert await running.sql.fetchval("select tries from desk_letters order by created_at limit 1") == 1
