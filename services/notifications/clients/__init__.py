"""What notifications talks to: receivers of webhooks, the mail server, intake for letters; no transaction waits."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from services.notifications.clients.desk_mail import DeskMail
from services.notifications.clients.errands import Errands, Together, Turn
from services.notifications.clients.letters import SCOPE, Letters
from services.notifications.clients.live import Hub
from services.notifications.clients.logs import Logs
from services.notifications.clients.mail import MailClient
from services.notifications.clients.outward import OutwardBroker
from services.notifications.clients.readers import Readers
from services.notifications.clients.webhooks import LOOKS_AT_ONCE, WebhookClient
from services.notifications.clients.zgw import CaseSystemClient
from services.notifications.settings import Settings
from shared.replays.log import log_client
from shared.security import machine_client

MAILS_AT_ONCE = 4
"""Connections to the mail server: many servers refuse more from one client."""

MAIL_SECONDS = 30.0

WRITTEN_AT_ONCE = 100
"""Tries that one transaction writes down: its locks are held for milliseconds still."""


@dataclass(frozen=True)
class Resources:
    """What handlers, jobs and calls find in `work.resources`."""

    settings: Settings
    webhooks: WebhookClient
    mail: MailClient
    desk_mail: DeskMail
    letters: Letters
    sending: Errands
    turn: Turn
    """Of the subscriptions, at sending."""
    looking: Errands
    """At cases: a case system that says nothing keeps no event from going out."""
    written: Together[Any]
    """Tries that are over."""
    mailing: Errands
    hub: Hub
    readers: Readers
    logs: Logs
    cases: CaseSystemClient
    outward: OutwardBroker | None = None


@contextlib.asynccontextmanager
async def resources(settings: Settings) -> AsyncIterator[Resources]:
    """Open the clients; at the end what is on its way may arrive."""
    async with (
        contextlib.AsyncExitStack() as stack,
        WebhookClient(settings) as webhooks,
        Errands(settings.webhooks_at_once, settings.webhook_seconds, settings.webhooks_at_once) as sending,
        Errands(LOOKS_AT_ONCE, settings.webhook_seconds) as looking,
        Errands(MAILS_AT_ONCE, MAIL_SECONDS) as mailing,
        machine_client(settings, SCOPE) as intake,
        log_client(settings, "intake") as log,
    ):
        letters = Letters(intake, settings.intake_url)
        logs = Logs(log, settings.intake_url)
        outward = await stack.enter_async_context(OutwardBroker(settings)) if settings.has_outward else None
        yield Resources(
            settings,
            webhooks,
            MailClient(settings),
            DeskMail(settings),
            letters,
            sending,
            Turn(),
            looking,
            Together(WRITTEN_AT_ONCE),
            mailing,
            Hub(),
            Readers(),
            logs,
            CaseSystemClient(webhooks),
            outward,
        )
