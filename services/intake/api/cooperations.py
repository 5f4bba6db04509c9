"""Which schools work with an employer, and how a school says that it does."""

from datetime import date
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import Field

from services.intake.api.callers import COORDINATORS, SCHOOLS_AND_REGIONS, Acting
from services.intake.api.changes import tagged
from services.intake.api.employers import EmployerResource, keep, shown_one
from services.intake.days import today
from services.intake.domain.cooperation import Cooperate, Duration, PartWays, cooperations, joined, parted
from services.intake.domain.fields import examples
from services.intake.store import EmployerStore, SchoolStore
from shared.api import Page, Resource
from shared.unit_of_work import Work

router = APIRouter(tags=["employers"], dependencies=[SCHOOLS_AND_REGIONS])


class CooperationResource(Resource):
    """A school that works with an employer."""

    model_config = examples(
        {
            "schoolId": "01920000-0000-7000-8000-00000000000a",
            "schoolName": "Praktijkschool De Horizon",
            "sinceDate": "2022-09-01",
            "duration": "longer-than-two-years",
            "first": True,
            "only": False,
            "broughtIn": True,
        }
    )

    school_id: UUID
    school_name: str | None
    since_date: date | None
    duration: Duration
    first: bool = Field(description="It began before all others; false for all where that is not known.")
    only: bool
    brought_in: bool = Field(description="It brought the employer into the register.")


@router.get("/employers/{employer_id}/cooperations", summary="Schools that work with an employer")
async def list_cooperations(employer_id: UUID, viewer: Acting, work: Work) -> Page[CooperationResource]:
    """The longest first."""
    employer = await EmployerStore(work.session).get(employer_id, viewer)
    found = cooperations(employer, today())
    names = await SchoolStore(work.session).names({one.school_id for one in found})
    shown = [
        CooperationResource(
            school_id=one.school_id,
            school_name=names.get(one.school_id),
            since_date=one.since_date,
            duration=one.duration,
            first=one.first,
            only=one.only,
            brought_in=one.school_id == employer.brought_in_by,
        )
        for one in found
    ]
    return Page[CooperationResource].of(shown)


@router.post(
    "/employers/{employer_id}/_cooperate", summary="A school works with an employer", dependencies=[COORDINATORS]
)
async def cooperate(
    employer_id: UUID, body: Cooperate, viewer: Acting, work: Work, response: Response
) -> EmployerResource:
    """For the own school, wherever it lies; a later call says another beginning."""
    school = viewer.acting_school(body.school_id, "/schoolId")
    employer = await EmployerStore(work.session).get(employer_id, viewer, lock=True)
    after = await keep(work, employer, joined(employer, school, body.since_date, today()))
    tagged(response, after)
    return await shown_one(work, after)


@router.post(
    "/employers/{employer_id}/_part", summary="A school works with an employer no more", dependencies=[COORDINATORS]
)
async def part(employer_id: UUID, body: PartWays, viewer: Acting, work: Work, response: Response) -> EmployerResource:
    """For the own school; 409 when it did not."""
    school = viewer.acting_school(body.school_id, "/schoolId")
    employer = await EmployerStore(work.session).get(employer_id, viewer, lock=True)
    after = await keep(work, employer, parted(employer, school))
    tagged(response, after)
    return await shown_one(work, after)
