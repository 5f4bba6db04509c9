"""What a subscription is and how its state changes."""

import base64
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self
from uuid import UUID

from standardwebhooks import Webhook

from services.notifications.domain.credentials import Credential, Receiver
from services.notifications.domain.filters import Filter
from services.notifications.domain.outward import Login, Protocol
from services.notifications.domain.pseudonyms import Pseudonyms, new_key
from services.notifications.domain.recipients import Recipient
from shared.errors import Refused

SECRET_BYTES = 32
"""Standard Webhooks asks for 24 to 64."""

OVERLAP = timedelta(hours=24)
"""How long a rotated secret still signs beside the new one: time to change it on the other side on a working day."""

MOST_PER_OWNER = 20
"""An organisation with more has a mistake in its set-up, and every event would be matched with each of them."""


MISSES_IN_A_ROW = 5
"""After so many tries without an answer that counts, one try at a time finds out whether a receiver is back."""


AT_ONCE = 4
"""Requests in flight per subscription: a slow receiver takes these and no more of what all share."""

MOST_AT_ONCE = 20
"""What a subscriber may raise that to: a fifth of what one process has in flight."""


class Breaker(StrEnum):
    """Whether a receiver gets all that is due, or one try at a time until it takes one."""

    CLOSED = "closed"
    OPEN = "open"


class State(StrEnum):
    """Whether events go out; rows for the feed are written in every state but the last."""

    UNVERIFIED = "unverified"
    ACTIVE = "active"
    PAUSED = "paused"
    FAILING = "failing"
    RETIRED = "retired"


SENDING = (State.ACTIVE, State.FAILING)
"""A failing subscription goes on getting what is new, and is active again with the first that arrives."""


PENDING = {
    Protocol.HTTP: "handshake-pending",
    Protocol.AMQP: "queue-pending",
    Protocol.ZGW: "registration-pending",
}
"""What a subscription waits for before anything goes out."""


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
class Listeners:
    """Subscriptions that differ in nothing that matters to an event but in who they are."""

    recipient: Recipient
    filters: tuple[Filter, ...]
    has_sink: bool
    members: Sequence[tuple[UUID, Pseudonyms]]

    def without(self, ids: Collection[UUID]) -> Self:
        """Those that are left."""
        return replace(self, members=[each for each in self.members if each[0] not in ids]) if ids else self


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
    credential: Credential | None = field(default=None, repr=False)
    authority: str | None = field(default=None, repr=False)
    verified: bool = False
    rate: int | None = None
    """Requests a minute that the receiver allows; None without a limit."""
    at_once: int = AT_ONCE
    per_minute: int | None = None
    """Requests a minute that the subscriber wants at most."""
    contact: str | None = None
    """Who is mailed when nothing arrives any more."""
    misses: int = 0
    """Tries in a row that it did not take."""
    rests_until: datetime | None = None
    """Before then nothing is sent: it asked for that, or did not answer."""
    protocol: Protocol = Protocol.HTTP
    logins: tuple[Login, ...] = field(default=(), repr=False)
    """Over AMQP: who may read its queue, the newest first."""

    @property
    def is_sent(self) -> bool:
        """Whether its events go out, and are not only read from the feed."""
        return self.sink is not None or self.protocol is not Protocol.HTTP

    @property
    def receiver(self) -> Receiver:
        """Where its events are sent; only of one that has a sink."""
        assert self.sink is not None
        return Receiver(self.sink, self.credential, self.authority)

    def is_received_by(self, earlier: Self) -> bool:
        """Whether events still go where they went, and are known there by the same."""
        names = ("sink", "credential", "authority")
        return all(getattr(self, name) == getattr(earlier, name) for name in names)

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
        self.require_alive()
        return replace(self, state=State.PAUSED, reason="paused-by-owner")

    def resumed(self) -> Self:
        """Its owner wants to hear again; a sink that has not proved itself has to do so first."""
        self.require_alive()
        if self.verified or not self.is_sent:
            return replace(self, state=State.ACTIVE, reason=None)
        return self.unproven(PENDING[self.protocol])

    def failing(self, reason: str) -> Self:
        """The last try of an event failed; a pause or an end stays what it is."""
        return replace(self, state=State.FAILING, reason=reason) if self.state in SENDING else self

    @property
    def pace(self) -> int | None:
        """Requests a minute, as the receiver and the subscriber allow; None without a limit."""
        return min((each for each in (self.rate, self.per_minute) if each), default=None)

    @property
    def breaker(self) -> Breaker:
        """Open when it took nothing lately; `reason` says what happened last."""
        return Breaker.OPEN if self.is_away else Breaker.CLOSED

    @property
    def is_away(self) -> bool:
        """Whether only one try at a time goes to it, until one arrives."""
        return self.misses >= MISSES_IN_A_ROW

    def missed(self, reason: str) -> Self:
        """A try was not taken; with enough of them in a row it counts as failing before the first event is given up."""
        missed = replace(self, misses=self.misses + 1)
        return missed.failing(reason) if missed.is_away else missed

    def arrived(self) -> Self:
        """Something arrived."""
        back = replace(self, misses=0)
        return replace(back, state=State.ACTIVE, reason=None) if self.state is State.FAILING else back

    def retired(self, reason: str) -> Self:
        """The receiver wants nothing more."""
        return replace(self, state=State.RETIRED, reason=reason)

    def redirected(self, sink: str | None) -> Self:
        """Events go somewhere else from now on, which has to prove itself."""
        self.require_alive()
        if sink == self.sink:
            return self
        if sink is None:
            return replace(self, sink=None, state=State.ACTIVE, verified=False, reason=None)
        return replace(self, sink=sink).unproven("handshake-pending")

    def known_by(self, credential: Credential | None, authority: str | None) -> Self:
        """The receiver knows us by something else from now on, and shows again that it wants events."""
        self.require_alive()
        changed = replace(self, credential=credential, authority=authority)
        if changed == self or self.sink is None or self.state is State.PAUSED:
            return changed
        return changed.unproven("handshake-pending")

    def rotated(self, now: datetime, *, at_once: bool = False) -> tuple[Self, str]:
        """A new secret (over AMQP: a user with a password), and what it is; the present one counts on for a while."""
        self.require_alive()
        if self.protocol is Protocol.AMQP:
            login, password = Login.fresh(self.id)
            before = () if at_once else tuple(replace(old, until=now + OVERLAP) for old in self.logins[:1])
            return replace(self, logins=(login, *before)), password
        secret = Secret.fresh()
        old = () if at_once else (replace(self.secrets[0], until=now + OVERLAP),)
        return replace(self, secrets=(secret, *old)), secret.text

    def require_alive(self) -> None:
        """Raise `SubscriptionIsRetired` when it has ended."""
        if self.state is State.RETIRED:
            raise SubscriptionIsRetired


def signatures(secrets_: Sequence[Secret], webhook_id: str, moment: datetime, body: str) -> str:
    """The `webhook-signature` header: one signature for each secret that still counts."""
    valid = (secret for secret in secrets_ if secret.until is None or secret.until > moment)
    return " ".join(Webhook(secret.text).sign(webhook_id, moment, body) for secret in valid)
