"""Students: for the coordinators of their own school; for everybody else there are none (404)."""

from dataclasses import replace
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import Field

from services.intake.api.callers import COORDINATORS, Acting, Shared
from services.intake.api.changes import created, merged, partial, tagged
from services.intake.domain.addresses import Situation
from services.intake.domain.fields import examples
from services.intake.domain.rights import Viewer
from services.intake.domain.student import (
    EXAMPLE,
    RegisterStudent,
    Student,
    StudentFacts,
    StudentState,
    Travel,
    Wish,
    missing,
    profile,
)
from services.intake.resources import Resources
from services.intake.store import SchoolStore, StudentStore
from shared.api import Body, Page, PageQuery, Resource, ShortText
from shared.errors import Forbidden, NotFound
from shared.events.codes import Code, Guidance, Municipality, OutflowProfile, PlacementKind, Point, Region, Weekday
from shared.ids import new_id
from shared.security import Caller
from shared.unit_of_work import UnitOfWork, Work

router = APIRouter(tags=["students"])

PROFILES_SCOPE = "intake:profiles:read"

_ID = "01920000-0000-7000-8000-000000000001"
_SCHOOL = "01920000-0000-7000-8000-00000000000a"
_POINT = {"latitude": 52.508, "longitude": 5.475, "approximate": True}


class StudentResource(StudentFacts):
    """A student, as the own school knows him or her."""

    model_config = examples(
        {k: v for k, v in EXAMPLE.items() if k != "school"}
        | {
            "id": _ID,
            "version": 1,
            "schoolId": _SCHOOL,
            "state": "searching",
            "region": "AM11",
            "municipality": "GM0995",
            "location": _POINT,
            "missing": [],
        }
    )

    id: UUID
    version: int
    school_id: UUID
    state: StudentState
    region: Region
    municipality: Municipality | None
    location: Point | None
    missing: list[str] = Field(description="What is needed before the student can look for a place (Dutch).")

    @classmethod
    def of(cls, student: Student) -> "StudentResource":
        """For the own school."""
        return cls.model_construct(
            **dict(student.facts),
            id=student.id,
            version=student.version,
            school_id=student.school_id,
            state=student.state,
            region=student.region,
            municipality=student.situation.municipality if student.situation else None,
            location=student.situation.location if student.situation else None,
            missing=list(missing(student.facts).values()),
        )


@partial
class ChangeStudent(StudentFacts):
    """What is different now; what is left out stays."""

    model_config = examples({"travel": {"mode": "bike", "maxMinutes": 40}})


class SearchStudents(Body):
    """Which of the own school's students are looked for."""

    model_config = examples({"text": "sam"}, {"state": "searching"})

    text: ShortText | None = Field(default=None, description="Words of the name.")
    state: StudentState | None = None


class MatchingProfile(Resource):
    """What matching may know of a student who looks for a place: no name, no day of birth, no street."""

    model_config = examples(
        {
            "studentId": _ID,
            "schoolId": _SCHOOL,
            "version": 1,
            "birthYearMonth": "2009-05",
            "region": "AM11",
            "municipality": "GM0995",
            "location": _POINT,
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


class AccessResource(Resource):
    """A line of the access log: who saw or changed the record, and when."""

    model_config = examples({"accessedAt": "2026-09-01T08:00:00Z", "subject": "coordinator-1", "action": "read"})

    accessed_at: datetime
    subject: str
    action: str


@router.post("/students", status_code=201, summary="Register a student", dependencies=[COORDINATORS])
async def register_student(
    body: RegisterStudent, viewer: Acting, work: Work, shared: Shared, response: Response
) -> StudentResource:
    """A student of the own school. Nobody hears of it before the student is ready."""
    school_id = await _school(work, viewer, body.school)
    facts = StudentFacts.model_validate(body.model_dump(exclude={"school"}))
    _require_known(shared, facts)
    situation, region = await _situation(work, shared, facts, school_id)
    student = Student(new_id(), school_id, facts, region, situation)
    await StudentStore(work.session).save(student)
    created(response, shared.location("students", student.id), student.version)
    return StudentResource.of(student)


@router.get("/students", summary="List the own school's students", dependencies=[COORDINATORS])
async def list_students(
    viewer: Acting, work: Work, page: PageQuery, state: Annotated[StudentState | None, Query()] = None
) -> Page[StudentResource]:
    """The students of the caller's schools; each line is written to the access log."""
    found = await StudentStore(work.session).page(viewer, page, state=state)
    return page.page([StudentResource.of(student) for student in found], lambda student: student.id)


@router.post("/students/_search", summary="Search the own school's students", dependencies=[COORDINATORS])
async def search_students(body: SearchStudents, viewer: Acting, work: Work, page: PageQuery) -> Page[StudentResource]:
    """By name, in the body: a name never stands in an address."""
    found = await StudentStore(work.session).page(viewer, page, state=body.state, words=body.text or "")
    return page.page([StudentResource.of(student) for student in found], lambda student: student.id)


@router.get("/students/{student_id}", summary="One student")
async def read_student(student_id: UUID, viewer: Acting, work: Work, response: Response) -> StudentResource:
    """One student of the own school."""
    student = await StudentStore(work.session).read(student_id, viewer)
    tagged(response, student.version)
    return StudentResource.of(student)


@router.patch("/students/{student_id}", summary="Change a student")
async def change_student(
    student_id: UUID, body: ChangeStudent, viewer: Acting, work: Work, shared: Shared, response: Response
) -> StudentResource:
    """JSON merge patch. While the student looks for a place, matching looks again with what changed."""
    students = StudentStore(work.session)
    student = await students.change(student_id, viewer)
    facts = merged(student.facts, body)
    _require_known(shared, facts)
    if facts.address != student.facts.address:
        situation, region = await _situation(work, shared, facts, student.school_id)
        student_now = replace(student, facts=facts, situation=situation, region=region)
    else:
        student_now = replace(student, facts=facts)
    await students.save(student_now)
    if student.state is StudentState.SEARCHING:
        event = student_now.searched()
        if profile(student_now) != profile(student):
            told = await work.announce(event, dataref=shared.dataref(student_id))
            student_now = replace(student_now, version=told.version)
    tagged(response, student_now.version)
    return StudentResource.of(student_now)


@router.post("/students/{student_id}/_ready", summary="A student begins to look for a place")
async def make_ready(
    student_id: UUID, viewer: Acting, work: Work, shared: Shared, response: Response
) -> StudentResource:
    """409 with a list of what is missing (in Dutch), or when the student looks already."""
    students = StudentStore(work.session)
    student, event = (await students.change(student_id, viewer)).ready()
    await students.save(student)
    told = await work.announce(event, dataref=shared.dataref(student_id))
    tagged(response, told.version)
    return StudentResource.of(replace(student, version=told.version))


@router.post("/students/{student_id}/_withdraw", summary="A student stops looking for a place")
async def withdraw_student(student_id: UUID, viewer: Acting, work: Work, response: Response) -> StudentResource:
    """409 when the student does not look for a place."""
    students = StudentStore(work.session)
    student, event = (await students.change(student_id, viewer)).withdrawn()
    await students.save(student)
    told = await work.announce(event)
    tagged(response, told.version)
    return StudentResource.of(replace(student, version=told.version))


@router.get(
    "/students/{student_id}/matching-profile",
    summary="What matching may know of a student",
    responses={410: {"description": "The student looks no more.", "content": {"application/problem+json": {}}}},
)
async def read_matching_profile(student_id: UUID, caller: Caller, work: Work) -> MatchingProfile:
    """For machines with the scope `intake:profiles:read`, and only while the student looks for a place."""
    if PROFILES_SCOPE not in caller.scopes:
        raise NotFound("student")
    student = await StudentStore(work.session).read_for_matching(student_id, caller.subject)
    return MatchingProfile.model_construct(**profile(student))


@router.get("/students/{student_id}/accesses", summary="Who saw or changed a student's record")
async def list_accesses(student_id: UUID, viewer: Acting, work: Work, page: PageQuery) -> Page[AccessResource]:
    """The access log of one student, oldest first."""
    students = StudentStore(work.session)
    await students.read(student_id, viewer)
    found = await students.accesses(student_id, page)
    kept = [AccessResource.model_validate(access) for access in found[: page.limit]]
    return Page[AccessResource].of(kept, found[page.limit - 1].id if len(found) > page.limit else None)


async def _school(work: UnitOfWork, viewer: Viewer, brin: str | None) -> UUID:
    if brin is None:
        return viewer.acting_school(None, "/school")
    school_id = await SchoolStore(work.session).id_of(brin)
    if school_id is None:
        raise Forbidden("you do not work for that school")
    return viewer.acting_school(school_id, "/school")


async def _situation(
    work: UnitOfWork, shared: Resources, facts: StudentFacts, school_id: UUID
) -> tuple[Situation | None, str]:
    """Where the student lives, and the region; the school's while the address is not known."""
    if facts.address is None:
        return None, (await SchoolStore(work.session).get(school_id)).situation.region
    situation = shared.geography.situate(facts.address)
    return situation, situation.region


def _require_known(shared: Resources, facts: StudentFacts) -> None:
    shared.codes.require(
        {f"/wishes/{at}/sector": wish.sector for at, wish in enumerate(facts.wishes)},
        {f"/limits/{at}": code for at, code in enumerate(facts.limits)},
    )
