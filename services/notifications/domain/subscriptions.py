"""What a subscription is and how its state changes."""

import base64
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self
from uuid import UUID

from standardwebhooks import Webhook

from services.notifications.domain.filters import Filter
from services.notifications.domain.pseudonyms import Pseudonyms, new_key
from services.notifications.domain.recipients import Recipient
from shared.errors import Refused

SECRET_BYTES = 32
"""Standard Webhooks asks for 24 to 64."""

OVERLAP = timedelta(hours=24)
"""How long a rotated secret still signs beside the new one: time to change it on the other side on a working day."""

MOST_PER_OWNER = 20
"""An organisation with more has a mistake in its set-up, and every event would be matched with each of them."""


class State(StrEnum):
    """Whether events go out; rows for the feed are written in every state but the last."""

    UNVERIFIED = "unverified"
    ACTIVE = "active"
    PAUSED = "paused"
    FAILING = "failing"
    RETIRED = "retired"


SENDING = (State.ACTIVE, State.FAILING)
"""A failing subscription goes on getting what is new, and is active again with the first that arrives."""


class SubscriptionIsRetired(Refused):
    """The receiver answered 410 and this subscription has ended: make a new one."""

    slug = "subscription-is-retired"


class SubscriptionHasNoSink(Refused):
    """A subscription without a sink is read from the feed: there is nothing to send to."""

    slug = "subscription-has-no-sink"


class TooManySubscriptions(Refused):
    """There are {most} subscriptions of yours already, which is the most."""

    slug = "too-many-subscriptions"


@dataclass(frozen=True)
class Secret:
    """A signing secret as Standard Webhooks writes it (`whsec_` and base64), and until when it signs."""

    text: str = field(repr=False)
    until: datetime | None = None

    @classmethod
    def fresh(cls) -> Self:
        """A new secret without an end."""
        return cls("whsec_" + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode())


@dataclass(frozen=True)
class Subscription:
    """What an outside organisation wants to hear, and where."""

    id: UUID
    owner: str
    recipient: Recipient
    sink: str | None
    types: tuple[str, ...]
    filters: tuple[Filter, ...]
    state: State
    created_at: datetime
    reason: str | None = None
    secrets: tuple[Secret, ...] = field(default_factory=lambda: (Secret.fresh(),), repr=False)
    pseudonyms: Pseudonyms = field(default_factory=lambda: Pseudonyms(new_key()), repr=False)
    verified: bool = False
    rate: int | None = None
    """Requests a minute that the receiver allows; None without a limit."""

    def wants(self, event_type: str) -> bool:
        """Whether it asked for this type; without types it asked for all it may get."""
        return not self.types or event_type in self.types

    def accepted(self, rate: int | None) -> Self:
        """The receiver has proved itself."""
        return replace(self, state=State.ACTIVE, verified=True, rate=rate, reason=None)

    def unproven(self, reason: str) -> Self:
        """The receiver has not proved itself."""
        return replace(self, state=State.UNVERIFIED, verified=False, reason=reason)

    def paused(self) -> Self:
        """Its owner wants silence; what happens meanwhile waits."""
        self._require_alive()
        return replace(self, state=State.PAUSED, reason="paused-by-owner")

    def resumed(self) -> Self:
        """Its owner wants to hear again; a sink that has not proved itself has to do so first."""
        self._require_alive()
        if self.verified or self.sink is None:
            return replace(self, state=State.ACTIVE, reason=None)
        return self.unproven("handshake-pending")

    def failing(self, reason: str) -> Self:
        """The last try of an event failed; a pause or an end stays what it is."""
        return replace(self, state=State.FAILING, reason=reason) if self.state in SENDING else self

    def arrived(self) -> Self:
        """Something arrived."""
        return replace(self, state=State.ACTIVE, reason=None) if self.state is State.FAILING else self

    def retired(self, reason: str) -> Self:
        """The receiver wants nothing more."""
        return replace(self, state=State.RETIRED, reason=reason)

    def redirected(self, sink: str | None) -> Self:
        """Events go somewhere else from now on, which has to prove itself."""
        self._require_alive()
        if sink == self.sink:
            return self
        if sink is None:
            return replace(self, sink=None, state=State.ACTIVE, verified=False, reason=None)
        return replace(self, sink=sink).unproven("handshake-pending")

    def rotated(self, now: datetime) -> Self:
        """A new secret; the present one signs beside it for a while."""
        self._require_alive()
        old = replace(self.secrets[0], until=now + OVERLAP)
        return replace(self, secrets=(Secret.fresh(), old))

    def _require_alive(self) -> None:
        if self.state is State.RETIRED:
            raise SubscriptionIsRetired


def signatures(secrets_: Sequence[Secret], webhook_id: str, moment: datetime, body: str) -> str:
    """The `webhook-signature` header: one signature for each secret that still counts."""
    valid = (secret for secret in secrets_ if secret.until is None or secret.until > moment)
    return " ".join(Webhook(secret.text).sign(webhook_id, moment, body) for secret in valid)
