"""Claims over time: kept up by contacts, let go by hand, or lapsed on the day after their last."""

from dataclasses import replace
from datetime import datetime, time, timedelta
from uuid import UUID

from services.intake.days import AMSTERDAM, today
from services.intake.domain.claim import Claim, ClaimState
from services.intake.store import ClaimStore
from shared.timers import cancel_timer, set_timer
from shared.unit_of_work import UnitOfWork

CLAIM_LAPSES = "claim-lapses"


async def keep_claim(work: UnitOfWork, claim: Claim) -> Claim:
    """Keep a new claim or a changed one, set when it lapses, and tell of it."""
    await ClaimStore(work.session).save(claim)
    morning_after = datetime.combine(claim.until + timedelta(days=1), time(), AMSTERDAM)
    await set_timer(work, CLAIM_LAPSES, claim.id, morning_after)
    return replace(claim, version=(await work.announce(claim.claimed())).version)


async def end_claim(work: UnitOfWork, claim: Claim, state: ClaimState) -> Claim:
    """Let go of an employer and tell of it; raises `ClaimIsOver`."""
    ended, event = claim.ended(state)
    await ClaimStore(work.session).save(ended)
    await cancel_timer(work, CLAIM_LAPSES, claim.id)
    return replace(ended, version=(await work.announce(event)).version)


async def keep_up(work: UnitOfWork, employer_id: UUID, school_id: UUID) -> Claim | None:
    """A school logged a contact: its claim goes on. Answers the claim of another school that it crossed."""
    claim = await ClaimStore(work.session).standing_at(employer_id)
    if claim is None or not claim.covers(school_id):
        return claim
    if (renewed := claim.renewed(today())) != claim:
        await keep_claim(work, renewed)
    return None
