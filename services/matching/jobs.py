"""What time sets off: wider circles, proposals that run out, refusals that lapse, offers that stay empty.

Each run is about one region, under the lock of planning, and asks the database for the time. What has a moment of its
own has a timer; what is looked through from time to time is a job.
"""

from datetime import datetime, timedelta
from uuid import UUID

from services.matching.domain import rules
from services.matching.domain.model import Opening, Search
from services.matching.domain.pairs import Pair
from services.matching.domain.proposals import EXPIRED_DAYS, Happened
from services.matching.nightly import Nightly
from services.matching.planning.closing import Freed, let_go
from services.matching.planning.locks import lock
from services.matching.planning.pinning import unpin
from services.matching.planning.proposing import show
from services.matching.planning.schedule import (
    CIRCLE_WIDENS,
    FIRST_LOOK_ENDS,
    PLACES_ARE_SHOWN,
    PROPOSAL_RUNS_OUT,
    lock_region,
    region_of,
    show_at,
    widen_at,
)
from services.matching.planning.settling import settle
from services.matching.store.changes import ChangeStore
from services.matching.store.delegations import DelegationStore
from services.matching.store.openings import OpeningStore
from services.matching.store.pins import PinStore
from services.matching.store.plans import PlanStore
from services.matching.store.proposals import ProposalStore
from services.matching.store.rows import AMSTERDAM, now, today
from services.matching.store.searches import SearchStore
from services.matching.store.settings import SettingsStore
from shared.events.matching import OfferUnfilled
from shared.jobs import Jobs
from shared.timers import Timer, Timers
from shared.unit_of_work import UnitOfWork

timers = Timers()
jobs = Jobs(timers, Nightly())

LOOK_AGAIN_AFTER = timedelta(days=1)
"""An offer that suited somebody when it was looked at is looked at again the next day."""


@timers.on(CIRCLE_WIDENS, lock=lock_region)
async def widen(timer: Timer, work: UnitOfWork) -> None:
    """Open the next circle, or ask for help, for the searches of a region whose patience is used up."""
    searches, region = SearchStore(work.session), region_of(timer)
    await settle(work, students=await searches.due_in(region))
    if following := await searches.next_due_in(region):
        await widen_at(work, region, following)


@timers.on(PROPOSAL_RUNS_OUT, lock=lock_region)
async def let_expire(timer: Timer, work: UnitOfWork) -> None:
    """Let go of what nobody answered in time, all of a region together; others get the seats first."""
    ended = await ProposalStore(work.session).expired_in(region_of(timer))
    for proposal in ended:
        await let_go(work, proposal, Happened.RAN_OUT, "expired", not_again_for_days=EXPIRED_DAYS)
    freed = Freed.by(ended)
    await settle(work, students=freed.students, offers=freed.offers)


@timers.on(FIRST_LOOK_ENDS, lock=lock_region)
async def let_all_look(timer: Timer, work: UnitOfWork) -> None:
    """Fill an offer that was new, with the students of all schools."""
    await settle(work, offers=[UUID(timer.subject)])


@timers.on(PLACES_ARE_SHOWN, lock=lock_region)
async def show_places(timer: Timer, work: UnitOfWork) -> None:
    """Propose what was planned for the students of a region and may move no longer."""
    proposals, region = ProposalStore(work.session), region_of(timer)
    await show(work, await proposals.to_show_in(region))
    if following := await proposals.next_to_show_in(region):
        await show_at(work, region, following)


@jobs.every(seconds=60.0)
async def forget_lapsed_refusals(work: UnitOfWork) -> bool:
    """Look again for one student of whom a refusal holds no longer."""
    searches = SearchStore(work.session)
    day = await today(work.session)
    student = await searches.with_lapsed_refusal(day)
    if student is None:
        return False
    if (record := await searches.record(student)) is not None:
        await lock(work.session, {record.region})
    await searches.forget_lapsed(student, day)
    await settle(work, students=[student])
    return True


@jobs.every(seconds=60.0)
async def forget_lapsed_pins(work: UnitOfWork) -> bool:
    """Look again for a student and an offer about which a decision holds no longer."""
    pin = await PinStore(work.session).lapsed(await today(work.session))
    if pin is None:
        return False
    record = await SearchStore(work.session).record(pin.student_id)
    regions = await OpeningStore(work.session).regions_of(offer_id=pin.offer_id)
    await lock(work.session, regions | ({record.region} if record else set()))
    await unpin(work, pin)
    return True


@jobs.every(seconds=600.0)
async def forget_old_plans(work: UnitOfWork) -> bool:
    """Drop the drafts that nobody decides upon any more."""
    await PlanStore(work.session).forget_old()
    return False


@jobs.every(seconds=600.0)
async def forget_past_delegations(work: UnitOfWork) -> bool:
    """Drop the addresses of colleagues who act for nobody any more."""
    await DelegationStore(work.session).forget_past(await today(work.session))
    return False


@jobs.every(seconds=600.0)
async def forget_noted_changes(work: UnitOfWork) -> bool:
    """Drop what was noted of regions so long ago that who kept a plan since then reads its region anew."""
    await ChangeStore(work.session).forget_old()
    return False


@jobs.every(seconds=5.0, wake="offers")
async def notice_unfilled(work: UnitOfWork) -> bool:
    """Say of the offers of one region that nobody who searches suits them, once, after a while."""
    openings = OpeningStore(work.session)
    region = await openings.region_to_look_at()
    if region is None:
        return False
    await lock(work.session, {region})
    moment = await now(work.session)
    settings = await SettingsStore(work.session).of(region)
    for opening, opened_at in await openings.to_look_at(region, moment):
        due = opened_at + timedelta(seconds=settings.unfilled_seconds)
        if due > moment:
            await openings.look_again(opening.offer.offer_id, due)
        elif await _suits_somebody(work, opening, moment):
            await openings.look_again(opening.offer.offer_id, moment + LOOK_AGAIN_AFTER)
        else:
            await _say_unfilled(work, opening, opened_at, moment)
    return True


async def _suits_somebody(work: UnitOfWork, opening: Opening, moment: datetime) -> bool:
    """Whether all seats are taken, or some student could come, in whatever circle."""
    if len([stay for stay in opening.stays if stay.running]) >= opening.offer.seats:
        return True
    day = moment.astimezone(AMSTERDAM).date()
    waiting: list[Search] = await SearchStore(work.session).waiting_near([opening.offer], in_any_circle=True)
    return any(rules.is_possible(Pair(search, opening, day)) for search in waiting)


async def _say_unfilled(work: UnitOfWork, opening: Opening, opened_at: datetime, moment: datetime) -> None:
    offer = opening.offer
    await OpeningStore(work.session).look_again(offer.offer_id, None, unfilled_at=moment)
    await work.announce(
        OfferUnfilled(
            offer_id=offer.offer_id,
            employer_id=offer.employer_id,
            region=offer.region,
            sector=offer.sector,
            since_date=opened_at.astimezone(AMSTERDAM).date(),
        )
    )
