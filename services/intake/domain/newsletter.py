"""The list for the newsletter (F14): people of employers who asked for it, confirmed it, and can leave by one click."""

import secrets
from dataclasses import dataclass, field, replace
from enum import StrEnum
from uuid import UUID

from services.intake.domain.fields import Email, examples
from shared.api import Body


class ReaderState(StrEnum):
    """Whether a reader has confirmed (double opt-in)."""

    ASKED = "asked"
    CONFIRMED = "confirmed"


class AskForNewsletter(Body):
    """Somebody of an employer asked for the newsletter; nothing but the question to confirm is sent at first."""

    model_config = examples({"email": "ans@tuincentrum.example"})

    email: Email


def _key() -> str:
    return secrets.token_urlsafe(32)


@dataclass(frozen=True)
class Reader:
    """Who gets the newsletter, or was asked to confirm it."""

    id: UUID
    employer_id: UUID
    region: str
    email: str
    state: ReaderState = ReaderState.ASKED
    confirm_key: str = field(default_factory=_key)
    """In the link of the question alone; used once."""
    leave_key: str = field(default_factory=_key)
    """In each mail: whoever has the mail can leave."""

    def confirmed(self) -> "Reader":
        """From now on the newsletter comes."""
        return replace(self, state=ReaderState.CONFIRMED)
