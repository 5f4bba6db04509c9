"""What an operator can set of notifications."""

from typing import Annotated

from pydantic import BeforeValidator, Field
from pydantic_settings import NoDecode

from services.notifications.domain import schedule
from services.notifications.domain.sinks import Reach
from shared.settings import ServiceSettings


def _split(value: object) -> object:
    return value.split(",") if isinstance(value, str) else value


Pauses = Annotated[
    tuple[Annotated[float, Field(ge=0)], ...], NoDecode, BeforeValidator(_split), Field(min_length=1, max_length=50)
]
"""Seconds with commas between them, such as `0,25,100`."""


class Settings(ServiceSettings):
    """Environment variables `STAGEBRUG_…` of this service, beside those that all have."""

    allow_loopback_sinks: bool = False
    """Webhooks may go to this machine, also without TLS: for the local stack and tests only."""
    allow_private_sinks: bool = False
    """Webhooks may go to private address ranges: for receivers in the operator's own network."""
    webhook_pauses: Pauses = schedule.PAUSES
    """Seconds before each try of a webhook."""
    handshake_pauses: Pauses = schedule.HANDSHAKE_PAUSES
    """Seconds before each try to prove a new address."""
    mail_pauses: Pauses = schedule.MAIL_PAUSES
    """Seconds before each try of a mail."""
    webhook_seconds: Annotated[float, Field(gt=0, le=60)] = 15
    """How long a receiver may take to answer; Standard Webhooks names 15 to 30."""
    webhooks_at_once: Annotated[int, Field(ge=1, le=1000)] = 100
    """Requests that one process has in flight."""
    keep_days: Annotated[int, Field(ge=1, le=90)] = 14
    """How long deliveries (and with them the feed) and mails are kept: a subscriber may be away for a holiday week."""
    stream_seconds: Annotated[float, Field(gt=0, le=86_400)] = 600
    """How long one live stream lasts before the client connects again, with a token that is checked again."""
    mail_from: str = "Stagebrug <stagebrug@localhost>"
    """The sender of mails."""
    front_end_url: str = "http://127.0.0.1:8180"
    """Where the links in mails lead."""

    @property
    def reach(self) -> Reach:
        """Which addresses webhooks may go to."""
        return Reach(loopback=self.allow_loopback_sinks, private=self.allow_private_sinks)
