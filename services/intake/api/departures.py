"""Schools that leave, and schools that merge into another."""

from uuid import UUID

from fastapi import APIRouter, Response

from services.intake.api.callers import Acting
from services.intake.api.changes import tagged
from services.intake.api.schools import SchoolResource
from services.intake.days import today
from services.intake.domain.fields import Day, examples
from services.intake.domain.rights import Viewer
from services.intake.domain.school import Departure, School, SchoolIsAwaited
from services.intake.leaving import announce_departure
from services.intake.store import SchoolStore
from shared.api import Body
from shared.errors import Forbidden, Invalid, NotFound
from shared.events.codes import Code
from shared.security import Role, requires
from shared.unit_of_work import UnitOfWork, Work

router = APIRouter(tags=["schools"], dependencies=[requires(Role.REGIONAL_COORDINATOR, Role.OPERATOR)])


class LetSchoolLeave(Body):
    """A school takes part no more."""

    model_config = examples({"leftDate": "2027-08-01", "reason": "closed"})

    left_date: Day
    reason: Code = "other"


class MergeSchool(Body):
    """A school goes on as a part of another, or under another BRIN."""

    model_config = examples({"successorId": "01920000-0000-7000-8000-00000000000b", "mergedDate": "2027-08-01"})

    successor_id: UUID
    merged_date: Day


@router.post("/schools/{school_id}/_leave", summary="A school leaves")
async def let_school_leave(
    school_id: UUID, body: LetSchoolLeave, viewer: Acting, work: Work, response: Response
) -> SchoolResource:
    """From that day on its students look no more and its people change nothing; they read on for six weeks.

    Until that day it can be said anew; 409 afterwards, and while another school is to merge into it.
    """
    school = await SchoolStore(work.session).get(school_id, lock=True)
    departure = Departure(left_date=body.left_date, reason=body.reason)
    return await _departs(work, viewer, school, departure, response)


@router.post("/schools/{school_id}/_merge", summary="A school merges into another")
async def merge_school(
    school_id: UUID, body: MergeSchool, viewer: Acting, work: Work, response: Response
) -> SchoolResource:
    """From that day on its students, placements and employers (its private ones too) are the other school's."""
    if body.successor_id == school_id:
        raise Invalid("/successorId", "a school is no successor of itself")
    both = await SchoolStore(work.session).lock_all({school_id, body.successor_id})
    if (school := both.get(school_id)) is None:
        raise NotFound("school")
    if (successor := both.get(body.successor_id)) is None:
        raise Invalid("/successorId", "there is no such school")
    departure = Departure(left_date=body.merged_date, reason="merged", successor_id=successor.id)
    return await _departs(work, viewer, school, departure, response, successor)


async def _departs(
    work: UnitOfWork,
    viewer: Viewer,
    school: School,
    departure: Departure,
    response: Response,
    successor: School | None = None,
) -> SchoolResource:
    """`school` and its successor are locked: what they are told at the same time comes one after the other."""
    if not viewer.governs(school.situation.region):
        raise Forbidden("the school lies outside your regions")
    day = today()
    if await SchoolStore(work.session).awaited_by(school.id, day):
        raise SchoolIsAwaited
    if successor is not None and successor.departure is not None:
        raise Invalid("/successorId", "that school leaves itself")
    school = await announce_departure(work, school.leaves(departure, day))
    tagged(response, school)
    return SchoolResource.of(school)
