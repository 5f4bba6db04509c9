"""Questions: a coach asks the schools that know an employer what it is like there (F8, F9)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import Field

from services.intake.api.callers import COORDINATORS, Acting, Shared
from services.intake.api.changes import created
from services.intake.domain.company_text import name_nobody
from services.intake.domain.fields import examples
from services.intake.domain.question import Answer, AnswerQuestion, AskAboutEmployer, Question, to_ask
from services.intake.domain.remark import Remark
from services.intake.domain.rights import Viewer
from services.intake.experiences import keep_question, keep_remark
from services.intake.store import EmployerStore, QuestionStore, SchoolStore
from services.intake.store.questions import Direction
from shared.api import Page, PageQuery, Resource
from shared.idempotency import ONCE
from shared.ids import new_id
from shared.unit_of_work import UnitOfWork, Work

router = APIRouter(tags=["questions"], dependencies=[COORDINATORS])

ANSWER_EXAMPLE = {
    "schoolId": "01920000-0000-7000-8000-00000000000b",
    "schoolName": "VSO De Polder",
    "coach": "stage@depolder.example",
    "text": "In de kas wel, in de winkel is het op zaterdag druk.",
    "shared": False,
    "recordedAt": "2026-09-15T09:12:00Z",
}


class AnswerResource(Resource):
    """What a school that knows the employer says."""

    model_config = examples(ANSWER_EXAMPLE)

    school_id: UUID
    school_name: str | None
    coach: str | None
    text: str
    shared: bool = Field(description="Kept with the employer too, as a remark for all schools.")
    recorded_at: datetime

    @classmethod
    def of(cls, answer: Answer, names: Mapping[UUID, str]) -> "AnswerResource":
        """As who asked sees it, and the school that said it."""
        return cls(
            school_id=answer.school_id,
            school_name=names.get(answer.school_id),
            coach=answer.coach,
            text=answer.text,
            shared=answer.remark_id is not None,
            recorded_at=answer.recorded_at,
        )


class QuestionResource(Resource):
    """A question about an employer, with the answers that the caller may read."""

    model_config = examples(
        {
            "id": "01920000-0000-7000-8000-0000000000d3",
            "employerId": "01920000-0000-7000-8000-00000000000e",
            "schoolId": "01920000-0000-7000-8000-00000000000a",
            "schoolName": "Praktijkschool De Horizon",
            "coach": "stage@dehorizon.example",
            "text": "Past het bij leerlingen die niet tegen drukte kunnen?",
            "askedOf": ["01920000-0000-7000-8000-00000000000b"],
            "recordedAt": "2026-09-14T09:12:00Z",
            "answers": [ANSWER_EXAMPLE],
        }
    )

    id: UUID
    employer_id: UUID
    school_id: UUID
    school_name: str | None
    coach: str | None = Field(description="The work address of who asks.")
    text: str
    asked_of: tuple[UUID, ...] = Field(description="The schools that know the employer.")
    recorded_at: datetime
    answers: list[AnswerResource] = Field(description="All for the school that asked; for one that was asked its own.")

    @classmethod
    def of(cls, question: Question, names: Mapping[UUID, str], viewer: Viewer) -> "QuestionResource":
        """As this caller sees it."""
        return cls(
            id=question.id,
            employer_id=question.employer_id,
            school_id=question.school_id,
            school_name=names.get(question.school_id),
            coach=question.coach,
            text=question.text,
            asked_of=question.asked_of,
            recorded_at=question.recorded_at,
            answers=[AnswerResource.of(answer, names) for answer in question.answers_for(viewer)],
        )


async def _shown(work: UnitOfWork, found: Sequence[Question], viewer: Viewer) -> list[QuestionResource]:
    schools = {school for one in found for school in (one.school_id, *(answer.school_id for answer in one.answers))}
    names = await SchoolStore(work.session).names(schools)
    return [QuestionResource.of(question, names, viewer) for question in found]


@router.post(
    "/employers/{employer_id}/questions",
    status_code=201,
    summary="Ask the schools that know an employer",
    dependencies=[ONCE],
)
async def ask_about_employer(
    employer_id: UUID, body: AskAboutEmployer, viewer: Acting, work: Work, shared: Shared, response: Response
) -> QuestionResource:
    """To all other schools that brought it in, work or spoke with it, or had students there; 409 when none did."""
    employer = await EmployerStore(work.session).get(employer_id, viewer)
    school = viewer.acting_school(body.school_id, "/schoolId")
    name_nobody(body.text, employer, "/text")
    asked_of = to_ask(await QuestionStore(work.session).known_by(employer), school)
    question = Question(new_id(), employer.id, school, viewer.subject, viewer.email or None, body.text, asked_of)
    kept = await keep_question(work, question)
    created(response, shared.location("questions", kept.id))
    return (await _shown(work, [kept], viewer))[0]


@router.get("/questions", summary="List questions to and from the own schools")
async def list_questions(
    viewer: Acting,
    work: Work,
    page: PageQuery,
    direction: Annotated[Direction | None, Query()] = None,
    answered: Annotated[bool | None, Query(description="With `to-us`: by the own school.")] = None,
) -> Page[QuestionResource]:
    """What colleagues ask of us, and what we asked; oldest first."""
    found = await QuestionStore(work.session).page(viewer, page, direction, answered=answered)
    return page.page(await _shown(work, found, viewer), lambda question: question.id)


@router.get("/questions/{question_id}", summary="One question")
async def read_question(question_id: UUID, viewer: Acting, work: Work) -> QuestionResource:
    """One that the own school asked or was asked."""
    return (await _shown(work, [await QuestionStore(work.session).get(question_id, viewer)], viewer))[0]


@router.post("/questions/{question_id}/answers", status_code=201, summary="Answer a question", dependencies=[ONCE])
async def answer_question(
    question_id: UUID, body: AnswerQuestion, viewer: Acting, work: Work, shared: Shared, response: Response
) -> QuestionResource:
    """For who asked alone, or with `shared` kept with the employer for all schools; answers with the question."""
    store = QuestionStore(work.session)
    question = await store.get(question_id, viewer, lock=True)
    school = viewer.acting_school(body.school_id, "/schoolId")
    question.must_be_asked_of(school)
    employer = await EmployerStore(work.session).get(question.employer_id, viewer)
    name_nobody(body.text, employer, "/text")
    remark = None
    if body.shared:
        said = Remark(new_id(), employer.id, school, viewer.subject, viewer.email or None, body.as_remark())
        remark = (await keep_remark(work, said)).id
    await store.answer(Answer(new_id(), question.id, school, viewer.subject, viewer.email or None, body.text, remark))
    await work.announce(question.answered_by(school))
    created(response, shared.location("questions", question.id))
    return (await _shown(work, [await store.get(question.id, viewer)], viewer))[0]
