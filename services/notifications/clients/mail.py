"""The mail server, and what a mail looks like: plain text and HTML, clear Dutch, a link and no names."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from typing import Protocol
from urllib.parse import unquote, urlsplit

import aiosmtplib

from services.notifications.clients.mail_words import OptOut, Stationery, Written
from services.notifications.domain.bounces import ENHANCED, is_of_the_address
from services.notifications.domain.digest import Item, grouped
from services.notifications.domain.opt_outs import token_of
from services.notifications.settings import Settings
from services.notifications.store.mail import DIGEST, WaitingMail

PERMANENT = range(500, 600)
"""SMTP answers that will be the same next time (RFC 5321 §4.2.1)."""


class Addressed(Protocol):
    """A letter that says itself to whom it goes, with a link of its own."""

    @property
    def email(self) -> str:
        """To whom."""

    @property
    def url(self) -> str:
        """Where the link leads."""


@dataclass(frozen=True)
class NotTaken(Exception):
    """The server did not take a mail; when it is `final` it never will."""

    reason: str
    final: bool
    bounced: bool = False
    """It said that there is no such address, or none that takes mail."""


class MailClient:
    """Composes and sends the coordinators' mails."""

    def __init__(self, settings: Settings) -> None:
        self._server = urlsplit(settings.smtp_url)
        self._from = settings.mail_from
        self._public = settings.public_url.rstrip("/")
        self.stationery = Stationery(settings.front_end_url)

    def compose(self, mail: WaitingMail, letter: Addressed | None = None, items: Sequence[Item] = ()) -> EmailMessage:
        """The message, of a letter that was fetched, of a digest's items, or else to a recipient whom we know.

        Its Message-ID is the row's, so that a second copy is recognised (RFC 5322 §3.6.4). A letter that is fetched
        again has another link: it is another mail, which nothing on the way may drop as a copy.

        ValueError when an address or a header holds a line break: the policy refuses to write a header into a header.
        """
        opt_out = self._opt_out(mail)
        written = self._written(mail, letter, items, opt_out)
        message = EmailMessage(SMTP)
        message["From"] = self._from
        message["To"] = letter.email if letter else mail.email
        message["Subject"] = written.subject
        copy = f".{mail.tries}" if letter else ""
        message["Message-ID"] = f"<{mail.id}{copy}@{_domain(self._from)}>"
        message["Date"] = format_datetime(datetime.now(UTC))
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers, please
        if opt_out:
            message["List-Unsubscribe"] = f"<{opt_out.url}>"
            message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"  # RFC 8058: the mail program's own button
        message.set_content(written.plain)
        message.add_alternative(written.html, subtype="html")
        return message

    def _written(
        self, mail: WaitingMail, letter: Addressed | None, items: Sequence[Item], opt_out: OptOut | None
    ) -> Written:
        if mail.template == DIGEST:
            return self.stationery.digest(mail.rhythm, grouped(items, datetime.now(UTC)), opt_out)
        if letter:
            return self.stationery.letter(mail.template, letter, url=letter.url)
        url = str(mail.facts.get("url", ""))  # of who looks after a system, and has no front end
        return self.stationery.letter(mail.template, mail.facts, path=mail.path, url=url, opt_out=opt_out)

    def _opt_out(self, mail: WaitingMail) -> OptOut | None:
        what = mail.category or (mail.rhythm if mail.template == DIGEST else None)
        if mail.recipient is None or mail.opt_out_key is None or what is None:
            return None
        return OptOut(what, f"{self._public}/v1/public/opt-outs/{token_of(mail.recipient, mail.opt_out_key, what)}")

    async def send(
        self, mail: WaitingMail, seconds: float, letter: Addressed | None = None, *, items: Sequence[Item] = ()
    ) -> None:
        """Hand a mail to the server; `NotTaken` says why it did not take it."""
        try:
            await aiosmtplib.send(
                self.compose(mail, letter, items),
                recipients=[(letter.email if letter else mail.email) or ""],
                hostname=self._server.hostname or "127.0.0.1",
                port=self._server.port,
                username=unquote(self._server.username) if self._server.username else None,
                password=unquote(self._server.password) if self._server.password else None,
                use_tls=self._server.scheme == "smtps",
                start_tls=True if self._server.scheme == "smtp+starttls" else None,
                timeout=seconds,
            )
        except aiosmtplib.SMTPRecipientsRefused as error:
            raise _refused(error) from error
        except aiosmtplib.SMTPResponseException as error:
            raise NotTaken(f"{error.code} {error.message}", error.code in PERMANENT) from error
        except (aiosmtplib.SMTPException, OSError) as error:
            raise NotTaken(repr(error), final=False) from error
        except ValueError as error:
            raise NotTaken(f"not a mail: {error}", final=True) from error


def _refused(error: aiosmtplib.SMTPRecipientsRefused) -> NotTaken:
    """A mail has one recipient."""
    code, said = error.recipients[0].code, error.recipients[0].message
    status = ENHANCED.match(said)
    reason = f"recipient refused: {code}" + (f" {status[0]}" if status else "")
    final = code in PERMANENT
    return NotTaken(reason, final, bounced=final and (status is None or is_of_the_address(status[0])))


def _domain(address: str) -> str:
    return parseaddr(address)[1].rpartition("@")[2] or "localhost"
