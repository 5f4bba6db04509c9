"""Giving out seats: the register's own decision, whether people or matching ask for it."""

from dataclasses import replace
from datetime import date
from uuid import UUID

from services.intake.days import today
from services.intake.domain.closure import Closure
from services.intake.domain.coach import Coach
from services.intake.domain.employer import Employer
from services.intake.domain.offer import Offer
from services.intake.domain.placement import EndPlacement, Placement, Stay
from services.intake.domain.placement_states import PlacementState
from services.intake.domain.rights import Viewer
from services.intake.domain.seating import Obstacle, Situation, days_of, last_day, obstacle
from services.intake.domain.student import Student
from services.intake.following_up import unfollow
from services.intake.law_data import read_rules
from services.intake.reserving import use_up
from services.intake.store import (
    ClosureStore,
    EmployerStore,
    EnrolmentStore,
    OfferStore,
    PeopleStore,
    PlacementStore,
    StudentStore,
)
from services.intake.visiting import look_again
from shared.events.codes import Weekday
from shared.events.matching import MatchAccepted
from shared.ids import new_id
from shared.unit_of_work import UnitOfWork


async def situation_at(work: UnitOfWork, offer_id: UUID, student_id: UUID) -> Situation:
    """What decides about a seat; the offer and then the student are locked, so that a seat is given out once.

    Everybody locks in this order, so that nobody waits for one who waits for him.
    """
    offer = await OfferStore(work.session).lock(offer_id)
    student = await StudentStore(work.session).lock_to_place(student_id)
    return await situation_of(work, offer, student)


async def situation_of(work: UnitOfWork, offer: Offer | None, student: Student | None) -> Situation:
    """The same of those that were read before, locked where a seat will be given out."""
    employer = await EmployerStore(work.session).find(offer.employer_id) if offer else None
    placements = PlacementStore(work.session)
    taken = await placements.at_offer(offer.id) if offer else []
    elsewhere = await placements.of_student(student.id) if student else []
    closed = await _closures_of(work, offer, employer) if offer and employer else []
    kept = offer.kept_from(student.school_id, today()) if offer and student else 0
    lessons = await EnrolmentStore(work.session).lessons_of(student.id) if student else []
    return Situation(offer, employer, student, taken, elsewhere, tuple(closed), kept, read_rules(), lessons)


async def _closures_of(work: UnitOfWork, offer: Offer, employer: Employer) -> list[Closure]:
    region, sector = offer.lies(employer).region, offer.facts.sector
    standing = await ClosureStore(work.session).standing_in([region])
    return [closure for closure in standing if closure.concerns(region, sector)]


def stay_at(there: Situation, begin: date, end: date | None, weekdays: tuple[Weekday, ...]) -> Stay:
    """When somebody would be there; what was left open is as the offer has it."""
    if there.offer is None:
        return Stay.model_construct(begin_date=begin, end_date=end, weekdays=weekdays)
    days = days_of(weekdays, there.offer)
    longest = last_day(begin, there.offer)
    left_open = min(there.offer.facts.end_date or date.max, longest)
    return Stay.model_construct(
        begin_date=begin, end_date=end or (None if left_open == date.max else left_open), weekdays=days
    )


def placement_of(student: Student, offer: Offer, stay: Stay, predecessor_id: UUID | None = None) -> Placement:
    """A student at an offer's seat, as people arrange it."""
    return Placement(
        id=new_id(),
        student_id=student.id,
        school_id=student.school_id,
        offer_id=offer.id,
        employer_id=offer.employer_id,
        region=student.region,
        municipality=student.situation.municipality if student.situation else None,
        kind=offer.facts.kind,
        stay=stay,
        predecessor_id=predecessor_id,
    )


async def start(
    work: UnitOfWork, placement: Placement, student: Student, there: Situation, arranged_by: Coach | None = None
) -> Placement:
    """Keep a placement that can be, and say so; the student looks no further, a reservation is used up."""
    coach = await PeopleStore(work.session).coach_of(student.id) or arranged_by
    placement = replace(
        placement, coach=coach, wish_rank=student.honoured(there.offer.facts.sector if there.offer else "")
    )
    await PlacementStore(work.session).save(placement)
    await StudentStore(work.session).save(student.placed())
    await StudentStore(work.session).stay(student.id)
    await unfollow(work, student.id)
    started = await work.announce(placement.started(await PeopleStore(work.session).coach_key()))
    if there.offer and there.employer:
        await use_up(work, there.offer, there.employer, placement.school_id)
    return replace(placement, version=started.version)


async def end(work: UnitOfWork, placement: Placement, ending: EndPlacement, viewer: Viewer) -> Placement:
    """A placement of the caller's school is over, and everybody hears that its seat is free."""
    ended, event = placement.ended(ending, today())
    await PlacementStore(work.session).save(ended)
    await look_again(work, ended)
    if not placement.is_anonymous:
        await let_go(work, placement.student_id, viewer)
    return replace(ended, version=(await work.announce(event)).version)


async def let_go(work: UnitOfWork, student_id: UUID, viewer: Viewer) -> None:
    """A student has one place less; who has no other is registered again."""
    students, placements = StudentStore(work.session), PlacementStore(work.session)
    student = await students.change(student_id, viewer)
    others = [one for one in await placements.of_student(student.id) if one.state is PlacementState.RUNNING]
    await students.save(student.back(still_placed=bool(others)))


async def settle(work: UnitOfWork, accepted: MatchAccepted) -> None:
    """An accepted proposal becomes a placement, or is refused with the reason; the second time nothing happens."""
    there = await situation_at(work, accepted.offer_id, accepted.student_id)
    if await PlacementStore(work.session).of_proposal(accepted.proposal_id):
        return
    stay = stay_at(there, accepted.begin_date, _agreed_end(there, accepted), accepted.weekdays)
    student = there.student
    placement = Placement(
        id=new_id(),
        student_id=accepted.student_id,
        school_id=student.school_id if student else accepted.school_id,
        offer_id=accepted.offer_id,
        employer_id=accepted.employer_id,
        region=student.region if student else accepted.region,
        municipality=student.situation.municipality if student and student.situation else None,
        kind=accepted.kind,
        stay=stay,
        proposal_id=accepted.proposal_id,
    )
    found = obstacle(stay, there, searching=True)
    if found is None and student is not None:
        await start(work, placement, student, there)
    else:
        await refuse(work, placement, found or Obstacle.STUDENT_GONE, accepted.proposal_id)


def _agreed_end(there: Situation, accepted: MatchAccepted) -> date | None:
    """Until when it was proposed, or as long as a stay takes there at most, which matching does not know."""
    longest = last_day(accepted.begin_date, there.offer) if there.offer else date.max
    return accepted.end_date and min(accepted.end_date, longest)


async def refuse(work: UnitOfWork, placement: Placement, why: Obstacle, proposal_id: UUID) -> None:
    """Keep that it could not be, and say so: matching frees the seat and looks on."""
    refused, event = placement.refused(why, proposal_id)
    await PlacementStore(work.session).save(refused)
    await work.announce(event)
