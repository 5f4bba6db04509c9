"""Visits and progress talks of a placement, how often they are due, and which are overdue."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import Field

from services.intake.api.callers import COORDINATORS, Acting, Shared
from services.intake.api.changes import IfMatch, created, must_match, tagged
from services.intake.api.followed import Locked, Seen
from services.intake.days import today
from services.intake.domain.fields import Day, examples
from services.intake.domain.visit import VISIT, RecordVisit, Rhythm, SetRhythm, Visit
from services.intake.store import StudentStore, VisitStore
from services.intake.store.students import Action
from services.intake.visiting import record_visit, set_rhythm
from shared.api import Page, PageQuery, Resource
from shared.errors import NotFound
from shared.idempotency import ONCE
from shared.unit_of_work import Work

router = APIRouter(tags=["guidance"])
of_placement = APIRouter(prefix="/placements/{placement_id}")

_PLACEMENT = "01920000-0000-7000-8000-00000000000d"


class RhythmResource(Resource):
    """How often a placement is seen, and when it is due next."""

    model_config = examples(
        {"placementId": _PLACEMENT, "everyWeeks": 4, "dueDate": "2026-11-09", "overdue": False, "version": 0}
    )

    placement_id: UUID
    every_weeks: int
    due_date: date | None = Field(description="The last day on which it is in time; null: the placement has ended.")
    overdue: bool
    version: int

    @classmethod
    def of(cls, rhythm: Rhythm) -> "RhythmResource":
        """As it stands today."""
        return cls(
            placement_id=rhythm.placement_id,
            every_weeks=rhythm.every_weeks,
            due_date=rhythm.due_date,
            overdue=rhythm.is_overdue(today()),
            version=rhythm.version,
        )


class VisitResource(RecordVisit):
    """A visit or a progress talk."""

    model_config = examples(
        VISIT
        | {
            "id": "01920000-0000-7000-8000-0000000000b1",
            "placementId": _PLACEMENT,
            "author": "m.visser",
            "recordedAt": "2026-10-12T14:05:00Z",
        }
    )

    id: UUID
    placement_id: UUID
    author: str
    recorded_at: datetime

    @classmethod
    def of(cls, visit: Visit) -> "VisitResource":
        """For the own school."""
        own = {name: getattr(visit, name) for name in ("id", "placement_id", "author", "recorded_at")}
        return cls.model_construct(**dict(visit.said), **own)


@of_placement.put("/visit-rhythm", summary="How often a placement is seen")
async def say_how_often(
    placement: Locked, body: SetRhythm, work: Work, response: Response, if_match: IfMatch = None
) -> RhythmResource:
    """From then on the school is told, once, of a visit that nobody made. Said before: If-Match, as for any change."""
    if (known := await VisitStore(work.session).rhythm_of(placement.id, lock=True)) is not None:
        must_match(if_match, known)
    rhythm = await set_rhythm(work, placement, body.every_weeks)
    tagged(response, rhythm)
    return RhythmResource.of(rhythm)


@of_placement.get("/visit-rhythm", summary="How often a placement is seen, and what is due")
async def read_how_often(placement: Seen, work: Work, response: Response) -> RhythmResource:
    """404 as long as nobody said how often."""
    if (rhythm := await VisitStore(work.session).rhythm_of(placement.id)) is None:
        raise NotFound("visit rhythm")
    tagged(response, rhythm)
    return RhythmResource.of(rhythm)


@of_placement.post("/visits", status_code=201, summary="Record a visit or talk", dependencies=[ONCE])
async def visit(
    placement: Locked, body: RecordVisit, viewer: Acting, work: Work, shared: Shared, response: Response
) -> VisitResource:
    """It took place; the next one is due so many weeks later."""
    made = await record_visit(work, placement, body, viewer.subject)
    created(response, shared.location("visits", made.id))
    return VisitResource.of(made)


@of_placement.get("/visits", summary="The visits and talks of a placement")
async def list_visits(placement: Seen, work: Work, page: PageQuery) -> Page[VisitResource]:
    """In the order in which they were recorded; nobody but the own school reads them."""
    found = await VisitStore(work.session).page(placement.id, page)
    return page.page([VisitResource.of(one) for one in found], lambda one: one.id)


class DueVisit(Resource):
    """A placement that is to be seen."""

    model_config = examples(
        {
            "id": "01920000-0000-7000-8000-0000000000b2",
            "placementId": _PLACEMENT,
            "studentId": "01920000-0000-7000-8000-000000000001",
            "schoolId": "01920000-0000-7000-8000-00000000000a",
            "dueDate": "2026-11-09",
            "overdue": True,
        }
    )

    id: UUID
    placement_id: UUID
    student_id: UUID
    school_id: UUID
    due_date: date
    overdue: bool


@router.get("/visits/due", summary="What is to be visited", dependencies=[COORDINATORS])
async def list_due(
    viewer: Acting,
    work: Work,
    page: PageQuery,
    until: Annotated[Day | None, Query(description="Due by that day; left out: today, overdue ones included.")] = None,
) -> Page[DueVisit]:
    """The placements of the caller's schools whose visit is due, or overdue."""
    found = await VisitStore(work.session).due(viewer, until or today(), page)
    seen = {one.student_id for one in found[: page.limit]}
    await StudentStore(work.session).log(seen, viewer.subject, Action.PLACEMENT_READ)
    return page.page([_due(one) for one in found], lambda one: one.id)


@router.get("/visits/{visit_id}", summary="One visit or talk")
async def read_visit(visit_id: UUID, viewer: Acting, work: Work) -> VisitResource:
    """Of a student of the own school."""
    found = await VisitStore(work.session).get(visit_id, viewer)
    await StudentStore(work.session).log([found.student_id], viewer.subject, Action.PLACEMENT_READ)
    return VisitResource.of(found)


def _due(rhythm: Rhythm) -> DueVisit:
    own = {name: getattr(rhythm, name) for name in ("id", "placement_id", "student_id", "school_id", "due_date")}
    return DueVisit(**own, overdue=rhythm.is_overdue(today()))


router.include_router(of_placement)
