"""Bodies and answers about subscriptions and what is delivered to them."""

from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import ConfigDict, Field

from services.notifications.domain.filters import MOST_FILTERS, Filter
from services.notifications.domain.subscriptions import State, Subscription
from services.notifications.store import Delivery, DeliveryState
from shared.api import Body, Resource
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
    "kind": "municipality",
    "regions": ["AM11"],
    "municipalities": ["GM0034"],
    "state": "active",
    "reason": None,
    "allowedPerMinute": None,
    "createdAt": "2026-09-01T08:00:00Z",
}


class Subscribe(Body):
    """Make a subscription. Without a sink its events are read from the feed."""

    model_config = ConfigDict(json_schema_extra={"examples": [_MADE]})

    sink: Sink | None = None
    types: Types = Field(default_factory=list)
    filters: Filters = Field(default_factory=list)


class ChangeSubscription(Body):
    """What is left out stays as it is; `sink: null` turns a webhook into a feed."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"types": []}]})

    sink: Sink | None = None
    types: Types = Field(default_factory=list)
    filters: Filters = Field(default_factory=list)


class SubscriptionShown(Resource):
    """A subscription. `reason` says why it does not send, in a code."""

    model_config = ConfigDict(json_schema_extra={"examples": [_SHOWN]})

    id: UUID
    owner: str
    kind: IntermediaryKind
    regions: list[str]
    municipalities: list[str]
    sink: str | None
    types: list[str]
    filters: list[Filter]
    state: State
    reason: str | None
    allowed_per_minute: int | None
    created_at: datetime

    @classmethod
    def of(cls, subscription: Subscription, **more: Any) -> Self:
        """As its owner sees it."""
        return cls(
            id=subscription.id,
            owner=subscription.owner,
            kind=subscription.recipient.kind,
            regions=sorted(subscription.recipient.regions),
            municipalities=sorted(subscription.recipient.municipalities),
            sink=subscription.sink,
            types=list(subscription.types),
            filters=list(subscription.filters),
            state=subscription.state,
            reason=subscription.reason,
            allowed_per_minute=subscription.rate,
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
        description="For the signature of Standard Webhooks. Left out where a lost answer is repeated under its "
        "Idempotency-Key: ask for a new one with `_rotate`.",
    )


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
