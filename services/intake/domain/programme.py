"""Programmes (M7): learn-work-centre days, academies over several schools, trajectories, and the regional waiting list.

Those of a school are joined by schools that it invites and that accept; those of a region by every school there.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field, ValidationInfo, field_validator

from services.intake.domain.division import Division
from services.intake.domain.entry_rules import EXAMPLE as RULES
from services.intake.domain.entry_rules import EntryRules
from services.intake.domain.fields import Codes, Day, Example, examples, not_before
from services.intake.domain.rights import Viewer
from services.intake.domain.seats import Occupation
from shared.api import Body, ShortText, Text
from shared.errors import Forbidden, Invalid, NotFound, Refused
from shared.events.codes import Code, Region, Weekday

LONGEST = timedelta(days=4 * 366)
"""An academy takes two years, some three; a day beyond is a wrong year."""

HOLD_DAYS = 5
"""School days for which a seat is held for the next one: within a school week every coach is there once."""

MOST_MOMENTS = 14


class ProgrammeKind(StrEnum):
    """What a programme is."""

    LEARN_WORK_CENTRE = "learn-work-centre"
    """A day with a briefing, a placement and a look-back together (D6)."""
    ACADEMY = "academy"
    """Several years: lesson mornings, and days at a placement (D8)."""
    WORK_TRAJECTORY = "work-trajectory"
    """Learning and working with certificates, at one employer (D7)."""
    SHELTERED_WORK = "sheltered-work"
    """The sheltered places of a region, and who waits for one (D25)."""
    SCHOOL_VISIT = "school-visit"
    """Employers come to see the school (M5)."""


class MomentKind(StrEnum):
    """What happens at a moment of a programme."""

    LESSON = "lesson"
    BRIEFING = "briefing"
    PLACEMENT = "placement"
    LOOK_BACK = "look-back"
    """What went well, and what to do otherwise (terugkoppelmoment, J11)."""
    VISIT = "visit"


class PartnerState(StrEnum):
    """Whether an invited school takes part."""

    INVITED = "invited"
    ACCEPTED = "accepted"
    DECLINED = "declined"


class SchoolTakesPart(Refused):
    """That school was invited already, or runs the programme."""

    slug = "school-takes-part"


class NotInvited(Refused):
    """The school is not invited (any more), or has answered already."""

    slug = "not-invited"


ClockTime = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$", examples=["09:00"])]
"""Hours and minutes, which compare as text."""


class Times(Body):
    """From when until when on a day."""

    begins: ClockTime
    ends: ClockTime

    @field_validator("ends")
    @classmethod
    def _in_order(cls, ends: str, info: ValidationInfo) -> str:
        if ends <= info.data.get("begins", ""):
            raise ValueError("lies before begins")
        return ends


class Moment(Times):
    """What happens each week, in school weeks."""

    model_config = examples({"kind": "lesson", "weekday": "mon", "begins": "09:00", "ends": "12:00"})

    kind: MomentKind
    weekday: Weekday


class WorkProcess(Body):
    """A work process of an mbo qualification that the programme works towards (J14)."""

    crebo: Annotated[str, Field(pattern=r"^[0-9]{5}$", examples=["25254"])]
    work_process: Annotated[str, Field(pattern=r"^[BDP][0-9]-K[0-9]-W[0-9]{1,2}$", examples=["B1-K1-W1"])]


class ChangeableFacts(Body):
    """What of a programme can be otherwise later."""

    name: ShortText
    description: Text | None = Field(default=None, description="About the programme, never about a student.")
    seats: Annotated[int, Field(ge=0, le=500)] = Field(description="0 while there are none and students wait.")
    entry: EntryRules = EntryRules()
    hold_days: Annotated[int, Field(ge=1, le=20)] = Field(
        default=HOLD_DAYS, description="School days for which a seat is held for the next one on the waiting list."
    )


EXAMPLE: Example = {
    "name": "TOP-academie zorg",
    "kind": "academy",
    "sector": "zorg-en-welzijn",
    "seats": 16,
    "beginDate": "2026-09-07",
    "endDate": "2028-07-14",
    "moments": [
        {"kind": "lesson", "weekday": "mon", "begins": "09:00", "ends": "12:00"},
        {"kind": "placement", "weekday": "tue", "begins": "09:00", "ends": "16:00"},
    ],
    "entry": RULES,
}


class ProgrammeFacts(ChangeableFacts):
    """What is known of a programme."""

    kind: ProgrammeKind
    sector: Code | None = None
    begin_date: Day
    end_date: Day
    moments: Annotated[tuple[Moment, ...], Field(max_length=MOST_MOMENTS)] = ()
    certificates: Codes = Field(default=(), description="What students can obtain.")
    work_processes: Annotated[tuple[WorkProcess, ...], Field(max_length=60)] = ()

    @field_validator("end_date")
    @classmethod
    def _in_order(cls, end: date, info: ValidationInfo) -> date:
        not_before("begin_date", end, info)
        begin = info.data.get("begin_date")
        if begin and end > begin + LONGEST:
            raise ValueError("a programme takes four years at most")
        return end


class AnnounceProgramme(ProgrammeFacts):
    """A school, or for its region a regional coordinator, begins a programme."""

    model_config = examples(EXAMPLE)

    school_id: UUID | None = Field(default=None, description="For which school; needed by who works for several.")
    region: Region | None = Field(default=None, description="By its coordinator: every school there can enrol.")


class InvitePartner(Body):
    """Another school is asked to take part."""

    model_config = examples({"schoolId": "01920000-0000-7000-8000-00000000000b", "seats": 4})

    school_id: UUID
    seats: Annotated[int, Field(ge=1, le=500)] | None = Field(
        default=None, description="Kept for its students; left out: from those that all share."
    )


class AnswerInvitation(Body):
    """Whether the school takes part."""

    model_config = examples({})

    school_id: UUID | None = Field(default=None, description="Which school; needed by who works for several.")


class Partner(Body):
    """A school beside the one that runs the programme, as it is kept."""

    school_id: UUID
    state: PartnerState = PartnerState.INVITED
    seats: int | None = None


@dataclass(frozen=True)
class Programme:
    """A programme in the register."""

    id: UUID
    school_id: UUID | None
    """The school that runs it; None: the region does."""
    region: str
    facts: ProgrammeFacts
    partners: tuple[Partner, ...] = ()
    version: int = 0

    @property
    def is_regional(self) -> bool:
        """Whether every school of the region takes part."""
        return self.school_id is None

    @property
    def is_sheltered(self) -> bool:
        """Whether who stands in it says something about a student's health: then small counts are hidden."""
        return self.facts.kind is ProgrammeKind.SHELTERED_WORK

    @property
    def schools(self) -> tuple[UUID, ...]:
        """Who may know of it: who runs it, is invited, or takes part."""
        asked = (one.school_id for one in self.partners if one.state is not PartnerState.DECLINED)
        return tuple(school for school in (self.school_id, *asked) if school is not None)

    @property
    def division(self) -> Division:
        """How the seats are shared out."""
        taking_part = (one for one in self.partners if one.state is PartnerState.ACCEPTED)
        return Division(self.facts.seats, {one.school_id: one.seats or 0 for one in taking_part})

    @property
    def lesson_days(self) -> tuple[Weekday, ...]:
        """Days on which its students cannot be elsewhere: those with lessons and without a placement of its own."""
        by_kind = {kind: {one.weekday for one in self.facts.moments if one.kind is kind} for kind in MomentKind}
        lessons = by_kind[MomentKind.LESSON] - by_kind[MomentKind.PLACEMENT]
        return tuple(day for day in Weekday if day in lessons)

    def lessons(self, school_id: UUID) -> Occupation:
        """When lessons take a student of a school."""
        free_from = self.facts.end_date + timedelta(days=1)
        return Occupation(school_id, self.facts.begin_date, free_from, frozenset(self.lesson_days))

    def must_be_run_by(self, viewer: Viewer) -> None:
        """Raise `Forbidden` for who may know of it and does not run it."""
        runs = viewer.governs(self.region) if self.school_id is None else self.school_id in viewer.schools
        if not runs:
            raise Forbidden("the programme is changed by who runs it")

    def must_take(self, school_id: UUID, school_region: str) -> None:
        """Raise `Forbidden` for a school that does not take part (yet)."""
        accepted = {one.school_id for one in self.partners if one.state is PartnerState.ACCEPTED}
        if not (self.is_regional and school_region == self.region) and school_id not in {self.school_id, *accepted}:
            raise Forbidden("the school does not take part: it accepts the invitation first")

    def inviting(self, asked: InvitePartner) -> "Programme":
        """With one more school that is asked; raises `SchoolTakesPart`, or `Invalid` for seats that are not there."""
        if self.is_regional or asked.school_id in self.schools:
            raise SchoolTakesPart
        others = tuple(one for one in self.partners if one.school_id != asked.school_id)
        invited = Partner(school_id=asked.school_id, seats=asked.seats)
        return replace(self, partners=(*others, invited)).checked("/seats")

    def answered(self, school_id: UUID, state: PartnerState) -> "Programme":
        """With a school's answer; raises `NotInvited`."""
        known = {one.school_id: one for one in self.partners}
        if known.get(school_id, Partner(school_id=school_id, state=state)).state is not PartnerState.INVITED:
            raise NotInvited
        answer = known[school_id].model_copy(update={"state": state})
        return replace(self, partners=tuple(answer if one.school_id == school_id else one for one in self.partners))

    def checked(self, pointer: str) -> "Programme":
        """As it is; raises `Invalid` when more seats are agreed for schools than there are."""
        standing = (one for one in self.partners if one.state is not PartnerState.DECLINED)
        if sum(one.seats or 0 for one in standing) > self.facts.seats:
            raise Invalid(pointer, "more seats are agreed for schools than there are")
        return self


def own_school(viewer: Viewer, wanted: UUID | None, invited: Sequence[UUID]) -> UUID:
    """For which of the caller's schools an invitation is answered; raises `NotFound` when none is invited."""
    ours = [school for school in invited if school in viewer.schools and wanted in {None, school}]
    if not ours:
        raise NotFound("invitation")
    if len(ours) > 1:
        raise Invalid("/schoolId", "several of your schools are invited: say for which one")
    return ours[0]
