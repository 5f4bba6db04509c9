"""What an operator can set of notifications."""

from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, EmailStr, Field, SecretStr
from pydantic_settings import NoDecode

from services.notifications.domain import schedule
from services.notifications.domain.sinks import Reach
from services.notifications.domain.wishes import QuietHours, read_hours
from shared.settings import ServiceSettings


def _split(value: object) -> object:
    return value.split(",") if isinstance(value, str) else value


def _hours(value: str) -> str:
    read_hours(value)
    return value


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
    """How long bodies of deliveries, tries and mails are kept: a subscriber may be away for a holiday week."""
    feed_days: Annotated[int, Field(ge=90, le=1100)] = 400
    """How long the feed still tells that something happened: a year, and who comes back after it."""
    stream_seconds: Annotated[float, Field(gt=0, le=86_400)] = 600
    """How long one live stream lasts before the client connects again, with a token that is checked again."""
    outward_amqp_url: SecretStr | None = None
    """amqps://user:password@host/virtual-host of those outside, never that of the services: who is to publish there.
    Without it there are no subscriptions over AMQP."""
    outward_management_url: SecretStr | None = None
    """http(s)://administrator:password@host:port of the same broker, to make queues and users there."""
    outward_address: str = ""
    """The address that subscribers are told, such as `amqps://amqp.stagebrug.example:5671`; else that of the broker."""
    outward_messages: Annotated[int, Field(ge=1)] = 100_000
    """Messages that wait in a subscriber's queue; what comes then waits here."""
    outward_bytes: Annotated[int, Field(ge=65_536)] = 256 * 1024 * 1024
    """And their size altogether: a subscriber that reads nothing takes this much of the broker's disk."""
    mail_from: str = "Stagebrug <stagebrug@localhost>"
    """The sender of mails."""
    operator_email: EmailStr | None = None
    """Who is mailed, beside the subscriber's own contact, when a subscription fails or ends."""
    quiet_hours: Annotated[str, Field(pattern=r"^(none|\d\d:\d\d-\d\d:\d\d)$"), AfterValidator(_hours)] = "19:00-07:00"
    """When nobody who did not choose otherwise gets mail, in Amsterdam; `none`: at all hours."""
    quiet_weekends: bool = True
    """And on Saturdays and Sundays."""
    front_end_url: str = "http://127.0.0.1:8180"
    """Where the links in mails lead."""

    @property
    def quiet(self) -> QuietHours:
        """When mail waits for the morning."""
        begin, end = read_hours(self.quiet_hours)
        return QuietHours(begin, end, weekends=self.quiet_weekends)

    @property
    def has_outward(self) -> bool:
        """Whether there are subscriptions over AMQP."""
        return bool(self.outward_amqp_url and self.outward_management_url)

    @property
    def reach(self) -> Reach:
        """Which addresses webhooks may go to."""
        return Reach(loopback=self.allow_loopback_sinks, private=self.allow_private_sinks)
