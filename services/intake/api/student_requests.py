"""Indications asked of UWV: by the student's own school, and by UWV where its token and a ground allow."""

# ruff: noqa: FAST003 — the path's ids are arguments of the dependency `Own`

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from services.intake.api.callers import COORDINATORS, Acting, Shared
from services.intake.api.changes import created
from services.intake.api.requests import StepResource
from services.intake.days import today
from services.intake.domain.fields import examples
from services.intake.domain.request import RequestState
from services.intake.domain.special_fact import SpecialKind
from services.intake.domain.student_request import (
    AcceptIndication,
    AnswerIndication,
    AskIndication,
    Outcome,
    StudentRequest,
)
from services.intake.indicating import accept, ask, fetch, for_uwv, move
from services.intake.store import StudentRequestStore, StudentStore
from services.intake.store.acting import Capacity, acting_as
from shared.api import Page, PageQuery, Resource
from shared.errors import Forbidden
from shared.events.codes import IntermediaryKind, Region
from shared.idempotency import ONCE
from shared.security import Caller, Intermediary, Role, requires
from shared.unit_of_work import UnitOfWork, Work

router = APIRouter(tags=["requests"])

UWV = requires(Role.INTERMEDIARY)

_ID = {"id": "01920000-0000-7000-8000-0000000000d2"}
_STEPS = {"state": "asked", "steps": [{"state": "asked", "onDate": "2026-10-19", "note": None, "reason": None}]}


async def _uwv(caller: Caller) -> Intermediary:
    if caller.intermediary is None or caller.intermediary.kind is not IntermediaryKind.UWV:
        raise Forbidden("an indication is asked of UWV")
    return caller.intermediary


Asked = Annotated[Intermediary, Depends(_uwv)]


class StudentRequestResource(Resource):
    """A request for a student of the own school, and what was decided."""

    model_config = examples(
        _ID
        | _STEPS
        | {
            "studentId": "01920000-0000-7000-8000-000000000001",
            "groundId": "01920000-0000-7000-8000-00000000000f",
            "indication": "job-agreement",
            "possible": ["taken", "answered", "withdrawn"],
            "outcome": None,
            "lastDate": None,
            "acceptedDate": None,
        }
    )

    id: UUID
    student_id: UUID
    ground_id: UUID
    indication: SpecialKind
    state: RequestState
    possible: tuple[RequestState, ...]
    steps: list[StepResource]
    outcome: Outcome | None
    last_date: date | None
    accepted_date: date | None

    @classmethod
    def of(cls, request: StudentRequest) -> "StudentRequestResource":
        """For the own school."""
        names = ("id", "student_id", "ground_id", "state", "possible", "accepted_date")
        return cls(
            **{name: getattr(request, name) for name in names},
            indication=request.asked.indication,
            steps=[StepResource.of(step) for step in request.steps],
            outcome=request.answer and request.answer.outcome,
            last_date=request.answer and request.answer.last_date,
        )


class WaitingStudentRequest(Resource):
    """That something is asked: not yet for whom, nor what."""

    model_config = examples(_ID | _STEPS | {"region": "AM11"})

    id: UUID
    region: Region
    state: RequestState
    steps: list[StepResource]

    @classmethod
    def of(cls, request: StudentRequest) -> "WaitingStudentRequest":
        """For UWV."""
        steps = [StepResource.of(step) for step in request.steps]
        return cls(id=request.id, region=request.region, state=request.state, steps=steps)


class StudentRequestFile(WaitingStudentRequest):
    """What UWV needs to decide whose indication it is, and nothing else of the student."""

    model_config = examples(
        _ID
        | _STEPS
        | {
            "region": "AM11",
            "indication": "job-agreement",
            "givenName": "Sam",
            "familyName": "de Boer",
            "birthDate": "2009-05-17",
            "schoolName": "Praktijkschool De Horizon",
        }
    )

    indication: SpecialKind
    given_name: str
    family_name: str
    birth_date: date
    school_name: str | None


@router.post(
    "/students/{student_id}/requests",
    status_code=201,
    summary="Ask UWV for an indication",
    dependencies=[ONCE],
)
async def ask_for_student(
    student_id: UUID, body: AskIndication, viewer: Acting, work: Work, shared: Shared, response: Response
) -> StudentRequestResource:
    """While a ground for `indication` with recipient `uwv` holds, UWV can see for whom and what; 409 without one."""
    student = await StudentStore(work.session).change(student_id, viewer)
    viewer.must_work_at(student.school_id)
    made = await ask(work, student, body, viewer.subject)
    created(response, shared.location(f"students/{student.id}/requests", made.id))
    return StudentRequestResource.of(made)


@router.get("/students/{student_id}/requests", summary="What was asked of UWV for a student")
async def list_student_requests(
    student_id: UUID, viewer: Acting, work: Work, page: PageQuery
) -> Page[StudentRequestResource]:
    """With every step so far, and what was decided."""
    student = await StudentStore(work.session).read(student_id, viewer)
    viewer.must_work_at(student.school_id)
    found = await StudentRequestStore(work.session).page(student_id, page)
    return page.page([StudentRequestResource.of(one) for one in found], lambda one: one.id)


@router.get("/students/{student_id}/requests/{request_id}", summary="One request to UWV for a student")
async def read_student_request(
    student_id: UUID, request_id: UUID, viewer: Acting, work: Work
) -> StudentRequestResource:
    """With every step so far, and what was decided."""
    student = await StudentStore(work.session).read(student_id, viewer)
    viewer.must_work_at(student.school_id)
    return StudentRequestResource.of(await StudentRequestStore(work.session).of_student(student_id, request_id))


async def _own(student_id: UUID, request_id: UUID, viewer: Acting, work: Work) -> StudentRequest:
    student = await StudentStore(work.session).change(student_id, viewer)
    viewer.must_work_at(student.school_id)
    return await StudentRequestStore(work.session).of_student(student_id, request_id, lock=True)


Own = Annotated[StudentRequest, Depends(_own)]


@router.post("/students/{student_id}/requests/{request_id}/_withdraw", summary="Withdraw a request to UWV")
async def withdraw_student_request(own: Own, work: Work) -> StudentRequestResource:
    """The school needs it no more."""
    return StudentRequestResource.of(await move(work, own, RequestState.WITHDRAWN))


@router.post("/students/{student_id}/requests/{request_id}/_accept", summary="Take over what UWV decided")
async def accept_student_answer(body: AcceptIndication, own: Own, viewer: Acting, work: Work) -> StudentRequestResource:
    """It is recorded as a fact of special care, for a year at most, in place of what was said of that indication."""
    return StudentRequestResource.of(await accept(work, own, body, viewer.subject))


@router.get("/student-requests", summary="What is asked of UWV", dependencies=[UWV])
async def list_asked_of_uwv(
    uwv: Asked, work: Work, page: PageQuery, state: Annotated[RequestState | None, Query()] = None
) -> Page[WaitingStudentRequest]:
    """In its regions, while the ground holds, without saying for whom or what: in one state, or all that are open."""
    async with acting_as(work.session, Capacity.UWV):
        found = await StudentRequestStore(work.session).page_of_regions(uwv.regions, state, today(), page)
    return page.page([WaitingStudentRequest.of(one) for one in found], lambda one: one.id)


@router.get("/student-requests/{request_id}", summary="For whom an indication is asked", dependencies=[UWV])
async def fetch_student_request(request_id: UUID, uwv: Asked, caller: Caller, work: Work) -> StudentRequestFile:
    """Kept with who fetched it; 410 once it is at its end or its ground does not hold, 404 outside UWV's regions."""
    async with acting_as(work.session, Capacity.UWV):
        request = await for_uwv(work, request_id, uwv.regions)
        student, school = await fetch(work, request, caller.subject)
    return StudentRequestFile(
        **dict(WaitingStudentRequest.of(request)),
        indication=request.asked.indication,
        given_name=student.facts.given_name,
        family_name=student.facts.family_name,
        birth_date=student.facts.birth_date,
        school_name=school,
    )


async def _moved(
    work: UnitOfWork, request_id: UUID, uwv: Intermediary, wanted: RequestState, answer: AnswerIndication | None = None
) -> WaitingStudentRequest:
    async with acting_as(work.session, Capacity.UWV):
        request = await for_uwv(work, request_id, uwv.regions, lock=True)
        moved = await move(work, request, wanted, answer)
    return WaitingStudentRequest.of(moved)


@router.get(
    "/student-requests/{request_id}/school", summary="A request that a mail leads to", dependencies=[COORDINATORS]
)
async def find_student_request(request_id: UUID, viewer: Acting, work: Work) -> StudentRequestResource:
    """For the student's own school, which is told of a request by its id alone."""
    found = await StudentRequestStore(work.session).of_schools(request_id, viewer.schools)
    await StudentStore(work.session).read(found.student_id, viewer)
    return StudentRequestResource.of(found)


@router.post("/student-requests/{request_id}/_take", summary="Look at it", dependencies=[UWV])
async def take_student_request(request_id: UUID, uwv: Asked, work: Work) -> WaitingStudentRequest:
    """The school sees that somebody is at it."""
    return await _moved(work, request_id, uwv, RequestState.TAKEN)


@router.post("/student-requests/{request_id}/_answer", summary="Say what was decided", dependencies=[UWV])
async def answer_student_request(
    request_id: UUID, body: AnswerIndication, uwv: Asked, work: Work
) -> WaitingStudentRequest:
    """The school hears that there is an answer, and takes it over when it has looked at it."""
    return await _moved(work, request_id, uwv, RequestState.ANSWERED, body)
