"""A proposal: a student and an offer, in a window, with the reasons; and what may become of it."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Literal
from uuid import UUID

from services.matching.domain.score import Factor
from shared.errors import Refused
from shared.events.codes import PlacementKind, Step, Weekday
from shared.processes import Process


class ProposalState(StrEnum):
    """`planned`, `open` and `accepted` hold a seat, `placed` has handed it to the placement; others have let it go."""

    PLANNED = "planned"
    """Shown to nobody yet, and moved where the plan of the region gains by it."""
    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    REFUSED = "refused"
    PLACED = "placed"


Made = Literal[
    ProposalState.OPEN,
    ProposalState.ACCEPTED,
    ProposalState.DECLINED,
    ProposalState.EXPIRED,
    ProposalState.REFUSED,
    ProposalState.PLACED,
]
"""The states of a proposal that somebody was told of."""

HOLDING = (ProposalState.PLANNED, ProposalState.OPEN, ProposalState.ACCEPTED)


class Happened(StrEnum):
    """What may happen to a proposal."""

    SHOWN = "shown"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    RAN_OUT = "ran out"
    TAKEN_BACK = "taken back"
    """The facts changed: it breaks a rule by now, or the student searches no more."""
    REFUSED = "refused"
    """By the register: the seat was gone."""
    PLACED = "placed"


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
    ProposalState.PLANNED: "nog niet gedaan",
    ProposalState.OPEN: "open",
    ProposalState.ACCEPTED: "al aangenomen",
    ProposalState.DECLINED: "afgewezen",
    ProposalState.EXPIRED: "verlopen",
    ProposalState.REFUSED: "niet doorgegaan, want de plek was al weg",
    ProposalState.PLACED: "een plaatsing geworden",
}


PROPOSAL = Process(
    "proposal",
    ProposalState.PLANNED,
    {
        ProposalState.PLANNED: {Happened.SHOWN: ProposalState.OPEN},
        ProposalState.OPEN: {
            Happened.ACCEPTED: ProposalState.ACCEPTED,
            Happened.DECLINED: ProposalState.DECLINED,
            Happened.RAN_OUT: ProposalState.EXPIRED,
            Happened.TAKEN_BACK: ProposalState.EXPIRED,
            Happened.REFUSED: ProposalState.REFUSED,
            Happened.PLACED: ProposalState.PLACED,
        },
        ProposalState.ACCEPTED: {
            Happened.TAKEN_BACK: ProposalState.EXPIRED,
            Happened.REFUSED: ProposalState.REFUSED,
            Happened.PLACED: ProposalState.PLACED,
        },
    },
    lambda state: ProposalIsNotOpen(state=STATE_WORDS[state]),
)


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
    left_out: tuple[str, ...] = ()
    """Demands of the work that the employer must be asked to leave out; for the own school's eyes alone."""
    reason: str | None = None
    """Why it was declined, expired or refused."""
    version: int = 0
    movable_until: datetime | None = None
    """When a planned one is shown."""

    def shown(self, now: datetime, expires_at: datetime) -> "Proposal":
        """The planned proposal as it is proposed."""
        return replace(self.after(Happened.SHOWN), proposed_at=now, expires_at=expires_at, movable_until=None)

    def answered(self, happened: Happened, now: datetime, reason: str | None = None) -> "Proposal":
        """The proposal after a coordinator's answer; only an open one that has not run out can be answered."""
        answered = self.after(happened, reason)
        if self.expires_at <= now:  # on the stroke of its timer, which lets go of it
            raise ProposalIsNotOpen(state=STATE_WORDS[ProposalState.EXPIRED])
        return answered

    def after(self, happened: Happened, reason: str | None = None) -> "Proposal":
        """The proposal after something happened to it; raises `ProposalIsNotOpen` when it cannot."""
        return replace(self, state=PROPOSAL.after(self.state, happened), reason=reason)
