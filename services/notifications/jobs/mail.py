"""Sending mails, and trying again."""

from datetime import timedelta

import structlog

from services.notifications.clients import MAIL_SECONDS, Resources
from services.notifications.clients.mail import NotTaken
from services.notifications.jobs import jobs
from services.notifications.store import MailStore
from services.notifications.store.mail import WaitingMail
from shared.fail_points import reached
from shared.jobs import Begin
from shared.unit_of_work import UnitOfWork

log = structlog.get_logger()

LEASE = timedelta(seconds=MAIL_SECONDS + 30)


@jobs.every(seconds=1.0, wake="mails")
async def send_mails(work: UnitOfWork) -> bool:
    """Send what is due, as much as there are free hands."""
    resources: Resources = work.resources
    free, beside = resources.mailing.free, work.apart
    if free <= 0:
        return False
    async with beside() as claiming:
        claimed = await MailStore(claiming.session).claim(free, LEASE)
    if claimed:
        reached("mail.claimed")
    for mail in claimed:
        resources.mailing.send(_send(beside, resources, mail))
    return bool(claimed)


async def _send(beside: Begin, resources: Resources, mail: WaitingMail) -> None:
    refused: NotTaken | None = None
    try:
        await resources.mail.send(mail, MAIL_SECONDS)
    except NotTaken as error:
        refused = error
    reached("mail.sent")
    async with beside() as work:
        await _write_down(work, resources, mail, refused)
    reached("mail.written-down")


async def _write_down(work: UnitOfWork, resources: Resources, mail: WaitingMail, refused: NotTaken | None) -> None:
    work.notify("mails")
    if refused is None:
        await MailStore(work.session).sent(mail)
        return
    pauses = resources.settings.mail_pauses
    later = not refused.final and mail.tries < len(pauses)
    pause = timedelta(seconds=pauses[mail.tries]) if later else None
    await MailStore(work.session).not_sent(mail, refused.reason, pause)
    log.warning("mail_not_taken", mail=str(mail.id), tries=mail.tries, reason=refused.reason, again=later)
