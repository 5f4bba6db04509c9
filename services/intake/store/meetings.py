"""Meetings in the database, with who is invited and what is to follow."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.intake.domain.meeting import AgreeTask, Invite, Invitee, InviteeState, Meeting, MeetingFacts, MeetingTask
from services.intake.domain.rights import Viewer
from services.intake.store.initiative_tables import meeting_invitees, meeting_tasks, meetings
from services.intake.store.initiatives import seen_in
from services.intake.store.rows import document, page_of, read, save, save_all
from shared.api import PageRequest
from shared.errors import NotFound


@dataclass(frozen=True)
class MeetingFilter:
    """Which meetings are looked for; None: whatever it is."""

    region: str | None = None
    initiative_id: UUID | None = None
    from_date: date | None = None


@dataclass(frozen=True)
class MeetingTaskFilter:
    """Which tasks are looked for; None: whatever it is."""

    meeting_id: UUID | None = None
    school_id: UUID | None = None
    open: bool | None = None
    due_before: date | None = None


class MeetingStore:
    """Finds and keeps meetings."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def get(self, meeting_id: UUID, viewer: Viewer, *, lock: bool = False) -> Meeting:
        """One of the caller's regions, or to which its school is invited; raises `NotFound`."""
        query = select(meetings).where(meetings.c.id == meeting_id, _seen_by(viewer))
        row = (await self._session.execute(query.with_for_update() if lock else query)).one_or_none()
        if row is None:
            raise NotFound("meeting")
        return (await self._with_invitees([row]))[0]

    async def save(self, meeting: Meeting) -> None:
        """Keep a new meeting, or what changed, with all who are invited."""
        await save(self._session, meetings, _values(meeting))
        await save_all(self._session, meeting_invitees, [_invited(meeting.id, one) for one in meeting.invitees])

    async def save_invitee(self, meeting_id: UUID, invitee: Invitee) -> None:
        """Keep what an invitee said or did."""
        await save(self._session, meeting_invitees, _invited(meeting_id, invitee))

    async def page(self, viewer: Viewer, wanted: MeetingFilter, page: PageRequest) -> list[Meeting]:
        """Those that fit."""
        query = select(meetings).where(_seen_by(viewer))
        if wanted.region is not None:
            query = query.where(meetings.c.region == wanted.region)
        if wanted.initiative_id is not None:
            query = query.where(meetings.c.initiative_id == wanted.initiative_id)
        if wanted.from_date is not None:
            query = query.where(meetings.c.on_date >= wanted.from_date)
        return await self._with_invitees(await page_of(self._session, query, meetings, page))

    async def _with_invitees(self, rows: Sequence[Row[Any]]) -> list[Meeting]:
        invited = await self._invitees({row.id for row in rows}) if rows else {}
        return [_meeting(row, tuple(invited.get(row.id, ()))) for row in rows]

    async def _invitees(self, ids: Collection[UUID]) -> dict[UUID, list[Invitee]]:
        query = select(meeting_invitees).where(meeting_invitees.c.meeting_id.in_(ids)).order_by(meeting_invitees.c.id)
        found = defaultdict[UUID, list[Invitee]](list)
        for row in await self._session.execute(query):
            found[row.meeting_id].append(_invitee(row))
        return found


class MeetingTaskStore:
    """Finds and keeps what is to be done after meetings."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def get(self, task_id: UUID, viewer: Viewer) -> MeetingTask:
        """One of the caller's regions, locked; raises `NotFound`."""
        query = select(meeting_tasks).where(meeting_tasks.c.id == task_id, seen_in(meeting_tasks, viewer))
        row = (await self._session.execute(query.with_for_update())).one_or_none()
        if row is None:
            raise NotFound("task")
        return _task(row)

    async def save(self, task: MeetingTask) -> None:
        """Keep a new one, or that it is done."""
        await save(self._session, meeting_tasks, _agreed(task))

    async def page(self, viewer: Viewer, wanted: MeetingTaskFilter, page: PageRequest) -> list[MeetingTask]:
        """Those that fit."""
        query, table = select(meeting_tasks).where(seen_in(meeting_tasks, viewer)), meeting_tasks.c
        for column, value in ((table.meeting_id, wanted.meeting_id), (table.school_id, wanted.school_id)):
            if value is not None:
                query = query.where(column == value)
        if wanted.open is not None:
            query = query.where(table.done_date.is_(None) if wanted.open else table.done_date.is_not(None))
        if wanted.due_before is not None:
            query = query.where(table.due_date < wanted.due_before)
        return [_task(row) for row in await page_of(self._session, query, meeting_tasks, page)]


def _seen_by(viewer: Viewer) -> ColumnElement[bool]:
    invited = select(meeting_invitees.c.id).where(
        meeting_invitees.c.meeting_id == meetings.c.id, meeting_invitees.c.school_id.in_(viewer.schools)
    )
    return or_(seen_in(meetings, viewer), invited.exists())


def _values(meeting: Meeting) -> dict[str, Any]:
    return {
        "id": meeting.id,
        "region": meeting.region,
        "school_id": meeting.school_id,
        "initiative_id": meeting.initiative_id,
        "author": meeting.author,
        "on_date": meeting.facts.on_date,
        "facts": document(meeting.facts),
    }


def _invited(meeting_id: UUID, invitee: Invitee) -> dict[str, Any]:
    """The ids stand in columns alone: an employer that is merged, or a school that leaves, takes them along."""
    invite = invitee.invite
    return {
        "id": invitee.id,
        "meeting_id": meeting_id,
        "school_id": invite.school_id,
        "employer_id": invite.employer_id,
        "invite": {"roles": list(invite.roles), "intermediary": invite.intermediary},
        "state": invitee.state,
        "attended": invitee.attended,
    }


def _invitee(row: Row[Any]) -> Invitee:
    invite = read(Invite, row.invite | {"school_id": row.school_id, "employer_id": row.employer_id})
    return Invitee(row.id, invite, InviteeState(row.state), row.attended)


def _meeting(row: Row[Any], invitees: tuple[Invitee, ...]) -> Meeting:
    facts = read(MeetingFacts, row.facts)
    return Meeting(row.id, row.region, row.school_id, row.initiative_id, row.author, facts, invitees)


def _agreed(task: MeetingTask) -> dict[str, Any]:
    agreed = task.agreed
    return {
        "id": task.id,
        "meeting_id": task.meeting_id,
        "school_id": agreed.school_id,
        "employer_id": agreed.employer_id,
        "region": task.region,
        "author": task.author,
        "due_date": agreed.due_date,
        "done_date": task.done_date,
        "action": agreed.action,
    }


def _task(row: Row[Any]) -> MeetingTask:
    agreed = AgreeTask.model_construct(
        action=row.action, school_id=row.school_id, employer_id=row.employer_id, due_date=row.due_date
    )
    return MeetingTask(row.id, row.meeting_id, row.region, agreed, row.author, row.done_date)
