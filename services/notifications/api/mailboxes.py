"""Where a subscription over AMQP is read."""

from services.notifications.api.bodies import Mailbox
from services.notifications.domain.outward import Protocol, queue_of
from services.notifications.domain.subscriptions import Subscription
from shared.unit_of_work import UnitOfWork


def mailbox_of(work: UnitOfWork, subscription: Subscription) -> Mailbox | None:
    """Its queue and users; None for a webhook or a feed, and where AMQP is off by now."""
    outward = work.resources.outward
    if subscription.protocol is not Protocol.AMQP or outward is None:
        return None
    return Mailbox(
        address=outward.address,
        virtual_host=outward.vhost,
        queue=queue_of(subscription.id),
        users=[outward.user_of(login) for login in subscription.logins],
    )
