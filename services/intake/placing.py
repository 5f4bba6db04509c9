"""Giving out seats: the register's own decision, whether people or matching ask for it."""

from dataclasses import replace
from datetime import date
from uuid import UUID

from services.intake.domain.offer import Offer
from services.intake.domain.placement import Obstacle, Placement, Situation, Stay, days_of, obstacle
from services.intake.domain.student import Student
from services.intake.store import EmployerStore, OfferStore, PlacementStore, StudentStore
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
    employer = await EmployerStore(work.session).find(offer.employer_id) if offer else None
    placements = PlacementStore(work.session)
    taken, elsewhere = await placements.at_offer(offer_id), await placements.of_student(student_id)
    return Situation(offer, employer, student, taken, elsewhere)


def stay_at(there: Situation, begin: date, end: date | None, weekdays: tuple[Weekday, ...]) -> Stay:
    """When somebody would be there; what was left open is as the offer has it."""
    if there.offer is None:
        return Stay.model_construct(begin_date=begin, end_date=end, weekdays=weekdays)
    days = days_of(weekdays, there.offer)
    return Stay.model_construct(begin_date=begin, end_date=end or there.offer.facts.end_date, weekdays=days)


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


async def start(work: UnitOfWork, placement: Placement, student: Student) -> Placement:
    """Keep a placement that can be, and say so; the student looks no further."""
    await PlacementStore(work.session).save(placement)
    await StudentStore(work.session).save(student.placed())
    started = await work.announce(placement.started())
    return replace(placement, version=started.version)


async def settle(work: UnitOfWork, accepted: MatchAccepted) -> None:
    """An accepted proposal becomes a placement, or is refused with the reason; the second time nothing happens."""
    there = await situation_at(work, accepted.offer_id, accepted.student_id)
    if await PlacementStore(work.session).of_proposal(accepted.proposal_id):
        return
    stay = stay_at(there, accepted.begin_date, accepted.end_date, accepted.weekdays)
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
        await start(work, placement, student)
    else:
        await refuse(work, placement, found or Obstacle.STUDENT_GONE, accepted.proposal_id)


async def refuse(work: UnitOfWork, placement: Placement, why: Obstacle, proposal_id: UUID) -> None:
    """Keep that it could not be, and say so: matching frees the seat and looks on."""
    refused, event = placement.refused(why, proposal_id)
    await PlacementStore(work.session).save(refused)
    await work.announce(event)
