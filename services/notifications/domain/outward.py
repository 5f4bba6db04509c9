"""Events over AMQP: a queue of the subscriber's own on a virtual host that is for those outside."""

import base64
import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Self
from uuid import UUID

from shared.errors import Refused

QUEUE = "outside"
"""Begins the names of all queues there: one policy limits them all."""

SALT_BYTES = 4
"""As RabbitMQ's password hashes have it."""


class Protocol(StrEnum):
    """How events reach a subscriber; the names are those of the CloudEvents subscriptions API."""

    HTTP = "http"
    AMQP = "amqp"
    ZGW = "zgw"
    """Into a municipality's case system; set up per region, not by subscribing."""


class AmqpIsOff(Refused):
    """Events go by webhook and feed only in this installation: leave `protocol` out."""

    slug = "amqp-is-off"


@dataclass(frozen=True)
class Login:
    """A user of the outward virtual host. Its password is known to the subscriber only: here is the broker's hash."""

    name: str
    password_hash: str = field(repr=False)
    until: datetime | None = None

    @classmethod
    def fresh(cls, subscription_id: UUID) -> tuple[Self, str]:
        """A new login of a subscription, and its password."""
        password = secrets.token_urlsafe(32)
        return cls(f"{subscription_id}.{secrets.token_hex(4)}", hash_of(password)), password

    @classmethod
    def read(cls, saved: dict[str, Any]) -> Self:
        """A login as it was saved."""
        until = saved["until"]
        return cls(saved["name"], saved["passwordHash"], datetime.fromisoformat(until) if until else None)

    def written(self) -> dict[str, Any]:
        """The same for saving."""
        until = self.until.isoformat() if self.until else None
        return {"name": self.name, "passwordHash": self.password_hash, "until": until}

    def counts(self, now: datetime) -> bool:
        """Whether it may still be used."""
        return self.until is None or self.until > now


def hash_of(password: str) -> str:
    """A password as RabbitMQ keeps it (`rabbit_password_hashing_sha256`): no broker has to be there to make one."""
    salt = secrets.token_bytes(SALT_BYTES)
    return base64.b64encode(salt + hashlib.sha256(salt + password.encode()).digest()).decode()


def queue_of(subscription_id: UUID) -> str:
    """The queue of a subscription."""
    return f"{QUEUE}.{subscription_id}"


def subscription_of(queue: str) -> UUID | None:
    """Whose queue this is; None for one that is none of ours."""
    start, _, rest = queue.partition(".")
    try:
        return UUID(rest) if start == QUEUE else None
    except ValueError:
        return None
