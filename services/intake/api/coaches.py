"""Coaches: who of the school looks after a student, and which job coach from outside sees it."""

from uuid import UUID

from fastapi import APIRouter, Response

from services.intake.api.callers import Acting
from services.intake.days import today
from services.intake.domain.coach import Coach
from services.intake.domain.people import AssignJobcoach, CoachKind
from services.intake.store import PeopleStore, StudentStore
from shared.errors import NotFound
from shared.unit_of_work import Work

router = APIRouter(prefix="/students/{student_id}", tags=["people"])


@router.put("/coach", summary="Who of the school looks after a student")
async def assign_coach(student_id: UUID, body: Coach, viewer: Acting, work: Work) -> Coach:
    """Other schools see this name and address of work on the seat that the student takes, and never whose it is."""
    student = await StudentStore(work.session).change(student_id, viewer)
    viewer.must_work_at(student.school_id)
    await PeopleStore(work.session).assign(student, CoachKind.SCHOOL, body, viewer.subject)
    return body


@router.get("/coach", summary="The student's coach")
async def read_coach(student_id: UUID, viewer: Acting, work: Work) -> Coach:
    """404 while nobody of the school looks after the student."""
    await StudentStore(work.session).read(student_id, viewer)
    if (coach := await PeopleStore(work.session).coach_of(student_id)) is None:
        raise NotFound("coach")
    return coach


@router.put("/jobcoach", summary="A job coach from outside sees a student")
async def assign_jobcoach(student_id: UUID, body: AssignJobcoach, viewer: Acting, work: Work) -> AssignJobcoach:
    """Who has that address in a token with the role `jobcoach` sees the student until that day, and changes nothing.

    On consent no longer than it is recorded with the student.
    """
    student = await StudentStore(work.session).change(student_id, viewer)
    viewer.must_work_at(student.school_id)
    body.must_be_grounded(student.facts, today())
    await PeopleStore(work.session).assign(student, CoachKind.JOBCOACH, body, viewer.subject)
    return body


@router.get("/jobcoach", summary="The student's job coach")
async def read_jobcoach(student_id: UUID, viewer: Acting, work: Work) -> AssignJobcoach:
    """404 while the student has none; one whose last day has passed is shown, and sees nothing any more."""
    await StudentStore(work.session).read(student_id, viewer)
    if (coach := await PeopleStore(work.session).jobcoach_of(student_id)) is None:
        raise NotFound("job coach")
    return coach


@router.delete("/jobcoach", status_code=204, summary="The job coach sees the student no more")
async def dismiss_jobcoach(student_id: UUID, viewer: Acting, work: Work) -> Response:
    """From the next call on; 204 also when there was none."""
    student = await StudentStore(work.session).change(student_id, viewer)
    viewer.must_work_at(student.school_id)
    await PeopleStore(work.session).dismiss(student.id, CoachKind.JOBCOACH)
    return Response(status_code=204)
