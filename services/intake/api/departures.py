"""Schools that leave, and schools that merge into another."""

from datetime import datetime
from uuid import UUID

from fastapi import APIRouter, Response

from services.intake.api.callers import Acting
from services.intake.api.changes import tagged
from services.intake.api.schools import SchoolResource
from services.intake.closing import AMSTERDAM
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
    departure = Departure(left_date=body.left_date, reason=body.reason)
    return await _departs(work, viewer, school_id, departure, response)


@router.post("/schools/{school_id}/_merge", summary="A school merges into another")
async def merge_school(
    school_id: UUID, body: MergeSchool, viewer: Acting, work: Work, response: Response
) -> SchoolResource:
    """From that day on its students, placements and employers (its private ones too) are the other school's."""
    departure = Departure(left_date=body.merged_date, reason="merged", successor_id=body.successor_id)
    if body.successor_id == school_id:
        raise Invalid("/successorId", "a school is no successor of itself")
    try:
        successor = await SchoolStore(work.session).get(body.successor_id)
    except NotFound:
        raise Invalid("/successorId", "there is no such school") from None
    if successor.departure is not None:
        raise Invalid("/successorId", "that school leaves itself")
    return await _departs(work, viewer, school_id, departure, response)


async def _departs(
    work: UnitOfWork, viewer: Viewer, school_id: UUID, departure: Departure, response: Response
) -> SchoolResource:
    school: School = await SchoolStore(work.session).get(school_id, lock=True)
    if not viewer.governs(school.situation.region):
        raise Forbidden("the school lies outside your regions")
    today = datetime.now(AMSTERDAM).date()
    if await SchoolStore(work.session).awaited_by(school_id, today):
        raise SchoolIsAwaited
    school = await announce_departure(work, school.leaves(departure, today))
    tagged(response, school)
    return SchoolResource.of(school)
