"""Who looks after a subscription, and the operator, are mailed when nothing arrives: once a day, and when it ended."""

from services.notifications.domain.envelopes import AMSTERDAM
from services.notifications.domain.subscriptions import State, Subscription
from services.notifications.store import MailStore
from services.notifications.store.clock import now_of
from shared.unit_of_work import UnitOfWork

TEMPLATE = "subscription-troubled"


async def alert(work: UnitOfWork, subscription: Subscription, code: str) -> None:
    """Say that events were given up, or that the subscription is failing or has ended; not in quiet hours."""
    settings, now = work.resources.settings, await now_of(work.session)
    address = f"{settings.public_url.rstrip('/')}/v1/subscriptions/{subscription.id}"
    facts = {"state": str(subscription.state), "code": code, "url": address}
    at = settings.quiet.after(now)
    key = f"subscription:{subscription.id}:{at.astimezone(AMSTERDAM).date()}"
    if subscription.state is State.RETIRED:
        key += ":retired"  # which is said beside what went wrong before
    for mailbox in {subscription.contact, settings.operator_email} - {None}:
        if await MailStore(work.session).post_alert(key, TEMPLATE, facts, mailbox, at):
            work.notify("mails")
