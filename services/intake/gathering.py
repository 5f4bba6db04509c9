"""Meetings and initiatives: whose they are, who is invited, and employers that a meeting wins for an initiative."""

from uuid import UUID

from services.intake.days import today
from services.intake.domain.company_text import name_nobody
from services.intake.domain.initiative import Initiative
from services.intake.domain.meeting import AgreeTask, Invite, Invitee, Meeting, MeetingTask, NoteAttendance
from services.intake.domain.rights import Viewer
from services.intake.store import EmployerStore, InitiativeStore, MeetingStore, MeetingTaskStore, SchoolStore
from shared.errors import Forbidden, Invalid, NotFound
from shared.ids import new_id
from shared.unit_of_work import UnitOfWork


async def whose(
    work: UnitOfWork, viewer: Viewer, school_id: UUID | None, region: str | None
) -> tuple[UUID | None, str]:
    """The school that acts and its region, or a region by who looks after it; raises `Forbidden`, `Invalid`."""
    if region is not None:
        if region not in work.resources.geography.regions:
            raise Invalid("/region", "there is no such region")
        if school_id is not None:
            raise Invalid("/region", "give either region or schoolId")
        if not viewer.governs(region):
            raise Forbidden("that region is not yours")
        return None, region
    school = viewer.acting_school(school_id, "/schoolId")
    return school, (await SchoolStore(work.session).get(school)).situation.region


async def invitees(work: UnitOfWork, invites: tuple[Invite, ...], viewer: Viewer) -> list[Invitee]:
    """Those who are to be invited, if the caller may know of them all; raises `Invalid`."""
    for number, invite in enumerate(invites):
        try:
            if invite.employer_id is not None:
                await EmployerStore(work.session).get(invite.employer_id, viewer)
            if invite.school_id is not None:
                await SchoolStore(work.session).get(invite.school_id)
        except NotFound as error:
            raise Invalid(f"/invitees/{number}", str(error)) from None
    return [Invitee(new_id(), invite) for invite in invites]


async def undertake(work: UnitOfWork, initiative: Initiative) -> None:
    """Keep a new initiative, or what changed, and tell of it as it is now."""
    store = InitiativeStore(work.session)
    await store.save(initiative)
    await work.announce(initiative.undertaken(await store.linked(initiative.id)))


async def note_attendance(
    work: UnitOfWork, meeting: Meeting, invitee_id: UUID, said: NoteAttendance, viewer: Viewer
) -> None:
    """Keep who was there; an employer that was takes part in the meeting's initiative from that day on."""
    invitee = meeting.attended_by(invitee_id, said.attended, today())
    await MeetingStore(work.session).save_invitee(meeting.id, invitee)
    employer_id = invitee.invite.employer_id
    if said.attended and employer_id is not None and meeting.initiative_id is not None:
        store = InitiativeStore(work.session)
        initiative = await store.get(meeting.initiative_id, viewer, lock=True)
        await store.link(initiative.id, employer_id, meeting.facts.on_date)
        await undertake(work, initiative)


async def agree(work: UnitOfWork, meeting: Meeting, agreed: AgreeTask, viewer: Viewer) -> MeetingTask:
    """Keep what is to be done; raises `Invalid` for a school or an employer that there is not."""
    try:
        await SchoolStore(work.session).get(agreed.school_id)
    except NotFound:
        raise Invalid("/schoolId", "there is no such school") from None
    if agreed.employer_id is not None:
        try:
            employer = await EmployerStore(work.session).get(agreed.employer_id, viewer)
        except NotFound:
            raise Invalid("/employerId", "there is no such employer") from None
        name_nobody(agreed.action, employer, "/action")
    task = MeetingTask(new_id(), meeting.id, meeting.region, agreed, viewer.subject)
    await MeetingTaskStore(work.session).save(task)
    return task
