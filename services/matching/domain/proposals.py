"""A proposal: a student and an offer, in a window, with the reasons; and what may become of it."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from services.matching.domain.score import Factor
from shared.errors import Refused
from shared.events.codes import PlacementKind, Step, Weekday


class ProposalState(StrEnum):
    """`open` and `accepted` hold a seat, `placed` has handed it to the placement; the others have let it go."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    REFUSED = "refused"
    PLACED = "placed"


HOLDING = (ProposalState.OPEN, ProposalState.ACCEPTED)


class DeclineReason(StrEnum):
    """Why a coordinator says no; kept with the pair for a while, never as a trait of the student."""

    TOO_FAR = "too-far"
    NOT_MOTIVATED = "not-motivated"
    WORK_DOES_NOT_FIT = "work-does-not-fit"
    GUIDANCE_DOES_NOT_FIT = "guidance-does-not-fit"
    FOUND_ELSEWHERE = "found-elsewhere"
    EMPLOYER_DECLINED = "employer-declined"
    OTHER = "other"


DECLINE_TEXTS = {
    DeclineReason.TOO_FAR: "Te ver weg",
    DeclineReason.NOT_MOTIVATED: "De leerling ziet deze plek niet zitten",
    DeclineReason.WORK_DOES_NOT_FIT: "Het werk past niet",
    DeclineReason.GUIDANCE_DOES_NOT_FIT: "De begeleiding past niet",
    DeclineReason.FOUND_ELSEWHERE: "Elders een plek gevonden (er wordt niet verder gezocht)",
    DeclineReason.EMPLOYER_DECLINED: "Het bedrijf wil niet",
    DeclineReason.OTHER: "Anders",
}

REFUSAL_DAYS = 180
"""A no holds for half a school year; after that both may have changed."""

EXPIRED_DAYS = 7
"""A place that nobody answered for goes to others first, and may come back after a week."""


class ProposalIsNotOpen(Refused):
    """Dit voorstel staat niet meer open: het is {state}. (This proposal is no longer open.)"""

    slug = "proposal-is-not-open"
    status = 409


STATE_WORDS = {
    ProposalState.OPEN: "open",
    ProposalState.ACCEPTED: "al aangenomen",
    ProposalState.DECLINED: "afgewezen",
    ProposalState.EXPIRED: "verlopen",
    ProposalState.REFUSED: "niet doorgegaan, want de plek was al weg",
    ProposalState.PLACED: "een plaatsing geworden",
}


@dataclass(frozen=True)
class Proposal:
    """What was proposed; `reasons` speak of this student and this offer only."""

    id: UUID
    student_id: UUID
    school_id: UUID
    offer_id: UUID
    employer_id: UUID
    region: str
    state: ProposalState
    step: Step
    kind: PlacementKind
    choice: int
    score: int
    weights_version: str
    reasons: tuple[Factor, ...]
    begin_date: date
    end_date: date | None
    weekdays: tuple[Weekday, ...]
    proposed_at: datetime
    expires_at: datetime
    reason: str | None = None
    """Why it was declined, expired or refused."""
    version: int = 0

    def answered(self, state: ProposalState, now: datetime, reason: str | None = None) -> "Proposal":
        """The proposal after a coordinator's answer; only an open one that has not run out can be answered."""
        if self.state is not ProposalState.OPEN:
            raise ProposalIsNotOpen(state=STATE_WORDS[self.state])
        if self.expires_at <= now:
            raise ProposalIsNotOpen(state=STATE_WORDS[ProposalState.EXPIRED])
        return replace(self, state=state, reason=reason)

    def closed(self, state: ProposalState, reason: str | None = None) -> "Proposal":
        """The proposal after something happened to it."""
        return replace(self, state=state, reason=reason)
