"""Former students: when to ask after them, and what became of them."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import Field

from services.intake.api.callers import COORDINATORS, Acting
from services.intake.api.changes import IfMatch, must_match, tagged
from services.intake.days import today
from services.intake.domain.fields import examples
from services.intake.domain.follow_up import FOLLOW_UP, FollowUp, RecordFollowUp
from services.intake.following_up import record_follow_up
from services.intake.store import FollowUpStore, StudentStore
from services.intake.store.students import Action
from shared.api import Page, PageQuery, Resource
from shared.unit_of_work import Work

router = APIRouter(tags=["former students"], dependencies=[COORDINATORS])


class FollowUpResource(Resource):
    """A former student is to be asked after, or was."""

    model_config = examples(
        {
            "id": "01920000-0000-7000-8000-0000000000b8",
            "version": 1,
            "studentId": "01920000-0000-7000-8000-000000000001",
            "schoolId": "01920000-0000-7000-8000-00000000000a",
            "months": 6,
            "leftDate": "2026-07-17",
            "askDate": "2026-12-20",
            "dueDate": "2027-01-17",
            "due": False,
            "heard": FOLLOW_UP,
        }
    )

    id: UUID
    version: int
    student_id: UUID
    school_id: UUID
    months: int = Field(description="After leaving.")
    left_date: date
    ask_date: date = Field(description="From when on the school is asked to.")
    due_date: date
    due: bool = Field(description="Whether it is to be done now.")
    heard: RecordFollowUp | None = Field(description="What became of the former student.")

    @classmethod
    def of(cls, found: FollowUp) -> "FollowUpResource":
        """As it stands today, for the own school."""
        names = ("id", "version", "student_id", "school_id", "months", "left_date", "ask_date", "due_date")
        own = {name: getattr(found, name) for name in names}
        due = found.said is None and found.ask_date <= today()
        return cls.model_construct(**own, due=due, heard=found.said)


@router.get("/follow-ups", summary="Former students to be asked after")
async def list_follow_ups(
    viewer: Acting,
    work: Work,
    page: PageQuery,
    student_id: Annotated[UUID | None, Query(alias="studentId")] = None,
    *,
    due: Annotated[bool, Query(description="Only those that are to be done now.")] = False,
) -> Page[FollowUpResource]:
    """Six, twelve and twenty-four months after a student left the caller's schools; begun by the student's `_leave`."""
    day = today() if due else None
    found = await FollowUpStore(work.session).page(viewer, page, student_id=student_id, due_on=day)
    seen = {one.student_id for one in found[: page.limit]}
    await StudentStore(work.session).log(seen, viewer.subject, Action.LISTED)
    return page.page([FollowUpResource.of(one) for one in found], lambda one: one.id)


@router.get("/follow-ups/{follow_up_id}", summary="One follow-up")
async def read_follow_up(follow_up_id: UUID, viewer: Acting, work: Work, response: Response) -> FollowUpResource:
    """Of a former student of the own school."""
    found = await FollowUpStore(work.session).get(follow_up_id, viewer)
    await StudentStore(work.session).log([found.student_id], viewer.subject, Action.READ)
    tagged(response, found)
    return FollowUpResource.of(found)


@router.put("/follow-ups/{follow_up_id}", summary="What became of a former student")
async def hear(
    follow_up_id: UUID,
    body: RecordFollowUp,
    viewer: Acting,
    work: Work,
    response: Response,
    if_match: IfMatch = None,
) -> FollowUpResource:
    """The coarse outcome is counted, of nobody; the rest goes with the record, two years after leaving."""
    found = await FollowUpStore(work.session).get(follow_up_id, viewer, lock=True)
    must_match(if_match, found)
    await StudentStore(work.session).log([found.student_id], viewer.subject, Action.CHANGED)
    recorded = await record_follow_up(work, found, body, viewer.subject)
    tagged(response, recorded)
    return FollowUpResource.of(recorded)
