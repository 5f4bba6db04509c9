"""Meetings (F13, D10, F15): network meetings and visits, who is invited, who was there, and what is to follow."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, model_validator

from services.intake.domain.company_text import CompanyText
from services.intake.domain.fields import Codes, Day, Example, examples
from services.intake.domain.initiative import Title
from services.intake.domain.rights import Viewer
from shared.api import Body
from shared.errors import Forbidden, Invalid, NotFound, Refused
from shared.events.codes import Code, IntermediaryKind, Region

MOST_INVITED = 500
"""A market of a whole region; more is a mailing."""


class AlreadyInvited(Refused):
    """Already invited: {who}."""

    slug = "already-invited"


class TaskIsDone(Refused):
    """The task was done before."""

    slug = "task-is-done"


class InviteeState(StrEnum):
    """What an invitee said."""

    INVITED = "invited"
    ACCEPTED = "accepted"
    DECLINED = "declined"


class Invite(Body):
    """An organisation, and in which roles its people come; nobody by name."""

    model_config = examples({"employerId": "01920000-0000-7000-8000-00000000000e", "roles": ["owner"]})

    school_id: UUID | None = None
    employer_id: UUID | None = None
    intermediary: IntermediaryKind | None = None
    roles: Codes = Field(default=(), description="See the code list `meeting-roles`.")

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if sum(one is not None for one in self.who) != 1:
            raise ValueError("give one of schoolId, employerId and intermediary")
        return self

    @property
    def who(self) -> tuple[UUID | None, UUID | None, IntermediaryKind | None]:
        """What tells invitees apart."""
        return self.school_id, self.employer_id, self.intermediary


EXAMPLE: Example = {
    "kind": "network",
    "title": "Zorg ontmoet onderwijs",
    "onDate": "2026-11-19",
    "place": "Zorgcentrum De Haven, Lelystad",
    "sectors": ["zorg-en-welzijn"],
}


class MeetingFacts(Body):
    """What a meeting is."""

    model_config = examples(EXAMPLE)

    kind: Code = Field(description="See the code list `meeting-kinds`.")
    title: Title
    on_date: Day
    place: Title | None = None
    sectors: Codes = ()


class PlanMeeting(MeetingFacts):
    """A school plans a meeting, or with `region` who looks after one."""

    model_config = examples(EXAMPLE)

    initiative_id: UUID | None = Field(default=None, description="Employers that come take part in it from that day.")
    invitees: Annotated[tuple[Invite, ...], Field(max_length=MOST_INVITED)] = ()
    school_id: UUID | None = Field(default=None, description="For which school; needed by who works for several.")
    region: Region | None = Field(default=None, description="The region's own: by who looks after it.")


class AnswerInvitation(Body):
    """Whether somebody comes: said by the invited school, for others by who invites."""

    model_config = examples({"state": "accepted"})

    state: InviteeState


class NoteAttendance(Body):
    """Whether somebody was there."""

    model_config = examples({"attended": True})

    attended: bool


class AgreeTask(Body):
    """What is to be done after a meeting, by which school, until when."""

    model_config = examples(
        {
            "action": "Afspraak maken voor een rondleiding.",
            "schoolId": "01920000-0000-7000-8000-00000000000a",
            "employerId": "01920000-0000-7000-8000-00000000000e",
            "dueDate": "2026-12-04",
        }
    )

    action: CompanyText
    school_id: UUID = Field(description="Whose task it is.")
    employer_id: UUID | None = None
    due_date: Day


@dataclass(frozen=True)
class Invitee:
    """Somebody who is invited."""

    id: UUID
    invite: Invite
    state: InviteeState = InviteeState.INVITED
    attended: bool | None = None


@dataclass(frozen=True)
class Meeting:
    """A meeting of a school, or (without one) of a region."""

    id: UUID
    region: str
    school_id: UUID | None
    initiative_id: UUID | None
    author: str
    facts: MeetingFacts
    invitees: tuple[Invitee, ...] = ()

    def must_be_changed_by(self, viewer: Viewer) -> None:
        """Raise `Forbidden` for who neither works for its school nor looks after its region."""
        if self.school_id not in viewer.schools and not viewer.governs(self.region):
            raise Forbidden("the school that invites does that, or who looks after the region")

    def with_facts(self, facts: MeetingFacts) -> "Meeting":
        """With other facts."""
        return replace(self, facts=facts)

    def invitee(self, invitee_id: UUID) -> Invitee:
        """One who is invited; raises `NotFound`."""
        found = next((one for one in self.invitees if one.id == invitee_id), None)
        if found is None:
            raise NotFound("invitee")
        return found

    def inviting(self, new: Sequence[Invitee]) -> "Meeting":
        """With more who are invited; raises `AlreadyInvited`, `Invalid` for too many."""
        known = {one.invite.who for one in self.invitees}
        for one in new:
            if one.invite.who in known:
                raise AlreadyInvited(who=next(str(part) for part in one.invite.who if part is not None))
            known.add(one.invite.who)
        invitees = (*self.invitees, *new)
        if len(invitees) > MOST_INVITED:
            raise Invalid("/invitees", f"at most {MOST_INVITED} are invited to a meeting")
        return replace(self, invitees=invitees)

    def answered(self, invitee_id: UUID, state: InviteeState, viewer: Viewer) -> Invitee:
        """What an invited school says itself, and of others who invites; raises `NotFound`, `Forbidden`."""
        invitee = self.invitee(invitee_id)
        if invitee.invite.school_id not in viewer.schools:
            self.must_be_changed_by(viewer)
        return replace(invitee, state=state)

    def attended_by(self, invitee_id: UUID, attended: bool, today: date) -> Invitee:
        """Whether an invitee was there; raises `NotFound`, `Invalid` before its day."""
        if today < self.facts.on_date:
            raise Invalid("/attended", f"the meeting is on {self.facts.on_date}")
        return replace(self.invitee(invitee_id), attended=attended)


@dataclass(frozen=True)
class MeetingTask:
    """What is to be done after a meeting."""

    id: UUID
    meeting_id: UUID
    region: str
    agreed: AgreeTask
    author: str
    done_date: date | None = None

    def done(self, on: date) -> "MeetingTask":
        """It is done; raises `TaskIsDone` the second time."""
        if self.done_date is not None:
            raise TaskIsDone
        return replace(self, done_date=on)

    def without_employer_unless(self, seen: Collection[UUID]) -> "MeetingTask":
        """As somebody sees it who may not know of an employer that a school keeps to itself."""
        if self.agreed.employer_id is None or self.agreed.employer_id in seen:
            return self
        return replace(self, agreed=self.agreed.model_copy(update={"employer_id": None}))
