"""Accreditations: employers on their way to be recognised by SBB, followed by schools and by SBB itself."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from pydantic import Field

from services.intake.accrediting import Follower, request, take
from services.intake.api.callers import COORDINATORS, Acting, Shared, area_of
from services.intake.api.changes import created, tagged
from services.intake.domain.accreditation import (
    STEPS,
    Accreditation,
    AccreditationState,
    PlanVisit,
    Recognise,
    RefuseAccreditation,
    RequestAccreditation,
    Step,
    TakenStep,
)
from services.intake.domain.fields import examples
from services.intake.store import AccreditationFilter, AccreditationStore, EmployerStore, SchoolStore
from shared.api import Page, PageQuery, Resource
from shared.errors import Forbidden
from shared.events.codes import Code, IntermediaryKind, Recognition, Region
from shared.idempotency import ONCE
from shared.security import Caller, Role, requires
from shared.unit_of_work import UnitOfWork, Work

SCHOOLS = (Role.COORDINATOR, Role.REGIONAL_COORDINATOR, Role.OPERATOR)

router = APIRouter(tags=["accreditations"], dependencies=[requires(*SCHOOLS, Role.INTERMEDIARY)])


async def _follower(caller: Caller, viewer: Acting, shared: Shared) -> Follower:
    if caller.has(*SCHOOLS):
        return Follower(viewer)
    if caller.intermediary is None or caller.intermediary.kind is not IntermediaryKind.SBB:
        raise Forbidden("accreditations are followed by schools and by SBB")
    return Follower(viewer, frozenset(area_of(caller.intermediary, shared)))


Following = Annotated[Follower, Depends(_follower)]


class StepResource(Resource):
    """A step in the history of a request."""

    state: AccreditationState
    on_date: date
    note: str | None
    school_id: UUID | None = Field(description="The school that took it; null: SBB, or who looks after the region.")
    by_sbb: bool
    visit_date: date | None
    reason: Code | None
    author: str | None = Field(description="Who took it: seen by that person's own school only.")

    @classmethod
    def of(cls, step: TakenStep, follower: Follower) -> "StepResource":
        """What a caller may know of it."""
        own = step.by_school in follower.viewer.schools or step.author == follower.viewer.subject
        return cls(
            state=step.state,
            on_date=step.on_date,
            note=step.note,
            school_id=step.by_school,
            by_sbb=step.by_sbb,
            visit_date=step.visit_date,
            reason=step.reason,
            author=step.author if own else None,
        )


class AccreditationResource(Resource):
    """An employer's way to be recognised by SBB."""

    model_config = examples(
        {
            "id": "01920000-0000-7000-8000-0000000000ac",
            "employerId": "01920000-0000-7000-8000-00000000000e",
            "employerName": "Tuincentrum De Linde",
            "region": "AM11",
            "schoolId": "01920000-0000-7000-8000-00000000000a",
            "schoolName": "Praktijkschool De Horizon",
            "wanted": "boris",
            "crebos": ["25162"],
            "state": "submitted",
            "possible": ["visit-planned", "recognised", "refused", "withdrawn"],
            "steps": [
                {
                    "state": "requested",
                    "onDate": "2026-09-14",
                    "note": "Praktijkopleider is Ans de Wit.",
                    "schoolId": "01920000-0000-7000-8000-00000000000a",
                    "bySbb": False,
                    "visitDate": None,
                    "reason": None,
                    "author": None,
                }
            ],
        }
    )

    id: UUID
    employer_id: UUID
    employer_name: str
    region: Region
    school_id: UUID | None = Field(description="The school that asked.")
    school_name: str | None
    wanted: Recognition
    crebos: tuple[str, ...]
    state: AccreditationState
    possible: tuple[AccreditationState, ...] = Field(description="What it can become next.")
    steps: list[StepResource]


async def _shown(
    work: UnitOfWork, follower: Follower, accreditations: Sequence[Accreditation]
) -> list[AccreditationResource]:
    """Requests with the names of employers and schools."""
    employers = await EmployerStore(work.session).several({one.employer_id for one in accreditations})
    names = await SchoolStore(work.session).names({one.school_id for one in accreditations if one.school_id})
    return [
        AccreditationResource(
            id=one.id,
            employer_id=one.employer_id,
            employer_name=employers[one.employer_id].facts.name,
            region=one.region,
            school_id=one.school_id,
            school_name=names.get(one.school_id) if one.school_id else None,
            wanted=one.request.wanted,
            crebos=one.request.crebos,
            state=one.state,
            possible=STEPS[one.state],
            steps=[StepResource.of(step, follower) for step in one.steps],
        )
        for one in accreditations
    ]


@router.post(
    "/employers/{employer_id}/accreditations",
    status_code=201,
    summary="Ask that SBB recognises an employer",
    dependencies=[COORDINATORS, ONCE],
)
async def request_accreditation(
    employer_id: UUID, body: RequestAccreditation, viewer: Acting, work: Work, shared: Shared, response: Response
) -> AccreditationResource:
    """The begin of a request that all schools that see the employer can follow; 409 while another one runs."""
    employer = await EmployerStore(work.session).get(employer_id, viewer, lock=True)
    school = viewer.acting_school(body.school_id, "/schoolId")
    accreditation = await request(work, employer, body, viewer, school)
    created(response, shared.location("accreditations", accreditation.id), accreditation)
    return (await _shown(work, Follower(viewer), [accreditation]))[0]


@router.get("/accreditations", summary="List accreditations")
async def list_accreditations(
    follower: Following,
    work: Work,
    page: PageQuery,
    employer_id: Annotated[UUID | None, Query(alias="employerId")] = None,
    region: Annotated[Region | None, Query()] = None,
    school_id: Annotated[UUID | None, Query(alias="schoolId")] = None,
    state: Annotated[AccreditationState | None, Query()] = None,
    running: Annotated[bool | None, Query(description="Whether they are undecided.")] = None,
) -> Page[AccreditationResource]:
    """Of employers that the caller sees; for SBB what was submitted in its own regions."""
    wanted = AccreditationFilter(employer_id, region, school_id, state, running)
    store = AccreditationStore(work.session)
    if follower.sbb_in is None:
        found = await store.page(follower.viewer, wanted, page)
    else:
        found = await store.page_before_sbb(follower.sbb_in, wanted, page)
    return page.page(await _shown(work, follower, found), lambda one: one.id)


@router.get("/accreditations/{accreditation_id}", summary="One accreditation")
async def read_accreditation(
    accreditation_id: UUID, follower: Following, work: Work, response: Response
) -> AccreditationResource:
    """With every step so far."""
    accreditation = await follower.find(work, accreditation_id)
    tagged(response, accreditation)
    return (await _shown(work, follower, [accreditation]))[0]


Taken = Callable[[UUID, AccreditationState, Step], Awaitable[AccreditationResource]]


async def _taking(follower: Following, work: Work, response: Response) -> Taken:
    async def taken(accreditation_id: UUID, wanted: AccreditationState, step: Step) -> AccreditationResource:
        accreditation = await take(work, follower, accreditation_id, wanted, step)
        tagged(response, accreditation)
        return (await _shown(work, follower, [accreditation]))[0]

    return taken


Taking = Annotated[Taken, Depends(_taking)]
"""Lets the caller take one more step."""


@router.post("/accreditations/{accreditation_id}/_submit", summary="The request lies before SBB")
async def submit(accreditation_id: UUID, body: Step, taken: Taking) -> AccreditationResource:
    """A school has handed it in."""
    return await taken(accreditation_id, AccreditationState.SUBMITTED, body)


@router.post("/accreditations/{accreditation_id}/_plan-visit", summary="SBB comes to see the company")
async def plan_visit(accreditation_id: UUID, body: PlanVisit, taken: Taking) -> AccreditationResource:
    """A day for the visit; a later call plans it anew."""
    return await taken(accreditation_id, AccreditationState.VISIT_PLANNED, body)


@router.post("/accreditations/{accreditation_id}/_recognise", summary="SBB recognises the company")
async def recognise(accreditation_id: UUID, body: Recognise, taken: Taking) -> AccreditationResource:
    """The employer is recognised from then on, for all schools and for matching."""
    return await taken(accreditation_id, AccreditationState.RECOGNISED, body)


@router.post("/accreditations/{accreditation_id}/_refuse", summary="SBB does not recognise the company")
async def refuse(accreditation_id: UUID, body: RefuseAccreditation, taken: Taking) -> AccreditationResource:
    """With the reason, so that a next request can do better."""
    return await taken(accreditation_id, AccreditationState.REFUSED, body)


@router.post("/accreditations/{accreditation_id}/_withdraw", summary="The request is taken back")
async def withdraw(accreditation_id: UUID, body: Step, taken: Taking) -> AccreditationResource:
    """By the schools, as long as it is undecided."""
    return await taken(accreditation_id, AccreditationState.WITHDRAWN, body)
