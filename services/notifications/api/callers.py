"""Who calls, in the words of notifications."""

from services.notifications.domain.recipients import Recipient
from shared.errors import Forbidden
from shared.security import Principal, Role


def recipient_of(caller: Principal) -> Recipient:
    """The organisation that a token speaks for; `Forbidden` when it speaks for none."""
    claim = caller.intermediary
    if claim is None or not caller.has(Role.INTERMEDIARY):
        raise Forbidden("it takes the token of an intermediary, with its kind and area")
    return Recipient(claim.kind, claim.regions, claim.municipalities)


def owner_of(caller: Principal) -> str | None:
    """Whose things a caller may see: the own ones, and everybody's (None) for an operator."""
    return None if caller.has(Role.OPERATOR) else caller.subject
