"""For bureaus of several schools: what stands where at each of them, at a glance."""

from datetime import timedelta
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from services.intake.api.callers import COORDINATORS, Acting
from services.intake.days import today
from services.intake.domain.fields import examples
from services.intake.domain.student import StudentState
from services.intake.store import BureauStore, SchoolStore
from shared.api import Page, Resource
from shared.unit_of_work import Work

router = APIRouter(tags=["people"], dependencies=[COORDINATORS])

SOON = timedelta(days=28)
"""Four weeks: time to look for what comes next."""


class SchoolCountsResource(Resource):
    """How many students of a school stand where, and how its placements do."""

    model_config = examples(
        {
            "schoolId": "01920000-0000-7000-8000-00000000000a",
            "schoolName": "Praktijkschool De Horizon",
            "registered": 12,
            "searching": 7,
            "placed": 31,
            "withdrawn": 2,
            "runningPlacements": 33,
            "endingSoon": 4,
            "firstChoiceHonoured": 20,
            "choiceKnown": 30,
        }
    )

    school_id: UUID
    school_name: str | None
    registered: int
    searching: int
    placed: int
    withdrawn: int
    running_placements: int
    ending_soon: int = Field(description="Of those, the ones whose last day lies within four weeks.")
    first_choice_honoured: int = Field(description="Of the running placements, those in the first choice of work.")
    choice_known: int = Field(description="The running placements of which that is known.")


@router.get("/school-counts", summary="Counts of the caller's schools")
async def count_by_school(viewer: Acting, work: Work) -> Page[SchoolCountsResource]:
    """One line for each school that the caller works or acts for."""
    counted = await BureauStore(work.session).counts(viewer.schools, today() + SOON)
    names = await SchoolStore(work.session).names(viewer.schools)
    lines = [
        SchoolCountsResource(
            school_id=school_id,
            school_name=names.get(school_id),
            **{state.value: counts.students[state.value] for state in StudentState},
            running_placements=counts.running,
            ending_soon=counts.ending_soon,
            first_choice_honoured=counts.first_choice,
            choice_known=counts.choice_known,
        )
        for school_id, counts in counted.items()
    ]
    return Page[SchoolCountsResource].of(sorted(lines, key=lambda line: line.school_name or ""))
