"""What matching does on which event: everything is looked for at once, nothing waits for a nightly run."""

from collections.abc import Sequence

import structlog

from services.matching.clients import Neighbours
from services.matching.domain.proposals import EXPIRED_DAYS, PROPOSAL, Happened
from services.matching.planning.arrivals import begin_search, end_search, hold_search, lock_placement, lock_student
from services.matching.planning.closing import Freed, let_go, recheck
from services.matching.planning.locks import lock, lock_together
from services.matching.planning.schedule import look_when_all_may, no_longer_open
from services.matching.planning.settling import settle
from services.matching.store.closures import ClosureStore
from services.matching.store.delegations import DelegationStore
from services.matching.store.labour_market import LabourMarketStore
from services.matching.store.merges import MergeStore
from services.matching.store.network import EmployerStore, SchoolStore
from services.matching.store.openings import OpeningStore
from services.matching.store.proposals import ProposalStore
from services.matching.store.rows import AMSTERDAM
from shared.erasing import note_erasure
from shared.events import Event
from shared.events.intake import (
    ClaimEnded,
    ContactLogged,
    DelegationChanged,
    EmployerClaimed,
    EmployerOffered,
    EmployerPaused,
    EmployerRegistered,
    EmployerResumed,
    EmployersMerged,
    EmployerSuggested,
    ExperienceShared,
    ExperienceWithdrawn,
    LabourMarketPublished,
    OfferChanged,
    OfferExpired,
    OfferFacts,
    OfferWithdrawn,
    PersonErased,
    PlacementCancelled,
    PlacementChanged,
    PlacementEnded,
    PlacementRefused,
    PlacementStarted,
    SchoolRegistered,
    SectorClosed,
    SectorReopened,
    StudentReady,
    StudentWithdrawn,
)
from shared.messaging import Handlers, Kind
from shared.unit_of_work import MessageWork

log = structlog.get_logger()

handlers = Handlers("matching")

PLAN_NOTHING = (
    SchoolRegistered,
    ContactLogged,
    ExperienceShared,
    ExperienceWithdrawn,
    LabourMarketPublished,
    EmployerClaimed,
    ClaimEnded,
    EmployerSuggested,
)
"""Events that lock no region: they wait for nobody's plan."""

ABOUT_THE_STUDENT = frozenset({"student-gone"})
"""Reasons of a refusal that no other place would mend: another event says what became of the student."""


@handlers.before_a_group
async def lock_what_they_touch(events: Sequence[Event], work: MessageWork) -> None:
    """Hold all regions of the group before the first of them is handled."""
    if len(planning := [event for event in events if not isinstance(event, PLAN_NOTHING)]) > 1:
        await lock_together(work.session, planning)


@handlers.on(SchoolRegistered, Kind.STATE)
async def know_school(event: SchoolRegistered, work: MessageWork) -> None:
    """Remember who the school is: rights and names depend on it."""
    await SchoolStore(work.session).save(event)


@handlers.on(DelegationChanged, Kind.STATE, alone=True)
async def know_who_acts_for_whom(event: DelegationChanged, work: MessageWork) -> None:
    """A colleague answers for a school, or for some of its students, or no more: ask intake who it is."""
    neighbours: Neighbours = work.resources
    delegate = None if event.has_ended else await neighbours.delegate(event.delegation_id)
    store = DelegationStore(work.session)
    if delegate is None:
        await store.forget(event.delegation_id)
    else:
        await store.save(event, delegate.email, delegate.student_ids)


@handlers.on(EmployerRegistered, Kind.STATE)
async def know_employer(event: EmployerRegistered, work: MessageWork) -> None:
    """Remember the employer; when its network changed, its offers lie in other circles than before."""
    openings = OpeningStore(work.session)
    await lock(work.session, {event.region} | await openings.regions_of(employer_id=event.employer_id))
    if not await EmployerStore(work.session).save(event):
        return
    offers = await openings.open_of(event.employer_id)
    freed = await recheck(work, "offer-changed", employer=event.employer_id) if offers else Freed()
    await settle(work, students=freed.students, offers=offers)


@handlers.on(EmployersMerged, Kind.FACT)
async def follow_the_merge(event: EmployersMerged, work: MessageWork) -> None:
    """Two employers were one: its offers, contacts and network are those of both, and lie in other circles."""
    openings = OpeningStore(work.session)
    regions = [await openings.regions_of(employer_id=each) for each in (event.employer_id, event.merged_id)]
    await lock(work.session, {event.region}.union(*regions))
    kept = await MergeStore(work.session).follow(event.merged_id, event.employer_id)
    freed = await recheck(work, "offer-changed", employer=kept)
    await settle(work, students=freed.students, offers=await openings.open_of(kept))


@handlers.on(EmployerOffered, Kind.STATE, group="offer")
async def fill_the_offer(event: EmployerOffered, work: MessageWork) -> None:
    """There is a place: find who it suits."""
    await _take_in(event, work)


@handlers.on(OfferChanged, Kind.STATE, group="offer")
async def fill_the_changed_offer(event: OfferChanged, work: MessageWork) -> None:
    """A place reads differently: keep what still suits, and look again."""
    await _take_in(event, work)


async def _take_in(event: OfferFacts, work: MessageWork) -> None:
    openings = OpeningStore(work.session)
    await lock(work.session, {event.region} | await openings.regions_of(offer_id=event.offer_id))
    taken = await openings.save(event, opened_at=work.envelope.time)
    if taken.first_look_until:
        await look_when_all_may(work, event.offer_id, event.region, taken.first_look_until)
    freed = Freed() if taken.is_new else await recheck(work, "offer-changed", offers=[event.offer_id])
    await settle(work, students=freed.students, offers=[event.offer_id], are_wide=freed.were_planned)


@handlers.on(OfferWithdrawn, Kind.STATE, group="offer")
async def drop_the_offer(event: OfferWithdrawn, work: MessageWork) -> None:
    """A place is no more: who was proposed to it searches on. What was accepted is intake's to refuse."""
    openings = OpeningStore(work.session)
    await lock(work.session, await openings.regions_of(offer_id=event.offer_id))
    await openings.withdraw(event.offer_id)
    freed = await recheck(work, "offer-withdrawn", offers=[event.offer_id])
    await settle(work, students=freed.students, are_wide=freed.were_planned)


@handlers.on(OfferExpired, Kind.FACT)
async def let_the_lapsed_offer_rest(event: OfferExpired, work: MessageWork) -> None:
    """An offer's validity has passed: what was proposed is taken back, unless it was renewed meanwhile."""
    await lock(work.session, await OpeningStore(work.session).regions_of(offer_id=event.offer_id))
    freed = await recheck(work, "offer-expired", offers=[event.offer_id])
    await settle(work, students=freed.students, are_wide=freed.were_planned)


@handlers.on(EmployerPaused, Kind.STATE, group="pause")
async def respect_the_pause(event: EmployerPaused, work: MessageWork) -> None:
    """An employer takes nobody for a while: what is proposed in that time is taken back."""
    await lock(work.session, await OpeningStore(work.session).regions_of(employer_id=event.employer_id))
    await EmployerStore(work.session).pause(event)
    freed = await recheck(work, "employer-paused", employer=event.employer_id)
    await settle(work, students=freed.students, offers=freed.offers, are_wide=freed.were_planned)


@handlers.on(EmployerResumed, Kind.STATE, group="pause")
async def end_the_pause(event: EmployerResumed, work: MessageWork) -> None:
    """An employer takes students again."""
    openings = OpeningStore(work.session)
    await lock(work.session, await openings.regions_of(employer_id=event.employer_id))
    await EmployerStore(work.session).resume(event.employer_id)
    await settle(work, offers=await openings.open_of(event.employer_id))


@handlers.on(SectorClosed, Kind.STATE, group="closure")
async def respect_the_closure(event: SectorClosed, work: MessageWork) -> None:
    """A sector takes nobody for a while: what is proposed in that time is taken back, who waited looks elsewhere."""
    await lock(work.session, {event.region})
    await ClosureStore(work.session).save(event)
    offers = await OpeningStore(work.session).open_in(event.region, event.sector)
    freed = await recheck(work, "sector-closed", offers=offers)
    await settle(work, students=freed.students, offers=freed.offers, are_wide=freed.were_planned)


@handlers.on(SectorReopened, Kind.STATE, group="closure")
async def end_the_closure(event: SectorReopened, work: MessageWork) -> None:
    """A sector is open again: its offers are filled."""
    await lock(work.session, {event.region})
    await ClosureStore(work.session).forget(event.closure_id)
    await settle(work, offers=await OpeningStore(work.session).open_in(event.region, event.sector))


@handlers.on(StudentReady, Kind.STATE, group="student", alone=True)
async def look_for_a_place(event: StudentReady, work: MessageWork) -> None:
    """Somebody looks for a place: ask intake what for, and look."""
    neighbours: Neighbours = work.resources
    profile = await neighbours.profile(event.student_id, work.envelope.dataref)
    if profile is None:
        log.info("student_gone_before_the_search", student=str(event.student_id))
        if await lock_student(work, event.student_id) is not None:
            await hold_search(work, event.student_id)  # there is nothing to match with until intake says more
        return
    await begin_search(work, profile, work.envelope.time)


@handlers.on(StudentWithdrawn, Kind.STATE, group="student")
async def stop_looking(event: StudentWithdrawn, work: MessageWork) -> None:
    """Nobody looks any more: forget the profile, and give the seat to somebody else."""
    if await lock_student(work, event.student_id) is None:
        return
    freed = await end_search(work, event.student_id, "student-withdrawn")
    await settle(work, offers=freed.offers)


@handlers.on(PlacementStarted, Kind.FACT)
async def take_the_seat(event: PlacementStarted, work: MessageWork) -> None:
    """A seat is taken, by a proposal or by hand."""
    record = await lock_placement(work, event.region, event.offer_id, event.student_id)
    await OpeningStore(work.session).start(event)
    if event.proposal_id:
        proposals = ProposalStore(work.session)
        proposal = await proposals.get(event.proposal_id, lock=True)
        if proposal and PROPOSAL.allows(proposal.state, Happened.PLACED):
            await proposals.save(proposal.after(Happened.PLACED))
            await proposals.raise_version(proposal.id)
            await no_longer_open(work, proposal.id)
    freed = Freed()
    if record and record.ready_at <= work.envelope.time:  # a later search is about another place
        freed = await end_search(work, event.student_id, "placed-elsewhere")
    displaced = await recheck(work, "seat-taken", offers=[event.offer_id])
    await settle(work, students=displaced.students, offers=freed.offers | displaced.offers)


@handlers.on(PlacementChanged, Kind.STATE, group="placement")
async def hold_the_seat_as_changed(event: PlacementChanged, work: MessageWork) -> None:
    """A seat is taken longer, shorter or on other days: who was to have it looks on, who waited for it may have it."""
    await lock_placement(work, event.region, event.offer_id, event.student_id)
    await OpeningStore(work.session).change(event)
    displaced = await recheck(work, "seat-taken", offers=[event.offer_id])
    await settle(work, students=displaced.students, offers=displaced.offers | {event.offer_id})


@handlers.on(PlacementCancelled, Kind.FACT)
async def fill_the_seat_that_nobody_had(event: PlacementCancelled, work: MessageWork) -> None:
    """It was called off before it began: the seat is free from the day on which it would have begun."""
    await lock_placement(work, event.region, event.offer_id, event.student_id)
    await OpeningStore(work.session).cancel(event)
    await settle(work, offers=[event.offer_id])


@handlers.on(PlacementEnded, Kind.FACT)
async def fill_the_seat_again(event: PlacementEnded, work: MessageWork) -> None:
    """A seat is free again from that day on: somebody may wait for it."""
    await lock_placement(work, event.region, event.offer_id, event.student_id)
    await OpeningStore(work.session).end(event)
    await settle(work, offers=[event.offer_id])


@handlers.on(PlacementRefused, Kind.FACT)
async def search_on_after_refusal(event: PlacementRefused, work: MessageWork) -> None:
    """What a coordinator accepted found no seat: search on, for the student and for the offer."""
    await lock_student(work, event.student_id)
    proposal = await ProposalStore(work.session).get(event.proposal_id, lock=True)
    if proposal is None or not PROPOSAL.allows(proposal.state, Happened.REFUSED):
        return
    await let_go(work, proposal, Happened.REFUSED, event.reason, not_again_for_days=EXPIRED_DAYS)
    if event.reason in ABOUT_THE_STUDENT:
        await hold_search(work, event.student_id)
    await settle(work, students=[event.student_id], offers=[event.offer_id])


@handlers.on(ContactLogged, Kind.FACT)
async def remember_the_contact(event: ContactLogged, work: MessageWork) -> None:
    """Somebody spoke with an employer: others need not do so again at once."""
    await EmployerStore(work.session).log_contact(event)


@handlers.on(ExperienceShared, Kind.FACT)
async def remember_what_schools_tell(event: ExperienceShared, work: MessageWork) -> None:
    """A school told the others how it went at an employer: proposals there say so."""
    await EmployerStore(work.session).remember_told(event)


@handlers.on(ExperienceWithdrawn, Kind.FACT)
async def forget_what_a_school_told(event: ExperienceWithdrawn, work: MessageWork) -> None:
    """A school took it back, or it was hidden: no proposal says it any more."""
    await EmployerStore(work.session).forget_told(event, work.envelope.time.astimezone(AMSTERDAM).date())


@handlers.on(LabourMarketPublished, Kind.FACT)
async def know_the_labour_market(event: LabourMarketPublished, work: MessageWork) -> None:
    """Figures of a region: proposals made from now on say what prospects of work there are."""
    await LabourMarketStore(work.session).save(event)


@handlers.on(EmployerClaimed, Kind.STATE, group="claim")
async def keep_others_off(event: EmployerClaimed, work: MessageWork) -> None:
    """A school approaches an employer: the call lists of others say so."""
    await EmployerStore(work.session).claim(event)


@handlers.on(ClaimEnded, Kind.STATE, group="claim")
async def let_others_call(event: ClaimEnded, work: MessageWork) -> None:
    """Nobody approaches it any more."""
    await EmployerStore(work.session).unclaim(event.claim_id)


@handlers.on(EmployerSuggested, Kind.FACT)
async def remember_the_tip(event: EmployerSuggested, work: MessageWork) -> None:
    """An intermediary named an employer: worth a call."""
    await EmployerStore(work.session).log_tip(event, work.envelope.time.astimezone(AMSTERDAM).date())


@handlers.on(PersonErased, Kind.FACT)
async def forget_a_person(event: PersonErased, work: MessageWork) -> None:
    """Somebody is to be known nowhere any more: no search goes on, what was proposed is taken back."""
    await note_erasure(work, event.person_id, event.kind, event.erased_at)
