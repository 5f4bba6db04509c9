"""Every recipient knows students, offers and events by ids of its own: two of them cannot lay theirs side by side."""

import hmac
import secrets
from dataclasses import dataclass, field
from uuid import UUID

KEY_BYTES = 32
"""As many as the hash has; a longer key would not be stronger."""


def new_key() -> bytes:
    """A key of one recipient."""
    return secrets.token_bytes(KEY_BYTES)


@dataclass(frozen=True)
class Pseudonyms:
    """The ids that one recipient knows things by: the same id gives the same pseudonym, and nothing leads back."""

    key: bytes = field(repr=False)

    def of(self, kind: str, name: object) -> UUID:
        """A UUID of version 8 (RFC 9562: made by a rule of one's own); `kind` keeps a student and an offer apart."""
        digest = hmac.digest(self.key, f"{kind}:{name}".encode(), "sha256")
        made = bytearray(digest[:16])
        made[6] = (made[6] & 0x0F) | 0x80
        made[8] = (made[8] & 0x3F) | 0x80
        return UUID(bytes=bytes(made))
