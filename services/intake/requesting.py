"""Requests to intermediaries: asked by a school about its placement, moved by either side, told to both."""

from dataclasses import replace
from uuid import UUID

from services.intake.days import today
from services.intake.domain.company_text import name_nobody, names
from services.intake.domain.request import AskIntermediary, Request, RequestState, RequestStep, Step
from services.intake.domain.rights import Viewer
from services.intake.store import EmployerStore, PlacementStore, StudentStore
from services.intake.store.requests import RequestStore
from shared.errors import Invalid, NotFound
from shared.ids import new_id
from shared.unit_of_work import UnitOfWork


async def ask(work: UnitOfWork, placement_id: UUID, asked: AskIntermediary, viewer: Viewer) -> Request:
    """A question about a placement of the caller's school; raises `Invalid` when it names the student."""
    placement = await PlacementStore(work.session).get(placement_id, viewer, to_act=True)
    if (employer := await EmployerStore(work.session).find(placement.employer_id)) is None:
        raise NotFound("placement")
    for pointer, text in asked.texts():
        name_nobody(text, employer, pointer)
    if not placement.is_anonymous:
        await _name_no_student(work, placement.student_id, asked, viewer)
    first = RequestStep(state=RequestState.ASKED, on_date=today())
    region = employer.situation.region
    about = (placement.school_id, employer.id, placement.id, placement.student_id)
    return await _keep(work, Request(new_id(), *about, region, asked, (first,)))


async def move(work: UnitOfWork, request: Request, wanted: RequestState, step: Step) -> Request:
    """One more step of a locked request; raises `RequestIsElsewhere`."""
    return await _keep(work, request.after(wanted, step, today()))


async def _keep(work: UnitOfWork, request: Request) -> Request:
    await RequestStore(work.session).save(request)
    return replace(request, version=(await work.announce(request.moved())).version)


async def _name_no_student(work: UnitOfWork, student_id: UUID, asked: AskIntermediary, viewer: Viewer) -> None:
    student = (await StudentStore(work.session).read(student_id, viewer)).facts
    for pointer, text in asked.texts():
        if names(text, f"{student.given_name} {student.family_name}"):
            raise Invalid(pointer, "this names the student, whom the intermediary is not to know: leave it out")
