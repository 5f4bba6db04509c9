"""Sending mails, and trying again."""

from datetime import datetime, timedelta

import structlog
from prometheus_client import Counter

from services.notifications import bouncing
from services.notifications.clients import MAIL_SECONDS, Resources
from services.notifications.clients.mail import NotTaken
from services.notifications.jobs import jobs
from services.notifications.mailing import quiet_of
from services.notifications.store import MailStore, RecipientStore
from services.notifications.store.clock import now_of
from services.notifications.store.mail import DIGEST, WaitingMail
from shared.fail_points import reached
from shared.jobs import Begin
from shared.unit_of_work import UnitOfWork

log = structlog.get_logger()

MAILS = Counter("stagebrug_mails", "Mails handed to the server, by what it said.", ["verdict"])

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


@jobs.every(seconds=5.0, wake="digests")
async def gather_digests(work: UnitOfWork) -> bool:
    """Make one mail of what waits for somebody's digest, by one replica once; again at once while others are due."""
    store = MailStore(work.session)
    due = await store.due_digest()
    if due is None:
        return False
    await store.gather(*due)
    work.notify("mails")
    return True


async def _send(beside: Begin, resources: Resources, mail: WaitingMail) -> None:
    refused: NotTaken | None = None
    needed = True
    try:
        needed = not mail.lapsed and await _send_or_fetch(beside, resources, mail)
    except NotTaken as error:
        refused = error
    reached("mail.sent")
    async with beside() as work:
        if needed:
            await _write_down(work, resources, mail, refused)
        else:
            await MailStore(work.session).not_needed(mail)
    reached("mail.written-down")


async def _send_or_fetch(beside: Begin, resources: Resources, mail: WaitingMail) -> bool:
    """Hand a mail to the server, with what it is made of; False: there is nothing to say any more."""
    if mail.template == DIGEST:
        async with beside() as reading:
            items = await MailStore(reading.session).items_of(mail.id)
        if items:
            await resources.mail.send(mail, MAIL_SECONDS, items=items)
        return bool(items)
    if mail.dataref is None:
        await resources.mail.send(mail, MAIL_SECONDS)
        return True
    letter = await resources.letters.fetch(mail.dataref)
    if letter is None:
        return False
    try:
        await resources.mail.send(mail, MAIL_SECONDS, letter)
    except NotTaken as error:  # what a server answers may repeat the address, which is kept nowhere here
        raise NotTaken(error.reason.replace(letter.email, "…"), error.final) from error
    return True


async def _again(work: UnitOfWork, mail: WaitingMail, pause: timedelta) -> datetime:
    """When a mail is tried again: somebody who has quiet hours has them then, too."""
    moment = await now_of(work.session) + pause
    found = await RecipientStore(work.session).by_id(mail.recipient) if mail.recipient else None
    return quiet_of(work, found[0]).after(moment) if found else moment


async def _write_down(work: UnitOfWork, resources: Resources, mail: WaitingMail, refused: NotTaken | None) -> None:
    work.notify("mails")
    if refused is None:
        await MailStore(work.session).sent(mail)
        MAILS.labels("sent").inc()
        return
    pauses = resources.settings.mail_pauses
    later = not refused.final and mail.tries < len(pauses)
    again = await _again(work, mail, timedelta(seconds=pauses[mail.tries])) if later else None
    await MailStore(work.session).not_sent(mail, refused.reason, again)
    MAILS.labels("again" if later else "given-up").inc()
    if refused.bounced and mail.email:
        await bouncing.bounced(work, [mail.email], [mail.id], refused.reason)
    log.warning("mail_not_taken", mail=str(mail.id), tries=mail.tries, reason=refused.reason, again=later)
