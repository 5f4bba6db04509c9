"""The information pack for an employer as a file (I1–I8): nothing personal, unless a ground holds."""

from dataclasses import replace
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from services.intake.api.callers import COORDINATORS, Acting, Shared
from services.intake.informing import pack_for, printed, shown_to
from shared.events.codes import PlacementKind
from shared.unit_of_work import Work

router = APIRouter(tags=["employers"])


@router.get(
    "/employers/{employer_id}/information-pack",
    summary="The information pack for an employer",
    dependencies=[COORDINATORS],
    response_class=Response,
    responses={200: {"description": "A PDF file.", "content": {"application/pdf": {}}}},
)
async def print_information_pack(
    employer_id: UUID,
    viewer: Acting,
    work: Work,
    shared: Shared,
    kind: Annotated[PlacementKind, Query(description="About this kind of place.")] = PlacementKind.INTERNSHIP,
    school_id: Annotated[UUID | None, Query(alias="schoolId", description="By which school, for several.")] = None,
    student_id: Annotated[UUID | None, Query(alias="studentId", description="With a page about a student.")] = None,
) -> Response:
    """In Dutch, as PDF: who comes, what school does, what the law allows, schemes, whom to call.

    A page about a student needs a ground for this employer (recipient `employer`, purpose `finding-a-place`) and holds
    the given name, possibilities, wishes and certificates; 409 without one.
    """
    pack = await pack_for(work, shared, viewer, employer_id, kind, school_id)
    if student_id is not None:
        pack = replace(pack, student=await shown_to(work, viewer, student_id, pack.employer))
    headers = {"Content-Disposition": 'attachment; filename="informatie-voor-werkgevers.pdf"'}
    return Response(await printed(pack), media_type="application/pdf", headers=headers)
