"""Mails to who has no account: the letter is fetched when it is sent, and nothing of it is kept."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI, Request, Response

from deploy.ports import free_ports
from services.notifications.clients.letters import LetterToSend
from services.notifications.clients.mail import MailClient
from services.notifications.clients.mail_words import TEMPLATES
from services.notifications.settings import Settings
from services.notifications.store.mail import WaitingMail
from shared.events.intake import LinkAnswered, LinkIssued
from shared.ids import new_id
from tests.conftest import StartService
from tests.notifications import facts
from tests.notifications.conftest import QUICK
from tests.notifications.test_mail import ADDRESS, wishes
from tests.support.bench import QuietServer
from tests.support.service import RunningService
from tests.support.smtp_catcher import SmtpCatcher

LETTER: dict[str, Any] = {
    "email": "chef@linde.example",
    "url": "https://school.example/l/GEHEIM-1",
    "purpose": "still-open",
    "recipient": "employer",
    "schoolName": "Praktijkschool <De Brug>",
    "employerName": "Tuincentrum De Linde",
    "lastDay": "2026-12-24",
}


@dataclass
class FakeIntake:
    """What intake answers when a letter is asked for, one after the other; the last one stays."""

    answers: list[int] = field(default_factory=lambda: [200])
    asked: list[str] = field(default_factory=list)
    url: str = ""


@pytest.fixture
async def intake() -> AsyncIterator[FakeIntake]:
    """Intake with its letters, on a port of its own."""
    fake, app = FakeIntake(), FastAPI()

    @app.post("/v1/links/{link_id}/letter")
    async def write_letter(link_id: str, request: Request) -> Response:
        fake.asked.append(request.headers.get("Authorization", ""))
        status = fake.answers.pop(0) if len(fake.answers) > 1 else fake.answers[0]
        letter = LetterToSend.model_validate(LETTER | {"url": f"https://school.example/l/GEHEIM-{len(fake.asked)}"})
        return Response(letter.model_dump_json(by_alias=True) if status == 200 else "", status)

    port = free_ports(["intake"])["intake"]
    server = QuietServer(uvicorn.Config(app, port=port, log_config=None))
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)  # uvicorn says so
    fake.url = f"http://127.0.0.1:{port}"
    yield fake
    server.should_exit = True
    await task


@pytest.fixture
async def mailing(service: StartService, post: SmtpCatcher, intake: FakeIntake) -> RunningService:
    """Notifications beside that intake."""
    started = await service("notifications", smtp_url=post.url, intake_url=intake.url, **QUICK)
    assert await started.tell(facts.a_school()) == "done"
    return started


async def issue(mailing: RunningService) -> None:
    link = LinkIssued(link_id=new_id(), school_id=facts.SCHOOL, purpose="still-open", recipient="employer")
    dataref = f"https://elsewhere.example/v1/links/{link.link_id}/letter"
    assert await mailing.tell(link, dataref=dataref) == "done"


async def everything_kept(mailing: RunningService) -> str:
    return str([dict(row) for row in await mailing.sql.fetch("select * from mails")])


async def test_a_link_is_mailed_in_the_schools_name_and_neither_address_nor_link_is_kept(
    mailing: RunningService, post: SmtpCatcher, intake: FakeIntake
) -> None:
    await issue(mailing)
    mail = await post.next()
    assert (mail["To"], mail["Subject"]) == ("chef@linde.example", "Is er bij u nog plek voor een leerling?")
    plain, html = (mail.get_body((kind,)) for kind in ("plain", "html"))
    assert plain
    assert html
    assert "https://school.example/l/GEHEIM-1" in plain.get_content()
    assert 'href="https://school.example/l/GEHEIM-1"' in html.get_content()
    assert "Praktijkschool &lt;De Brug&gt;" in html.get_content()
    assert "24-12-2026" in plain.get_content()
    assert intake.asked[0].startswith("Bearer ")
    await mailing.until("select count(*) = 1 from mails where state = 'sent'")
    assert not [word for word in ("chef@", "GEHEIM", "Linde") if word in await everything_kept(mailing)]


async def test_a_letter_is_fetched_anew_for_each_try_and_what_a_server_says_of_the_address_is_not_kept(
    mailing: RunningService, post: SmtpCatcher, intake: FakeIntake
) -> None:
    post.answers = ["451 chef@linde.example is greylisted"]
    await issue(mailing)
    plain = (await post.next()).get_body(("plain",))
    assert plain
    assert "GEHEIM-2" in plain.get_content()
    await mailing.until("select count(*) = 1 from mails where state = 'sent'")
    assert len(intake.asked) == 2
    assert "chef@" not in await everything_kept(mailing)


async def test_a_refused_letter_keeps_no_address(mailing: RunningService, post: SmtpCatcher) -> None:
    post.answers = ["550 chef@linde.example is unknown here"]
    await issue(mailing)
    await mailing.until("select count(*) = 1 from mails where state = 'failed'")
    kept = await everything_kept(mailing)
    assert "550" in kept
    assert "chef@" not in kept


@pytest.mark.parametrize("status", [404, 410])
async def test_a_letter_that_is_no_more_ends_quietly(
    mailing: RunningService, post: SmtpCatcher, intake: FakeIntake, status: int
) -> None:
    intake.answers = [status]
    await issue(mailing)
    await mailing.until("select count(*) = 0 from mails")
    assert intake.asked
    assert not post.tried


async def test_an_intake_that_is_away_is_asked_again(
    mailing: RunningService, post: SmtpCatcher, intake: FakeIntake
) -> None:
    intake.answers = [503, 200]
    await issue(mailing)
    assert (await post.next())["To"] == "chef@linde.example"
    assert len(intake.asked) == 2


async def test_the_school_hears_of_an_answer_by_mail_and_on_the_stream(
    mailing: RunningService, post: SmtpCatcher
) -> None:
    await wishes(mailing)
    answered, asked = (
        LinkAnswered(link_id=new_id(), school_id=facts.SCHOOL, purpose=purpose, employer_id=None, code=code)
        for purpose, code in (("problem", "problem-today"), ("questionnaire", "questionnaire-finished"))
    )
    await mailing.tell(asked)
    await mailing.tell(answered)
    mail = await post.next()
    assert (mail["To"], mail["Subject"]) == (ADDRESS, "Bel vandaag: een bedrijf meldt een probleem")
    plain = mail.get_body(("plain",))
    assert plain
    assert f"/links/{answered.link_id}" in plain.get_content()
    shown = "select count(*) = 1 from stream where type like '%link-answered%' and views::text like $1"
    for one in (answered, asked):
        await mailing.until(shown, f"%{one.link_id}%")
    assert len(post.tried) == 1


@pytest.mark.parametrize("recipient", ["employer", "student", "parents"])
@pytest.mark.parametrize(
    "purpose",
    [
        "still-open",
        "pause",
        "problem",
        "support",
        "questionnaire",
        "sharing",
        "consent",
        "own-network",
        "sign",
        "evaluate",
        "something-new",
    ],
)
def test_every_purpose_has_its_words(purpose: str, recipient: str) -> None:
    client = MailClient(Settings(database_url="postgresql://h/d", amqp_url="amqp://h/"))
    letter = LetterToSend.model_validate(LETTER | {"purpose": purpose, "recipient": recipient, "employerName": None})
    mail = client.compose(WaitingMail(new_id(), None, "link", "", {}, 1, "x"), letter)
    text = mail.get_body(("plain",))
    assert text
    assert letter.url in text.get_content()
    assert "None" not in text.get_content()
    assert (TEMPLATES / "link.txt").exists()
    if recipient == "student":
        assert "alleen voor jou" in text.get_content()
