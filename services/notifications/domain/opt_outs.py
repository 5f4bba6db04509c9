"""Signed links that turn mail of a kind off: no login, no date, and nothing of the person in them."""

import base64
import binascii
import hmac
from dataclasses import dataclass
from uuid import UUID

from services.notifications.domain.wishes import Category, Rhythm

_ID, _SIGNATURE = 16, 32


@dataclass(frozen=True)
class OptOutToken:
    """What a link says; whether it is ours, only the recipient's key tells."""

    recipient: UUID
    what: Category | Rhythm
    signature: bytes

    def is_signed_with(self, key: bytes) -> bool:
        """Whether we made it for that recipient."""
        return hmac.compare_digest(self.signature, _signature(self.recipient, key, self.what))


def token_of(recipient: UUID, key: bytes, what: Category | Rhythm) -> str:
    """The token of a link; longer than forty characters, so that logs show `…` in its place."""
    content = recipient.bytes + _signature(recipient, key, what) + what.encode()
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def read_token(token: str) -> OptOutToken | None:
    """What a token says; None when it is none."""
    try:
        content = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        what = content[_ID + _SIGNATURE :].decode()
        recipient = UUID(bytes=content[:_ID])
    except (binascii.Error, ValueError):
        return None
    known: dict[str, Category | Rhythm] = {each.value: each for each in (*Category, *Rhythm)}
    if what not in known:
        return None
    return OptOutToken(recipient, known[what], content[_ID : _ID + _SIGNATURE])


def _signature(recipient: UUID, key: bytes, what: str) -> bytes:
    return hmac.digest(key, recipient.bytes + what.encode(), "sha256")
