"""Adapted work: what an employer is asked to leave out of a place, and what it answered."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from services.intake.adapting import ask_to_adapt, take_answer
from services.intake.api.callers import COORDINATORS, Acting, Shared
from services.intake.api.changes import created
from services.intake.domain.adaptation import QUESTION, AdaptationQuestion, AnswerAdaptation, AskAdaptation
from services.intake.domain.fields import examples
from services.intake.store import AdaptationStore, EmployerStore, OfferStore
from shared.api import Page, PageQuery, Resource
from shared.events.codes import Code
from shared.idempotency import ONCE
from shared.unit_of_work import Work

router = APIRouter(tags=["adapted work"], dependencies=[COORDINATORS])


class AdaptationResource(Resource):
    """A question to an employer, and its answer."""

    model_config = examples(
        QUESTION
        | {
            "id": "01920000-0000-7000-8000-0000000000b6",
            "offerId": "01920000-0000-7000-8000-000000000002",
            "employerId": "01920000-0000-7000-8000-00000000000e",
            "schoolId": "01920000-0000-7000-8000-00000000000a",
            "answer": {"answer": "accepted", "adaptations": [], "note": None},
            "answeredDate": "2026-10-21",
            "recordedAt": "2026-10-19T09:12:00Z",
        }
    )

    id: UUID
    offer_id: UUID
    employer_id: UUID
    school_id: UUID
    demands: tuple[Code, ...]
    note: str | None
    answer: AnswerAdaptation | None
    answered_date: date | None
    recorded_at: datetime

    @classmethod
    def of(cls, question: AdaptationQuestion) -> "AdaptationResource":
        """For the school that asked."""
        names = ("id", "offer_id", "employer_id", "school_id", "answer", "answered_date", "recorded_at")
        own = {name: getattr(question, name) for name in names}
        return cls.model_construct(**own, demands=question.asked.demands, note=question.asked.note)


@router.post(
    "/offers/{offer_id}/adaptations",
    status_code=201,
    summary="Ask an employer what can be left out",
    dependencies=[ONCE],
)
async def ask_adaptation(
    offer_id: UUID, body: AskAdaptation, viewer: Acting, work: Work, shared: Shared, response: Response
) -> AdaptationResource:
    """The question that a proposal holds: whether the work can do without one or two of its demands."""
    offer = await OfferStore(work.session).get(offer_id, viewer)
    employer = await EmployerStore(work.session).get(offer.employer_id, viewer)
    school = viewer.acting_school(body.school_id, "/schoolId")
    asked = await ask_to_adapt(work, offer, employer, body, school, viewer.subject)
    created(response, shared.location("adaptations", asked.id))
    return AdaptationResource.of(await AdaptationStore(work.session).get(asked.id, viewer))


@router.get("/adaptations", summary="What employers were asked to leave out")
async def list_adaptations(
    viewer: Acting, work: Work, page: PageQuery, offer_id: Annotated[UUID | None, Query(alias="offerId")] = None
) -> Page[AdaptationResource]:
    """The questions of the caller's schools: another school reads on the offer what can be left out."""
    found = await AdaptationStore(work.session).page(viewer, page, offer_id=offer_id)
    return page.page([AdaptationResource.of(one) for one in found], lambda one: one.id)


@router.get("/adaptations/{question_id}", summary="One question to an employer")
async def read_adaptation(question_id: UUID, viewer: Acting, work: Work) -> AdaptationResource:
    """Of the own school."""
    return AdaptationResource.of(await AdaptationStore(work.session).get(question_id, viewer))


@router.post("/adaptations/{question_id}/_answer", summary="What the employer answered")
async def answer_adaptation(
    question_id: UUID, body: AnswerAdaptation, viewer: Acting, work: Work
) -> AdaptationResource:
    """Kept with the offer: what can be left out, or cannot, is known to every school and to matching from then on."""
    store = AdaptationStore(work.session)
    asked = await store.get(question_id, viewer)
    employer = await EmployerStore(work.session).get(asked.employer_id, viewer, lock=True)
    offer = await OfferStore(work.session).get(asked.offer_id, viewer, lock=True)
    question = await store.get(question_id, viewer, lock=True)
    return AdaptationResource.of(await take_answer(work, employer, offer, question, body))
