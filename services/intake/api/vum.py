"""Whether an employer's places are shown to other parties through VUM."""

from uuid import UUID

from fastapi import APIRouter

from services.intake.api.callers import SCHOOLS_AND_REGIONS, Acting
from services.intake.api.employers import kept_employer
from services.intake.domain.fields import examples
from services.intake.store import EmployerStore, VumStore
from shared.api import Body, Resource
from shared.unit_of_work import Work

router = APIRouter(tags=["employers"], dependencies=[SCHOOLS_AND_REGIONS])


class ShowInVum(Body):
    """What the employer said."""

    model_config = examples({"allowed": True})

    allowed: bool


class ShownInVum(Resource):
    """Whether open places of this employer are shown to municipalities and UWV through VUM."""

    model_config = examples({"employerId": "01920000-0000-7000-8000-00000000000e", "allowed": True})

    employer_id: UUID
    allowed: bool


@router.get("/employers/{employer_id}/vum", summary="Whether its places are shown through VUM")
async def read_vum(employer_id: UUID, viewer: Acting, work: Work) -> ShownInVum:
    """Not until it allows it."""
    employer = await EmployerStore(work.session).get(employer_id, viewer)
    return ShownInVum(employer_id=employer.id, allowed=await VumStore(work.session).allows(employer.id))


@router.put("/employers/{employer_id}/vum", summary="Show its places through VUM, or not")
async def set_vum(employer_id: UUID, body: ShowInVum, viewer: Acting, work: Work) -> ShownInVum:
    """As the employer said; one that a school keeps to itself is shown to nobody all the same."""
    employer = await kept_employer(EmployerStore(work.session), employer_id, viewer)
    store = VumStore(work.session)
    if body.allowed:
        await store.allow(employer.id, viewer.subject)
    else:
        await store.forbid(employer.id)
    return ShownInVum(employer_id=employer.id, allowed=body.allowed)
