"""Taking a person out of the figures: what was counted stays counted, under an id that stands for nobody."""

from uuid import UUID

from services.analytics.store import ProjectionStore
from shared.erasing import Erasing, Swept
from shared.events.analytics import PersonForgottenByAnalytics
from shared.unit_of_work import UnitOfWork


async def from_tables(work: UnitOfWork, person_id: UUID) -> int:
    """Put a stand-in in the person's place."""
    return await ProjectionStore(work.session).forget_person(person_id)


async def confirm(work: UnitOfWork, swept: Swept) -> None:
    """Say that it is done."""
    told = PersonForgottenByAnalytics(person_id=swept.person_id, row_count=swept.rows, message_count=swept.messages)
    await work.announce(told)


erasing = Erasing(from_tables, confirm)
