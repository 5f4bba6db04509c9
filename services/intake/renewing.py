"""How long an offer is valid: a reminder a while before its last day, and rest after it until it is renewed."""

from dataclasses import replace
from datetime import datetime, time, timedelta

from services.intake.days import AMSTERDAM
from services.intake.domain.employer import Employer
from services.intake.domain.offer import Offer
from services.intake.offering import told_as_changed
from services.intake.store import OfferStore
from shared.timers import cancel_timer, set_timer
from shared.unit_of_work import UnitOfWork

OFFER_EXPIRING, OFFER_EXPIRED = "offer-expiring", "offer-expired"

REMIND_BEFORE = timedelta(days=14)
"""Two weeks leave time for a call and for a second one."""


async def keep_changed(work: UnitOfWork, before: Offer, after: Offer, employer: Employer) -> Offer:
    """Keep what changed of a locked offer, set what time will say of it, and tell of it."""
    if after == before:
        return before
    await OfferStore(work.session).save(after)
    await watch_validity(work, after)
    return replace(after, version=(await work.announce(told_as_changed(after, employer))).version)


async def withdraw(work: UnitOfWork, offer: Offer, reason: str) -> Offer:
    """Take a locked offer back and tell of it; raises `OfferIsWithdrawn`."""
    withdrawn, event = offer.withdrawn(reason)
    await OfferStore(work.session).save(withdrawn)
    await forget_validity(work, withdrawn)
    return replace(withdrawn, version=(await work.announce(event)).version)


async def watch_validity(work: UnitOfWork, offer: Offer) -> None:
    """Set what time will say of a saved offer, instead of what was set before."""
    until = offer.facts.valid_until_date
    if until is None:
        await forget_validity(work, offer)
        return
    over = datetime.combine(until + timedelta(days=1), time(), AMSTERDAM)
    payload = {"until": until.isoformat()}
    if over - REMIND_BEFORE > datetime.now(AMSTERDAM):
        await set_timer(work, OFFER_EXPIRING, offer.id, over - REMIND_BEFORE, payload)
    else:  # whoever sets so near a day needs no reminder
        await cancel_timer(work, OFFER_EXPIRING, offer.id)
    await set_timer(work, OFFER_EXPIRED, offer.id, over, payload)


async def forget_validity(work: UnitOfWork, offer: Offer) -> None:
    """It is valid without end, or withdrawn."""
    await cancel_timer(work, OFFER_EXPIRING, offer.id)
    await cancel_timer(work, OFFER_EXPIRED, offer.id)
