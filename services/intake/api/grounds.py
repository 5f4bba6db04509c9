"""What only the own school sees beside a student: grounds for sharing, facts of special care, when a student left."""

from datetime import date, datetime
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import Field

from services.intake.api.callers import Acting, Shared
from services.intake.api.changes import created
from services.intake.days import today
from services.intake.domain.fields import Day, examples
from services.intake.domain.ground import EXAMPLE as GROUND
from services.intake.domain.ground import Ground, KeepSharing, RecordGround, checked
from services.intake.domain.retention import RULES, must_have_left
from services.intake.domain.special_fact import EXAMPLE as SPECIAL
from services.intake.domain.special_fact import INDICATIONS, RecordSpecialFact, SpecialFact, check_expiry
from services.intake.domain.student import StudentState
from services.intake.enrolling import follow_leaver
from services.intake.following_up import follow
from services.intake.store import GroundStore, SpecialFactStore, StudentStore
from shared.api import Body, Page, PageQuery, Resource
from shared.idempotency import ONCE
from shared.ids import new_id
from shared.unit_of_work import Work

router = APIRouter(tags=["privacy"])

DISPUTE = {"objectedDate": None, "keptBecause": None}

_IDS = {"id": "01920000-0000-7000-8000-00000000000f", "studentId": "01920000-0000-7000-8000-000000000001"}


class GroundResource(RecordGround):
    """A ground for sharing, and whether it holds today."""

    model_config = examples(GROUND | _IDS | {"ageAtGiving": 14, "holds": False, "withdrawnDate": None} | DISPUTE)

    id: UUID
    student_id: UUID
    age_at_giving: int
    withdrawn_date: date | None
    objected_date: date | None = Field(description="When a student or parent objected: nothing is shared since.")
    kept_because: str | None = Field(description="Why the school goes on sharing all the same.")
    holds: bool = Field(description="Whether it can be shared on today.")

    @classmethod
    def of(cls, ground: Ground) -> "GroundResource":
        """As it stands today."""
        names = ("id", "student_id", "age_at_giving", "withdrawn_date", "objected_date", "kept_because")
        own = {name: getattr(ground, name) for name in names}
        return cls.model_construct(**dict(ground.facts), **own, holds=ground.holds_on(today()))


class SpecialFactResource(RecordSpecialFact):
    """A fact of special care, until it expires."""

    model_config = examples(SPECIAL | _IDS | {"recordedAt": "2026-09-14T09:12:00Z"})

    id: UUID
    student_id: UUID
    recorded_at: datetime

    @classmethod
    def of(cls, found: SpecialFact) -> "SpecialFactResource":
        """For the own school."""
        own = {name: getattr(found, name) for name in ("id", "student_id", "recorded_at")}
        return cls.model_construct(**dict(found.fact), **own)


class LeaveSchool(Body):
    """When a student left; the time until the record is erased counts from then."""

    model_config = examples({"leftDate": "2026-07-17"})

    left_date: Day


class FormerStudent(Resource):
    """When a student left, and when the record is erased by itself."""

    model_config = examples(
        {"studentId": _IDS["studentId"], "leftDate": "2026-07-17", "keptThrough": "2028-07-16", "version": 4}
    )

    student_id: UUID
    left_date: date
    kept_through: date = Field(description="The last day on which the record is kept.")
    version: int


@router.post(
    "/students/{student_id}/grounds",
    status_code=201,
    summary="Record a ground for sharing",
    dependencies=[ONCE],
)
async def record_ground(
    student_id: UUID, body: RecordGround, viewer: Acting, work: Work, shared: Shared, response: Response
) -> GroundResource:
    """To whom, what for, until when, and who gave it: a legal task needs the law, consent who gave it."""
    student = await StudentStore(work.session).change(student_id, viewer)
    viewer.must_work_at(student.school_id)
    age = checked(body, student.facts.birth_date)
    ground = Ground(new_id(), student.id, student.school_id, viewer.subject, body, age)
    await GroundStore(work.session).add(ground)
    created(response, shared.location("grounds", ground.id))
    return GroundResource.of(ground)


@router.get("/students/{student_id}/grounds", summary="The grounds for sharing of a student")
async def list_grounds(student_id: UUID, viewer: Acting, work: Work, page: PageQuery) -> Page[GroundResource]:
    """All of them, withdrawn and expired ones included, oldest first."""
    student = await StudentStore(work.session).read(student_id, viewer)
    viewer.must_work_at(student.school_id)
    found = await GroundStore(work.session).page(student_id, page)
    return page.page([GroundResource.of(ground) for ground in found], lambda ground: ground.id)


@router.get("/grounds/{ground_id}", summary="One ground for sharing")
async def read_ground(ground_id: UUID, viewer: Acting, work: Work) -> GroundResource:
    """Of a student of the own school."""
    ground = await GroundStore(work.session).get(ground_id, viewer)
    await StudentStore(work.session).read(ground.student_id, viewer)
    return GroundResource.of(ground)


@router.post("/grounds/{ground_id}/_withdraw", summary="Withdraw a ground for sharing")
async def withdraw_ground(ground_id: UUID, viewer: Acting, work: Work) -> GroundResource:
    """From today on nothing is shared on it; 409 when it was withdrawn already."""
    store = GroundStore(work.session)
    await StudentStore(work.session).change((await store.get(ground_id, viewer)).student_id, viewer)
    ground = (await store.get(ground_id, viewer, lock=True)).withdrawn(today())
    await store.save(ground)
    return GroundResource.of(ground)


@router.post("/grounds/{ground_id}/_keep", summary="Go on sharing although somebody objects")
async def keep_ground(ground_id: UUID, body: KeepSharing, viewer: Acting, work: Work) -> GroundResource:
    """With the reason, to be told within a month to who objected (AVG art. 12 and 21); `_withdraw` is the other answer.

    409 when nobody objects.
    """
    store = GroundStore(work.session)
    await StudentStore(work.session).change((await store.get(ground_id, viewer)).student_id, viewer)
    ground = (await store.get(ground_id, viewer, lock=True)).kept(body)
    await store.save(ground)
    return GroundResource.of(ground)


@router.post(
    "/students/{student_id}/special-facts",
    status_code=201,
    summary="Record a fact of special care",
    dependencies=[ONCE],
)
async def record_special_fact(
    student_id: UUID, body: RecordSpecialFact, viewer: Acting, work: Work, shared: Shared, response: Response
) -> SpecialFactResource:
    """A code with its ground, for a year at most; kept apart, in no list and no profile, deleted when it expires.

    Of an indication (`day-activity`, `sheltered`, `job-agreement`) the code is how far the request is: it takes the
    place of what was said before.
    """
    student = await StudentStore(work.session).change(student_id, viewer)
    viewer.must_work_at(student.school_id)
    check_expiry(body, today())
    fact = SpecialFact(new_id(), student.id, student.school_id, viewer.subject, body)
    if body.kind in INDICATIONS:
        await SpecialFactStore(work.session).remove_kind(student.id, body.kind)
    kept = await SpecialFactStore(work.session).add(fact)
    created(response, shared.location("special-facts", fact.id))
    return SpecialFactResource.of(kept)


@router.get("/students/{student_id}/special-facts", summary="The facts of special care about a student")
async def list_special_facts(student_id: UUID, viewer: Acting, work: Work) -> Page[SpecialFactResource]:
    """Those that have not expired, in one piece; reading them is logged as reading the student."""
    student = await StudentStore(work.session).read(student_id, viewer)
    viewer.must_work_at(student.school_id)
    found = await SpecialFactStore(work.session).of(student_id, today())
    return Page[SpecialFactResource].of([SpecialFactResource.of(one) for one in found])


@router.get("/special-facts/{fact_id}", summary="One fact of special care")
async def read_special_fact(fact_id: UUID, viewer: Acting, work: Work) -> SpecialFactResource:
    """Of a student of the own school, while it has not expired."""
    found = await SpecialFactStore(work.session).get(fact_id, viewer, today())
    await StudentStore(work.session).read(found.student_id, viewer)
    return SpecialFactResource.of(found)


@router.delete("/special-facts/{fact_id}", status_code=204, summary="Delete a fact of special care")
async def delete_special_fact(fact_id: UUID, viewer: Acting, work: Work) -> None:
    """At once, and nothing of it is kept."""
    found = await SpecialFactStore(work.session).get(fact_id, viewer, today())
    await StudentStore(work.session).change(found.student_id, viewer)
    await SpecialFactStore(work.session).remove(fact_id)


@router.post("/students/{student_id}/_leave", summary="A student left the school")
async def leave_school(student_id: UUID, body: LeaveSchool, viewer: Acting, work: Work) -> FormerStudent:
    """Looks for a place no more, and leaves its programmes on that day; two years after it the record is erased.

    Said again: another day. Who looks for a place again, or gets one, has not left.
    """
    students = StudentStore(work.session)
    student = await students.change(student_id, viewer)
    viewer.must_belong_to(student.school_id)
    must_have_left(body.left_date, today())
    version = student.version
    if student.state is StudentState.SEARCHING:
        student, event = student.withdrawn()
        await students.save(student)
        version = (await work.announce(event)).version
    await students.leave(student_id, body.left_date)
    await follow(work, student, body.left_date)
    await follow_leaver(work, student_id, body.left_date)
    kept = RULES["former-student"].kept_through(body.left_date)
    return FormerStudent(student_id=student_id, left_date=body.left_date, kept_through=kept, version=version)
