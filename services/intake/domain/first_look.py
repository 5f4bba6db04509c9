"""Who brought a place in gets the first look (M13): sharing must pay."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from services.intake.days import AMSTERDAM


def first_look_until(offer_id: UUID, brought_in_by: UUID | None, days: int) -> date | None:
    """The last day on which the school that brought an offer in goes first; None when no school did, or for 0 days.

    An offer's id (UUIDv7) holds the moment of its making, so that no change of the offer moves that day.
    """
    if brought_in_by is None or days == 0:
        return None
    made = datetime.fromtimestamp((offer_id.int >> 80) / 1_000, UTC)
    return made.astimezone(AMSTERDAM).date() + timedelta(days=days)
