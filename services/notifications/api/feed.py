"""The feed: what a subscription was given, to be read at one's own pace."""

import asyncio
import json
from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import ConfigDict, Field

from services.notifications.api.callers import owner_of, recipient_of
from services.notifications.clients import Resources
from services.notifications.domain.leaving import LEAVING, event_types
from services.notifications.domain.subscriptions import Subscription
from services.notifications.store import Delivery, FeedStore, SubscriptionStore
from shared.api import Resource
from shared.errors import Invalid, NotFound, Problem, Refused
from shared.events import CATALOGUE
from shared.events.notifications import DeliveryFailed
from shared.http import PROBLEM
from shared.security import Caller, Principal, Role, requires
from shared.unit_of_work import UnitOfWork, Work

router = APIRouter(prefix="/v1", tags=["feed"], dependencies=[requires(Role.INTERMEDIARY, Role.OPERATOR)])

_EVENT: dict[str, Any] = {
    "specversion": "1.0",
    "id": "5b0e8f7c-2f7c-8c1a-9d5e-4a1f0b7d2c33",
    "source": "urn:nld:oin:00000099000000000001:systeem:stagebrug-notifications",
    "type": "nl.stagebrug.student-unmatched.v1",
    "subject": "0198d3f2-7c1e-7a50-8a4e-0d2f6f1c9b11",
    "time": "2026-09-01T22:00:00Z",
    "datacontenttype": "application/json",
    "subscription": "0198d3f2-7c1e-7a50-8a4e-0d2f6f1c9b12",
    "data": {
        "callId": "0198d3f2-7c1e-7a50-8a4e-0d2f6f1c9b11",
        "area": "AM11",
        "kindOfWork": "horeca",
        "placementKind": "internship",
        "sinceDate": "2026-09-02",
        "searching": "5-9",
    },
}


LONGEST_WAIT = 30
"""Seconds: proxies give up on an answer after a minute."""


class FeedBeginsLater(Refused):
    """The feed begins after position {begins_after}: what came before is no longer kept. Load afresh what you follow,
    and go on from there; `after=0` begins with the oldest that there is.
    """

    slug = "feed-begins-later"
    status = 410
    shown = ("begins_after",)


class FedEvent(Resource):
    """A CloudEvent and its place in the feed of its subscription."""

    position: int
    event: dict[str, Any]


class Feed(Resource):
    """A piece of a feed; `next` is the position to go on after, `beginsAfter` the last one that is no longer kept."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"items": [{"position": 7, "event": _EVENT}], "next": 7, "beginsAfter": 0}]}
    )

    items: list[FedEvent]
    next: int
    begins_after: int


class EventType(Resource):
    """A type of event and the fields of its data that you would get."""

    type: str = Field(examples=["nl.stagebrug.placement-started.v1"])
    fields: list[str]


@router.get("/events", responses={410: {"description": "What comes next is no longer kept.", "content": {PROBLEM: {}}}})
async def read_feed(
    caller: Caller,
    work: Work,
    after: Annotated[int, Query(ge=0, le=2**62, description="Position after which to begin.")] = 0,
    types: Annotated[list[str] | None, Query(max_length=50, description="Only these types.")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 100,
    subscription: Annotated[UUID | None, Query(description="Which, when you have several.")] = None,
    wait: Annotated[int, Query(ge=0, le=LONGEST_WAIT, description="Seconds to wait for the first that is new.")] = 0,
) -> Feed:
    """The events of a subscription, in order: the same as its webhook gets, under the same ids. Kept for a year.

    After some days an event has no `data` any more: `dataref` leads to it for as long as it is kept elsewhere.
    """
    async with work.apart() as looking:  # which is over before anybody waits
        mine = await _subscription(caller, looking, subscription)
        begins_after = await FeedStore(looking.session).begins_after(mine.id)
    if 0 < after < begins_after:
        raise FeedBeginsLater(begins_after=begins_after)
    found = await _grown(work, mine, after, types or [], limit, wait)
    items = [FedEvent(position=each.position or 0, event=json.loads(each.message)) for each in found]
    return Feed(items=items, next=items[-1].position if items else max(after, begins_after), begins_after=begins_after)


async def _grown(
    work: UnitOfWork, mine: Subscription, after: int, types: Sequence[str], limit: int, seconds: float
) -> list[Delivery]:
    """What came after a position, waiting for the first of it; no transaction is open meanwhile."""
    resources: Resources = work.resources
    now = asyncio.get_running_loop().time
    ends = now() if resources.readers.is_full else now() + seconds
    with resources.readers.reading(mine.id) as grown:
        while True:
            grown.clear()
            async with work.apart() as looking:
                found = await FeedStore(looking.session).after(mine.id, after, types, limit)
            if found or (left := ends - now()) <= 0:
                return found
            try:
                async with asyncio.timeout(left):
                    await grown.wait()
            except TimeoutError:
                return found


@router.get("/event-types")
async def list_event_types(caller: Caller) -> list[EventType]:
    """What an organisation of your kind can get, field by field; nothing else leaves."""
    kind = recipient_of(caller).kind
    return [EventType(type=name, fields=_fields(caller, name)) for name in event_types(kind)]


def _fields(caller: Principal, event_type: str) -> list[str]:
    event = CATALOGUE[event_type]
    leaves = LEAVING[recipient_of(caller).kind].get(event)
    if event is DeliveryFailed:
        return ["subscriptionId", "deliveryId", "failedType", "code"]
    if leaves is None:
        return [*_EVENT["data"], "reminder"]  # which only a reminder has
    return [event.model_fields[name].alias or name for name in leaves.fields]


async def _subscription(caller: Principal, work: UnitOfWork, wanted: UUID | None) -> Subscription:
    store = SubscriptionStore(work.session)
    if wanted is not None:
        found = await store.find(wanted, owner=owner_of(caller))
        if found is None:
            raise NotFound("subscription")
        return found
    own = await store.page(caller.subject, None, 1)
    if not own:
        raise NotFound("subscription of yours")
    if len(own) > 1:
        problem = Problem(location="query", pointer="subscription", detail="you have several: say which")
        raise Invalid(problems=[problem])
    return own[0]
