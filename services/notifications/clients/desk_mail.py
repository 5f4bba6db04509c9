"""Mail to desks: a call for help in clear Dutch, with a link for each answer."""

from collections.abc import Sequence
from typing import cast

from services.notifications.clients import desk_words
from services.notifications.clients.mail import Addressed, MailClient
from services.notifications.clients.mail_words import OptOut, Written
from services.notifications.domain.desks import DeskLetter
from services.notifications.domain.digest import Item
from services.notifications.settings import Settings
from services.notifications.store.mail import WaitingMail


class DeskMail:
    """Has letters to desks sent as all mail is."""

    def __init__(self, settings: Settings) -> None:
        self._client = _Composing(settings)

    async def send(self, letter: DeskLetter, seconds: float) -> None:
        """Hand a letter to the server; `NotTaken` says why it did not take it."""
        waiting = WaitingMail(letter.id, None, "call", "", {}, letter.tries)
        await self._client.send(waiting, seconds, letter)


class _Composing(MailClient):
    """The same client with words of its own."""

    def _written(
        self, _mail: WaitingMail, letter: Addressed | None, _items: Sequence[Item], _opt_out: OptOut | None
    ) -> Written:
        return desk_words.written(cast("DeskLetter", letter))
