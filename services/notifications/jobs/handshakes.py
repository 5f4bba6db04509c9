"""New addresses are asked whether they want events, before any goes there."""

from datetime import timedelta

from services.notifications.clients import Resources
from services.notifications.domain.schedule import pause_after
from services.notifications.domain.subscriptions import State, Subscription
from services.notifications.jobs import jobs
from services.notifications.jobs.webhooks import LEASE_MARGIN
from services.notifications.store import SubscriptionStore
from shared.jobs import Begin
from shared.unit_of_work import UnitOfWork

HANDSHAKES_AT_ONCE = 10


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
    answer, rate = await resources.webhooks.handshake(asked.receiver)
    async with beside() as work:
        subscriptions = SubscriptionStore(work.session)
        subscription = await subscriptions.find(asked.id, lock=True)
        if subscription is None or subscription.state is not State.UNVERIFIED:
            return
        if not subscription.is_received_by(asked):
            return
        if answer.error is None:
            await subscriptions.save(subscription.accepted(rate))
            await subscriptions.wake(asked.id)
            await subscriptions.proved(asked.id)
            work.notify("deliveries")
            return
        await subscriptions.save(subscription.unproven(answer.code))
        pause = pause_after(tries, answer, resources.settings.handshake_pauses)
        if pause is None:
            await subscriptions.proved(asked.id)
        else:
            await subscriptions.prove(asked.id, pause, tries=tries)
