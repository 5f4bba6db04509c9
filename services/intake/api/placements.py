"""Placements: made by hand or by an accepted proposal, and ended; seen by the student's own school only."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import Field

from services.intake import changing, placing
from services.intake.api.callers import CARERS, COORDINATORS, Acting, Shared
from services.intake.api.changes import IfMatch, created, merged, must_match, only, partial, tagged
from services.intake.days import today
from services.intake.domain.coach import Coach
from services.intake.domain.fields import Day, Weekdays, examples
from services.intake.domain.placement import CancelPlacement, EndPlacement, Placement, PlaceStudent
from services.intake.domain.placement_changes import ContinuePlacement, EndAndSearch
from services.intake.domain.placement_states import STEPS, Act, PlacementState
from services.intake.domain.rights import Viewer
from services.intake.domain.seating import PlacementIsRefused, obstacle, why_not
from services.intake.obstructing import name_the_cause
from services.intake.store import OfferStore, PlacementFilter, PlacementStore, StudentStore
from services.intake.store.students import Action
from shared.api import Body, Page, PageQuery, Resource
from shared.errors import Invalid
from shared.events.codes import Code, Municipality, Outcome, PlacementKind, Region, Weekday
from shared.idempotency import ONCE
from shared.unit_of_work import UnitOfWork, Work

router = APIRouter(tags=["placements"])


class PlacementResource(Resource):
    """A student at a place."""

    model_config = examples(
        {
            "id": "01920000-0000-7000-8000-00000000000d",
            "version": 1,
            "studentId": "01920000-0000-7000-8000-000000000001",
            "schoolId": "01920000-0000-7000-8000-00000000000a",
            "offerId": "01920000-0000-7000-8000-000000000002",
            "employerId": "01920000-0000-7000-8000-00000000000e",
            "proposalId": None,
            "predecessorId": None,
            "successorId": None,
            "region": "AM11",
            "municipality": "GM0995",
            "kind": "internship",
            "state": "running",
            "possible": ["change", "continue", "supervise", "agree", "sign", "end"],
            "beginDate": "2026-09-08",
            "endDate": "2027-02-12",
            "weekdays": ["tue", "thu"],
            "endedDate": None,
            "outcome": None,
            "reason": None,
            "coach": {"name": "M. Visser", "email": "m.visser@school.example"},
            "wishRank": 1,
        }
    )

    id: UUID
    version: int
    student_id: UUID | None = Field(description="Null when the student was erased.")
    school_id: UUID
    offer_id: UUID
    employer_id: UUID
    proposal_id: UUID | None
    predecessor_id: UUID | None
    successor_id: UUID | None
    region: Region
    municipality: Municipality | None
    kind: PlacementKind
    state: PlacementState = Field(description="`agreed`: it has not begun; `cancelled`: it never will.")
    possible: tuple[Act, ...] = Field(description="What can be done with it as it stands.")
    begin_date: Day
    end_date: Day | None
    weekdays: tuple[Weekday, ...]
    ended_date: Day | None
    outcome: Outcome | None
    reason: Code | None = Field(description="Why it ended, was called off or refused.")
    coach: Coach | None
    wish_rank: int | None = Field(
        description="Which of the student's wishes the work honours, as they were when it began: 1 the first choice, "
        "0 none, null not known."
    )

    @classmethod
    def of(cls, placement: Placement) -> "PlacementResource":
        """For the student's own school."""
        end, stands = placement.end, placement.stands(today())
        cancelled = placement.cancelling.reason if placement.cancelling else None
        return cls.model_construct(
            id=placement.id,
            version=placement.version,
            student_id=None if placement.is_anonymous else placement.student_id,
            school_id=placement.school_id,
            offer_id=placement.offer_id,
            employer_id=placement.employer_id,
            proposal_id=placement.proposal_id,
            predecessor_id=placement.predecessor_id,
            successor_id=end.successor_id if end else None,
            region=placement.region,
            municipality=placement.municipality,
            kind=placement.kind,
            state=stands,
            possible=tuple(STEPS[stands]),
            begin_date=placement.stay.begin_date,
            end_date=placement.stay.end_date,
            weekdays=placement.stay.weekdays,
            ended_date=end.ended_date if end else None,
            outcome=end.outcome if end else None,
            reason=end.reason if end else cancelled or placement.refused_reason,
            coach=placement.coach,
            wish_rank=placement.wish_rank,
        )


@partial
class ChangePlacement(Body):
    """What a placement can be changed to while it stands."""

    model_config = examples({"endDate": "2027-07-09"}, {"weekdays": ["mon", "tue", "thu"]})

    end_date: Day | None = None
    weekdays: Annotated[Weekdays, Field(min_length=1)] = ()


@router.post("/placements", status_code=201, summary="Place a student by hand", dependencies=[COORDINATORS, ONCE])
async def place_student(
    body: PlaceStudent, viewer: Acting, work: Work, shared: Shared, response: Response
) -> PlacementResource:
    """What people arranged themselves; without `endDate` until the offer ends. 409 says why there is no seat."""
    await OfferStore(work.session).get(body.offer_id, viewer, lock=True)
    student = await StudentStore(work.session).change(body.student_id, viewer)
    await _require_same_student(work, body.predecessor_id, student.id, viewer, "/predecessorId")
    there = await placing.situation_at(work, body.offer_id, body.student_id)
    stay = placing.stay_at(there, body.begin_date, body.end_date, body.weekdays)
    if (found := obstacle(stay, there, searching=False)) is not None or there.offer is None:
        raise PlacementIsRefused(why=why_not(found, stay, there) if found else "", reason=found)
    placement = placing.placement_of(student, there.offer, stay, predecessor_id=body.predecessor_id)
    arranged_by = Coach(email=viewer.email) if viewer.has_email else None
    started = await placing.start(work, placement, student, there, arranged_by)
    created(response, shared.location("placements", started.id), started)
    return PlacementResource.of(started)


@router.get("/placements", summary="List the own school's placements", dependencies=[CARERS])
async def list_placements(
    viewer: Acting,
    work: Work,
    page: PageQuery,
    student_id: Annotated[UUID | None, Query(alias="studentId")] = None,
    offer_id: Annotated[UUID | None, Query(alias="offerId")] = None,
    employer_id: Annotated[UUID | None, Query(alias="employerId")] = None,
    state: Annotated[PlacementState | None, Query()] = None,
    school_id: Annotated[UUID | None, Query(alias="schoolId")] = None,
) -> Page[PlacementResource]:
    """The placements of the caller's schools. That a seat is taken by others, an offer shows."""
    wanted = PlacementFilter(student_id, offer_id, employer_id, state, today(), school_id)
    found = await PlacementStore(work.session).page(viewer, wanted, page)
    await _log(work, viewer, found[: page.limit])
    return page.page([PlacementResource.of(placement) for placement in found], lambda placement: placement.id)


@router.get("/placements/{placement_id}", summary="One placement")
async def read_placement(placement_id: UUID, viewer: Acting, work: Work, response: Response) -> PlacementResource:
    """One placement of the own school."""
    placement = await PlacementStore(work.session).get(placement_id, viewer)
    await _log(work, viewer, [placement])
    tagged(response, placement)
    return PlacementResource.of(placement)


@router.patch("/placements/{placement_id}", summary="Extend a placement, or change its end or days")
async def change_placement(
    placement_id: UUID,
    body: ChangePlacement,
    viewer: Acting,
    work: Work,
    response: Response,
    if_match: IfMatch = None,
) -> PlacementResource:
    """What it has already it keeps; for more there must be a seat, within the offer's time, days and longest stay.

    JSON merge patch: `"endDate": null` means as long as the offer lasts. Its agreement is then signed anew.
    """
    placement = await PlacementStore(work.session).get(placement_id, viewer, lock=True)
    must_match(if_match, placement)
    changed = await changing.change(work, placement, merged(placement.stay, body))
    await _changed(work, viewer, placement)
    tagged(response, changed)
    return PlacementResource.of(changed)


@router.post("/placements/{placement_id}/_cancel", summary="A placement that has not begun will not begin")
async def cancel_placement(
    placement_id: UUID, body: CancelPlacement, viewer: Acting, work: Work, response: Response
) -> PlacementResource:
    """Its seat is matched again at once. One that has begun is ended."""
    placement = await PlacementStore(work.session).get(placement_id, viewer, lock=True)
    cancelled = await changing.cancel(work, placement, body, viewer)
    tagged(response, cancelled)
    return PlacementResource.of(cancelled)


@router.post(
    "/placements/{placement_id}/_continue",
    status_code=201,
    summary="A student goes on to the next place",
    dependencies=[ONCE],
)
async def continue_placement(
    placement_id: UUID, body: ContinuePlacement, viewer: Acting, work: Work, shared: Shared, response: Response
) -> PlacementResource:
    """The placement before ends on the day on which the next one begins, and each names the other."""
    placement = await PlacementStore(work.session).get(placement_id, viewer, lock=True)
    following = await changing.go_on(work, placement, body, viewer)
    await _changed(work, viewer, placement)
    created(response, shared.location("placements", following.id), following)
    return PlacementResource.of(following)


@router.post("/placements/{placement_id}/_end", summary="A placement is over")
async def end_placement(
    placement_id: UUID, body: EndAndSearch, viewer: Acting, work: Work, shared: Shared, response: Response
) -> PlacementResource:
    """From `endedDate` on the seat is free, and matched again at once; with `searchAgain` so is the student."""
    placement = await PlacementStore(work.session).get(placement_id, viewer, lock=True)
    if body.successor_id == placement_id:
        raise Invalid("/successorId", "a placement does not follow itself")
    await _require_same_student(work, body.successor_id, placement.student_id, viewer, "/successorId")
    await name_the_cause(work, placement_id, body, viewer)
    ended = await placing.end(work, placement, only(EndPlacement, body), viewer)
    if body.search_again:
        await changing.search_again(work, placement.student_id, viewer, shared)
    tagged(response, ended)
    return PlacementResource.of(ended)


async def _changed(work: UnitOfWork, viewer: Viewer, placement: Placement) -> None:
    """Where a student is, is part of the student's record."""
    if not placement.is_anonymous:
        await StudentStore(work.session).log([placement.student_id], viewer.subject, Action.CHANGED)


async def _log(work: UnitOfWork, viewer: Viewer, found: Sequence[Placement]) -> None:
    """Reading where a student is, is reading the student; who was erased is in none of them any more."""
    seen = {placement.student_id for placement in found if not placement.is_anonymous}
    await StudentStore(work.session).log(seen, viewer.subject, Action.PLACEMENT_READ)


async def _require_same_student(
    work: UnitOfWork, placement_id: UUID | None, student_id: UUID, viewer: Viewer, pointer: str
) -> None:
    """A placement before or after this one is one of the same student; `NotFound` when it is another school's."""
    if placement_id is None:
        return
    other = await PlacementStore(work.session).get(placement_id, viewer)
    if other.student_id != student_id:
        raise Invalid(pointer, "that placement is another student's")
