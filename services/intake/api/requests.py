"""What schools ask intermediaries about a placement, and what they answer."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from pydantic import Field

from services.intake.api.callers import COORDINATORS, Acting, Shared, area_of
from services.intake.api.changes import created, tagged
from services.intake.api.followed import Seen
from services.intake.domain.fields import examples
from services.intake.domain.request import (
    STEPS,
    AnswerRequest,
    AskIntermediary,
    DeclineRequest,
    Request,
    RequestKind,
    RequestState,
    RequestStep,
    Step,
    TakeRequest,
    WithdrawRequest,
)
from services.intake.requesting import ask, move
from services.intake.store import EmployerStore, SchoolStore
from services.intake.store.acting import Capacity, act_as
from services.intake.store.requests import Reader, RequestStore
from shared.api import Page, PageQuery, Resource
from shared.errors import Forbidden
from shared.events.codes import Code, IntermediaryKind, Region
from shared.idempotency import ONCE
from shared.security import Caller, Role, requires
from shared.unit_of_work import UnitOfWork, Work

router = APIRouter(tags=["requests"])

READERS = requires(Role.COORDINATOR, Role.INTERMEDIARY)

BY_INTERMEDIARY = requires(Role.INTERMEDIARY)


async def _reader(caller: Caller, viewer: Acting, work: Work, shared: Shared) -> Reader:
    if caller.has(Role.COORDINATOR):
        return Reader(viewer.schools)
    if caller.intermediary is None:
        raise Forbidden("your token names no organisation")
    await act_as(work.session, Capacity.INTERMEDIARY)
    return Reader(kind=caller.intermediary.kind, regions=frozenset(area_of(caller.intermediary, shared)))


Reading = Annotated[Reader, Depends(_reader)]


class StepResource(Resource):
    """A step in the history of a request."""

    state: RequestState
    on_date: date
    note: str | None
    reason: Code | None

    @classmethod
    def of(cls, step: RequestStep) -> "StepResource":
        """For both sides."""
        return cls.model_construct(**dict(step))


class RequestResource(Resource):
    """A question to an intermediary about a company that has, or had, a student; never about the student."""

    model_config = examples(
        {
            "id": "01920000-0000-7000-8000-0000000000d1",
            "version": 1,
            "kind": "guidance",
            "intermediary": "sbb",
            "employerId": "01920000-0000-7000-8000-00000000000e",
            "employerName": "Tuincentrum De Linde",
            "companyId": "100012345",
            "region": "AM11",
            "schoolName": "Praktijkschool De Horizon",
            "placementId": None,
            "question": "Hoe kan het bedrijf duidelijker uitleg geven bij een nieuwe taak?",
            "crebo": None,
            "workProcesses": [],
            "state": "asked",
            "possible": ["taken", "answered", "declined", "withdrawn"],
            "steps": [{"state": "asked", "onDate": "2026-10-19", "note": None, "reason": None}],
        }
    )

    id: UUID
    version: int
    kind: RequestKind
    intermediary: IntermediaryKind
    employer_id: UUID
    employer_name: str
    company_id: str | None = Field(description="The leerbedrijf-ID, where it is known.")
    region: Region
    school_name: str | None
    placement_id: UUID | None = Field(description="For the own school only.")
    question: str
    crebo: str | None
    work_processes: tuple[str, ...]
    state: RequestState
    possible: tuple[RequestState, ...] = Field(description="What it can become next.")
    steps: list[StepResource]


async def _shown(work: UnitOfWork, found: Sequence[Request], reader: Reader) -> list[RequestResource]:
    employers = await EmployerStore(work.session).several({one.employer_id for one in found})
    names = await SchoolStore(work.session).names({one.school_id for one in found})
    return [
        RequestResource(
            **one.asked.model_dump(),
            id=one.id,
            version=one.version,
            intermediary=one.intermediary,
            employer_id=one.employer_id,
            employer_name=employers[one.employer_id].facts.name,
            company_id=(sbb := employers[one.employer_id].facts.sbb) and sbb.company_id,
            region=one.region,
            school_name=names.get(one.school_id),
            placement_id=one.placement_id if reader.kind is None else None,
            state=one.state,
            possible=STEPS[one.state],
            steps=[StepResource.of(step) for step in one.steps],
        )
        for one in found
    ]


@router.post(
    "/placements/{placement_id}/requests",
    status_code=201,
    summary="Ask an intermediary about a placement",
    dependencies=[ONCE],
)
async def ask_intermediary(
    placement_id: UUID, body: AskIntermediary, viewer: Acting, work: Work, shared: Shared, response: Response
) -> RequestResource:
    """SBB's adviser about guidance, or SBB for a practice certificate: they see company and question, no student."""
    request = await ask(work, placement_id, body, viewer)
    created(response, shared.location("requests", request.id), request)
    return (await _shown(work, [request], Reader(viewer.schools)))[0]


@router.get("/placements/{placement_id}/requests", summary="List what intermediaries are asked about a placement")
async def list_placement_requests(
    placement_id: UUID, _seen: Seen, viewer: Acting, work: Work, page: PageQuery
) -> Page[RequestResource]:
    """By the own school, with what was answered."""
    reader = Reader(viewer.schools)
    found = await RequestStore(work.session).page(reader, page, placement_id=placement_id)
    return page.page(await _shown(work, found, reader), lambda one: one.id)


@router.get("/requests", summary="List what intermediaries are asked", dependencies=[READERS])
async def list_requests(
    reader: Reading,
    work: Work,
    page: PageQuery,
    kind: Annotated[RequestKind | None, Query()] = None,
    state: Annotated[RequestState | None, Query()] = None,
) -> Page[RequestResource]:
    """For schools their own, for intermediaries those to them in their area."""
    found = await RequestStore(work.session).page(reader, page, kind=kind, state=state)
    return page.page(await _shown(work, found, reader), lambda one: one.id)


@router.get("/requests/{request_id}", summary="One request", dependencies=[READERS])
async def read_request(request_id: UUID, reader: Reading, work: Work, response: Response) -> RequestResource:
    """With every step so far."""
    found = await RequestStore(work.session).get(request_id, reader)
    tagged(response, found)
    return (await _shown(work, [found], reader))[0]


async def _moved(
    request_id: UUID, reader: Reader, work: UnitOfWork, wanted: RequestState, step: Step
) -> RequestResource:
    found = await RequestStore(work.session).get(request_id, reader, lock=True)
    return (await _shown(work, [await move(work, found, wanted, step)], reader))[0]


@router.post("/requests/{request_id}/_take", summary="Look at it", dependencies=[BY_INTERMEDIARY])
async def take_request(request_id: UUID, body: TakeRequest, reader: Reading, work: Work) -> RequestResource:
    """The school sees that somebody is at it."""
    return await _moved(request_id, reader, work, RequestState.TAKEN, body)


@router.post("/requests/{request_id}/_answer", summary="Answer it", dependencies=[BY_INTERMEDIARY])
async def answer_request(request_id: UUID, body: AnswerRequest, reader: Reading, work: Work) -> RequestResource:
    """The school hears of it; for a certificate this says that it is issued."""
    return await _moved(request_id, reader, work, RequestState.ANSWERED, body)


@router.post("/requests/{request_id}/_decline", summary="Decline it", dependencies=[BY_INTERMEDIARY])
async def decline_request(request_id: UUID, body: DeclineRequest, reader: Reading, work: Work) -> RequestResource:
    """With the reason."""
    return await _moved(request_id, reader, work, RequestState.DECLINED, body)


@router.post("/requests/{request_id}/_withdraw", summary="Withdraw it", dependencies=[COORDINATORS])
async def withdraw_request(request_id: UUID, body: WithdrawRequest, reader: Reading, work: Work) -> RequestResource:
    """The school needs it no more."""
    return await _moved(request_id, reader, work, RequestState.WITHDRAWN, body)
