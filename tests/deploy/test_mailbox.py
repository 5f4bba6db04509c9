"""Mail that the local stack sends is caught, and shown to people and programs."""

import smtplib
import sys
from email.message import EmailMessage
from pathlib import Path

import httpx
import pytest

from deploy import ports, processes


@pytest.fixture
def mailbox(folder: Path) -> dict[str, int]:
    taken = ports.free_ports(("smtp", "http"))
    command = [
        sys.executable,
        "-m",
        "deploy.mailbox",
        "--smtp-port",
        str(taken["smtp"]),
        "--http-port",
        str(taken["http"]),
    ]
    processes.start(folder, processes.Program("mail", command, {}, folder=Path(__file__).parents[2]))
    processes.wait_until(folder, "mail", lambda: processes.answers(f"http://{ports.LOOPBACK}:{taken['http']}/messages"))
    return taken


def _send(port: int, to: str, subject: str, text: str) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "stagebrug@example.nl", to, subject
    mail.set_content(text)
    with smtplib.SMTP(ports.LOOPBACK, port) as smtp:
        smtp.send_message(mail)


def test_caught_mail_is_shown_as_json_and_as_a_page(mailbox: dict[str, int]) -> None:
    view = f"http://{ports.LOOPBACK}:{mailbox['http']}"
    _send(
        mailbox["smtp"], "wsp@example.nl", "Hulp gevraagd: zorg", "Ga naar <https://example.nl/a?b=1&c=2> – één plek."
    )
    _send(mailbox["smtp"], "sbb@example.nl", "Iets anders", "<script>alert(1)</script>")

    first, second = httpx.get(f"{view}/messages").json()
    assert (first["to"], first["subject"]) == (["wsp@example.nl"], "Hulp gevraagd: zorg")
    assert "één plek" in first["text"]
    assert first["receivedAt"].endswith("Z")
    assert httpx.get(f"{view}/messages", params={"to": "sbb@example.nl"}).json() == [second]
    assert httpx.get(f"{view}/messages/2").json() == second
    assert httpx.get(f"{view}/messages/3").status_code == 404

    page = httpx.get(view).text
    assert '<a href="https://example.nl/a?b=1&amp;c=2">' in page
    assert "<script>" not in page
