"""Erasing students, and the proof of it: opaque ids, for the student's former school and for operators."""

from datetime import datetime
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from services.intake import erasing
from services.intake.api.callers import Acting
from services.intake.domain.erasure import EraseStudent, Erasure, ErasureReason
from services.intake.domain.fields import examples
from services.intake.store import ErasureStore, StudentStore
from shared.api import Page, PageQuery, Resource
from shared.events.codes import Code
from shared.security import Role, requires
from shared.unit_of_work import Work

router = APIRouter(tags=["privacy"])

MAY_SEE = requires(Role.COORDINATOR, Role.OPERATOR)

_ID = "01920000-0000-7000-8000-000000000001"


class ProofResource(Resource):
    """What one service took out: rows of its own, and messages that named the person."""

    service: str
    confirmed_at: datetime
    row_count: int
    message_count: int


class ErasureResource(Resource):
    """A person who was erased, and which services have confirmed that they hold nothing any more."""

    model_config = examples(
        {
            "id": _ID,
            "kind": "student",
            "reason": "asked",
            "role": "coordinator",
            "schoolId": "01920000-0000-7000-8000-00000000000a",
            "requestedAt": "2026-11-02T09:00:00Z",
            "complete": False,
            "proofs": [{"service": "intake", "confirmedAt": "2026-11-02T09:00:01Z", "rowCount": 9, "messageCount": 4}],
        }
    )

    id: UUID = Field(description="The id that the person had; nothing leads from it to the person any more.")
    kind: Code
    reason: ErasureReason
    role: str = Field(description="In which role it was asked for; `register` when the time was over.")
    school_id: UUID
    requested_at: datetime
    complete: bool = Field(description="Every service has confirmed.")
    proofs: list[ProofResource]


@router.post("/students/{student_id}/_erase", status_code=202, summary="Erase a student everywhere")
async def erase_student(student_id: UUID, body: EraseStudent, viewer: Acting, work: Work) -> ErasureResource:
    """At once here, and within a minute in every service; there is no way back.

    A placement that runs keeps its seat until it ends, without saying by whom. `/v1/erasures/{id}` shows the proof.
    """
    await ErasureStore(work.session).hold_imports(student_id)
    student = await StudentStore(work.session).change(student_id, viewer)
    viewer.must_belong_to(student.school_id)
    await erasing.erase(work, Erasure(student.id, student.school_id, body.reason, Role.COORDINATOR))
    return ErasureResource.model_validate(await ErasureStore(work.session).get(student_id))


@router.get("/erasures", summary="Who was erased", dependencies=[MAY_SEE])
async def list_erasures(viewer: Acting, work: Work, page: PageQuery) -> Page[ErasureResource]:  # noqa: ARG001 — sets whose rows are seen
    """Those of the own school; an operator sees all."""
    found = await ErasureStore(work.session).page(page)
    return page.page([ErasureResource.model_validate(one) for one in found], lambda one: one.id)


@router.get("/erasures/{erasure_id}", summary="One erasure with its proof", dependencies=[MAY_SEE])
async def read_erasure(erasure_id: UUID, viewer: Acting, work: Work) -> ErasureResource:  # noqa: ARG001 — sets whose rows are seen
    """Which services hold nothing any more, since when, and how much each took out."""
    return ErasureResource.model_validate(await ErasureStore(work.session).get(erasure_id))
