"""What matching may know of a student: for machines, and only while the student looks for a place."""

from datetime import date
from uuid import UUID

from fastapi import APIRouter

from services.intake.domain.fields import examples
from services.intake.domain.profile import profile
from services.intake.domain.student import Travel, Wish
from services.intake.store import EnrolmentStore, StudentStore
from services.intake.store.acting import Capacity, act_as
from services.intake.store.students import Action
from shared.api import Resource
from shared.errors import NotFound
from shared.events.codes import Code, Guidance, Municipality, OutflowProfile, PlacementKind, Point, Region, Weekday
from shared.security import Caller
from shared.unit_of_work import Work

router = APIRouter(tags=["students"])

PROFILES_SCOPE = "intake:profiles:read"


class MatchingProfile(Resource):
    """What matching may know of a student who looks for a place: no name, no day of birth, no street."""

    model_config = examples(
        {
            "studentId": "01920000-0000-7000-8000-000000000001",
            "schoolId": "01920000-0000-7000-8000-00000000000a",
            "version": 1,
            "birthYearMonth": "2009-05",
            "region": "AM11",
            "municipality": "GM0995",
            "location": {"latitude": 52.508, "longitude": 5.475, "approximate": True},
            "travel": {"mode": "bike", "maxMinutes": 30},
            "wishes": [{"rank": 1, "sector": "detailhandel", "tasks": []}],
            "acceptsNeighbouringWork": True,
            "limits": ["noise"],
            "certificates": [],
            "guidanceNeed": "limited",
            "hasJobcoach": False,
            "outflowProfile": "work",
            "placementKind": "internship",
            "lastYear": False,
            "beginDate": "2026-09-07",
            "endDate": "2027-02-12",
            "weekdays": ["mon", "tue"],
            "daysPerWeek": 2,
        }
    )

    student_id: UUID
    school_id: UUID
    version: int
    birth_year_month: str
    region: Region
    municipality: Municipality | None
    location: Point
    travel: Travel
    wishes: tuple[Wish, ...]
    accepts_neighbouring_work: bool
    limits: tuple[Code, ...]
    certificates: tuple[Code, ...]
    guidance_need: Guidance
    has_jobcoach: bool
    outflow_profile: OutflowProfile
    placement_kind: PlacementKind
    last_year: bool
    begin_date: date
    end_date: date | None
    weekdays: tuple[Weekday, ...]
    days_per_week: int


@router.get(
    "/students/{student_id}/matching-profile",
    summary="What matching may know of a student",
    responses={410: {"description": "The student looks no more.", "content": {"application/problem+json": {}}}},
)
async def read_matching_profile(student_id: UUID, caller: Caller, work: Work) -> MatchingProfile:
    """For machines with the scope `intake:profiles:read`, and only while the student looks for a place."""
    if PROFILES_SCOPE not in caller.scopes:
        raise NotFound("student")
    await act_as(work.session, Capacity.MATCHING)
    student = await StudentStore(work.session).read_for_another(student_id, caller.subject, Action.MATCHED)
    lessons = await EnrolmentStore(work.session).lessons_of(student_id)
    return MatchingProfile.model_construct(**profile(student, lessons))
