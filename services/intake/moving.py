"""What follows when something turns out to lie elsewhere: it is kept, and others hear of it."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from uuid import UUID

from services.intake.domain.addresses import Address, Situation
from services.intake.domain.employer import Employer
from services.intake.domain.location import Location
from services.intake.domain.profile import profile
from services.intake.domain.student import StudentState
from services.intake.store import EmployerStore, LocationStore, OfferStore, SchoolStore, StudentStore
from shared.unit_of_work import UnitOfWork

Where = Callable[[Address | None, Situation], Awaitable[Situation]]
"""Where something lies from now on, by its address and where it lay."""


async def move_school(work: UnitOfWork, school_id: UUID, where: Where) -> None:
    """A school, locked by the caller."""
    school = await SchoolStore(work.session).get(school_id, lock=True)
    moved = replace(school, situation=await where(school.facts.address, school.situation))
    if moved != school:
        await SchoolStore(work.session).save(moved)
        await work.announce(moved.registered())


async def move_employer(work: UnitOfWork, employer_id: UUID, where: Where) -> None:
    """An employer, locked by the caller, and its open offers, which read differently."""
    employer = await EmployerStore(work.session).find(employer_id)
    assert employer is not None
    moved = replace(employer, situation=await where(employer.facts.address, employer.situation))
    if moved != employer:
        await EmployerStore(work.session).save(moved)
        await work.announce(moved.registered())
        for offer in await OfferStore(work.session).open_at(employer_id):
            await work.announce(offer.changed(moved))


async def move_location(work: UnitOfWork, location_id: UUID, where: Where) -> None:
    """A location of an employer that is locked here, with its open offers."""
    locations = LocationStore(work.session)
    found = await locations.find(location_id)
    if found is None or (employer := await EmployerStore(work.session).find(found.employer_id, lock=True)) is None:
        return
    location = await locations.find(location_id)  # as it is now that nobody else changes it
    if location is None or location.employer_id != employer.id:
        return
    moved = replace(location, situation=await where(location.facts.address, location.situation))
    if moved != location:
        await locations.save(moved)
        await take_along(work, employer, moved)


async def take_along(work: UnitOfWork, employer: Employer, location: Location) -> None:
    """Let the open offers at a location that moved lie where it lies."""
    for offer in await OfferStore(work.session).open_at(employer.id):
        if offer.facts.location_id == location.id:
            moved = replace(offer, situation=location.situation)
            await OfferStore(work.session).save(moved)
            await work.announce(moved.changed(employer))


async def move_student(work: UnitOfWork, student_id: UUID, where: Where) -> None:
    """A student; matching looks again where a search stands."""
    student = await StudentStore(work.session).lock_to_place(student_id)
    if student is None or student.situation is None:
        return
    situation = await where(student.facts.address, student.situation)
    moved = replace(student, situation=situation, region=situation.region)
    if moved != student:
        await StudentStore(work.session).save(moved)
        if student.state is StudentState.SEARCHING and profile(moved) != profile(student):
            await work.announce(moved.searched(), dataref=work.resources.dataref(student_id))


MOVES: dict[str, Callable[[UnitOfWork, UUID, Where], Awaitable[None]]] = {
    "schools": move_school,
    "employers": move_employer,
    "locations": move_location,
    "students": move_student,
}
"""By the table that holds them, in the order in which everything here locks."""
