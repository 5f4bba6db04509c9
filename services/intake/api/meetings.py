"""Meetings: who is invited, who comes, who was there, and what is to be done afterwards."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from services.intake.api.callers import SCHOOLS_AND_REGIONS, Acting, Shared
from services.intake.api.changes import IfMatch, created, merged, must_match, only, partial, tagged
from services.intake.domain.fields import examples
from services.intake.domain.meeting import (
    AnswerInvitation,
    Invite,
    Invitee,
    InviteeState,
    Meeting,
    MeetingFacts,
    NoteAttendance,
    PlanMeeting,
)
from services.intake.domain.rights import Viewer
from services.intake.gathering import invitees, note_attendance, whose
from services.intake.store import (
    EmployerStore,
    InitiativeStore,
    MeetingFilter,
    MeetingStore,
)
from shared.api import Page, PageQuery
from shared.errors import Invalid, NotFound
from shared.events.codes import Region
from shared.idempotency import ONCE
from shared.ids import new_id
from shared.unit_of_work import UnitOfWork, Work

router = APIRouter(tags=["meetings"], dependencies=[SCHOOLS_AND_REGIONS])


@partial
class ChangeMeeting(MeetingFacts):
    """What is different now."""

    model_config = examples({"onDate": "2026-11-26"})


class InviteeResource(Invite):
    """Who is invited."""

    id: UUID
    state: InviteeState
    attended: bool | None

    @classmethod
    def of(cls, invitee: Invitee) -> "InviteeResource":
        """As everybody sees it who sees the meeting."""
        invite = dict(invitee.invite)
        return cls.model_construct(**invite, id=invitee.id, state=invitee.state, attended=invitee.attended)


class MeetingResource(MeetingFacts):
    """A meeting, with those who are invited."""

    model_config = examples(
        {
            "id": "01920000-0000-7000-8000-0000000000f2",
            "region": "AM11",
            "schoolId": None,
            "initiativeId": None,
            "kind": "network",
            "title": "Zorg ontmoet onderwijs",
            "onDate": "2026-11-19",
            "place": "Zorgcentrum De Haven, Lelystad",
            "sectors": ["zorg-en-welzijn"],
            "invitees": [
                {
                    "id": "01920000-0000-7000-8000-0000000000f3",
                    "schoolId": None,
                    "employerId": "01920000-0000-7000-8000-00000000000e",
                    "intermediary": None,
                    "roles": ["owner"],
                    "state": "accepted",
                    "attended": True,
                }
            ],
        }
    )

    id: UUID
    region: Region
    school_id: UUID | None
    initiative_id: UUID | None
    invitees: list[InviteeResource]


@router.post("/meetings", status_code=201, summary="Plan a meeting", dependencies=[ONCE])
async def plan_meeting(
    body: PlanMeeting, viewer: Acting, work: Work, shared: Shared, response: Response
) -> MeetingResource:
    """A school's own, or with `region` one of a whole region; the schools of the region see it, and those invited."""
    school, region = await whose(work, viewer, body.school_id, body.region)
    if body.initiative_id is not None:
        try:
            initiative = await InitiativeStore(work.session).get(body.initiative_id, viewer)
        except NotFound:
            raise Invalid("/initiativeId", "there is no such initiative") from None
        initiative.must_be_changed_by(viewer)
    facts = only(MeetingFacts, body)
    meeting = Meeting(new_id(), region, school, body.initiative_id, viewer.subject, facts)
    meeting = meeting.inviting(await invitees(work, body.invitees, viewer))
    await MeetingStore(work.session).save(meeting)
    created(response, shared.location("meetings", meeting.id), meeting)
    return (await _shown(work, [meeting], viewer))[0]


@router.get("/meetings", summary="List meetings")
async def list_meetings(
    viewer: Acting,
    work: Work,
    page: PageQuery,
    region: Annotated[Region | None, Query()] = None,
    initiative_id: Annotated[UUID | None, Query(alias="initiativeId")] = None,
    from_date: Annotated[date | None, Query(alias="fromDate")] = None,
) -> Page[MeetingResource]:
    """Those of the caller's regions, and those to which its school is invited."""
    found = await MeetingStore(work.session).page(viewer, MeetingFilter(region, initiative_id, from_date), page)
    return page.page(await _shown(work, found, viewer), lambda one: one.id)


@router.get("/meetings/{meeting_id}", summary="One meeting")
async def read_meeting(meeting_id: UUID, viewer: Acting, work: Work, response: Response) -> MeetingResource:
    """With those who are invited, of whom the caller may know."""
    return await _answer(work, await MeetingStore(work.session).get(meeting_id, viewer), viewer, response)


@router.patch("/meetings/{meeting_id}", summary="Change a meeting")
async def change_meeting(
    meeting_id: UUID, body: ChangeMeeting, viewer: Acting, work: Work, response: Response, if_match: IfMatch = None
) -> MeetingResource:
    """By who invites."""
    meeting = await own_meeting(work, meeting_id, viewer)
    must_match(if_match, meeting)
    changed = meeting.with_facts(merged(meeting.facts, body))
    await MeetingStore(work.session).save(changed)
    return await _answer(work, changed, viewer, response)


@router.post("/meetings/{meeting_id}/_invite", summary="Invite somebody")
async def invite(meeting_id: UUID, body: Invite, viewer: Acting, work: Work, response: Response) -> MeetingResource:
    """One more organisation; 409 when it is invited already."""
    meeting = await own_meeting(work, meeting_id, viewer)
    changed = meeting.inviting(await invitees(work, (body,), viewer))
    await MeetingStore(work.session).save(changed)
    return await _answer(work, changed, viewer, response)


@router.post("/meetings/{meeting_id}/invitees/{invitee_id}/_answer", summary="Answer an invitation")
async def answer_invitation(
    meeting_id: UUID, invitee_id: UUID, body: AnswerInvitation, viewer: Acting, work: Work, response: Response
) -> MeetingResource:
    """By the invited school itself; of others by who invites."""
    store = MeetingStore(work.session)
    meeting = await store.get(meeting_id, viewer, lock=True)
    await store.save_invitee(meeting.id, meeting.answered(invitee_id, body.state, viewer))
    return await _answer(work, await store.get(meeting_id, viewer), viewer, response)


@router.post("/meetings/{meeting_id}/invitees/{invitee_id}/_attend", summary="Note who was there")
async def attend(
    meeting_id: UUID, invitee_id: UUID, body: NoteAttendance, viewer: Acting, work: Work, response: Response
) -> MeetingResource:
    """From its day on, by who invites. An employer that came takes part in the meeting's initiative from then on."""
    meeting = await own_meeting(work, meeting_id, viewer)
    await note_attendance(work, meeting, invitee_id, body, viewer)
    return await _answer(work, await MeetingStore(work.session).get(meeting_id, viewer), viewer, response)


async def own_meeting(work: UnitOfWork, meeting_id: UUID, viewer: Viewer) -> Meeting:
    """A meeting that the caller may change, locked."""
    meeting = await MeetingStore(work.session).get(meeting_id, viewer, lock=True)
    meeting.must_be_changed_by(viewer)
    return meeting


async def _answer(work: UnitOfWork, meeting: Meeting, viewer: Viewer, response: Response) -> MeetingResource:
    tagged(response, meeting)
    return (await _shown(work, [meeting], viewer))[0]


async def _shown(work: UnitOfWork, meetings: list[Meeting], viewer: Viewer) -> list[MeetingResource]:
    """Without employers that another school keeps to itself."""
    invited = {one.invite.employer_id for meeting in meetings for one in meeting.invitees}
    seen = await EmployerStore(work.session).visible(invited, viewer)
    return [
        MeetingResource.model_construct(
            **dict(meeting.facts),
            id=meeting.id,
            region=meeting.region,
            school_id=meeting.school_id,
            initiative_id=meeting.initiative_id,
            invitees=[
                InviteeResource.of(one)
                for one in meeting.invitees
                if one.invite.employer_id is None or one.invite.employer_id in seen
            ],
        )
        for meeting in meetings
    ]
