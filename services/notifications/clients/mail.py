"""The mail server, and what a mail looks like: plain text and HTML, clear Dutch, a link and no names."""

from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import aiosmtplib
import jinja2

from services.notifications.settings import Settings
from services.notifications.store.mail import WaitingMail

TEMPLATES = Path(__file__).parent.parent / "templates"

PERMANENT = range(500, 600)
"""SMTP answers that will be the same next time (RFC 5321 §4.2.1)."""


@dataclass(frozen=True)
class NotTaken(Exception):
    """The server did not take a mail; when it is `final` it never will."""

    reason: str
    final: bool


class MailClient:
    """Composes and sends the coordinators' mails."""

    def __init__(self, settings: Settings) -> None:
        self._server = urlsplit(settings.smtp_url)
        self._from = settings.mail_from
        self._front_end = settings.front_end_url.rstrip("/")
        self._templates = jinja2.Environment(
            loader=jinja2.FileSystemLoader(TEMPLATES),
            autoescape=jinja2.select_autoescape(["html"]),
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def compose(self, mail: WaitingMail) -> EmailMessage:
        """The message; its Message-ID is the row's, so that a second copy is recognised (RFC 5322 §3.6.4).

        ValueError when an address or a header holds a line break: the policy refuses to write a header into a header.
        """
        words: Any = self._templates.get_template(f"{mail.template}.txt").make_module({"facts": mail.facts})
        values = {"words": words, "link": f"{self._front_end}{mail.path}", "front_end": self._front_end}
        message = EmailMessage(SMTP)
        message["From"] = self._from
        message["To"] = mail.email
        message["Subject"] = words.subject
        message["Message-ID"] = f"<{mail.id}@{_domain(self._from)}>"
        message["Date"] = format_datetime(datetime.now(UTC))
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers, please
        message.set_content(self._templates.get_template("letter.txt").render(values))
        message.add_alternative(self._templates.get_template("letter.html").render(values), subtype="html")
        return message

    async def send(self, mail: WaitingMail, seconds: float) -> None:
        """Hand a mail to the server; `NotTaken` says why it did not take it."""
        try:
            await aiosmtplib.send(
                self.compose(mail),
                recipients=[mail.email],
                hostname=self._server.hostname or "127.0.0.1",
                port=self._server.port,
                username=unquote(self._server.username) if self._server.username else None,
                password=unquote(self._server.password) if self._server.password else None,
                use_tls=self._server.scheme == "smtps",
                start_tls=True if self._server.scheme == "smtp+starttls" else None,
                timeout=seconds,
            )
        except aiosmtplib.SMTPRecipientsRefused as error:
            codes = [refused.code for refused in error.recipients]
            raise NotTaken(f"recipient refused: {codes}", all(code in PERMANENT for code in codes)) from error
        except aiosmtplib.SMTPResponseException as error:
            raise NotTaken(f"{error.code} {error.message}", error.code in PERMANENT) from error
        except (aiosmtplib.SMTPException, OSError) as error:
            raise NotTaken(repr(error), final=False) from error
        except ValueError as error:
            raise NotTaken(f"not a mail: {error}", final=True) from error


def _domain(address: str) -> str:
    return parseaddr(address)[1].rpartition("@")[2] or "localhost"
