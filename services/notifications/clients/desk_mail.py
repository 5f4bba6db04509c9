"""Mail to desks: a call for help in clear Dutch, with a link for each answer."""

from collections.abc import Sequence
from pathlib import Path

import jinja2

from services.notifications.clients.mail import Addressed, MailClient
from services.notifications.clients.mail_words import OptOut, Written
from services.notifications.domain.desks import DeskLetter
from services.notifications.domain.digest import Item
from services.notifications.settings import Settings
from services.notifications.store.mail import WaitingMail

TEMPLATES = Path(__file__).parent.parent / "templates" / "desks"


class DeskMail:
    """Composes letters to desks, and has them sent as all mail is."""

    def __init__(self, settings: Settings) -> None:
        self._client = _Composing(settings)

    async def send(self, letter: DeskLetter, seconds: float) -> None:
        """Hand a letter to the server; `NotTaken` says why it did not take it."""
        waiting = WaitingMail(letter.id, None, "call", "", {}, letter.tries)
        await self._client.send(waiting, seconds, letter)


class _Composing(MailClient):
    """The same client with words of its own, since a letter to a desk has two links."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self._desks = jinja2.Environment(
            loader=jinja2.FileSystemLoader(TEMPLATES),
            autoescape=jinja2.select_autoescape(["html"]),
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def _written(
        self, _mail: WaitingMail, letter: Addressed | None, _items: Sequence[Item], _opt_out: OptOut | None
    ) -> Written:
        subject = self._desks.get_template("call.txt").render(letter=letter)
        plain, html = (
            self._desks.get_template(f"call-letter.{kind}").render(letter=letter, subject=subject)
            for kind in ("txt", "html")
        )
        return Written(subject, plain, html)
