"""What time sets off in the register."""

from datetime import date

from services.intake import following, refining
from services.intake.asking import ROUND_CLOSES, ROUND_REMINDS, close_round, tell_who_is_awaited
from services.intake.claiming import CLAIM_LAPSES, end_claim
from services.intake.closing import CLOSURE_ENDS, reopen
from services.intake.days import today
from services.intake.domain.claim import ClaimState
from services.intake.domain.closure import ClosureState
from services.intake.domain.programme import Programme
from services.intake.domain.questionnaire_round import Invitation, RoundState
from services.intake.enrolling import SEAT_HELD, SEATS_FREE, STUDENT_LEAVES, leave_programmes, let_go, move_up
from services.intake.experiences import QUESTION_ENDS, REMARK_ENDS
from services.intake.following import MAP
from services.intake.following_up import FOLLOW_UP_DUE, tell_due
from services.intake.inviting import ROUND_INVITES, invite
from services.intake.leaving import SCHOOL_LEAVES, take_leave
from services.intake.refining import PLACES
from services.intake.reminding import RELATIONS_COOL, remind
from services.intake.renewing import OFFER_EXPIRED, OFFER_EXPIRING
from services.intake.reserving import RESERVATION_LAPSES, let_lapse
from services.intake.retaining import retain
from services.intake.sealing import seal
from services.intake.store import (
    ClaimStore,
    ClosureStore,
    EmployerStore,
    EnrolmentStore,
    FollowUpStore,
    OfferStore,
    ProgrammeStore,
    QuestionStore,
    RemarkStore,
    RoundStore,
    SchoolStore,
)
from services.intake.taking_in import IMPORTS, forget, go_on
from services.intake.visiting import VISIT_OVERDUE, lock_visited, tell_overdue
from shared.jobs import Jobs
from shared.timers import Timer, Timers
from shared.unit_of_work import UnitOfWork

timers = Timers()
jobs = Jobs(timers)

ADDRESS_SECONDS = 5.0
"""How soon an address that was recorded becomes exact, at most, while the geocoder answers."""


@jobs.every(seconds=ADDRESS_SECONDS)
async def ask_for_addresses(work: UnitOfWork) -> bool:
    """Ask the geocoder for what is known roughly."""
    asked = await refining.ask(work)
    if asked:
        work.notify(PLACES)
    return asked


@jobs.every(seconds=60, wake=PLACES)
async def refine_addresses(work: UnitOfWork) -> bool:
    """What was answered counts from now on."""
    return await refining.refine(work)


@jobs.every(seconds=3600, wake=MAP)
async def follow_the_map(work: UnitOfWork) -> bool:
    """The map of today counts, in every process; what lies elsewhere by it is moved."""
    return await following.follow_the_map(work)


async def _lock_closure(timer: Timer, work: UnitOfWork) -> None:
    await ClosureStore(work.session).get(timer.subject_id, lock=True)


@timers.on(CLOSURE_ENDS, lock=_lock_closure)
async def reopen_on_the_day_after(timer: Timer, work: UnitOfWork) -> None:
    """A closure's last day is over: the sector is open again."""
    closure = await ClosureStore(work.session).get(timer.subject_id, lock=True)
    if closure.state is ClosureState.STANDING:
        await reopen(work, closure, today())


async def _lock_claim(timer: Timer, work: UnitOfWork) -> None:
    await ClaimStore(work.session).lock(timer.subject_id)


@timers.on(CLAIM_LAPSES, lock=_lock_claim)
async def let_the_claim_lapse(timer: Timer, work: UnitOfWork) -> None:
    """Nobody logged a contact in a claim's days: others may claim the employer."""
    claim = await ClaimStore(work.session).lock(timer.subject_id)
    if claim is not None and claim.state is ClaimState.STANDING:
        await end_claim(work, claim, ClaimState.LAPSED)


async def _lock_remark(timer: Timer, work: UnitOfWork) -> None:
    await RemarkStore(work.session).lock(timer.subject_id)


@timers.on(REMARK_ENDS, lock=_lock_remark)
async def forget_a_remark(timer: Timer, work: UnitOfWork) -> None:
    """24 months have passed: it says nothing about the company any more."""
    await RemarkStore(work.session).forget(timer.subject_id)


@timers.on(QUESTION_ENDS)
async def forget_a_question(timer: Timer, work: UnitOfWork) -> None:
    """24 months have passed."""
    await QuestionStore(work.session).forget(timer.subject_id)


async def _lock_school(timer: Timer, work: UnitOfWork) -> None:
    await SchoolStore(work.session).get(timer.subject_id, lock=True)


@timers.on(SCHOOL_LEAVES, lock=_lock_school)
async def take_leave_of_a_school(timer: Timer, work: UnitOfWork) -> None:
    """A school's first day without us: what it had goes on at its successor, or ends."""
    await take_leave(work, await SchoolStore(work.session).get(timer.subject_id, lock=True))


@timers.on(RELATIONS_COOL, lock=_lock_school)
async def remind_of_cold_relations(timer: Timer, work: UnitOfWork) -> None:
    """It is Monday: whom has a school lost sight of?"""
    await remind(work, await SchoolStore(work.session).get(timer.subject_id, lock=True))


async def _lock_round(timer: Timer, work: UnitOfWork) -> None:
    await RoundStore(work.session).get(timer.subject_id, lock=True)


@timers.on(ROUND_REMINDS, lock=_lock_round)
async def remind_of_a_questionnaire(timer: Timer, work: UnitOfWork) -> None:
    """A round closes soon: who has not answered can still do so."""
    asked = await RoundStore(work.session).get(timer.subject_id, lock=True)
    if asked.state is RoundState.OPEN:
        await tell_who_is_awaited(work, asked, reminder=True)


@timers.on(ROUND_INVITES, lock=_lock_round)
async def write_to_employers(timer: Timer, work: UnitOfWork) -> None:
    """A round asks employers, or reminds them: the next of them get their link."""
    asked = await RoundStore(work.session).get(timer.subject_id, lock=True)
    if asked.state is RoundState.OPEN:
        await invite(work, asked, Invitation(timer.payload["invitation"]))


@timers.on(ROUND_CLOSES, lock=_lock_round)
async def close_a_questionnaire(timer: Timer, work: UnitOfWork) -> None:
    """A round's last day is over."""
    asked = await RoundStore(work.session).get(timer.subject_id, lock=True)
    if asked.state is RoundState.OPEN:
        await close_round(work, asked)


async def _lock_offer(timer: Timer, work: UnitOfWork) -> None:
    await OfferStore(work.session).lock(timer.subject_id)


@timers.on(OFFER_EXPIRING, lock=_lock_offer)
async def remind_of_the_end(timer: Timer, work: UnitOfWork) -> None:
    """An offer lapses soon: its school can ask the employer."""
    offer = await OfferStore(work.session).lock(timer.subject_id)
    if offer and (event := offer.expiring(date.fromisoformat(timer.payload["until"]))):
        await work.announce(event)


@timers.on(OFFER_EXPIRED, lock=_lock_offer)
async def let_the_offer_rest(timer: Timer, work: UnitOfWork) -> None:
    """An offer has lapsed: nobody is proposed there until it is renewed."""
    offer = await OfferStore(work.session).lock(timer.subject_id)
    if offer and (event := offer.expired(date.fromisoformat(timer.payload["until"]))):
        await work.announce(event)


@timers.on(RESERVATION_LAPSES, lock=_lock_offer)
async def let_the_reservation_go(timer: Timer, work: UnitOfWork) -> None:
    """The last day of a reservation has passed: others are matched with those seats again."""
    offer = await OfferStore(work.session).lock(timer.subject_id)
    employer = await EmployerStore(work.session).find(offer.employer_id) if offer else None
    if offer and employer:
        await let_lapse(work, offer, employer)


async def _lock_visited(timer: Timer, work: UnitOfWork) -> None:
    await lock_visited(work, timer.subject_id)


@timers.on(VISIT_OVERDUE, lock=_lock_visited)
async def remind_of_a_visit(timer: Timer, work: UnitOfWork) -> None:
    """Nobody of the school came when it was due (J9)."""
    if found := await lock_visited(work, timer.subject_id):
        await tell_overdue(work, *found)


async def _lock_follow_up(timer: Timer, work: UnitOfWork) -> None:
    await FollowUpStore(work.session).lock(timer.subject_id)


@timers.on(FOLLOW_UP_DUE, lock=_lock_follow_up)
async def ask_after_a_former_student(timer: Timer, work: UnitOfWork) -> None:
    """So many months have passed since a student left (J12)."""
    await tell_due(work, timer.subject_id)


async def _programme_of(timer: Timer, work: UnitOfWork) -> Programme | None:
    enrolment = await EnrolmentStore(work.session).find(timer.subject_id)
    return await ProgrammeStore(work.session).lock(enrolment.programme_id) if enrolment else None


async def _lock_programme_of(timer: Timer, work: UnitOfWork) -> None:
    await _programme_of(timer, work)


@timers.on(SEAT_HELD, lock=_lock_programme_of)
async def let_the_seat_go(timer: Timer, work: UnitOfWork) -> None:
    """The school of who was next did not answer: the seat is offered to the one after."""
    if programme := await _programme_of(timer, work):
        await let_go(work, programme, timer.subject_id)


async def _lock_programme(timer: Timer, work: UnitOfWork) -> None:
    await ProgrammeStore(work.session).lock(timer.subject_id)


@timers.on(SEATS_FREE, lock=_lock_programme)
async def give_out_seats(timer: Timer, work: UnitOfWork) -> None:
    """Somebody is gone from a programme: who waits moves up."""
    if programme := await ProgrammeStore(work.session).lock(timer.subject_id):
        await move_up(work, programme)


@timers.on(STUDENT_LEAVES)
async def take_a_leaver_out(timer: Timer, work: UnitOfWork) -> None:
    """A student's first day away from school: its seats in programmes are others'."""
    await leave_programmes(work, timer.subject_id)


@jobs.every(seconds=5.0, wake=IMPORTS)
async def go_on_with_imports(work: UnitOfWork) -> bool:
    """Files become part of the register; also those that a process which ended has left unfinished."""
    return await go_on(work)


@jobs.every(seconds=3600.0)
async def forget_old_imports(work: UnitOfWork) -> bool:
    """Problems and rows of files are kept for as long as somebody may look at them."""
    await forget(work)
    return False


@jobs.every(seconds=60.0)
async def seal_the_access_log(work: UnitOfWork) -> bool:
    """What was logged meanwhile can be changed unseen no longer; True while there is more."""
    return await seal(work)


@jobs.every(seconds=3600.0)
async def forget_what_is_over(work: UnitOfWork) -> bool:
    """What `domain.retention` says is over, goes."""
    return await retain(work, today())
