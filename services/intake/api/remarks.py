"""Remarks: what schools experienced with a company, with a reply beside it (B20, B23)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import Field

from services.intake import experiences
from services.intake.api.callers import COORDINATORS, SCHOOLS_AND_REGIONS, Acting, Shared
from services.intake.api.changes import created
from services.intake.domain.company_text import name_nobody
from services.intake.domain.fields import examples
from services.intake.domain.remark import (
    Audience,
    Experience,
    HideRemark,
    OnBehalfOf,
    Remark,
    Reply,
    ReplyToRemark,
    ShareRemark,
)
from services.intake.store import EmployerStore, RemarkStore, SchoolStore
from shared.api import Page, PageQuery, Resource
from shared.errors import Forbidden
from shared.idempotency import ONCE
from shared.ids import new_id
from shared.unit_of_work import UnitOfWork, Work

router = APIRouter(prefix="/employers/{employer_id}/remarks", tags=["remarks"], dependencies=[SCHOOLS_AND_REGIONS])

REPLY_EXAMPLE = {
    "id": "01920000-0000-7000-8000-0000000000d2",
    "onBehalfOf": "employer",
    "schoolId": "01920000-0000-7000-8000-00000000000b",
    "schoolName": "VSO De Polder",
    "coach": "stage@depolder.example",
    "text": "De vaste begeleider was die maand ziek.",
    "recordedAt": "2026-10-02T09:12:00Z",
}


class ReplyResource(Resource):
    """The other side: of the employer, recorded by a school, or of a school itself."""

    model_config = examples(REPLY_EXAMPLE)

    id: UUID
    on_behalf_of: OnBehalfOf
    school_id: UUID
    school_name: str | None
    coach: str | None
    text: str
    recorded_at: datetime

    @classmethod
    def of(cls, reply: Reply, names: Mapping[UUID, str]) -> "ReplyResource":
        """As all see it."""
        return cls(
            id=reply.id,
            on_behalf_of=reply.said.on_behalf_of,
            school_id=reply.school_id,
            school_name=names.get(reply.school_id),
            coach=reply.coach,
            text=reply.said.text,
            recorded_at=reply.recorded_at,
        )


class RemarkResource(Resource):
    """What a school experienced with a company."""

    model_config = examples(
        {
            "id": "01920000-0000-7000-8000-0000000000d1",
            "employerId": "01920000-0000-7000-8000-00000000000e",
            "schoolId": "01920000-0000-7000-8000-00000000000a",
            "schoolName": "Praktijkschool De Horizon",
            "coach": "stage@dehorizon.example",
            "audience": "schools",
            "experiences": ["agreement-kept", "guidance-good"],
            "text": "Er is elke vrijdag een vast gesprek.",
            "recordedAt": "2026-09-14T09:12:00Z",
            "until": "2028-09-13T09:12:00Z",
            "hiddenReason": None,
            "replies": [REPLY_EXAMPLE],
        }
    )

    id: UUID
    employer_id: UUID
    school_id: UUID
    school_name: str | None
    coach: str | None = Field(description="The work address of who made it.")
    audience: Audience
    experiences: tuple[Experience, ...]
    text: str | None
    recorded_at: datetime
    until: datetime = Field(description="Then it is forgotten.")
    hidden_reason: str | None = Field(description="Why others do not see it; for its school and the region only.")
    replies: list[ReplyResource]

    @classmethod
    def of(cls, remark: Remark, names: Mapping[UUID, str]) -> "RemarkResource":
        """As those see it who may read it."""
        return cls(
            id=remark.id,
            employer_id=remark.employer_id,
            school_id=remark.school_id,
            school_name=names.get(remark.school_id),
            coach=remark.coach,
            audience=remark.said.audience,
            experiences=remark.said.experiences,
            text=remark.said.text,
            recorded_at=remark.recorded_at,
            until=remark.until,
            hidden_reason=remark.hidden_reason,
            replies=[ReplyResource.of(reply, names) for reply in remark.replies],
        )


async def _shown(work: UnitOfWork, found: Sequence[Remark]) -> list[RemarkResource]:
    schools = {school for one in found for school in (one.school_id, *(reply.school_id for reply in one.replies))}
    names = await SchoolStore(work.session).names(schools)
    return [RemarkResource.of(remark, names) for remark in found]


@router.post("", status_code=201, summary="Share an experience or a remark", dependencies=[COORDINATORS, ONCE])
async def share_remark(
    employer_id: UUID, body: ShareRemark, viewer: Acting, work: Work, shared: Shared, response: Response
) -> RemarkResource:
    """About the company, never about a person; kept for 24 months, for all schools or the own one."""
    employer = await EmployerStore(work.session).get(employer_id, viewer)
    school = viewer.acting_school(body.school_id, "/schoolId")
    name_nobody(body.text, employer, "/text")
    kept = await experiences.keep_remark(
        work, Remark(new_id(), employer.id, school, viewer.subject, viewer.email or None, body)
    )
    created(response, f"{shared.location('employers', employer.id)}/remarks/{kept.id}")
    return (await _shown(work, [kept]))[0]


@router.get("", summary="Experiences and remarks")
async def list_remarks(employer_id: UUID, viewer: Acting, work: Work, page: PageQuery) -> Page[RemarkResource]:
    """What schools share of an employer, and what the own school keeps to itself; oldest first."""
    employer = await EmployerStore(work.session).get(employer_id, viewer)
    found = await RemarkStore(work.session).page(employer, viewer, page)
    return page.page(await _shown(work, found), lambda remark: remark.id)


@router.get("/{remark_id}", summary="One remark")
async def read_remark(employer_id: UUID, remark_id: UUID, viewer: Acting, work: Work) -> RemarkResource:
    """As it stands in the list."""
    employer = await EmployerStore(work.session).get(employer_id, viewer)
    return (await _shown(work, [await RemarkStore(work.session).get(employer, remark_id, viewer)]))[0]


@router.delete("/{remark_id}", status_code=204, summary="Take a remark back", dependencies=[COORDINATORS])
async def take_back(employer_id: UUID, remark_id: UUID, viewer: Acting, work: Work) -> None:
    """For the school that made it; its replies go with it."""
    employer = await EmployerStore(work.session).get(employer_id, viewer)
    store = RemarkStore(work.session)
    if (await store.get(employer, remark_id, viewer)).school_id not in viewer.schools:
        raise Forbidden("the school that made a remark takes it back")
    await experiences.forget_remark(work, await store.get(employer, remark_id, viewer, lock=True))


@router.post("/{remark_id}/replies", status_code=201, summary="Reply to a remark", dependencies=[COORDINATORS, ONCE])
async def reply_to_remark(
    employer_id: UUID,
    remark_id: UUID,
    body: ReplyToRemark,
    viewer: Acting,
    work: Work,
    shared: Shared,
    response: Response,
) -> RemarkResource:
    """The employer's or another school's side, kept beside the remark; answers with the remark."""
    employer = await EmployerStore(work.session).get(employer_id, viewer)
    school = viewer.acting_school(body.school_id, "/schoolId")
    store = RemarkStore(work.session)
    await store.get(employer, remark_id, viewer)
    name_nobody(body.text, employer, "/text")
    await store.reply(remark_id, Reply(new_id(), school, viewer.email or None, viewer.subject, body))
    created(response, f"{shared.location('employers', employer.id)}/remarks/{remark_id}")
    return (await _shown(work, [await store.get(employer, remark_id, viewer)]))[0]


@router.post("/{remark_id}/_hide", summary="Hide a remark")
async def hide_remark(
    employer_id: UUID, remark_id: UUID, body: HideRemark, viewer: Acting, work: Work
) -> RemarkResource:
    """For who looks after the employer's region; the school that made it sees why."""
    employer = await EmployerStore(work.session).get(employer_id, viewer)
    store = RemarkStore(work.session)
    await store.get(employer, remark_id, viewer)
    if not viewer.governs(employer.situation.region):
        raise Forbidden("the region's coordinator hides a remark; your own school's you can take back")
    remark = await store.get(employer, remark_id, viewer, lock=True)
    hidden = await experiences.hide_remark(work, remark, body.reason)
    return (await _shown(work, [hidden]))[0]
