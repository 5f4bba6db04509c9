"""What time will set off: a timer for every open proposal, one for the next circle of each region, and one for the next
planned place that is shown there.

Circles widen for all of a region that are due at once, so that the best plan for them together is found; and a search
that is changed again and again moves no timer of its own.
"""

from datetime import datetime, timedelta
from uuid import UUID

from services.matching.domain.proposals import Proposal
from services.matching.planning.locks import lock
from shared.timers import Timer, cancel_timer, set_timer
from shared.unit_of_work import UnitOfWork

PROPOSAL_RUNS_OUT = "proposal-runs-out"
CIRCLE_WIDENS = "circle-widens"
FIRST_LOOK_ENDS = "first-look-ends"
PLACES_ARE_SHOWN = "places-are-shown"


def region_of(timer: Timer) -> str:
    """The region in which something is due."""
    return str(timer.payload["region"])


async def lock_region(timer: Timer, work: UnitOfWork) -> None:
    """Plan alone in the timer's region: proposals are made and answered under the same lock."""
    await lock(work.session, {region_of(timer)})


async def let_run_out(work: UnitOfWork, proposal: Proposal) -> None:
    """Let an open proposal go when nobody answers in time."""
    await set_timer(work, PROPOSAL_RUNS_OUT, proposal.id, proposal.expires_at, {"region": proposal.region})


async def no_longer_open(work: UnitOfWork, proposal_id: UUID) -> None:
    """It was answered or let go."""
    await cancel_timer(work, PROPOSAL_RUNS_OUT, proposal_id)


async def widen_at(work: UnitOfWork, region: str, due: datetime | timedelta) -> None:
    """Look at the searches of a region then, unless they are looked at before."""
    await set_timer(work, CIRCLE_WIDENS, region, due, {"region": region}, only_earlier=True)


async def look_when_all_may(work: UnitOfWork, offer_id: UUID, region: str, due: datetime) -> None:
    """Fill a new offer then: those who brought it in have had their first look."""
    await set_timer(work, FIRST_LOOK_ENDS, offer_id, due, {"region": region})


async def show_at(work: UnitOfWork, region: str, due: datetime | timedelta) -> None:
    """Propose what is planned for a region by then, unless that is looked at before."""
    await set_timer(work, PLACES_ARE_SHOWN, region, due, {"region": region}, only_earlier=True)
