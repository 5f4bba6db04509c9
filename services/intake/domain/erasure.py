"""Erasures: who was taken out of the register, for what reason, and which services confirmed that they hold nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from services.intake.domain.fields import UNRECORDED, examples
from shared.api import Body

SERVICES = ("intake", "matching", "notifications", "analytics")
"""Whoever may hold something of a student."""

STUDENT = "student"


class ErasureReason(StrEnum):
    """Why a person is erased (AVG article 17)."""

    ASKED = "asked"
    """The student, or the parents, asked for it."""
    NO_LONGER_NEEDED = "no-longer-needed"
    CONSENT_WITHDRAWN = "consent-withdrawn"
    RETENTION = "retention"
    """Its time was over (`domain.retention`)."""
    RESTORED = "restored"
    """An operator gave the register a ledger in which the student stands, as after a restore."""


class EraseStudent(Body):
    """What is said when a student is erased; there is no way back."""

    model_config = examples({"reason": "asked"})

    reason: ErasureReason


@dataclass(frozen=True)
class Proof:
    """What one service took out: rows of its own, and messages that named the person."""

    service: str
    confirmed_at: datetime
    row_count: int
    message_count: int


@dataclass(frozen=True)
class Erasure:
    """A person who was erased, by an id that leads nowhere any more."""

    id: UUID
    school_id: UUID
    reason: ErasureReason
    role: str
    kind: str = STUDENT
    requested_at: datetime = UNRECORDED
    proofs: Sequence[Proof] = ()

    @property
    def complete(self) -> bool:
        """Whether every service confirmed."""
        return {proof.service for proof in self.proofs} >= set(SERVICES)
