"""Students: for the coordinators of their own school; for everybody else there are none (404)."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import Field

from services.intake.api.callers import CARERS, COORDINATORS, Acting, Shared
from services.intake.api.changes import IfMatch, created, merged, must_match, only, partial, tagged
from services.intake.api.fields import Fields
from services.intake.domain.addresses import Situation
from services.intake.domain.coach import Coach
from services.intake.domain.fields import examples
from services.intake.domain.people import facts_for
from services.intake.domain.profile import profile
from services.intake.domain.readiness import checklist, missing
from services.intake.domain.rights import Viewer
from services.intake.domain.student import (
    EXAMPLE,
    RegisterStudent,
    Student,
    StudentFacts,
    StudentState,
)
from services.intake.following_up import unfollow
from services.intake.resources import Resources
from services.intake.situating import situate
from services.intake.store import PeopleStore, SchoolStore, StudentStore
from shared.api import Body, Page, PageQuery, Resource, ShortText
from shared.errors import Forbidden
from shared.events.codes import Municipality, Point, Region
from shared.idempotency import ONCE
from shared.ids import new_id
from shared.unit_of_work import UnitOfWork, Work

router = APIRouter(tags=["students"])


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


class ReadinessItemResource(Resource):
    """A line of the checklist; `pointer` says which field of the student it is about."""

    pointer: str
    present: bool
    needed: bool = Field(description="Without it the student cannot look for a place.")
    sentence: str = Field(description="In Dutch, for the coordinator.")


class ReadinessResource(Resource):
    """Whether a student can look for a place, and what is still to be filled in."""

    model_config = examples(
        {
            "ready": False,
            "items": [
                {
                    "pointer": "/outflowProfile",
                    "present": False,
                    "needed": True,
                    "sentence": "Vul nog in: het uitstroomprofiel.",
                }
            ],
        }
    )

    ready: bool
    items: list[ReadinessItemResource]


class AccessResource(Resource):
    """A line of the access log: who saw or changed the record, and when."""

    model_config = examples({"accessedAt": "2026-09-01T08:00:00Z", "subject": "coordinator-1", "action": "read"})

    accessed_at: datetime
    subject: str
    action: str


@router.post("/students", status_code=201, summary="Register a student", dependencies=[COORDINATORS, ONCE])
async def register_student(
    body: RegisterStudent, viewer: Acting, work: Work, shared: Shared, response: Response
) -> StudentResource:
    """A student of the own school. Nobody hears of it before the student is ready."""
    school_id = await _school(work, viewer, body.school)
    facts = only(StudentFacts, body)
    _require_known(shared, facts)
    situation, region = await _situation(work, facts, school_id)
    student = Student(new_id(), school_id, facts, region, situation)
    await StudentStore(work.session).add(student)
    created(response, shared.location("students", student.id), student)
    return StudentResource.of(student)


@router.get(
    "/students",
    summary="List the own school's students",
    dependencies=[CARERS],
    response_model=Page[StudentResource],
)
async def list_students(
    viewer: Acting,
    work: Work,
    page: PageQuery,
    fields: Fields,
    state: Annotated[StudentState | None, Query()] = None,
    school_id: Annotated[UUID | None, Query(alias="schoolId")] = None,
    *,
    mine: Annotated[bool, Query(description="Only those whom the caller is the coach or job coach of.")] = False,
) -> Page[StudentResource] | Response:
    """The students of the caller's schools (or caseload); each line is written to the access log."""
    found = await StudentStore(work.session).page(viewer, page, state=state, school_id=school_id, mine=mine)
    listed = page.page([_shown(student, viewer) for student in found], lambda student: student.id)
    return fields.of(listed, StudentResource)


@router.post(
    "/students/_search",
    summary="Search the own school's students",
    dependencies=[COORDINATORS],
    response_model=Page[StudentResource],
)
async def search_students(
    body: SearchStudents, viewer: Acting, work: Work, page: PageQuery, fields: Fields
) -> Page[StudentResource] | Response:
    """By name, in the body: a name never stands in an address."""
    found = await StudentStore(work.session).page(viewer, page, state=body.state, words=body.text or "")
    listed = page.page([_shown(student, viewer) for student in found], lambda student: student.id)
    return fields.of(listed, StudentResource)


@router.get("/students/{student_id}", summary="One student")
async def read_student(student_id: UUID, viewer: Acting, work: Work, response: Response) -> StudentResource:
    """One student of the own school."""
    student = await StudentStore(work.session).read(student_id, viewer)
    tagged(response, student)
    return _shown(student, viewer)


@router.patch("/students/{student_id}", summary="Change a student")
async def change_student(
    student_id: UUID,
    body: ChangeStudent,
    viewer: Acting,
    work: Work,
    shared: Shared,
    response: Response,
    if_match: IfMatch = None,
) -> StudentResource:
    """JSON merge patch. While the student looks for a place, matching looks again with what changed."""
    students = StudentStore(work.session)
    student = await students.change(student_id, viewer)
    must_match(if_match, student)
    facts = merged(student.facts, body)
    _require_known(shared, facts)
    if facts.address != student.facts.address:
        situation, region = await _situation(work, facts, student.school_id)
        student_now = replace(student, facts=facts, situation=situation, region=region)
    else:
        student_now = replace(student, facts=facts)
    await students.save(student_now)
    if student.state is StudentState.SEARCHING:
        event = student_now.searched()
        if profile(student_now) != profile(student):
            told = await work.announce(event, dataref=shared.dataref(student_id))
            student_now = replace(student_now, version=told.version)
    tagged(response, student_now)
    return StudentResource.of(student_now)


@router.post("/students/{student_id}/_ready", summary="A student begins to look for a place")
async def make_ready(
    student_id: UUID, viewer: Acting, work: Work, shared: Shared, response: Response
) -> StudentResource:
    """409 with a list of what is missing (in Dutch), or when the student looks already.

    Who does it looks after the student from now on, unless somebody does so.
    """
    students = StudentStore(work.session)
    student, event = (await students.change(student_id, viewer)).ready()
    await students.save(student)
    await students.stay(student_id)
    await unfollow(work, student_id)
    told = await work.announce(event, dataref=shared.dataref(student_id))
    student = replace(student, version=told.version)
    if viewer.has_email:
        await PeopleStore(work.session).assign_first(student, Coach(email=viewer.email), viewer.subject)
    tagged(response, student)
    return StudentResource.of(student)


@router.post("/students/{student_id}/_withdraw", summary="A student stops looking for a place")
async def withdraw_student(student_id: UUID, viewer: Acting, work: Work, response: Response) -> StudentResource:
    """409 when the student does not look for a place."""
    students = StudentStore(work.session)
    student, event = (await students.change(student_id, viewer)).withdrawn()
    await students.save(student)
    told = await work.announce(event)
    student = replace(student, version=told.version)
    tagged(response, student)
    return StudentResource.of(student)


@router.get("/students/{student_id}/readiness", summary="What is known and what is missing before a search")
async def read_readiness(student_id: UUID, viewer: Acting, work: Work) -> ReadinessResource:
    """The whole checklist: what is needed first, then what makes a better match."""
    student = await StudentStore(work.session).read(student_id, viewer)
    items = [ReadinessItemResource.model_validate(item) for item in checklist(student.facts)]
    return ReadinessResource(ready=not missing(student.facts), items=items)


@router.get("/students/{student_id}/accesses", summary="Who saw or changed a student's record")
async def list_accesses(student_id: UUID, viewer: Acting, work: Work, page: PageQuery) -> Page[AccessResource]:
    """The access log of one student, oldest first; for the own school."""
    students = StudentStore(work.session)
    viewer.must_work_at((await students.read(student_id, viewer)).school_id)
    found = await students.accesses(student_id, page)
    kept = [AccessResource.model_validate(access) for access in found[: page.limit]]
    return Page[AccessResource].of(kept, found[page.limit - 1].id if len(found) > page.limit else None)


def _shown(student: Student, viewer: Viewer) -> StudentResource:
    """What a caller may know: of a student of the caseload, what a job coach needs."""
    if viewer.works_for(student.school_id, student.id):
        return StudentResource.of(student)
    known = StudentResource.of(replace(student, facts=facts_for(viewer, student)))
    return known.model_copy(update={"location": None, "missing": list(missing(student.facts).values())})


async def _school(work: UnitOfWork, viewer: Viewer, brin: str | None) -> UUID:
    if brin is None:
        return viewer.acting_school(None, "/school")
    school_id = await SchoolStore(work.session).id_of(brin)
    if school_id is None:
        raise Forbidden("you do not work for that school")
    return viewer.acting_school(school_id, "/school")


async def _situation(work: UnitOfWork, facts: StudentFacts, school_id: UUID) -> tuple[Situation | None, str]:
    """Where the student lives, and the region; the school's while the address is not known."""
    if facts.address is None:
        return None, (await SchoolStore(work.session).get(school_id)).situation.region
    situation = await situate(work, facts.address, home=True)
    return situation, situation.region


def _require_known(shared: Resources, facts: StudentFacts) -> None:
    sectors: dict[str, str | None] = {f"/wishes/{at}/sector": wish.sector for at, wish in enumerate(facts.wishes)}
    sectors |= {f"/orientation/{at}/sector": done.sector for at, done in enumerate(facts.orientation)}
    limits = {f"/limits/{at}": code for at, code in enumerate(facts.limits)}
    limits |= {f"/possibilities/{at}": code for at, code in enumerate(facts.possibilities)}
    shared.codes.require(sectors, limits)
