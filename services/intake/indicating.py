"""Indications of students, asked of UWV, followed, and taken over by the school (H10)."""

from dataclasses import replace
from uuid import UUID

from services.intake.days import today
from services.intake.domain.request import RequestState, RequestStep
from services.intake.domain.special_fact import SpecialFact
from services.intake.domain.student import Student
from services.intake.domain.student_request import (
    AcceptIndication,
    AnswerIndication,
    AskIndication,
    NoGroundToAsk,
    RequestIsOver,
    StudentRequest,
    ground_to_ask,
)
from services.intake.store import GroundStore, SchoolStore, SpecialFactStore, StudentRequestStore, StudentStore
from services.intake.store.students import Action
from shared.ids import new_id
from shared.unit_of_work import UnitOfWork


async def ask(work: UnitOfWork, student: Student, asked: AskIndication, author: str) -> StudentRequest:
    """Ask UWV; raises `NoGroundToAsk` where nothing may be shared with it."""
    ground = ground_to_ask(await GroundStore(work.session).of(student.id), today())
    if ground is None:
        raise NoGroundToAsk(student_id=student.id)
    region = (await SchoolStore(work.session).get(student.school_id)).situation.region
    first = RequestStep(state=RequestState.ASKED, on_date=today())
    made = StudentRequest(new_id(), student.id, student.school_id, region, ground.id, author, asked, (first,))
    return await keep(work, made)


async def keep(work: UnitOfWork, request: StudentRequest) -> StudentRequest:
    """Keep a step and tell that there is one."""
    await StudentRequestStore(work.session).save(request)
    told = await work.announce(request.moved(), dataref=work.resources.location("student-requests", request.id))
    return replace(request, version=told.version)


async def for_uwv(work: UnitOfWork, request_id: UUID, regions: frozenset[str], *, lock: bool = False) -> StudentRequest:
    """One that UWV may see: raises `NotFound` outside its regions, `RequestIsOver` without a ground, or at its end."""
    request = await StudentRequestStore(work.session).of_regions(request_id, regions, lock=lock)
    ground = ground_to_ask(await GroundStore(work.session).of(request.student_id), today())
    if ground is None or not request.possible:
        raise RequestIsOver
    return request


async def fetch(work: UnitOfWork, request: StudentRequest, subject: str) -> tuple[Student, str | None]:
    """Of whom it is, and the school's name; who fetched it is kept with the student."""
    students = StudentStore(work.session)
    student = await students.read_for_another(request.student_id, subject, Action.HANDED_OVER)
    return student, (await SchoolStore(work.session).names({student.school_id})).get(student.school_id)


async def move(
    work: UnitOfWork, request: StudentRequest, wanted: RequestState, answer: AnswerIndication | None = None
) -> StudentRequest:
    """One more step of a locked request; raises `RequestIsElsewhere`."""
    return await keep(work, request.after(wanted, today(), answer))


async def accept(work: UnitOfWork, request: StudentRequest, why: AcceptIndication, author: str) -> StudentRequest:
    """The answer becomes what the school records of the student; nobody is told."""
    taken, fact = request.accepted(why, today())
    facts = SpecialFactStore(work.session)
    await facts.remove_kind(request.student_id, fact.kind)
    await facts.add(SpecialFact(new_id(), request.student_id, request.school_id, author, fact))
    await StudentRequestStore(work.session).save(taken)
    return taken
