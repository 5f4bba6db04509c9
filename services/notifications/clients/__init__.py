"""What notifications talks to outside: receivers of webhooks and the mail server; no transaction waits for them."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass

from services.notifications.clients.errands import Errands
from services.notifications.clients.live import Hub
from services.notifications.clients.mail import MailClient
from services.notifications.clients.webhooks import WebhookClient
from services.notifications.settings import Settings

MAILS_AT_ONCE = 4
"""Connections to the mail server: many servers refuse more from one client."""

MAIL_SECONDS = 30.0


@dataclass(frozen=True)
class Resources:
    """What handlers, jobs and calls find in `work.resources`."""

    settings: Settings
    webhooks: WebhookClient
    mail: MailClient
    sending: Errands
    mailing: Errands
    hub: Hub


@contextlib.asynccontextmanager
async def resources(settings: Settings) -> AsyncIterator[Resources]:
    """Open the clients; at the end what is on its way may arrive."""
    async with (
        WebhookClient(settings) as webhooks,
        Errands(settings.webhooks_at_once, settings.webhook_seconds) as sending,
        Errands(MAILS_AT_ONCE, MAIL_SECONDS) as mailing,
    ):
        yield Resources(settings, webhooks, MailClient(settings), sending, mailing, Hub())
