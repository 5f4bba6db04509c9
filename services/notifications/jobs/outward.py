"""The outward virtual host as the subscriptions want it: queues and users made, and removed when nobody has a right to.

The database says what there is to be, so a broker that was away, or a crash half way, is mended by the next look.
"""

from collections.abc import Sequence
from datetime import datetime

import structlog

from services.notifications.clients import Resources
from services.notifications.clients.outward import OutwardBroker, Present
from services.notifications.domain.outward import queue_of, subscription_of
from services.notifications.domain.subscriptions import State, Subscription
from services.notifications.jobs import jobs
from services.notifications.store import SubscriptionStore
from services.notifications.store.clock import now_of
from shared.jobs import Begin
from shared.topology import TopologyRefused
from shared.unit_of_work import UnitOfWork

log = structlog.get_logger()


@jobs.every(seconds=60.0, wake="outward")
async def keep_outward(work: UnitOfWork) -> bool:
    """Make what is missing and remove what is too much; without such a virtual host, nothing."""
    resources: Resources = work.resources
    if resources.outward is not None:
        try:
            await _compare(work.apart, resources.outward)
        except TopologyRefused as error:
            log.warning("outward_waits_for_broker", error=str(error))
    return False


async def _compare(beside: Begin, outward: OutwardBroker) -> None:
    # what there is comes first: whatever is seen there was in the database before
    present = await outward.present()
    async with beside() as reading:
        wanted = await SubscriptionStore(reading.session).over_amqp()
        now = await now_of(reading.session)
    for subscription in wanted:
        await outward.provide(subscription, [each for each in subscription.logins if each.counts(now)], present)
        if subscription.state is State.UNVERIFIED:
            await _accept(beside, subscription)
    await outward.remove(*_too_much(outward, wanted, present, now))


async def _accept(beside: Begin, provided: Subscription) -> None:
    async with beside() as work:
        subscriptions = SubscriptionStore(work.session)
        subscription = await subscriptions.find(provided.id, lock=True)
        if subscription is not None and subscription.state is State.UNVERIFIED:
            await subscriptions.save(subscription.accepted(None))
            await subscriptions.wake(provided.id)
            work.notify("deliveries")


def _too_much(
    outward: OutwardBroker, wanted: Sequence[Subscription], present: Present, now: datetime
) -> tuple[frozenset[str], frozenset[str]]:
    queues = {queue_of(each.id) for each in wanted}
    users = {outward.user_of(login) for each in wanted for login in each.logins if login.counts(now)}
    ours = {queue for queue in present.queues if subscription_of(queue)}
    return frozenset(ours - queues), present.users - users
