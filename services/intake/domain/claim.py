"""Claims (F7, F8): one school at a time approaches an employer; another sees who and since when, and asks to join."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.intake.domain.fields import UNRECORDED, examples
from services.intake.domain.rights import Viewer
from shared.api import Body, Text
from shared.errors import Forbidden, Refused
from shared.events.codes import Code
from shared.events.intake import ClaimEnded, ClaimJoinAsked, EmployerClaimed

CLAIM_DAYS = 14
"""A call, a second one and an appointment fit into two weeks; each contact that is logged begins them anew."""

MOST_DAYS = 60
"""Who needs longer than two months without one contact does not approach the employer."""


class EmployerIsClaimed(Refused):
    """{school} benadert dit bedrijf al: {coach} heeft het sinds {since}, tot en met {until}. Vraag met
    POST /v1/claims/{claim_id}/_join of je mee mag doen. (Another coordinator approaches this employer already.)
    """

    slug = "employer-is-claimed"


class ClaimIsOver(Refused):
    """Deze claim is voorbij: het bedrijf is vrij om te claimen. (The claim was released or has lapsed.)"""

    slug = "claim-is-over"


class ClaimIsJoined(Refused):
    """Je school doet al mee met deze claim, of heeft dat al gevraagd. (It is the own, joined or asked for already.)"""

    slug = "claim-is-joined"


class NobodyAsksToJoin(Refused):
    """Deze school vraagt niet (meer) om mee te doen. (There is no open request of that school.)"""

    slug = "nobody-asks-to-join"


class ClaimState(StrEnum):
    """Where a claim stands."""

    STANDING = "standing"
    RELEASED = "released"
    LAPSED = "lapsed"


class JoinState(StrEnum):
    """What became of a request to join."""

    ASKED = "asked"
    ACCEPTED = "accepted"
    REFUSED = "refused"


class ClaimEmployer(Body):
    """Before an employer is approached: nobody else does for a while."""

    model_config = examples({"purpose": "places"}, {"purpose": "one-student", "days": 21})

    purpose: Code = Field(default="places", description="See the code list `claim-purposes`.")
    student_id: UUID | None = Field(default=None, description="For whom; seen by the own school only.")
    days: Annotated[int, Field(ge=1, le=MOST_DAYS)] = Field(
        default=CLAIM_DAYS, description="Until it lapses; each contact that is logged counts them anew."
    )
    school_id: UUID | None = Field(default=None, description="For which school; needed by who works for several.")


class AskToJoin(Body):
    """Another school wants to approach the employer too."""

    model_config = examples({"message": "Wij zoeken er een plek in de kas; zullen we samen gaan?"})

    message: Text | None = None
    school_id: UUID | None = Field(default=None, description="For which school; needed by who works for several.")


@dataclass(frozen=True)
class Join:
    """A school that asks to join a claim, and what the claim's school said."""

    school_id: UUID
    coach: str | None
    message: str | None
    state: JoinState = JoinState.ASKED
    asked_at: datetime = UNRECORDED


@dataclass(frozen=True)
class Claim:
    """A school that approaches an employer."""

    id: UUID
    employer_id: UUID
    school_id: UUID
    author: str
    coach: str | None
    """The author's work address."""
    purpose: str
    student_id: UUID | None
    since: date
    days: int
    until: date
    """The last day; it moves with each contact."""
    state: ClaimState = ClaimState.STANDING
    joins: tuple[Join, ...] = ()
    version: int = 0

    @property
    def joined_by(self) -> tuple[UUID, ...]:
        """Other schools that approach the employer together with the claim's own."""
        return tuple(join.school_id for join in self.joins if join.state is JoinState.ACCEPTED)

    def covers(self, school_id: UUID) -> bool:
        """Whether a school approaches the employer under this claim."""
        return school_id in {self.school_id, *self.joined_by}

    def is_of(self, viewer: Viewer) -> bool:
        """Whether it is a claim of the caller's school: a colleague stands in for a coach who is ill."""
        return self.school_id in viewer.schools

    def hint(self, school: str | None) -> str:
        """What another school that spoke with the employer is told: facts are recorded, and people talk."""
        whom = f"{school or 'Een andere school'} ({self.coach})" if self.coach else school or "Een andere school"
        return f"{whom} benadert dit bedrijf tot en met {self.until:%d-%m-%Y}: stem het met elkaar af."

    def refused(self, school: str | None) -> EmployerIsClaimed:
        """What another who claims the employer is told."""
        return EmployerIsClaimed(
            school=school or "Een andere school",
            coach=self.coach or "een coach",
            since=f"{self.since:%d-%m-%Y}",
            until=f"{self.until:%d-%m-%Y}",
            claim_id=self.id,
        )

    def claimed(self) -> EmployerClaimed:
        """What others are told of it, as it stands now."""
        return EmployerClaimed(
            claim_id=self.id,
            employer_id=self.employer_id,
            school_id=self.school_id,
            joined_by=self.joined_by,
            since_date=self.since,
            until_date=self.until,
        )

    def renewed(self, today: date) -> "Claim":
        """A contact was logged: its days begin anew; never earlier than it stood."""
        return replace(self, until=max(self.until, today + timedelta(days=self.days)))

    def ended(self, state: ClaimState) -> tuple["Claim", ClaimEnded]:
        """It is over; raises `ClaimIsOver` the second time."""
        self.must_stand()
        event = ClaimEnded(claim_id=self.id, employer_id=self.employer_id, school_id=self.school_id, reason=state.value)
        return replace(self, state=state), event

    def asked(self, join: Join) -> tuple["Claim", ClaimJoinAsked]:
        """Another school asks to join; raises `ClaimIsOver` or `ClaimIsJoined`. After a refusal it can ask again."""
        self.must_stand()
        others = tuple(known for known in self.joins if known.school_id != join.school_id)
        before = next((known for known in self.joins if known.school_id == join.school_id), None)
        if join.school_id == self.school_id or (before is not None and before.state is not JoinState.REFUSED):
            raise ClaimIsJoined
        event = ClaimJoinAsked(
            claim_id=self.id, employer_id=self.employer_id, school_id=self.school_id, asked_by=join.school_id
        )
        return replace(self, joins=(*others, join)), event

    def answered(self, school_id: UUID, state: JoinState, viewer: Viewer) -> "Claim":
        """The claim's school lets another join, or not; raises `Forbidden`, `ClaimIsOver` or `NobodyAsksToJoin`."""
        if not self.is_of(viewer):
            raise Forbidden("the school that claimed the employer answers who may join")
        self.must_stand()
        if not any(join.school_id == school_id and join.state is JoinState.ASKED for join in self.joins):
            raise NobodyAsksToJoin
        return replace(
            self,
            joins=tuple(replace(join, state=state) if join.school_id == school_id else join for join in self.joins),
        )

    def must_stand(self) -> None:
        """Raise `ClaimIsOver` unless it stands."""
        if self.state is not ClaimState.STANDING:
            raise ClaimIsOver
