"""What is to be done after meetings: by which school, until when, and whether it was."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from services.intake.api.callers import SCHOOLS_AND_REGIONS, Acting, Shared
from services.intake.api.changes import created, tagged
from services.intake.api.meetings import own_meeting
from services.intake.days import today
from services.intake.domain.fields import examples
from services.intake.domain.meeting import AgreeTask, MeetingTask
from services.intake.gathering import agree
from services.intake.store import EmployerStore, MeetingTaskFilter, MeetingTaskStore
from shared.api import Page, PageQuery
from shared.errors import Forbidden
from shared.idempotency import ONCE
from shared.unit_of_work import Work

router = APIRouter(tags=["meetings"], dependencies=[SCHOOLS_AND_REGIONS])


class MeetingTaskResource(AgreeTask):
    """What is to be done after a meeting."""

    model_config = examples(
        {
            "id": "01920000-0000-7000-8000-0000000000f4",
            "meetingId": "01920000-0000-7000-8000-0000000000f2",
            "action": "Afspraak maken voor een rondleiding.",
            "schoolId": "01920000-0000-7000-8000-00000000000a",
            "employerId": "01920000-0000-7000-8000-00000000000e",
            "dueDate": "2026-12-04",
            "doneDate": None,
        }
    )

    id: UUID
    meeting_id: UUID
    done_date: date | None

    @classmethod
    def of(cls, task: MeetingTask) -> "MeetingTaskResource":
        """As everybody of the region sees it."""
        agreed = dict(task.agreed)
        return cls.model_construct(**agreed, id=task.id, meeting_id=task.meeting_id, done_date=task.done_date)


@router.post("/meetings/{meeting_id}/tasks", status_code=201, summary="Agree what is to follow", dependencies=[ONCE])
async def agree_task(
    meeting_id: UUID, body: AgreeTask, viewer: Acting, work: Work, shared: Shared, response: Response
) -> MeetingTaskResource:
    """By who invites: which school does what until when."""
    meeting = await own_meeting(work, meeting_id, viewer)
    task = await agree(work, meeting, body, viewer)
    created(response, shared.location("meeting-tasks", task.id), task)
    return MeetingTaskResource.of(task)


@router.get("/meeting-tasks", summary="List what is to be done after meetings")
async def list_tasks(
    viewer: Acting,
    work: Work,
    page: PageQuery,
    meeting_id: Annotated[UUID | None, Query(alias="meetingId")] = None,
    school_id: Annotated[UUID | None, Query(alias="schoolId", description="Whose task it is.")] = None,
    open_only: Annotated[bool | None, Query(alias="open", description="Whether it is still to be done.")] = None,
    due_before: Annotated[date | None, Query(alias="dueBefore")] = None,
) -> Page[MeetingTaskResource]:
    """After meetings of the caller's regions, and the own schools' tasks."""
    wanted = MeetingTaskFilter(meeting_id, school_id, open_only, due_before)
    found = await MeetingTaskStore(work.session).page(viewer, wanted, page)
    seen = await EmployerStore(work.session).visible({one.agreed.employer_id for one in found}, viewer)
    shown = [MeetingTaskResource.of(one.without_employer_unless(seen)) for one in found]
    return page.page(shown, lambda one: one.id)


@router.get("/meeting-tasks/{task_id}", summary="One task of a meeting")
async def read_task(task_id: UUID, viewer: Acting, work: Work, response: Response) -> MeetingTaskResource:
    """After a meeting of the caller's regions, or the own school's task."""
    task = await MeetingTaskStore(work.session).get(task_id, viewer)
    tagged(response, task)
    seen = await EmployerStore(work.session).visible({task.agreed.employer_id}, viewer)
    return MeetingTaskResource.of(task.without_employer_unless(seen))


@router.post("/meeting-tasks/{task_id}/_done", summary="Say that it is done")
async def finish_task(task_id: UUID, viewer: Acting, work: Work, response: Response) -> MeetingTaskResource:
    """By the school whose task it is, or who looks after the region; 409 the second time."""
    store = MeetingTaskStore(work.session)
    task = await store.get(task_id, viewer)
    if task.agreed.school_id not in viewer.schools and not viewer.governs(task.region):
        raise Forbidden("the school whose task it is says so, or who looks after the region")
    done = task.done(today())
    await store.save(done)
    tagged(response, done)
    return MeetingTaskResource.of(done)
