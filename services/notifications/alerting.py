"""Who looks after a subscription is mailed when nothing arrives any more, and the operator: once a day at most."""

from services.notifications.domain.leaving import AMSTERDAM
from services.notifications.domain.subscriptions import Subscription
from services.notifications.store import MailStore
from services.notifications.store.clock import now_of
from shared.unit_of_work import UnitOfWork

TEMPLATE = "subscription-troubled"


async def alert(work: UnitOfWork, subscription: Subscription, code: str) -> None:
    """Say that events were given up, or that the subscription is failing or has ended; not in quiet hours."""
    settings, now = work.resources.settings, await now_of(work.session)
    address = f"{settings.public_url.rstrip('/')}/v1/subscriptions/{subscription.id}"
    facts = {"state": str(subscription.state), "code": code, "url": address}
    key = f"subscription:{subscription.id}:{now.astimezone(AMSTERDAM).date()}"
    for mailbox in {subscription.contact, settings.operator_email} - {None}:
        if await MailStore(work.session).post_alert(key, TEMPLATE, facts, mailbox, settings.quiet.after(now)):
            work.notify("mails")
