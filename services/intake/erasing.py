"""Erasing a student: out of the register in the same transaction, out of every other service within seconds."""

from datetime import UTC, datetime
from uuid import UUID

from services.intake.domain.erasure import STUDENT, Erasure
from services.intake.enrolling import STUDENT_LEAVES, seats_fell_free
from services.intake.store import EnrolmentStore, ErasureStore
from services.intake.store.acting import Capacity, act_as
from shared.erasing import Erasing, Swept, note_erasure
from shared.events.intake import PersonErased
from shared.security import Role
from shared.timers import cancel_timer
from shared.unit_of_work import UnitOfWork


async def erase(work: UnitOfWork, erasure: Erasure) -> None:
    """Take a student out and tell everybody; the transaction works in the capacity of retention from here on."""
    await act_as(work.session, Capacity.RETENTION)
    await ErasureStore(work.session).add(erasure)
    await _take_out(work, erasure.id)
    moment = datetime.now(UTC)
    await note_erasure(work, erasure.id, erasure.kind, moment)
    await work.announce(PersonErased(person_id=erasure.id, kind=STUDENT, erased_at=moment))


async def from_tables(work: UnitOfWork, person_id: UUID) -> int:
    """What is there again or still, for example after a restore; the school sees it in any case."""
    await act_as(work.session, Capacity.RETENTION)
    await ErasureStore(work.session).add_restored(person_id, Role.OPERATOR)
    return await _take_out(work, person_id)


async def _take_out(work: UnitOfWork, person_id: UUID) -> int:
    """The rows that were taken out; the seats that the student had in programmes go to those who wait."""
    programmes = await EnrolmentStore(work.session).programmes_of(person_id)
    rows = await ErasureStore(work.session).erase(person_id)
    await seats_fell_free(work, programmes)
    await cancel_timer(work, STUDENT_LEAVES, person_id)
    return rows


async def confirm(work: UnitOfWork, swept: Swept) -> None:
    """The register's own proof."""
    await ErasureStore(work.session).prove(swept.person_id, "intake", swept.rows, swept.messages)


erasing = Erasing(from_tables, confirm)
