"""Support for employers: asked for by schools, seen to by the region and by intermediaries, followed to the end."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from pydantic import Field

from services.intake.api.callers import COORDINATORS, Acting, Shared, area_of
from services.intake.api.changes import created, tagged
from services.intake.domain.fields import examples
from services.intake.domain.support import (
    STEPS,
    Asker,
    AskSupport,
    DeclineSupport,
    Helper,
    OfferSupport,
    Support,
    SupportKind,
    SupportState,
    SupportStep,
    TakenSupportStep,
)
from services.intake.store import EmployerStore, SchoolStore, SupportFilter, SupportStore
from services.intake.supporting import ask_support, take_step
from shared.api import Page, PageQuery, Resource
from shared.errors import Forbidden, NotFound
from shared.events.codes import Code, Region
from shared.idempotency import ONCE
from shared.security import Caller, Role, requires
from shared.unit_of_work import UnitOfWork, Work

SCHOOLS = (Role.COORDINATOR, Role.REGIONAL_COORDINATOR, Role.OPERATOR)

router = APIRouter(tags=["support"], dependencies=[requires(*SCHOOLS, Role.INTERMEDIARY)])


async def _offering_in(caller: Caller, shared: Shared) -> frozenset[str] | None:
    """The regions of an intermediary; None: somebody of the schools' side."""
    if caller.has(*SCHOOLS):
        return None
    if caller.intermediary is None:
        raise Forbidden("your token names no organisation")
    return frozenset(area_of(caller.intermediary, shared))


OfferingIn = Annotated[frozenset[str] | None, Depends(_offering_in)]


class SupportStepResource(Resource):
    """A step in the history of a request."""

    state: SupportState
    on_date: date
    note: str | None
    offered_by: Helper | None
    reason: Code | None

    @classmethod
    def of(cls, step: TakenSupportStep) -> "SupportStepResource":
        """For all who see the request."""
        return cls.model_construct(**dict(step))


class SupportResource(Resource):
    """Support that an employer would have."""

    model_config = examples(
        {
            "id": "01920000-0000-7000-8000-0000000000b5",
            "version": 1,
            "employerId": "01920000-0000-7000-8000-00000000000e",
            "employerName": "Tuincentrum De Linde",
            "region": "AM11",
            "schoolId": "01920000-0000-7000-8000-00000000000a",
            "schoolName": "Praktijkschool De Horizon",
            "kind": "handholds",
            "askedBy": "employer",
            "state": "asked",
            "offeredBy": None,
            "possible": ["offered", "done", "declined"],
            "steps": [
                {"state": "asked", "onDate": "2026-10-19", "note": None, "offeredBy": None, "reason": None},
            ],
        }
    )

    id: UUID
    version: int
    employer_id: UUID
    employer_name: str
    region: Region
    school_id: UUID | None = Field(description="The school through which it was asked.")
    school_name: str | None
    kind: SupportKind
    asked_by: Asker
    state: SupportState
    offered_by: Helper | None
    possible: tuple[SupportState, ...] = Field(description="What it can become next.")
    steps: list[SupportStepResource]


async def _shown(work: UnitOfWork, found: Sequence[Support]) -> list[SupportResource]:
    employers = await EmployerStore(work.session).several({one.employer_id for one in found})
    names = await SchoolStore(work.session).names({one.school_id for one in found if one.school_id})
    return [
        SupportResource(
            id=one.id,
            version=one.version,
            employer_id=one.employer_id,
            employer_name=employers[one.employer_id].facts.name,
            region=one.region,
            school_id=one.school_id,
            school_name=names.get(one.school_id) if one.school_id else None,
            kind=one.kind,
            asked_by=one.asked_by,
            state=one.state,
            offered_by=one.offered_by,
            possible=STEPS[one.state],
            steps=[SupportStepResource.of(step) for step in one.steps],
        )
        for one in found
    ]


@router.post(
    "/employers/{employer_id}/support",
    status_code=201,
    summary="An employer would be helped with something",
    dependencies=[COORDINATORS, ONCE],
)
async def ask(
    employer_id: UUID, body: AskSupport, viewer: Acting, work: Work, shared: Shared, response: Response
) -> SupportResource:
    """Handholds, a workshop, training, more of the school, money, or a question, to SBB's adviser for example."""
    employer = await EmployerStore(work.session).get(employer_id, viewer, lock=True)
    support = await ask_support(work, employer, body, viewer.acting_school(body.school_id, "/schoolId"))
    created(response, shared.location("support", support.id), support)
    return (await _shown(work, [support]))[0]


@router.get("/support", summary="List what employers ask to be helped with")
async def list_support(
    viewer: Acting,
    offering_in: OfferingIn,
    work: Work,
    page: PageQuery,
    employer_id: Annotated[UUID | None, Query(alias="employerId")] = None,
    region: Annotated[Region | None, Query()] = None,
    kind: Annotated[SupportKind | None, Query()] = None,
    state: Annotated[SupportState | None, Query()] = None,
) -> Page[SupportResource]:
    """At employers that the caller sees; for intermediaries in their regions. Nothing in it is about a student."""
    wanted = SupportFilter(employer_id, region, kind, state)
    found = await SupportStore(work.session).page(viewer, offering_in, wanted, page)
    return page.page(await _shown(work, found), lambda one: one.id)


@router.get("/support/{support_id}", summary="One request for support")
async def read_support(
    support_id: UUID, viewer: Acting, offering_in: OfferingIn, work: Work, response: Response
) -> SupportResource:
    """With every step so far."""
    found = await SupportStore(work.session).get(support_id, viewer, offering_in)
    tagged(response, found)
    return (await _shown(work, [found]))[0]


Taken = Callable[[UUID, SupportState, SupportStep], Awaitable[SupportResource]]


async def _taking(viewer: Acting, offering_in: OfferingIn, work: Work, response: Response) -> Taken:
    async def taken(support_id: UUID, wanted: SupportState, step: SupportStep) -> SupportResource:
        store = SupportStore(work.session)
        found = await store.get(support_id, viewer, offering_in, lock=True)
        if (employer := await EmployerStore(work.session).find(found.employer_id)) is None:
            raise NotFound("support")
        after = await take_step(work, employer, found, wanted, step)
        tagged(response, after)
        return (await _shown(work, [after]))[0]

    return taken


Taking = Annotated[Taken, Depends(_taking)]
"""Lets the caller take one more step."""


@router.post("/support/{support_id}/_offer", summary="Somebody offers the support")
async def offer_support(support_id: UUID, body: OfferSupport, taken: Taking) -> SupportResource:
    """A school, the region or an intermediary; a later call says that another does."""
    return await taken(support_id, SupportState.OFFERED, body)


@router.post("/support/{support_id}/_done", summary="The support was given")
async def support_given(support_id: UUID, body: SupportStep, taken: Taking) -> SupportResource:
    """The employer has what it asked for."""
    return await taken(support_id, SupportState.DONE, body)


@router.post("/support/{support_id}/_decline", summary="The support is not given")
async def decline_support(support_id: UUID, body: DeclineSupport, taken: Taking) -> SupportResource:
    """With the reason, so that it can be counted what is missing."""
    return await taken(support_id, SupportState.DECLINED, body)
