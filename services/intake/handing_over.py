"""The warm hand-over: a file is made when it is fetched, of what its ground carries on that day."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from services.intake.days import today
from services.intake.domain.handover import (
    Fetch,
    HandOver,
    Handover,
    HandoverIsOver,
    NoGroundForHandover,
    check_parts,
    file_of,
    ground_to_hand_over,
    is_over,
)
from services.intake.domain.student import Student
from services.intake.store import GroundStore, HandoverStore, OfferStore, PlacementStore, SchoolStore, StudentStore
from services.intake.store.students import Action
from shared.errors import Invalid
from shared.ids import new_id
from shared.security import Intermediary
from shared.unit_of_work import UnitOfWork


async def hand_over(work: UnitOfWork, student: Student, asked: HandOver, author: str) -> Handover:
    """Let the municipality of a student's home fetch the file; raises `NoGroundForHandover`, or `Invalid`."""
    code = student.situation.municipality if student.situation else None
    if (known := work.resources.geography.municipalities.get(code)) is None:
        raise Invalid("/address", "record where the student lives first: the municipality follows from it")
    grounds = await GroundStore(work.session).of(student.id)
    ground = ground_to_hand_over(grounds, known.name, asked.parts, today())
    if ground is None:
        raise NoGroundForHandover(municipality=known.name, student_id=student.id)
    check_parts(ground, asked.parts)
    legal = ground.facts.legal_ground
    made = Handover(new_id(), student.id, student.school_id, known.code, ground.id, legal, asked.parts, author)
    return await HandoverStore(work.session).add(made)


async def fetch(
    work: UnitOfWork, handover_id: UUID, who: Intermediary, subject: str
) -> tuple[Handover, dict[str, Any]]:
    """The file, for the municipality in which the student lives; kept with who fetched it.

    Works as the register: raises `NotFound` for another municipality's resident, `HandoverIsOver` without a ground.
    """
    handover = await HandoverStore(work.session).of_resident(handover_id, who.municipalities)
    if is_over(await GroundStore(work.session).find(handover.ground_id), today()):
        raise HandoverIsOver
    students = StudentStore(work.session)
    student = await students.lock_to_place(handover.student_id)
    if student is None or student.situation is None or student.situation.municipality != handover.municipality:
        raise HandoverIsOver
    await students.log([student.id], subject, Action.HANDED_OVER)
    await HandoverStore(work.session).fetched(
        Fetch(new_id(), student.id, student.school_id, handover.id, who.oin or None, subject)
    )
    return handover, file_of(handover, await _known_of(work, student))


async def _known_of(work: UnitOfWork, student: Student) -> Mapping[str, Any]:
    facts, names = student.facts, await SchoolStore(work.session).names({student.school_id})
    return {
        "given_name": facts.given_name,
        "family_name": facts.family_name,
        "birth_date": facts.birth_date,
        "postcode": facts.address and facts.address.postcode,
        "school_name": names.get(student.school_id),
        "leaving_date": await StudentStore(work.session).left_date(student.id),
        "outflow_profile": facts.outflow_profile,
        "guidance_need": facts.guidance_need,
        "has_jobcoach": facts.has_jobcoach,
        "wishes": sorted(facts.wishes, key=lambda wish: wish.rank),
        "travel_mode": facts.travel and facts.travel.mode,
        "certificates": facts.certificates,
        "practice_certificates": [one for one in facts.practice_certificates if one.certified_date],
        "placements": await _done(work, student),
    }


async def _done(work: UnitOfWork, student: Student) -> list[dict[str, Any]]:
    placements = await PlacementStore(work.session).of_student(student.id)
    offers = await OfferStore(work.session).several({one.offer_id for one in placements})
    return [
        {
            "kind": one.kind,
            "sector": offers[one.offer_id].facts.sector,
            "begin_date": one.stay.begin_date,
            "end_date": one.end.ended_date if one.end else one.stay.end_date,
        }
        for one in placements
    ]
