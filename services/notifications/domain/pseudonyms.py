"""Every recipient knows students, offers and events by ids of its own: two of them cannot lay theirs side by side."""

import hmac
import secrets
from dataclasses import dataclass, field
from uuid import UUID

KEY_BYTES = 32
"""As many as the hash has; a longer key would not be stronger."""

_VARIANT = "89ab" * 4
"""The digits that begin the fourth part of a UUID of RFC 9562, by the two bits that are left of the one before."""


def new_key() -> bytes:
    """A key of one recipient."""
    return secrets.token_bytes(KEY_BYTES)


@dataclass(frozen=True)
class Pseudonyms:
    """The ids that one recipient knows things by: the same id gives the same pseudonym, and nothing leads back."""

    key: bytes = field(repr=False)

    def of(self, kind: str, name: object) -> UUID:
        """A UUID of version 8 (RFC 9562: made by a rule of one's own); `kind` keeps a student and an offer apart."""
        return UUID(self.written(f"{kind}:{name}".encode()))

    def written(self, what: bytes) -> str:
        """The same of `kind:name`, as text: a UUID made of it and written again costs more than the hash."""
        made = hmac.digest(self.key, what, "sha256").hex()
        return f"{made[:8]}-{made[8:12]}-8{made[13:16]}-{_VARIANT[int(made[16], 16)]}{made[17:20]}-{made[20:32]}"
