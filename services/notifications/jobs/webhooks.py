"""Handing events to subscribers: claim with a lease, send without a transaction, write down what came of it.

A crash in between lets the lease end, and the same message goes out again under the same id.
"""

import functools
import time
from datetime import UTC, datetime, timedelta

from services.notifications.clients import Resources
from services.notifications.clients.errands import Turn
from services.notifications.domain.outward import Protocol
from services.notifications.domain.schedule import Answer
from services.notifications.domain.subscriptions import Subscription, signatures
from services.notifications.jobs import jobs
from services.notifications.jobs.cases import into_case_system
from services.notifications.jobs.written import Tried, write_down
from services.notifications.store import Delivery, SendingStore, SubscriptionStore
from services.notifications.store.sending import FIRST
from shared.fail_points import reached
from shared.jobs import Begin
from shared.unit_of_work import UnitOfWork

LEASE_MARGIN = 30.0
"""Seconds beyond the longest request: writing down what came of it may have to wait for the database."""


@jobs.every(seconds=1.0, wake="deliveries")
async def send_webhooks(work: UnitOfWork) -> bool:
    """Send what is due, as much as there are free hands."""
    resources: Resources = work.resources
    free, beside = resources.sending.free, work.apart
    if free <= 0:
        return False
    async with beside() as claiming:
        lease = timedelta(seconds=resources.settings.webhook_seconds + LEASE_MARGIN)
        claimed = await _claim(SendingStore(claiming.session), resources.turn, free, lease)
        subscriptions = await SubscriptionStore(claiming.session).of({each.subscription_id for each in claimed})
    if claimed:
        reached("webhook.claimed")
    for delivery in claimed:
        resources.sending.send(_deliver(beside, resources, delivery, subscriptions[delivery.subscription_id]))
    return bool(claimed)


async def _claim(sending: SendingStore, turn: Turn, free: int, lease: timedelta) -> list[Delivery]:
    """From the subscription whose turn it is, once around."""
    claimed = await sending.claim(free, lease, turn.after)
    if len(claimed) < free and turn.after != FIRST:
        claimed += await sending.claim(free - len(claimed), lease)
    turn.after = claimed[-1].subscription_id if len(claimed) == free else FIRST
    return claimed


async def _deliver(beside: Begin, resources: Resources, delivery: Delivery, subscription: Subscription) -> None:
    now, began = datetime.now(UTC), time.monotonic()
    headers = {
        "webhook-id": str(delivery.event_id),
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": signatures(subscription.secrets, str(delivery.event_id), now, delivery.message),
    }
    if subscription.protocol is Protocol.AMQP:
        answer = await _into_queue(resources, delivery, subscription)
    elif subscription.protocol is Protocol.ZGW:
        answer = await into_case_system(beside, resources, delivery, subscription)
    else:
        answer = await resources.webhooks.send(subscription.receiver, delivery.message, headers)
    reached("webhook.sent")
    tried = Tried(delivery, subscription, answer, timedelta(seconds=time.monotonic() - began))
    await resources.written.add(tried, functools.partial(write_down, beside))
    reached("webhook.written-down")


async def _into_queue(resources: Resources, delivery: Delivery, subscription: Subscription) -> Answer:
    if resources.outward is None:
        return Answer(error="amqp-is-off")
    return await resources.outward.send(subscription, delivery.message, str(delivery.event_id), delivery.type)
