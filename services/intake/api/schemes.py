"""Schemes for employers: the catalogue of a day, and what applies at an offer (I1, I6, I12)."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field

from services.intake.api.callers import SCHOOLS_AND_REGIONS, Acting
from services.intake.days import today
from services.intake.domain.fields import Day, examples
from services.intake.domain.scheme import EXAMPLE, Answer, Applies, Known, Scheme, apply, known_of, known_of_student
from services.intake.law_data import read_schemes
from services.intake.store import EmployerStore, OfferStore, SpecialFactStore, StudentStore
from shared.api import Page, Resource
from shared.security import Caller
from shared.unit_of_work import UnitOfWork, Work

router = APIRouter(tags=["schemes"])

OnDay = Annotated[Day | None, Query(alias="on", description="By default today.")]


class MetCondition(Resource):
    """A condition of a scheme, and whether it is met."""

    model_config = examples({"words": "de leerling zit in het laatste schooljaar", "met": None})

    words: str
    met: bool | None = Field(description="Null: not known.")


class SchemeAnswer(Resource):
    """Whether a scheme applies, and why or why not."""

    model_config = examples(
        {
            "scheme": EXAMPLE,
            "applies": "depends",
            "conditions": [{"words": "de leerling zit in het laatste schooljaar", "met": None}],
            "untilDate": "2026-09-17",
        }
    )

    scheme: Scheme
    applies: Applies
    conditions: list[MetCondition]
    until_date: date | None = Field(description="Until when it can be asked for, where that is known.")

    @classmethod
    def of(cls, answer: Answer) -> "SchemeAnswer":
        """For who asked."""
        return cls(
            scheme=answer.scheme,
            applies=answer.applies,
            conditions=[MetCondition(words=one.words, met=met) for one, met in answer.conditions],
            until_date=answer.scheme.closes_date,
        )


@router.get("/schemes", summary="Schemes for employers")
async def list_schemes(
    _: Caller, on: OnDay = None, *, ended: Annotated[bool, Query(description="Also those that have ended.")] = False
) -> Page[Scheme]:
    """As they are on a day, with source, who asks, how and by when; in one piece."""
    day = on or today()
    found = [one for one in read_schemes() if one.holds_on(day) or (ended and one.valid_from <= day)]
    return Page[Scheme].of(found)


@router.get("/offers/{offer_id}/schemes", summary="Schemes that apply at an offer", dependencies=[SCHOOLS_AND_REGIONS])
async def list_schemes_of_offer(
    offer_id: UUID,
    viewer: Acting,
    work: Work,
    on: OnDay = None,
    student_id: Annotated[UUID | None, Query(alias="studentId", description="Of the own school.")] = None,
) -> Page[SchemeAnswer]:
    """What applies, why or why not, how and until when; those that apply first, in one piece.

    Without a student what depends on the student is left open.
    """
    offer = await OfferStore(work.session).get(offer_id, viewer)
    employer = await EmployerStore(work.session).get(offer.employer_id, viewer)
    known: Known = known_of(employer, offer.facts)
    if student_id is not None:
        known = {**known, **await _known_of(work, viewer, student_id)}
    answers = apply(read_schemes(), known, on or today())
    return Page[SchemeAnswer].of([SchemeAnswer.of(answer) for answer in answers])


async def _known_of(work: UnitOfWork, viewer: Acting, student_id: UUID) -> Known:
    student = await StudentStore(work.session).read(student_id, viewer)
    viewer.must_work_at(student.school_id)
    return known_of_student(student, await SpecialFactStore(work.session).of(student.id, today()))
