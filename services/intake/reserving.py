"""Reservations over time: made, moved, used up by who sits down, and gone on the day after their last."""

from dataclasses import replace
from datetime import datetime, time, timedelta
from uuid import UUID

from services.intake.days import AMSTERDAM, today
from services.intake.domain.employer import Employer
from services.intake.domain.offer import Offer
from services.intake.domain.reservation import standing, used
from services.intake.store import OfferStore
from shared.timers import cancel_timer, set_timer
from shared.unit_of_work import UnitOfWork

RESERVATION_LAPSES = "reservation-lapses"


async def keep_reserved(work: UnitOfWork, offer: Offer, employer: Employer) -> Offer:
    """Keep an offer's reservations and tell of them; the first that lapses is watched."""
    await OfferStore(work.session).save(offer)
    if offer.reservations:
        first = min(one.until_date for one in offer.reservations) + timedelta(days=1)
        await set_timer(work, RESERVATION_LAPSES, offer.id, datetime.combine(first, time(), AMSTERDAM))
    else:
        await cancel_timer(work, RESERVATION_LAPSES, offer.id)
    return replace(offer, version=(await work.announce(offer.changed(employer))).version)


async def use_up(work: UnitOfWork, offer: Offer, employer: Employer, school_id: UUID) -> None:
    """A school takes a seat: what was kept for it is so much less."""
    left = used(offer.reservations, school_id, today())
    if left != offer.reservations:
        await keep_reserved(work, replace(offer, reservations=left), employer)


async def let_lapse(work: UnitOfWork, offer: Offer, employer: Employer) -> None:
    """Forget what has lapsed, so that others are matched there again."""
    left = standing(offer.reservations, today())
    if left != offer.reservations:
        await keep_reserved(work, replace(offer, reservations=left), employer)
