"""What analytics may know of a student: four coarse codes, for machines."""

from uuid import UUID

from fastapi import APIRouter

from services.intake.domain.coarse import coarse
from services.intake.domain.fields import examples
from services.intake.store import StudentStore
from services.intake.store.acting import Capacity, act_as
from services.intake.store.students import Action
from shared.api import Resource
from shared.errors import NotFound
from shared.events.codes import Code, Guidance, OutflowProfile
from shared.security import Caller
from shared.unit_of_work import Work

router = APIRouter(tags=["students"])

COARSE_SCOPE = "intake:coarse-profiles:read"


class CoarseProfile(Resource):
    """Codes that figures are broken down by; null: the school has not said."""

    model_config = examples(
        {"outflowProfile": "work", "guidanceNeed": "limited", "distance": "40", "work": "detailhandel"}
    )

    outflow_profile: OutflowProfile | None
    guidance_need: Guidance | None
    distance: Code | None
    """How far the student can go: up to `20` or `40` minutes one way, or `more`."""
    work: Code | None
    """The sector of the first wish."""


@router.get("/students/{student_id}/coarse-profile", summary="What analytics may know of a student")
async def read_coarse_profile(student_id: UUID, caller: Caller, work: Work) -> CoarseProfile:
    """For machines with the scope `intake:coarse-profiles:read`; all null for who is not in the register (any more)."""
    if COARSE_SCOPE not in caller.scopes:
        raise NotFound("student")
    await act_as(work.session, Capacity.MATCHING)
    try:
        student = await StudentStore(work.session).read_for_another(student_id, caller.subject, Action.COUNTED)
    except NotFound:  # an answer, told from a missing right or route: who asks keeps it for good
        return CoarseProfile(outflow_profile=None, guidance_need=None, distance=None, work=None)
    return CoarseProfile.model_validate(coarse(student))
