"""Letters to coordinators: each in the rhythm and at the hours that the person chose, while it holds."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from services.notifications.domain.letters import Letter, is_urgent
from services.notifications.domain.wishes import Category, QuietHours, Rhythm, Wishes, next_digest
from services.notifications.store import MailStore, MatterStore, RecipientStore
from services.notifications.store.clock import now_of
from services.notifications.store.mail import Plan, about, the_one
from services.notifications.store.mail_recipients import MailRecipient
from shared.unit_of_work import UnitOfWork


async def post_letters(work: UnitOfWork, key: str, moment: datetime, letters: Sequence[Letter]) -> None:
    """Lay letters ready for every coordinator of their schools who wants them; not those of what is settled by now."""
    for number, letter in enumerate(letters):
        if letter.matters and await MatterStore(work.session).settled(letter.matters, moment):
            continue
        now = await now_of(work.session)
        found = await RecipientStore(work.session).of_schools(letter.schools)
        plans = [plan for each in found if (plan := _plan(work, each, letter.category, now, urgent=letter.urgent))]
        await MailStore(work.session).post(f"{key}:{number}" if number else key, letter, plans)
        if plans:
            work.notify("mails")


async def settle(work: UnitOfWork, matters: Collection[str], moment: datetime) -> None:
    """Nobody is to be told of these any more: of what waits, and of what comes later but was before."""
    if matters:
        await MatterStore(work.session).settle(matters, moment)
        await MailStore(work.session).drop(about(matters))


async def wish_anew(work: UnitOfWork, recipient: MailRecipient, wishes: Wishes) -> None:
    """What waits for somebody goes as is wished from now on, or not at all."""
    recipient = replace(recipient, wishes=wishes)
    store, now = MailStore(work.session), await now_of(work.session)
    for held in await store.held(recipient.subject):
        plan = _plan(work, recipient, held.category, now, urgent=is_urgent(held.facts))
        if plan is None:
            await store.drop(the_one(held.id))
        else:
            await store.plan_anew(held.id, plan)
    work.notify("mails")
    work.notify("digests")


def quiet_of(work: UnitOfWork, recipient: MailRecipient) -> QuietHours:
    """When somebody gets no mail."""
    installation: QuietHours = work.resources.settings.quiet
    return recipient.quiet or installation


def _plan(
    work: UnitOfWork, recipient: MailRecipient, category: Category, now: datetime, *, urgent: bool = False
) -> Plan | None:
    rhythm, quiet = recipient.wishes.rhythm_of(category), quiet_of(work, recipient)
    if rhythm is Rhythm.NONE:
        return None
    if rhythm is Rhythm.AT_ONCE or urgent:
        return Plan(recipient.subject, Rhythm.AT_ONCE, quiet.after(now))
    return Plan(recipient.subject, rhythm, next_digest(rhythm, now, quiet))
