"""Closures: a sector or region takes nobody for a while, and schools decide about the placements that run there."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from services.intake import placing
from services.intake.api.callers import COORDINATORS, SCHOOLS_AND_REGIONS, Acting, Shared
from services.intake.api.changes import created, tagged
from services.intake.closing import close, reopen
from services.intake.days import today
from services.intake.domain.closure import CloseSector, Closure, ClosureState, DecidePlacement, Decision
from services.intake.domain.fields import Day, examples
from services.intake.domain.placement import Placement
from services.intake.domain.rights import Viewer
from services.intake.store import ClosureStore, PlacementStore, SchoolStore, StudentStore
from services.intake.store.students import Action
from shared.api import Page, PageQuery, Resource
from shared.errors import Forbidden, Invalid, NotFound
from shared.events.codes import Code, Region
from shared.idempotency import ONCE
from shared.ids import new_id
from shared.security import Role, requires
from shared.unit_of_work import Work

router = APIRouter(tags=["closures"], dependencies=[SCHOOLS_AND_REGIONS])

WHO_LOOKS_AFTER_REGIONS = requires(Role.REGIONAL_COORDINATOR, Role.OPERATOR)


class ClosureResource(CloseSector):
    """A sector of a region (without one: all of it) that takes nobody for a while."""

    model_config = examples(
        {
            "id": "01920000-0000-7000-8000-0000000000c1",
            "version": 1,
            "region": "AM11",
            "sector": "zorg-en-welzijn",
            "fromDate": "2027-01-11",
            "untilDate": "2027-02-21",
            "reason": "epidemic",
            "explanation": None,
            "state": "standing",
            "reopenedDate": None,
        }
    )

    id: UUID
    version: int
    state: ClosureState
    reopened_date: date | None

    @classmethod
    def of(cls, closure: Closure) -> "ClosureResource":
        """As everybody sees it."""
        return cls.model_construct(
            **dict(closure.facts),
            id=closure.id,
            version=closure.version,
            state=closure.state,
            reopened_date=closure.reopened_date,
        )


class TouchedPlacement(Resource):
    """A placement that runs in what is closed; whose it is, only the student's own school sees."""

    model_config = examples(
        {
            "placementId": "01920000-0000-7000-8000-00000000000d",
            "schoolId": "01920000-0000-7000-8000-00000000000a",
            "schoolName": "Praktijkschool De Horizon",
            "untilDate": "2027-02-12",
            "decision": None,
            "offerId": "01920000-0000-7000-8000-000000000002",
            "studentId": "01920000-0000-7000-8000-000000000001",
        }
    )

    placement_id: UUID
    school_id: UUID
    school_name: str | None
    until_date: Day | None
    decision: Decision | None
    offer_id: UUID | None
    student_id: UUID | None

    @classmethod
    def of(
        cls, placement: Placement, viewer: Viewer, name: str | None, decision: Decision | None
    ) -> "TouchedPlacement":
        """As this caller sees it."""
        own = viewer.works_for(placement.school_id, placement.student_id)
        return cls(
            placement_id=placement.id,
            school_id=placement.school_id,
            school_name=name,
            until_date=placement.stay.end_date,
            decision=decision,
            offer_id=placement.offer_id if own else None,
            student_id=placement.student_id if own else None,
        )


@router.post(
    "/closures", status_code=201, summary="Close a sector or a region", dependencies=[WHO_LOOKS_AFTER_REGIONS, ONCE]
)
async def close_sector(
    body: CloseSector, viewer: Acting, work: Work, shared: Shared, response: Response
) -> ClosureResource:
    """Offers there rest in that time: nobody is proposed or placed; what was proposed for that time is taken back."""
    if not viewer.governs(body.region):
        raise Forbidden("that region is not yours")
    shared.codes.require({"/sector": body.sector}, {})
    closure = await close(work, Closure(new_id(), body, viewer.subject))
    created(response, shared.location("closures", closure.id), closure)
    return ClosureResource.of(closure)


@router.get("/closures", summary="List closures")
async def list_closures(
    _viewer: Acting,
    work: Work,
    page: PageQuery,
    region: Annotated[Region | None, Query()] = None,
    sector: Annotated[Code | None, Query()] = None,
    state: Annotated[ClosureState | None, Query()] = None,
) -> Page[ClosureResource]:
    """Closures of now and before; asked for by sector, those of whole regions are among them."""
    found = await ClosureStore(work.session).page(page, region, sector, state)
    return page.page([ClosureResource.of(closure) for closure in found], lambda closure: closure.id)


@router.get("/closures/{closure_id}", summary="One closure")
async def read_closure(closure_id: UUID, work: Work, response: Response) -> ClosureResource:
    """One closure."""
    closure = await ClosureStore(work.session).get(closure_id)
    tagged(response, closure)
    return ClosureResource.of(closure)


@router.post("/closures/{closure_id}/_reopen", summary="End a closure", dependencies=[WHO_LOOKS_AFTER_REGIONS])
async def reopen_sector(closure_id: UUID, viewer: Acting, work: Work, response: Response) -> ClosureResource:
    """Students are looked for again at once. By itself a closure ends the day after its last."""
    closure = await ClosureStore(work.session).get(closure_id, lock=True)
    if not viewer.governs(closure.facts.region):
        raise Forbidden("that region is not yours")
    reopened = await reopen(work, closure, today())
    tagged(response, reopened)
    return ClosureResource.of(reopened)


@router.get("/closures/{closure_id}/placements", summary="Placements that a closure touches")
async def list_touched(closure_id: UUID, viewer: Acting, work: Work, page: PageQuery) -> Page[TouchedPlacement]:
    """What runs there and asks a decision: the own school's with the student; for the region school and end only."""
    store = ClosureStore(work.session)
    closure = await store.get(closure_id)
    found = await store.placements_under(closure, viewer, page)
    own = {placement.student_id for placement in found[: page.limit] if placement.school_id in viewer.schools}
    await StudentStore(work.session).log(own, viewer.subject, Action.PLACEMENT_READ)
    decided = await store.decisions(closure_id, [placement.id for placement in found])
    names = await SchoolStore(work.session).names({placement.school_id for placement in found})
    shown = [TouchedPlacement.of(one, viewer, names.get(one.school_id), decided.get(one.id)) for one in found]
    return page.page(shown, lambda placement: placement.placement_id)


@router.post("/closures/{closure_id}/_decide", summary="Decide about a placement", dependencies=[COORDINATORS])
async def decide_placement(closure_id: UUID, body: DecidePlacement, viewer: Acting, work: Work) -> TouchedPlacement:
    """The student's own school decides: the placement goes on, pauses, or ends (then its seat is free)."""
    store = ClosureStore(work.session)
    closure = await store.get(closure_id)
    try:
        placement = await PlacementStore(work.session).get(body.placement_id, viewer, lock=True)
    except NotFound:
        raise Invalid("/placementId", "there is no such placement of your school") from None
    if not await store.touches(closure, placement.id):
        raise Invalid("/placementId", "that placement does not run in what this closure closes")
    if (ending := body.ending) is not None:
        await placing.end(work, placement, ending, viewer)
    await store.decide(closure_id, placement, body.decision, viewer.subject)
    names = await SchoolStore(work.session).names({placement.school_id})
    return TouchedPlacement.of(placement, viewer, names.get(placement.school_id), body.decision)
