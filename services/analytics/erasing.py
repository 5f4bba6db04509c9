"""Taking a person out of the figures: what was counted stays counted, under an id that stands for nobody.

Searches first, codes after them, and what is wanted last: as who keeps a code does (`store.needs`), so that neither
waits for what the other holds.
"""

from uuid import UUID

from services.analytics.store import ProjectionStore
from services.analytics.store.needs import NeedStore
from shared.erasing import Erasing, Swept
from shared.events.analytics import PersonForgottenByAnalytics
from shared.unit_of_work import UnitOfWork


async def from_tables(work: UnitOfWork, person_id: UUID) -> int:
    """Put a stand-in in the person's place, and keep no code of theirs."""
    counted = await ProjectionStore(work.session).forget_person(person_id)
    return counted + await NeedStore(work.session).forget(person_id)


async def confirm(work: UnitOfWork, swept: Swept) -> None:
    """Say that it is done."""
    told = PersonForgottenByAnalytics(person_id=swept.person_id, row_count=swept.rows, message_count=swept.messages)
    await work.announce(told)


erasing = Erasing(from_tables, confirm)
