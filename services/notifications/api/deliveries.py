"""What was to be delivered to a subscription, with every try, and trying again by hand."""

import json
from uuid import UUID

from fastapi import APIRouter

from services.notifications.api.bodies import DeliveryShown, EventShown, Retried, Retry
from services.notifications.api.callers import owner_of, recipient_of
from services.notifications.api.subscriptions import Own
from services.notifications.domain.leaving import outgoing
from services.notifications.domain.subscriptions import Subscription, SubscriptionHasNoSink
from services.notifications.store import Delivery, DeliveryFilter, DeliveryState, DeliveryStore, SubscriptionStore
from shared.api import Page, PageQuery
from shared.errors import NotFound, Refused
from shared.events import Event
from shared.http import PROBLEM
from shared.security import Caller, Role, requires
from shared.unit_of_work import UnitOfWork, Work

router = APIRouter(
    prefix="/v1/subscriptions/{subscription_id}/deliveries",
    tags=["subscriptions"],
    dependencies=[requires(Role.INTERMEDIARY, Role.OPERATOR)],
)


class EventNoLongerKept(Refused):
    """What this event told is kept nowhere any more, or not yours to see today. That it happened stands in the feed."""

    slug = "event-no-longer-kept"
    status = 410


@router.get("")
async def list_deliveries(
    own: Own, work: Work, page: PageQuery, state: DeliveryState | None = None
) -> Page[DeliveryShown]:
    """What was to be delivered lately, with every try, oldest first."""
    store = DeliveryStore(work.session)
    found = await store.page(own.id, DeliveryFilter(state=state), page.after_id, page.limit)
    return page.page(await _with_tries(store, found), lambda last: last.id)


@router.get("/{delivery_id}")
async def read_delivery(delivery_id: UUID, own: Own, work: Work) -> DeliveryShown:
    """One of them."""
    store = DeliveryStore(work.session)
    return (await _with_tries(store, [await _mine(store, own, delivery_id)]))[0]


@router.get(
    "/{delivery_id}/event", responses={410: {"description": "It is kept nowhere any more.", "content": {PROBLEM: {}}}}
)
async def read_event(subscription_id: UUID, delivery_id: UUID, caller: Caller, work: Work) -> EventShown:
    """The CloudEvent with its data: where the feed's `dataref` leads once the data are kept here no longer.

    They are then read again from the log of who published it, and you get what an organisation of your kind and area
    may have of it today.
    """
    async with work.apart() as looking:  # which is over before anybody is asked
        own = await SubscriptionStore(looking.session).find(subscription_id, owner=owner_of(caller))
        if own is None:
            raise NotFound("subscription")
        delivery = await _mine(DeliveryStore(looking.session), own, delivery_id)
    message = json.loads(delivery.message)
    if not delivery.bare:
        return EventShown(event=message)
    logged = await _logged(work, delivery.key)
    recipient = recipient_of(caller) if caller.intermediary else own.recipient
    told = outgoing(logged, recipient, own.pseudonyms) if logged else None
    if told is None:
        raise EventNoLongerKept
    return EventShown(event={**message, "datacontenttype": "application/json", "data": told.data})


async def _logged(work: UnitOfWork, key: str) -> Event | None:
    try:
        envelope = await work.resources.logs.find(str(UUID(key)))
        return envelope.event() if envelope else None
    except (ValueError, KeyError):  # no event of a neighbour, or one that was taken apart when somebody was erased
        return None


@router.post("/_retry", status_code=202)
async def retry_deliveries(body: Retry, own: Own, work: Work) -> Retried:
    """Send again what was given up, each on a new schedule, and at once what waits for its next try.

    At most 10 000 at a time, the oldest first: ask again while `count` is that many.

    What is about the same subject goes out in its order. What was delivered is not sent again: that is in the feed.
    """
    wanted = DeliveryFilter(types=tuple(body.types), since=body.since, until=body.until)
    return Retried(count=await _again(work, own, wanted))


@router.post("/{delivery_id}/_retry", status_code=202)
async def retry_delivery(delivery_id: UUID, own: Own, work: Work) -> DeliveryShown:
    """The same for one; one that was delivered stays as it is."""
    await _mine(DeliveryStore(work.session), own, delivery_id)
    await _again(work, own, DeliveryFilter(delivery_id=delivery_id))
    return await read_delivery(delivery_id, own, work)


async def _mine(store: DeliveryStore, own: Subscription, delivery_id: UUID) -> Delivery:
    found = await store.page(own.id, DeliveryFilter(delivery_id=delivery_id), None, 1)
    if not found:
        raise NotFound("delivery")
    return found[0]


async def _again(work: UnitOfWork, own: Subscription, wanted: DeliveryFilter) -> int:
    own.require_alive()
    if not own.is_sent:
        raise SubscriptionHasNoSink
    count = await DeliveryStore(work.session).try_again(own.id, wanted)
    await SubscriptionStore(work.session).wake(own.id)
    work.notify("deliveries")
    return count


async def _with_tries(store: DeliveryStore, found: list[Delivery]) -> list[DeliveryShown]:
    tries = await store.tries_of([each.id for each in found])
    return [DeliveryShown.of(each, tries.get(each.id, [])) for each in found]
