"""Stories in the database: a school's own, and for everybody those that all who are in them agreed to."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.intake.domain.rights import Viewer
from services.intake.domain.story import Story, StoryFacts, StoryState
from services.intake.store.acting import Capacity, acting_as
from services.intake.store.publications import published
from services.intake.store.rows import document, page_of, read, save
from services.intake.store.story_tables import stories
from services.intake.store.tables import employers
from shared.api import PageRequest
from shared.errors import NotFound


class StoryStore:
    """Finds and keeps stories."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def get(self, story_id: UUID, viewer: Viewer, *, lock: bool = False) -> Story:
        """One of the caller's schools; raises `NotFound`."""
        query = select(stories).where(stories.c.id == story_id, stories.c.school_id.in_(viewer.schools))
        row = (await self._session.execute(query.with_for_update() if lock else query)).one_or_none()
        if row is None:
            raise NotFound("story")
        return _story(row)

    async def save(self, story: Story) -> None:
        """Keep a new one, or what changed."""
        await save(self._session, stories, _values(story))

    async def page(self, viewer: Viewer, page: PageRequest) -> list[Story]:
        """Those of the caller's schools."""
        query = select(stories).where(stories.c.school_id.in_(viewer.schools))
        return [_story(row) for row in await page_of(self._session, query, stories, page)]

    async def for_everybody(self, region: str, day: date, page: PageRequest) -> list[Story]:
        """Those that can be read in a region on a day."""
        query = select(stories).where(stories.c.region == region, *_shown_on(day))
        async with acting_as(self._session, Capacity.PUBLICATION):
            rows: Sequence[Row[Any]] = await page_of(self._session, query, stories, page)
        return [_story(row) for row in rows]


def _shown_on(day: date) -> tuple[ColumnElement[bool], ...]:
    nobodys = stories.c.student_id == stories.c.id
    private = select(employers.c.id).where(employers.c.id == stories.c.employer_id, employers.c.private_to.is_not(None))
    return stories.c.state == StoryState.APPROVED, or_(nobodys, published(stories.c.student_id, day)), ~private.exists()


def _values(story: Story) -> dict[str, Any]:
    return {
        "id": story.id,
        "school_id": story.school_id,
        "student_id": story.student_id or story.id,
        "employer_id": story.facts.employer_id,
        "region": story.region,
        "state": story.state,
        "approved_date": story.approved_date,
        "facts": document(story.facts),
    }


def _story(row: Row[Any]) -> Story:
    student = None if row.student_id == row.id else row.student_id
    facts = read(StoryFacts, row.facts).model_copy(update={"employer_id": row.employer_id})  # as a merge left it
    state = StoryState(row.state)
    return Story(row.id, row.school_id, row.region, facts, student, state, row.approved_date)
