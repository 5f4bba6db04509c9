"""Enrolments: a school's own students in programmes, on the waiting list, and how they get on (J11, J14)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import Field

from services.intake.api.callers import COORDINATORS, Acting, Shared
from services.intake.api.changes import created
from services.intake.domain.enrolment import (
    Enrolment,
    EnrolmentState,
    EnrolStudent,
    Presence,
    RecordPresence,
    Standing,
)
from services.intake.domain.fields import examples
from services.intake.domain.student_facts import PracticeCertificate
from services.intake.enrolling import change, enrol, keeps_out
from services.intake.store import EnrolmentStore, ProgrammeStore, StudentStore
from services.intake.store.students import Action
from shared.api import Page, PageQuery, Resource
from shared.idempotency import ONCE
from shared.unit_of_work import UnitOfWork, Work

router = APIRouter(tags=["programmes"])
coordinators = APIRouter(dependencies=[COORDINATORS])


class EnrolmentResource(Resource):
    """A student of the own school in a programme."""

    model_config = examples(
        {
            "id": "01920000-0000-7000-8000-0000000000e1",
            "programmeId": "01920000-0000-7000-8000-0000000000a7",
            "studentId": "01920000-0000-7000-8000-000000000001",
            "schoolId": "01920000-0000-7000-8000-00000000000a",
            "state": "waiting",
            "ahead": 2,
            "heldUntil": None,
        }
    )

    id: UUID
    programme_id: UUID
    student_id: UUID
    school_id: UUID
    state: EnrolmentState
    ahead: int | None = Field(description="While waiting: how many came earlier and wait, too.")
    held_until: datetime | None = Field(description="While offered: until when the seat is held.")

    @classmethod
    def of(cls, enrolment: Enrolment, standing: Sequence[Standing]) -> "EnrolmentResource":
        """With the place in the order, which only ever falls."""
        before = [one for one in standing if one.state is EnrolmentState.WAITING and one.number < enrolment.number]
        return cls(
            id=enrolment.id,
            programme_id=enrolment.programme_id,
            student_id=enrolment.student_id,
            school_id=enrolment.school_id,
            state=enrolment.state,
            ahead=len(before) if enrolment.state is EnrolmentState.WAITING else None,
            held_until=enrolment.held_until,
        )


class EntryCheck(Resource):
    """Whether a student can enter a programme, and in Dutch what keeps it out."""

    model_config = examples({"possible": False, "reasons": ["De leerling heeft geen wens voor zorg en welzijn."]})

    possible: bool
    reasons: tuple[str, ...]


class ProgressResource(Resource):
    """How a student gets on in a programme."""

    model_config = examples(
        {"present": 12, "late": 1, "excused": 2, "absent": 0, "practiceCertificates": [], "obtained": ["bhv"]}
    )

    present: int
    late: int
    excused: int
    absent: int
    practice_certificates: tuple[PracticeCertificate, ...] = Field(
        description="Of the work processes of the programme: how far the student is."
    )
    obtained: tuple[str, ...] = Field(description="Of the certificates of the programme: those that it has.")


async def _shown(work: UnitOfWork, found: Sequence[Enrolment]) -> list[EnrolmentResource]:
    standing = await EnrolmentStore(work.session).standing({one.programme_id for one in found})
    return [EnrolmentResource.of(one, standing[one.programme_id]) for one in found]


@coordinators.get("/programmes/{programme_id}/entry-check", summary="Whether a student can enter a programme")
async def check_entry(
    programme_id: UUID, student_id: Annotated[UUID, Query(alias="studentId")], viewer: Acting, work: Work
) -> EntryCheck:
    """Of the own school, by the programme's rules; whether there is a seat is another question."""
    programme = await ProgrammeStore(work.session).get(programme_id, viewer)
    student = await StudentStore(work.session).read(student_id, viewer)
    viewer.must_work_at(student.school_id)
    reasons = await keeps_out(work, programme, student)
    return EntryCheck(possible=not reasons, reasons=reasons)


@coordinators.post(
    "/programmes/{programme_id}/enrolments",
    status_code=201,
    summary="Enrol a student in a programme",
    dependencies=[ONCE],
)
async def enrol_student(
    programme_id: UUID, body: EnrolStudent, viewer: Acting, work: Work, shared: Shared, response: Response
) -> EnrolmentResource:
    """Of the own school. Without a free seat the student waits: who came first goes first.

    409 with every reason in Dutch when the programme's rules keep the student out.
    """
    programme = await ProgrammeStore(work.session).get(programme_id, viewer, lock=True)
    student = await StudentStore(work.session).change(body.student_id, viewer)
    viewer.must_work_at(student.school_id)
    enrolment = await enrol(work, programme, student)
    created(response, shared.location("enrolments", enrolment.id))
    return (await _shown(work, [enrolment]))[0]


@coordinators.get("/programmes/{programme_id}/enrolments", summary="The own students in a programme")
async def list_enrolments(
    programme_id: UUID,
    viewer: Acting,
    work: Work,
    page: PageQuery,
    state: Annotated[EnrolmentState | None, Query()] = None,
) -> Page[EnrolmentResource]:
    """Of other schools' students only the programme's numbers are known."""
    await ProgrammeStore(work.session).get(programme_id, viewer)
    found = await EnrolmentStore(work.session).page(programme_id, viewer, page, state)
    seen = {enrolment.student_id for enrolment in found[: page.limit]}
    await StudentStore(work.session).log(seen, viewer.subject, Action.LISTED)
    return page.page(await _shown(work, found), lambda enrolment: enrolment.id)


@router.get("/students/{student_id}/enrolments", summary="The programmes of a student")
async def list_student_enrolments(
    student_id: UUID, viewer: Acting, work: Work, page: PageQuery
) -> Page[EnrolmentResource]:
    """Where it has a seat, waits, or was; of a student of the own school."""
    await StudentStore(work.session).read(student_id, viewer)
    found = await EnrolmentStore(work.session).of_student(student_id, viewer, page)
    return page.page(await _shown(work, found), lambda enrolment: enrolment.id)


@coordinators.get("/enrolments/{enrolment_id}", summary="One enrolment")
async def read_enrolment(enrolment_id: UUID, viewer: Acting, work: Work) -> EnrolmentResource:
    """Of a student of the own school."""
    enrolment = await EnrolmentStore(work.session).get(enrolment_id, viewer)
    await StudentStore(work.session).log([enrolment.student_id], viewer.subject, Action.READ)
    return (await _shown(work, [enrolment]))[0]


@coordinators.post("/enrolments/{enrolment_id}/_accept", summary="Accept a seat that is held")
async def accept_seat(enrolment_id: UUID, viewer: Acting, work: Work) -> EnrolmentResource:
    """By the student's school, until `heldUntil`."""
    return (await _shown(work, [await change(work, enrolment_id, viewer, EnrolmentState.ENROLLED)]))[0]


@coordinators.post("/enrolments/{enrolment_id}/_decline", summary="Decline a seat that is held")
async def decline_seat(enrolment_id: UUID, viewer: Acting, work: Work) -> EnrolmentResource:
    """It goes to the next one at once; who comes back later stands last."""
    return (await _shown(work, [await change(work, enrolment_id, viewer, EnrolmentState.DECLINED)]))[0]


@coordinators.post("/enrolments/{enrolment_id}/_leave", summary="A student leaves a programme or its waiting list")
async def leave_programme(enrolment_id: UUID, viewer: Acting, work: Work) -> EnrolmentResource:
    """The seat goes to the next one at once."""
    return (await _shown(work, [await change(work, enrolment_id, viewer, EnrolmentState.LEFT)]))[0]


@coordinators.put(
    "/enrolments/{enrolment_id}/attendances/{session_id}",
    status_code=204,
    summary="Record whether a student was at a session",
)
async def record_presence(
    enrolment_id: UUID, session_id: UUID, body: RecordPresence, viewer: Acting, work: Work
) -> None:
    """By the student's school; said again, the last one counts."""
    store = EnrolmentStore(work.session)
    enrolment = await store.get(enrolment_id, viewer)
    session, _ = await ProgrammeStore(work.session).session(session_id, viewer)
    session.must_be_of(enrolment)
    await StudentStore(work.session).change(enrolment.student_id, viewer)
    enrolment = await store.get(enrolment_id, viewer, lock=True)  # after the student, as everybody locks them
    await store.attend(enrolment, session, body.presence)


@coordinators.get("/enrolments/{enrolment_id}/progress", summary="How a student gets on in a programme")
async def read_progress(enrolment_id: UUID, viewer: Acting, work: Work) -> ProgressResource:
    """How often it was there, and how far it is with what the programme works towards."""
    store = EnrolmentStore(work.session)
    enrolment = await store.get(enrolment_id, viewer)
    programme = await ProgrammeStore(work.session).get(enrolment.programme_id, viewer)
    student = await StudentStore(work.session).read(enrolment.student_id, viewer)
    wanted = {(one.crebo, one.work_process) for one in programme.facts.work_processes}
    attended = await store.attendance(enrolment.id)
    return ProgressResource(
        **{str(presence): attended[presence] for presence in Presence},
        practice_certificates=tuple(
            one for one in student.facts.practice_certificates if (one.crebo, one.work_process) in wanted
        ),
        obtained=tuple(code for code in programme.facts.certificates if code in student.facts.certificates),
    )


router.include_router(coordinators)
