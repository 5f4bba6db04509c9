"""Bodies and answers about subscriptions and what is delivered to them."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, ConfigDict, EmailStr, Field

from services.notifications.domain.credentials import Authority, Credential
from services.notifications.domain.filters import MOST_FILTERS, Filter
from services.notifications.domain.outward import Protocol
from services.notifications.domain.subscriptions import AT_ONCE, MOST_AT_ONCE, Breaker, State, Subscription
from services.notifications.store import Delivery, DeliveryState
from shared.api import Body, Resource, without_bsn
from shared.events.codes import IntermediaryKind

Sink = Annotated[str, Field(max_length=2_000, examples=["https://gemeente.example/stagebrug"])]
Types = Annotated[
    list[Annotated[str, Field(max_length=200)]],
    Field(max_length=50, description="Only these types; empty: all that you may get.", examples=[[]]),
]
Filters = Annotated[
    list[Filter],
    Field(
        max_length=MOST_FILTERS,
        description="Only what all of these let through, in the CloudEvents dialect.",
        examples=[[{"any": [{"exact": {"data.kindOfWork": "horeca"}}, {"prefix": {"data.area": "AM1"}}]}]],
    ),
]

_MADE: dict[str, Any] = {
    "sink": "https://gemeente.example/stagebrug",
    "types": ["nl.stagebrug.student-unmatched.v1"],
    "filters": [{"exact": {"data.area": "AM11"}}],
}
_SHOWN: dict[str, Any] = {
    **_MADE,
    "id": "0198d3f2-7c1e-7a50-8a4e-0d2f6f1c9b11",
    "owner": "gemeente-almere",
    "protocol": "http",
    "amqp": None,
    "kind": "municipality",
    "regions": ["AM11"],
    "municipalities": ["GM0034"],
    "credentialKind": None,
    "authority": None,
    "state": "active",
    "reason": None,
    "allowedPerMinute": None,
    "maxAtOnce": 4,
    "maxPerMinute": None,
    "contact": "ict@gemeente.example",
    "breaker": "closed",
    "missesInARow": 0,
    "restsUntil": None,
    "createdAt": "2026-09-01T08:00:00Z",
}


CREDENTIAL = Field(
    default=None,
    description="What the receiver wants to see beside the signature: a bearer token, OAuth client credentials, or a "
    "client certificate. It is never shown again.",
)
AUTHORITY = Field(
    default=None, description="PEM: who vouches for the receiver's certificate, beside the usual authorities."
)


AtOnce = Annotated[int, Field(ge=1, le=MOST_AT_ONCE, description="Requests under way to you at a time.")]
PerMinute = Annotated[
    int | None,
    Field(
        ge=1, le=60_000, description="Requests a minute at most, beside what the sink's `WebHook-Allowed-Rate` says."
    ),
]


Contact = Annotated[
    EmailStr | None,
    Field(
        max_length=200,
        description="Who of yours is mailed, once a day at most, when events are given up or this ends. Nobody else "
        "sees it but the operator.",
    ),
    AfterValidator(lambda address: without_bsn(address) if address else None),
]


class Subscribe(Body):
    """Make a subscription. Without a sink its events are read from the feed."""

    model_config = ConfigDict(json_schema_extra={"examples": [_MADE]})

    protocol: Literal[Protocol.HTTP, Protocol.AMQP] = Field(
        default=Protocol.HTTP,
        description="`http`: a webhook at `sink`, or without one the feed. `amqp`: a queue of your own.",
    )
    sink: Sink | None = None
    types: Types = Field(default_factory=list)
    filters: Filters = Field(default_factory=list)
    credential: Credential | None = CREDENTIAL
    authority: Authority | None = AUTHORITY
    max_at_once: AtOnce = AT_ONCE
    max_per_minute: PerMinute = None
    contact: Contact = None


class ChangeSubscription(Body):
    """What is left out stays as it is; `sink: null` turns a webhook into a feed."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"types": []}]})

    sink: Sink | None = None
    types: Types = Field(default_factory=list)
    filters: Filters = Field(default_factory=list)
    credential: Credential | None = CREDENTIAL
    authority: Authority | None = AUTHORITY
    max_at_once: AtOnce = AT_ONCE
    max_per_minute: PerMinute = None
    contact: Contact = None


class Rotate(Body):
    """How the present secret ends: after a day, or now."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"atOnce": False}]})

    at_once: bool = Field(default=False, description="The present one was seen by others: it counts no more.")


class Mailbox(Resource):
    """Where a subscription over AMQP 0-9-1 is read: consume from the queue, declare nothing."""

    address: str
    virtual_host: str
    queue: str
    users: list[str]
    """Who may read it, the newest first."""


class SubscriptionShown(Resource):
    """A subscription. `reason` says why it does not send, in a code.

    While the `breaker` is open the sink took none of some tries in a row: it gets one at a time, after `restsUntil`.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [_SHOWN]})

    id: UUID
    owner: str
    kind: IntermediaryKind
    protocol: Protocol
    amqp: Mailbox | None = None
    regions: list[str]
    municipalities: list[str]
    sink: str | None
    types: list[str]
    filters: list[Filter]
    credential_kind: str | None
    authority: str | None
    state: State
    reason: str | None
    allowed_per_minute: int | None
    max_at_once: int
    max_per_minute: int | None
    contact: str | None
    breaker: Breaker
    misses_in_a_row: int
    rests_until: datetime | None
    created_at: datetime

    @classmethod
    def of(cls, subscription: Subscription, **more: Any) -> Self:
        """As its owner sees it."""
        return cls(
            id=subscription.id,
            owner=subscription.owner,
            kind=subscription.recipient.kind,
            protocol=subscription.protocol,
            regions=sorted(subscription.recipient.regions),
            municipalities=sorted(subscription.recipient.municipalities),
            sink=subscription.sink,
            types=list(subscription.types),
            filters=list(subscription.filters),
            credential_kind=subscription.credential.kind if subscription.credential else None,
            authority=subscription.authority,
            state=subscription.state,
            reason=subscription.reason,
            allowed_per_minute=subscription.rate,
            max_at_once=subscription.at_once,
            max_per_minute=subscription.per_minute,
            contact=subscription.contact,
            breaker=subscription.breaker,
            misses_in_a_row=subscription.misses,
            rests_until=subscription.rests_until,
            created_at=subscription.created_at,
            **more,
        )


class SubscriptionWithSecret(SubscriptionShown):
    """A subscription with its signing secret, which is shown this once."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{**_SHOWN, "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}]}
    )

    secret: str | None = Field(
        default=None,
        description="For the signature of Standard Webhooks; over AMQP the password of the newest user. Left out where "
        "a lost answer is repeated under its Idempotency-Key: ask for a new one with `_rotate`.",
    )


class Retry(Body):
    """Which of a subscription's deliveries to try again; what is left out: all of them."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"since": "2026-09-01T08:00:00Z", "until": "2026-09-02T08:00:00Z"}]}
    )

    since: AwareDatetime | None = Field(default=None, description="Of events that were laid ready from then on.")
    until: AwareDatetime | None = Field(default=None, description="And before then.")
    types: Types = Field(default_factory=list)


class Retried(Resource):
    """How many go out again."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"count": 12}]})

    count: int


class EventShown(Resource):
    """A CloudEvent as it was handed over."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "event": {
                        "specversion": "1.0",
                        "id": "5b0e8f7c-2f7c-8c1a-9d5e-4a1f0b7d2c33",
                        "source": "urn:nld:oin:00000099000000000001:systeem:stagebrug-notifications",
                        "type": "nl.stagebrug.placement-started.v1",
                        "subject": "9d3e2b1a-7c1e-8a50-8a4e-0d2f6f1c9b11",
                        "time": "2026-09-01T22:00:00Z",
                        "datacontenttype": "application/json",
                        "subscription": "0198d3f2-7c1e-7a50-8a4e-0d2f6f1c9b12",
                        "data": {"kind": "learning", "region": "AM11", "beginDate": "2026-09-01"},
                    }
                }
            ]
        }
    )

    event: dict[str, Any]


class Attempt(Resource):
    """One try: the receiver's answer (its first KB), or the code of what went wrong on the way."""

    number: int
    begun_at: datetime
    ended_at: datetime | None
    status: int | None
    answer: str | None
    error: str | None


class DeliveryShown(Resource):
    """An event for a subscriber and how the tries went."""

    id: UUID
    event_id: UUID
    type: str
    state: DeliveryState
    tries: int
    next_at: datetime | None
    position: int | None
    created_at: datetime
    attempts: list[Attempt]

    @classmethod
    def of(cls, delivery: Delivery, attempts: list[dict[str, Any]]) -> Self:
        """As its subscriber sees it."""
        return cls(
            **{name: getattr(delivery, name) for name in cls.model_fields if name != "attempts"},
            attempts=[Attempt.model_validate(each) for each in attempts],
        )
