"""Letters to desks: sent, tried again, and forgotten some time after their call closed."""

from datetime import timedelta

import structlog

from services.notifications.clients import MAIL_SECONDS, Resources
from services.notifications.clients.mail import NotTaken
from services.notifications.domain.desks import DeskLetter, Purpose, new_token
from services.notifications.jobs import jobs
from services.notifications.store import CallStore, DeskStore
from services.notifications.store.desks import DueLetter
from shared.fail_points import reached
from shared.jobs import Begin
from shared.unit_of_work import UnitOfWork

log = structlog.get_logger()

LEASE = timedelta(seconds=MAIL_SECONDS + 30)


@jobs.every(seconds=1.0, wake="desk-letters")
async def send_to_desks(work: UnitOfWork) -> bool:
    """Send what is due, as much as there are free hands; its links stand before it leaves."""
    resources: Resources = work.resources
    free, beside = resources.mailing.free, work.apart
    if free <= 0:
        return False
    async with beside() as claiming:
        claimed = await DeskStore(claiming.session).claim(free, LEASE)
        letters = [(due, letter) for due in claimed if (letter := await _linked(claiming, due))]
    for due, letter in letters:
        resources.mailing.send(_send(beside, resources, due, letter))
    return bool(letters)


async def _linked(work: UnitOfWork, due: DueLetter) -> DeskLetter | None:
    if (call := await CallStore(work.session).find(due.call_id)) is None:
        return None
    page = f"{work.resources.settings.public_url.rstrip('/')}/h"
    urls = {}
    for purpose in Purpose:
        token = new_token()
        await DeskStore(work.session).link(due.id, purpose, token)
        urls[purpose] = f"{page}/{token}"
    return DeskLetter(
        due.id,
        due.email,
        call,
        due.reminder,
        due.tries,
        url=urls[Purpose.ANSWER],
        take_url=urls[Purpose.TAKE],
        decline_url=urls[Purpose.DECLINE],
    )


async def _send(beside: Begin, resources: Resources, due: DueLetter, letter: DeskLetter) -> None:
    refused: NotTaken | None = None
    try:
        await resources.desk_mail.send(letter, MAIL_SECONDS)
    except NotTaken as error:
        refused = error
    reached("mail.sent")
    async with beside() as work:
        work.notify("desk-letters")
        if refused is None:
            await DeskStore(work.session).sent(due)
        else:
            await _not_sent(work, resources, due, refused)


async def _not_sent(work: UnitOfWork, resources: Resources, due: DueLetter, refused: NotTaken) -> None:
    pauses = resources.settings.mail_pauses
    later = not refused.final and due.tries < len(pauses)
    await DeskStore(work.session).not_sent(due, refused.reason, timedelta(seconds=pauses[due.tries]) if later else None)
    if refused.bounced:
        await DeskStore(work.session).bounced(due)
    log.warning("desk_letter_not_taken", letter=str(due.id), tries=due.tries, again=later)


@jobs.every(seconds=3600)
async def forget_letters(work: UnitOfWork) -> bool:
    """Letters of calls that closed are kept as long as all mail is."""
    await DeskStore(work.session).forget(timedelta(days=work.resources.settings.keep_days))
    return False
