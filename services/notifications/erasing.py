"""Taking a person out of what is told to others: nothing about the student waits, is shown or is kept any more."""

from uuid import UUID

from services.notifications import calling
from services.notifications.reminding import PLACEMENT_ENDS
from services.notifications.store import (
    FeedStore,
    MailStore,
    MatterStore,
    StreamStore,
    SubscriptionStore,
    SurroundingsStore,
)
from shared.erasing import Erasing, Swept
from shared.events.notifications import PersonForgottenByNotifications
from shared.timers import cancel_timer
from shared.unit_of_work import UnitOfWork


async def from_tables(work: UnitOfWork, person_id: UUID) -> int:
    """Leave the call for help, and delete where the student belongs and every message that names him or her."""
    await calling.leave(work, person_id)
    gone = await SurroundingsStore(work.session).forget_person(person_id)
    gone += await StreamStore(work.session).forget_person(person_id)
    gone += await MailStore(work.session).forget_person(person_id)
    gone += await MatterStore(work.session).forget_person(person_id)
    await cancel_timer(work, PLACEMENT_ENDS, person_id)
    for subscription_id, pseudonyms in await SubscriptionStore(work.session).pseudonyms():
        known_as = pseudonyms.of("student", person_id)
        gone += await FeedStore(work.session).forget_person(subscription_id, known_as)
    return gone


async def confirm(work: UnitOfWork, swept: Swept) -> None:
    """Say that it is done."""
    told = PersonForgottenByNotifications(person_id=swept.person_id, row_count=swept.rows, message_count=swept.messages)
    await work.announce(told)


erasing = Erasing(from_tables, confirm)
