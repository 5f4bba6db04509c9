"""Schools that leave or merge: on the day itself, what a school had goes on at its successor, or ends."""

from dataclasses import replace
from datetime import datetime, time
from uuid import UUID

from services.intake.days import AMSTERDAM, today
from services.intake.domain.school import School
from services.intake.enrolling import seats_fell_free
from services.intake.offering import told_as_changed
from services.intake.reminding import RELATIONS_COOL
from services.intake.store import EmployerStore, EnrolmentStore, OfferStore, PeopleStore, SchoolStore, StudentStore
from services.intake.store.departures import DepartureStore
from shared.timers import cancel_timer, set_timer
from shared.unit_of_work import UnitOfWork

SCHOOL_LEAVES = "school-leaves"


async def announce_departure(work: UnitOfWork, school: School) -> School:
    """Keep that a school leaves and tell of it; its day comes by itself, at once when it has been."""
    assert school.departure is not None
    await SchoolStore(work.session).save(school)
    day = datetime.combine(school.departure.left_date, time(), AMSTERDAM)
    await set_timer(work, SCHOOL_LEAVES, school.id, day)
    return replace(school, version=(await work.announce(school.registered())).version)


async def take_leave(work: UnitOfWork, school: School) -> None:
    """A school's first day without us; the school is locked."""
    if school.departure is None:
        return
    await cancel_timer(work, RELATIONS_COOL, school.id)
    if (successor := school.departure.successor_id) is not None:
        await _hand_over(work, school.id, successor)
        return
    await seats_fell_free(work, await EnrolmentStore(work.session).school_leaves(school.id))
    for student_id in await DepartureStore(work.session).searching(school.id):
        if (student := await StudentStore(work.session).lock_to_place(student_id)) is not None:
            withdrawn, event = student.withdrawn()
            await StudentStore(work.session).save(withdrawn)
            await work.announce(event)
    people = PeopleStore(work.session)
    for lent in await people.lent_by(school.id, today()):
        ended = await people.end(lent.id)
        await work.announce(ended.changed(), dataref=work.resources.delegate(lent.id))


async def _hand_over(work: UnitOfWork, school: UUID, to: UUID) -> None:
    """Its students, placements and employers are the successor's; matching hears of what it looks at."""
    departures = DepartureStore(work.session)
    searching = await departures.searching(school)
    own = await departures.employers_of(school)
    others = set(await departures.offers_of(school)) - set(own)
    await departures.hand_over(school, to)
    for employer_id in own:
        await _employer_goes(work, employer_id, school, to)
    for employer_id in sorted(others):
        await _offers_go(work, employer_id)
    for student_id in searching:
        if (student := await StudentStore(work.session).lock_to_place(student_id)) is not None:
            await work.announce(student.searched(), dataref=work.resources.dataref(student_id))
    for delegation in await PeopleStore(work.session).lent_by(to, today()):
        await work.announce(delegation.changed(), dataref=work.resources.delegate(delegation.id))


async def _employer_goes(work: UnitOfWork, employer_id: UUID, school: UUID, to: UUID) -> None:
    employer = await EmployerStore(work.session).find(employer_id)
    assert employer is not None
    after = employer.handed_over(school, to)
    await EmployerStore(work.session).save(after)
    await work.announce(after.registered())
    await _offers_go(work, employer_id)


async def _offers_go(work: UnitOfWork, employer_id: UUID) -> None:
    employer = await EmployerStore(work.session).find(employer_id)
    assert employer is not None
    for offer in await OfferStore(work.session).open_at(employer_id):
        await work.announce(told_as_changed(offer, employer))
