"""Addresses that take no mail: nothing more is sent there, and the person can see it."""

import asyncio
import json
from email.message import EmailMessage
from typing import Any

import pytest

from services.notifications.domain.bounces import is_of_the_address
from tests.notifications import facts
from tests.notifications.mailing import me, morning_comes, wants
from tests.support.service import RunningService
from tests.support.smtp_catcher import SmtpCatcher

ADDRESS = "jansen@school.example"
SCOPE = "notifications:bounces:write"


def a_report(
    status: str = "5.1.1", action: str = "failed", address: str = ADDRESS, about: EmailMessage | None = None
) -> bytes:
    """What a mail server sends to the sender of a mail that did not arrive (RFC 3464)."""
    returned = f"--b\nContent-Type: message/rfc822\n\n{about.as_string()}\n" if about else ""
    written = f"""From: MAILER-DAEMON@mx.example
To: stagebrug@localhost
Subject: Undelivered
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

Your mail did not arrive.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; {address}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 no

{returned}--b--
"""
    return written.encode()


async def hand_in(running: RunningService, report: bytes, scope: str = SCOPE) -> Any:
    async with running.as_(scope=scope) as machine:
        return await machine.post("/v1/bounces", content=report, headers={"Content-Type": "message/rfc822"})


async def test_an_address_that_the_server_does_not_know_gets_no_more_mail_until_it_is_said_anew(
    running: RunningService, post: SmtpCatcher
) -> None:
    post.refused = {ADDRESS: "550 5.1.1 No such user jansen@school.example"}
    await wants(running, categories={"guidance": "daily"})
    await wants(running, "pieters")
    assert await running.tell(facts.an_overdue_visit()) == "done"
    await running.announce(facts.a_proposal())
    await running.until("select count(*) = 1 from recipients where bounced_at is not null")
    bounced = (await me(running))["bounced"]
    assert "5.1.1" in bounced["reason"]
    assert ADDRESS not in bounced["reason"]
    assert (await me(running, "pieters"))["bounced"] is None
    assert (
        await running.sql.fetchval("select state from mails where category = 'guidance' and rhythm = 'daily'") == "void"
    )
    assert await running.tell(facts.an_answered_question()) == "done"
    await morning_comes(running)
    mails = [await post.next() for _ in range(3)]
    assert {mail["To"] for mail in mails} == {"pieters@school.example"}
    post.refused = {}
    assert (await wants(running))["bounced"] is None
    await running.announce(facts.a_proposal())
    assert ADDRESS in {(await post.next())["To"], (await post.next())["To"]}


@pytest.mark.parametrize(
    "said", ["451 4.3.0 Later", "550 5.7.1 Your server is on a list", "552 5.2.2 Mailbox full", "554 5.4.6 Loop"]
)
async def test_what_is_not_the_fault_of_the_address_does_not_end_its_mail(
    running: RunningService, post: SmtpCatcher, said: str
) -> None:
    post.refused = {ADDRESS: said}
    await wants(running)
    await running.announce(facts.a_proposal())
    await running.until("select count(*) = 1 from mails where state = 'failed'")
    assert (await me(running))["bounced"] is None


async def test_the_person_hears_of_it_on_the_stream_and_nobody_else(running: RunningService, post: SmtpCatcher) -> None:
    post.refused = {ADDRESS: "550 5.1.1 No such user"}
    await wants(running)
    told: dict[str, list[str]] = {"jansen": [], "pieters": []}

    async def listen(sub: str) -> None:
        async with (
            running.as_("coordinator", sub=sub, schools=[facts.BRIN]) as client,
            client.stream("GET", "/v1/stream") as response,
        ):
            async for line in response.aiter_lines():
                if line.startswith("data: "):
                    told[sub].append(json.loads(line[6:]).get("type", "ready"))
                if "nl.stagebrug.question-answered.v1" in told[sub]:
                    return

    async with asyncio.timeout(15), asyncio.TaskGroup() as group:
        for sub in told:
            group.create_task(listen(sub))
        while not all(told.values()):
            await asyncio.sleep(0.01)  # until both listen
        await running.announce(facts.a_proposal())
        await running.until("select count(*) = 1 from stream where type like '%mail-bounced%' and position is not null")
        await running.announce(facts.an_answered_question())
    assert told["jansen"].count("nl.stagebrug.mail-bounced.v1") == 1
    assert "nl.stagebrug.mail-bounced.v1" not in told["pieters"]


async def test_a_report_of_the_mail_server_counts_like_its_refusal(running: RunningService, post: SmtpCatcher) -> None:
    await wants(running)
    await running.announce(facts.a_proposal())
    mail = await post.next()
    answer = await hand_in(running, a_report(about=mail))
    assert (answer.status_code, answer.json()) == (200, {"permanent": True, "people": 1})
    assert (await hand_in(running, a_report(about=mail))).json() == {"permanent": True, "people": 0}
    assert (await me(running))["bounced"]["reason"] == "report: 5.1.1"
    assert await running.tell(facts.a_proposal()) == "done"
    assert await running.sql.fetchval("select count(*) from mails") == 1


async def test_a_report_of_no_mail_of_ours_or_of_one_before_the_last_wishes_ends_nothing(
    running: RunningService, post: SmtpCatcher
) -> None:
    await wants(running)
    await running.announce(facts.a_proposal())
    mail = await post.next()
    assert (await hand_in(running, a_report())).json() == {"permanent": True, "people": 0}  # anybody can write one
    await wants(running)
    assert (await hand_in(running, a_report(about=mail))).json() == {"permanent": True, "people": 0}
    assert (await me(running))["bounced"] is None


async def test_a_report_names_whom_a_mail_was_for_also_when_it_was_forwarded(
    running: RunningService, post: SmtpCatcher
) -> None:
    await wants(running)
    await running.announce(facts.a_proposal())
    mail = await post.next()
    answer = await hand_in(running, a_report(address="elsewhere@example.org", about=mail))
    assert answer.json() == {"permanent": True, "people": 1}
    assert (await me(running))["bounced"]


@pytest.mark.parametrize(("status", "action"), [("4.2.1", "delayed"), ("5.2.2", "failed"), ("2.0.0", "delivered")])
async def test_a_report_of_what_passes_changes_nothing(running: RunningService, status: str, action: str) -> None:
    await wants(running)
    answer = await hand_in(running, a_report(status, action))
    assert (answer.status_code, answer.json()) == (200, {"permanent": False, "people": 0})
    assert (await me(running))["bounced"] is None


async def test_only_the_mail_server_hands_in_reports_and_only_reports(running: RunningService) -> None:
    assert (await hand_in(running, a_report(), scope="notifications:events:read")).status_code == 403
    for nonsense in (b"", b"Subject: hello\r\n\r\nhello", b"\xff\xfe", b'{"status": "5.1.1"}', a_report()[:200]):
        answer = await hand_in(running, nonsense)
        assert answer.status_code == 400
        assert "RFC 3464" in answer.json()["errors"][0]["detail"]


@pytest.mark.parametrize(
    ("status", "expected"), [("5.1.1", True), ("5.1.10", True), ("5.2.1", True), ("5.2.2", False), ("5.7.1", False)]
)
def test_a_status_says_whether_the_address_is_at_fault(status: str, expected: bool) -> None:
    assert is_of_the_address(status) is expected
