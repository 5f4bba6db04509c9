"""Contact people who asked to be forgotten: taken out of all that is kept of an employer, and kept out."""

from collections.abc import Sequence
from dataclasses import replace

from services.intake.domain.contact_person import ContactMarks, EraseContactPerson, ErasedContact, Remembered
from services.intake.domain.employer import Employer
from services.intake.store import EmployerStore, ErasedContactStore
from services.intake.store.acting import Capacity, acting_as
from shared.ids import new_id
from shared.unit_of_work import UnitOfWork


async def forget_contact(
    work: UnitOfWork, employer: Employer, asked: EraseContactPerson, role: str, author: str
) -> ErasedContact:
    """Take a person out of a locked employer and all that refers to it, other schools' notes included."""
    store = ErasedContactStore(work.session)
    async with acting_as(work.session, Capacity.RETENTION):
        marks = ContactMarks.of(asked, await store.people_of(employer.id), employer.facts)
        rows = await _take_out(work, employer, marks) + await store.take_out_of_files(employer, marks)
        return await store.add(ErasedContact(new_id(), employer.id, asked.reason, role, author, rows), marks)


async def forget_again(work: UnitOfWork, employer: Employer) -> Employer:
    """Keep whom an employer has forgotten out of what it got from another that went up in it."""
    async with acting_as(work.session, Capacity.RETENTION):
        for marks in await ErasedContactStore(work.session).marks_of(employer.id):
            await _take_out(work, employer, marks)
        now = await EmployerStore(work.session).find(employer.id)
    return employer if now is None else replace(employer, facts=now.facts)


async def kept_out(work: UnitOfWork, coming: Sequence[Employer]) -> list[Employer]:
    """Employers that come in, without whom others of their KvK number or postcode have forgotten."""
    known = await remembered(work, coming)
    return [_without(employer, known) for employer in coming]


async def remembered(work: UnitOfWork, coming: Sequence[Employer]) -> list[Remembered]:
    """Who may come back with these employers."""
    async with acting_as(work.session, Capacity.REGISTER):
        return await ErasedContactStore(work.session).remembered(coming)


def _without(employer: Employer, known: Sequence[Remembered]) -> Employer:
    for one in known:
        if one.is_near(employer):
            employer = replace(employer, facts=one.marks.left_of(employer.facts))
    return employer


async def _take_out(work: UnitOfWork, employer: Employer, marks: ContactMarks) -> int:
    """By what the employer is found and recognised follows from what is left."""
    rows = await ErasedContactStore(work.session).take_out(employer.id, marks)
    employers = EmployerStore(work.session)
    if rows and (left := await employers.find(employer.id)) is not None:
        await employers.save(left)
    return rows
