"""Addresses that mail does not reach: nothing more is sent there, and the person sees it, until it is said anew."""

from collections.abc import Collection
from uuid import UUID

import structlog

from services.notifications.domain.views import View
from services.notifications.store import MailStore, RecipientStore, StreamStore
from services.notifications.store.clock import now_of
from services.notifications.store.mail import to
from shared.ids import new_id
from shared.unit_of_work import UnitOfWork

BOUNCED = "nl.stagebrug.mail-bounced.v1"
"""What the live stream tells the person, and nobody else: no event of the log."""

log = structlog.get_logger()


async def bounced(work: UnitOfWork, addresses: Collection[str], mails: Collection[UUID], reason: str) -> int:
    """Send nothing more to these; how many people it concerns who were not marked before."""
    marked = await RecipientStore(work.session).bounced(addresses, mails, reason)
    await MailStore(work.session).drop(to([each.subject for each in marked]))
    for each in marked:
        view = View({}, people=frozenset({each.subject}))
        await StreamStore(work.session).show(f"bounce:{new_id()}", BOUNCED, await now_of(work.session), (view,))
    if marked:
        work.notify("numbering")
        log.warning("mail_bounced", people=len(marked), reason=reason)
    return len(marked)
