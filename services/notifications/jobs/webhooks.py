"""Handing events to subscribers: claim with a lease, send without a transaction, write down what came of it.

A crash in between lets the lease end, and the same message goes out again under the same id.
"""

import time
from datetime import UTC, datetime, timedelta

import structlog
from prometheus_client import Counter

from services.notifications.clients import Resources
from services.notifications.domain.schedule import LET_US_WAIT, Answer, Verdict, judge, pause_after
from services.notifications.domain.subscriptions import State, Subscription, signatures
from services.notifications.jobs import jobs
from services.notifications.store import Delivery, DeliveryStore, SubscriptionStore
from shared.events.notifications import DeliveryFailed
from shared.fail_points import reached
from shared.jobs import Begin
from shared.unit_of_work import UnitOfWork

log = structlog.get_logger()

LEASE_MARGIN = 30.0
"""Seconds beyond the longest request: writing down what came of it may have to wait for the database."""

SILENCE = timedelta(seconds=10)
"""After a receiver did not answer at all, its other events wait a little: each would cost a whole time limit."""

HANDSHAKES_AT_ONCE = 10

TRIES = Counter("stagebrug_webhook_tries", "Requests to receivers of webhooks, by what became of them.", ["verdict"])


@jobs.every(seconds=1.0, wake="deliveries")
async def send_webhooks(work: UnitOfWork) -> bool:
    """Send what is due, as much as there are free hands."""
    resources: Resources = work.resources
    free, beside = resources.sending.free, work.apart
    if free <= 0:
        return False
    async with beside() as claiming:
        lease = timedelta(seconds=resources.settings.webhook_seconds + LEASE_MARGIN)
        claimed = await DeliveryStore(claiming.session).claim(free, lease)
        subscriptions = await SubscriptionStore(claiming.session).of({each.subscription_id for each in claimed})
    if claimed:
        reached("webhook.claimed")
    for delivery in claimed:
        resources.sending.send(_deliver(beside, resources, delivery, subscriptions[delivery.subscription_id]))
    return bool(claimed)


async def _deliver(beside: Begin, resources: Resources, delivery: Delivery, subscription: Subscription) -> None:
    assert subscription.sink
    now, began = datetime.now(UTC), time.monotonic()
    headers = {
        "webhook-id": str(delivery.event_id),
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": signatures(subscription.secrets, str(delivery.event_id), now, delivery.message),
    }
    answer = await resources.webhooks.send(subscription.sink, delivery.message, headers)
    reached("webhook.sent")
    async with beside() as work:
        await _write_down(work, delivery, answer, timedelta(seconds=time.monotonic() - began))
    reached("webhook.written-down")


async def _write_down(work: UnitOfWork, delivery: Delivery, answer: Answer, took: timedelta) -> None:
    subscriptions = SubscriptionStore(work.session)
    # the subscription's lock comes first everywhere, so that two of its deliveries never wait for each other
    subscription = await subscriptions.find(delivery.subscription_id, lock=True)
    if subscription is None:
        return
    verdict = judge(answer)
    TRIES.labels(verdict).inc()
    pause = pause_after(delivery.tries, answer, work.resources.settings.webhook_pauses)
    if not await DeliveryStore(work.session).record(delivery, answer, verdict, pause):
        return
    work.notify("deliveries")
    await _let_rest(subscriptions, subscription, answer, pause, took)
    match verdict:
        case Verdict.DELIVERED:
            if subscription.state is State.FAILING:
                await subscriptions.save(subscription.arrived())
        case Verdict.RETIRED:
            await subscriptions.save(subscription.retired("gone"))
            await DeliveryStore(work.session).keep_all(subscription.id)
            log.info("subscription_retired", subscription=str(subscription.id))
        case Verdict.FAILED | Verdict.RETRY if verdict is Verdict.FAILED or pause is None:
            await _give_up(work, subscription, delivery, answer)


async def _give_up(work: UnitOfWork, subscription: Subscription, delivery: Delivery, answer: Answer) -> None:
    await SubscriptionStore(work.session).save(subscription.failing(answer.code))
    await work.announce(
        DeliveryFailed(
            subscription_id=subscription.id, delivery_id=delivery.id, failed_type=delivery.type, code=answer.code
        )
    )
    log.warning("delivery_failed", subscription=str(subscription.id), tries=delivery.tries, code=answer.code)


async def _let_rest(
    subscriptions: SubscriptionStore,
    subscription: Subscription,
    answer: Answer,
    pause: timedelta | None,
    took: timedelta,
) -> None:
    """Keep to the receiver's pace: what it asked for, what it allows a minute, and less when it is silent."""
    rest = timedelta()
    if answer.status in LET_US_WAIT and answer.retry_after:
        rest = answer.retry_after
    elif answer.status is None and pause is not None:
        rest = min(SILENCE, pause)
    if subscription.rate:
        rest = max(rest, timedelta(minutes=1) / subscription.rate - took)
    if rest > timedelta():
        await subscriptions.rest(subscription.id, rest)


@jobs.every(seconds=1.0, wake="handshakes")
async def prove_sinks(work: UnitOfWork) -> bool:
    """Ask new addresses whether they want events at all."""
    resources: Resources = work.resources
    free, beside = min(resources.sending.free, HANDSHAKES_AT_ONCE), work.apart
    if free <= 0:
        return False
    async with beside() as claiming:
        lease = timedelta(seconds=resources.settings.webhook_seconds + LEASE_MARGIN)
        due = await SubscriptionStore(claiming.session).due_for_proof(free, lease)
    for subscription, tries in due:
        resources.sending.send(_prove(beside, resources, subscription, tries))
    return bool(due)


async def _prove(beside: Begin, resources: Resources, asked: Subscription, tries: int) -> None:
    assert asked.sink
    answer, rate = await resources.webhooks.handshake(asked.sink)
    async with beside() as work:
        subscriptions = SubscriptionStore(work.session)
        subscription = await subscriptions.find(asked.id, lock=True)
        if subscription is None or subscription.sink != asked.sink or subscription.state is not State.UNVERIFIED:
            return
        if answer.error is None:
            await subscriptions.save(subscription.accepted(rate))
            await subscriptions.proved(asked.id)
            work.notify("deliveries")
            return
        await subscriptions.save(subscription.unproven(answer.code))
        pause = pause_after(tries, answer, resources.settings.handshake_pauses)
        if pause is None:
            await subscriptions.proved(asked.id)
        else:
            await subscriptions.prove(asked.id, pause, tries=tries)
