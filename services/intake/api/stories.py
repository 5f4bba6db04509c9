"""Stories: written and approved by schools, read by everybody (F22)."""

from datetime import date
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import Field

from services.intake.api.callers import COORDINATORS, Acting, Shared
from services.intake.api.changes import IfMatch, created, merged, must_match, only, partial, tagged
from services.intake.days import today
from services.intake.domain.fields import examples
from services.intake.domain.story import EXAMPLE, Story, StoryFacts, StoryState, WriteStory
from services.intake.store import EmployerStore, GroundStore, SchoolStore, StoryStore, StudentStore
from shared.api import Page, PageQuery
from shared.idempotency import ONCE
from shared.ids import new_id
from shared.unit_of_work import Work

router = APIRouter(prefix="/stories", tags=["stories"], dependencies=[COORDINATORS])


@partial
class ChangeStory(StoryFacts):
    """A merge patch of a story: what is left out stays."""

    model_config = examples({"title": "Een vast contract"})


class StoryResource(StoryFacts):
    """A story as its own school sees it."""

    model_config = examples(
        EXAMPLE
        | {
            "id": "01920000-0000-7000-8000-0000000000b5",
            "schoolId": "01920000-0000-7000-8000-00000000000a",
            "region": "AM11",
            "studentId": None,
            "employerId": None,
            "employerAgreed": None,
            "state": "draft",
            "approvedDate": None,
        }
    )

    id: UUID
    school_id: UUID
    region: str
    student_id: UUID | None
    state: StoryState
    approved_date: date | None = Field(description="Since when everybody reads it.")

    @classmethod
    def of(cls, story: Story) -> "StoryResource":
        """For the own school."""
        names = ("id", "school_id", "region", "student_id", "state", "approved_date")
        return cls.model_construct(**dict(story.facts), **{name: getattr(story, name) for name in names})


@router.post("", status_code=201, summary="Write a story", dependencies=[ONCE])
async def write_story(
    body: WriteStory, viewer: Acting, work: Work, shared: Shared, response: Response
) -> StoryResource:
    """A draft; everybody reads it once it is approved, and as long as who is in it agrees."""
    if body.student_id is not None:
        student = await StudentStore(work.session).read(body.student_id, viewer)
        viewer.must_work_at(student.school_id)
    school_id = student.school_id if body.student_id else viewer.acting_school(body.school_id, "/schoolId")
    if body.employer_id is not None:
        await EmployerStore(work.session).get(body.employer_id, viewer)
    school = await SchoolStore(work.session).get(school_id)
    story = Story(new_id(), school.id, school.situation.region, only(StoryFacts, body), body.student_id)
    await StoryStore(work.session).save(story)
    created(response, shared.location("stories", story.id), story)
    return StoryResource.of(story)


@router.get("", summary="List the own stories")
async def list_stories(viewer: Acting, work: Work, page: PageQuery) -> Page[StoryResource]:
    """Drafts and withdrawn ones included."""
    found = await StoryStore(work.session).page(viewer, page)
    return page.page([StoryResource.of(story) for story in found], lambda story: story.id)


@router.get("/{story_id}", summary="One story")
async def read_story(story_id: UUID, viewer: Acting, work: Work, response: Response) -> StoryResource:
    """Of the own school."""
    story = await StoryStore(work.session).get(story_id, viewer)
    tagged(response, story)
    return StoryResource.of(story)


@router.patch("/{story_id}", summary="Change a story")
async def change_story(
    story_id: UUID, body: ChangeStory, viewer: Acting, work: Work, response: Response, if_match: IfMatch = None
) -> StoryResource:
    """JSON merge patch; nobody else reads it until it is approved anew."""
    store = StoryStore(work.session)
    story = await store.get(story_id, viewer, lock=True)
    must_match(if_match, story)
    story = story.retold(merged(story.facts, body))
    if story.facts.employer_id is not None:
        await EmployerStore(work.session).get(story.facts.employer_id, viewer)
    await store.save(story)
    tagged(response, story)
    return StoryResource.of(story)


@router.post("/{story_id}/_approve", summary="Approve a story")
async def approve_story(
    story_id: UUID, viewer: Acting, work: Work, response: Response, if_match: IfMatch = None
) -> StoryResource:
    """Everybody reads it from now on: what was read, as If-Match says. 409 when who is in it did not agree."""
    store = StoryStore(work.session)
    story = await store.get(story_id, viewer, lock=True)
    must_match(if_match, story)
    grounds = await GroundStore(work.session).of(story.student_id) if story.student_id else []
    agreed = any(ground.publishes_on(today()) for ground in grounds)
    story = story.approved(today(), student_agreed=agreed)
    await store.save(story)
    tagged(response, story)
    return StoryResource.of(story)


@router.post("/{story_id}/_withdraw", summary="Withdraw a story")
async def withdraw_story(story_id: UUID, viewer: Acting, work: Work, response: Response) -> StoryResource:
    """Nobody else reads it any more, from this moment on."""
    store = StoryStore(work.session)
    story = (await store.get(story_id, viewer, lock=True)).withdrawn()
    await store.save(story)
    tagged(response, story)
    return StoryResource.of(story)
