"""Giving out the seats of programmes: a seat that falls free goes to the next one in the same transaction.

The programme is locked first, then the student, so that a seat is given out once and nobody waits for one who waits
for him.
"""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from uuid import UUID

from services.intake.calendar_data import read_calendar
from services.intake.days import AMSTERDAM, today
from services.intake.domain.enrolment import (
    Enrolment,
    EnrolmentState,
    ProgrammeIsOver,
    Standing,
    StudentIsEnrolled,
    first_state,
    hold_until,
    next_in_line,
)
from services.intake.domain.entry_rules import Candidate, EntryIsRefused, why_not
from services.intake.domain.programme import Programme
from services.intake.domain.rights import Viewer
from services.intake.domain.seats import Occupation
from services.intake.domain.special_fact import SpecialKind
from services.intake.domain.student import Student, StudentState
from services.intake.store import (
    EnrolmentStore,
    PlacementStore,
    ProgrammeStore,
    SchoolStore,
    SpecialFactStore,
    StudentStore,
)
from services.intake.store.acting import Capacity, acting_as
from shared.errors import NotFound
from shared.ids import new_id
from shared.timers import cancel_timer, set_timer
from shared.unit_of_work import UnitOfWork

SEAT_HELD = "seat-held"
"""Until when a seat is held for who was next."""

SEATS_FREE = "seats-free"
"""Somebody went whose seat nobody gave out yet: an erased student, a school that left."""

STUDENT_LEAVES = "student-leaves"
"""The day on which a student leaves the school."""

AT_ONCE = timedelta(0)

INDICATED = frozenset({"granted", "on-waiting-list"})
"""With these there is an indication for sheltered work."""


async def keeps_out(work: UnitOfWork, programme: Programme, student: Student) -> tuple[str, ...]:
    """Why a student of the caller's school cannot enter; nothing: it can."""
    candidate = await _candidate(work, programme, student)
    return why_not(programme.facts.entry, candidate, work.resources.codes.lists)


async def enrol(work: UnitOfWork, programme: Programme, student: Student) -> Enrolment:
    """A seat for a locked student in a locked programme, or a place on the waiting list.

    Raises `ProgrammeIsOver`, `StudentIsEnrolled`, `EntryIsRefused`; `Forbidden` for a school that does not take part.
    """
    school = await SchoolStore(work.session).get(student.school_id)
    programme.must_take(school.id, school.situation.region)
    store = EnrolmentStore(work.session)
    if today() > programme.facts.end_date:
        raise ProgrammeIsOver
    if await store.stands(programme.id, student.id):
        raise StudentIsEnrolled
    if why := await keeps_out(work, programme, student):
        raise EntryIsRefused(why)
    state = first_state(programme, school.id, await _standing(work, programme))
    number = await store.next_number(programme.id)
    lessons = programme.lessons(school.id)
    enrolment = Enrolment(new_id(), programme.id, student.id, school.id, number, state, lessons)
    await store.save(enrolment)
    if state is EnrolmentState.ENROLLED:
        await _tell_matching(work, student, enrolment)
    return enrolment


async def change(work: UnitOfWork, enrolment_id: UUID, viewer: Viewer, wanted: EnrolmentState) -> Enrolment:
    """The student's school accepts a seat, declines it, or takes the student out; who is next moves up."""
    store = EnrolmentStore(work.session)
    before = await store.get(enrolment_id, viewer)
    if (programme := await ProgrammeStore(work.session).lock(before.programme_id)) is None:
        raise NotFound("enrolment")
    student = await StudentStore(work.session).change(before.student_id, viewer)
    before = await store.get(enrolment_id, viewer, lock=True)
    if wanted is EnrolmentState.ENROLLED and (why := await keeps_out(work, programme, student)):
        raise EntryIsRefused(why)
    after = before.become(wanted)
    await store.save(after)
    await cancel_timer(work, SEAT_HELD, after.id)
    await move_up(work, programme)
    if EnrolmentState.ENROLLED in {before.state, after.state}:
        await _tell_matching(work, student, after)
    return after


async def move_up(work: UnitOfWork, programme: Programme) -> None:
    """Offer what is free of a locked programme to whom it is due, whatever school that is of."""
    if today() > programme.facts.end_date:
        return
    store = EnrolmentStore(work.session)
    for enrolment_id in next_in_line(programme, await _standing(work, programme)):
        async with acting_as(work.session, Capacity.REGISTER):
            waiting = await store.find(enrolment_id, lock=True)
            if waiting is not None and waiting.state is EnrolmentState.WAITING:  # it may have left meanwhile
                await _offer(work, programme, waiting)


async def let_go(work: UnitOfWork, programme: Programme, enrolment_id: UUID) -> None:
    """Nobody answered while the seat was held: the next one's turn."""
    store = EnrolmentStore(work.session)
    offered = await store.find(enrolment_id)
    if offered is not None and offered.state is EnrolmentState.OFFERED:
        await store.save(offered.become(EnrolmentState.LAPSED))
        await move_up(work, programme)


async def seats_fell_free(work: UnitOfWork, programme_ids: Iterable[UUID]) -> None:
    """Look at programmes at once, each in a transaction of the register's own."""
    for programme_id in programme_ids:
        await set_timer(work, SEATS_FREE, programme_id, AT_ONCE)


async def follow_leaver(work: UnitOfWork, student_id: UUID, left_date: date) -> None:
    """A student leaves the school on a day: its programmes, too, then."""
    await set_timer(work, STUDENT_LEAVES, student_id, datetime.combine(left_date, time(), AMSTERDAM))


async def leave_programmes(work: UnitOfWork, student_id: UUID) -> None:
    """The day on which a student left has come, unless it stays after all."""
    left_date = await StudentStore(work.session).left_date(student_id)
    if left_date is not None and left_date <= today():
        await seats_fell_free(work, await EnrolmentStore(work.session).student_leaves(student_id))


async def _offer(work: UnitOfWork, programme: Programme, waiting: Enrolment) -> None:
    there = (await SchoolStore(work.session).get(waiting.school_id)).situation
    calendar = read_calendar()
    part = calendar.part_of(there.region, there.municipality)
    until = hold_until(programme.facts.hold_days, today(), part, calendar, AMSTERDAM)
    offered = waiting.become(EnrolmentState.OFFERED, until)
    await EnrolmentStore(work.session).save(offered)
    await set_timer(work, SEAT_HELD, offered.id, until)
    await work.announce(offered.offered())


async def _standing(work: UnitOfWork, programme: Programme) -> list[Standing]:
    return (await EnrolmentStore(work.session).standing([programme.id]))[programme.id]


async def _candidate(work: UnitOfWork, programme: Programme, student: Student) -> Candidate:
    kind = (await SchoolStore(work.session).get(student.school_id)).facts.kind
    begin, end = programme.facts.begin_date, programme.facts.end_date
    return Candidate(
        facts=student.facts,
        school_kind=kind,
        begin=begin,
        lacks_indication=programme.is_sheltered and not await _is_indicated(work, student.id),
        is_occupied=any(
            taken.overlaps(begin, end) and not taken.weekdays.isdisjoint(programme.lesson_days)
            for taken in await _taken(work, student.id)
        ),
    )


async def _is_indicated(work: UnitOfWork, student_id: UUID) -> bool:
    known = [one.fact for one in await SpecialFactStore(work.session).of(student_id, today())]
    return any(one.kind is SpecialKind.SHELTERED and one.code in INDICATED for one in known)


async def _taken(work: UnitOfWork, student_id: UUID) -> list[Occupation]:
    placements = await PlacementStore(work.session).of_student(student_id)
    return [*(one.occupation for one in placements), *await EnrolmentStore(work.session).lessons_of(student_id)]


async def _tell_matching(work: UnitOfWork, student: Student, enrolment: Enrolment) -> None:
    """The days on which the student can be placed are others now: matching looks again."""
    if student.state is StudentState.SEARCHING and enrolment.lessons.weekdays:
        await work.announce(student.searched(), dataref=work.resources.dataref(student.id))
