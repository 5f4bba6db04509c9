"""Taking a person out of the search for places: nothing is looked for, proposed or remembered for the student."""

from uuid import UUID

from services.matching.planning.arrivals import end_search, lock_student
from services.matching.planning.settling import settle
from services.matching.store.changes import ChangeStore
from services.matching.store.delegations import DelegationStore
from services.matching.store.searches import SearchStore
from shared.erasing import Erasing, Swept
from shared.events.matching import PersonForgottenByMatching
from shared.unit_of_work import UnitOfWork


async def from_tables(work: UnitOfWork, person_id: UUID) -> int:
    """End the search, free the seat that was held, and delete what is left; a stand-in keeps a placement's seat."""
    if await lock_student(work, person_id) is not None:
        freed = await end_search(work, person_id, "student-withdrawn")
        await settle(work, offers=freed.offers)
    forgotten = await SearchStore(work.session).forget_person(person_id)
    forgotten += await DelegationStore(work.session).forget_person(person_id)
    await ChangeStore(work.session).forget_person(person_id)  # last: what was deleted just now was noted, too
    return forgotten


async def confirm(work: UnitOfWork, swept: Swept) -> None:
    """Say that it is done."""
    told = PersonForgottenByMatching(person_id=swept.person_id, row_count=swept.rows, message_count=swept.messages)
    await work.announce(told)


erasing = Erasing(from_tables, confirm)
