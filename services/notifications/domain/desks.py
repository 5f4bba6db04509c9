"""Desks: intermediaries without a system of their own, who get each call by mail and answer by its links."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from services.notifications.domain.calls import Call, CallState, band
from shared.errors import Refused
from shared.events.codes import IntermediaryKind

MOST_DESKS = 100
"""Of a region: there are some dozens of organisations; a list of addresses that grows further is a mistake."""

TOKEN_BYTES = 32
"""256 random bits: nobody guesses one, so that an unkeyed digest of it is enough to keep."""


class Purpose(StrEnum):
    """What a link of a letter is for; it does nothing else."""

    ANSWER = "answer"
    TAKE = "take"
    DECLINE = "decline"


@dataclass(frozen=True)
class Desk:
    """Where an intermediary of a kind reads its mail, for a region."""

    id: UUID
    region: str
    kind: IntermediaryKind
    name: str
    email: str
    bounced_at: datetime | None = None
    """Since when its server says that there is no such address; nothing is written to it since."""

    @property
    def owner(self) -> str:
        """As who its answers count."""
        return f"desk:{self.id}"


@dataclass(frozen=True)
class DeskLetter:
    """A letter about a call, with a link for each thing that can be done; `email` and `url` are those of a mail."""

    id: UUID
    email: str
    call: Call
    reminder: int
    tries: int
    url: str
    take_url: str
    decline_url: str

    @property
    def searching(self) -> str:
        """How many search, in bands."""
        return band(self.call.searching)


@dataclass(frozen=True)
class HeldLink:
    """A link in somebody's hands."""

    desk: Desk
    call_id: UUID
    purpose: Purpose
    used: bool = False


class CallIsClosed(Refused):
    """Deze vraag is voorbij: er zoekt niemand meer."""

    slug = "call-is-closed"
    status = 410


class TooManyDesks(Refused):
    """Er staan al {count} adressen bij deze regio: haal er eerst een weg."""

    slug = "too-many-desks"


def must_be_open(call: Call) -> None:
    """Raise `CallIsClosed` when a link leads to nothing any more; that its desk was asked, the letter proves."""
    if call.state is CallState.CLOSED:
        raise CallIsClosed


def new_token() -> str:
    """A token as it stands in an address."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def digest(token: str) -> bytes:
    """What is kept of a token."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
