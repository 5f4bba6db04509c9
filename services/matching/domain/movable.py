"""Until when a planned place may still move: longer where somebody who is hard to place may still come for it.

A seat that is given for good before such a student comes cannot be had any more (docs/performance.md, half a year of
arrivals), so a region may hold back what only such students need: places with much guidance.
"""

from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

from services.matching.domain import hardness
from services.matching.domain.fits import Fit
from services.matching.domain.proposals import Proposal
from services.matching.domain.score import Factor
from services.matching.domain.widening import AMSTERDAM, RegionSettings
from shared.events.codes import Guidance

HARD_TO_PLACE = 2
"""From this class of effort on a student is hard to place."""

MUCH_GUIDANCE = frozenset({Guidance.FULL, Guidance.INTENSIVE})

HELD_BACK = "held-back"
"""The reason that costs no points and says why a proposal came later than others."""

TEXT = "Hier is veel begeleiding. De plek bleef daarom langer open voor leerlingen die moeilijker een plek vinden."


def is_held_back(effort: Any, has_much_guidance: Any) -> Any:
    """Whether a student of this class keeps a place movable for longer, by the place; for columns of them as well."""
    return (effort < HARD_TO_PLACE) & has_much_guidance


def until(one: Fit, since: datetime, settings: RegionSettings) -> datetime:
    """When a place is given that was planned for a student at a moment.

    Nobody begins later for what is held back: it is proposed in time to be answered before it begins.
    """
    usual = since + timedelta(seconds=settings.movable_seconds)
    effort = hardness.of(one.pair.search).level
    if not is_held_back(effort, one.offer.guidance in MUCH_GUIDANCE):
        return usual
    begins = datetime.combine(one.window.begin, time(), AMSTERDAM)
    held_back = since + timedelta(seconds=settings.held_back_seconds)
    return max(usual, min(held_back, begins - timedelta(days=settings.proposal_days)))


def explained(planned: Proposal, settings: RegionSettings) -> Proposal:
    """The planned proposal; if its place is held back it says so, behind what else speaks for it."""
    assert planned.movable_until is not None
    if planned.movable_until <= planned.proposed_at + timedelta(seconds=settings.movable_seconds):
        return planned
    pluses = sum(factor.points >= 0 for factor in planned.reasons)
    reasons = (*planned.reasons[:pluses], Factor(HELD_BACK, 0, TEXT), *planned.reasons[pluses:])
    return replace(planned, reasons=reasons)
