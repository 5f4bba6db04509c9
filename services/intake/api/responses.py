"""Answers to questionnaires: a school's own, those that an employer gave to a school, and open text that is shared."""

from uuid import UUID

from fastapi import APIRouter
from fastapi import Response as HttpResponse
from pydantic import Field

from services.intake import asking
from services.intake.api.callers import COORDINATORS, Acting
from services.intake.api.changes import IfMatch, must_match, only, tagged
from services.intake.domain.employer import Employer
from services.intake.domain.fields import examples
from services.intake.domain.questionnaire import Audience, FillIn, GiveAnswers, GivenAnswer
from services.intake.domain.questionnaire_round import Respondent, Response, Round
from services.intake.domain.rights import Viewer
from services.intake.domain.school import School
from services.intake.store import EmployerStore, ResponseStore, RoundStore, SchoolStore
from shared.api import Page, PageQuery, Resource
from shared.errors import NotFound
from shared.events.codes import Region
from shared.security import Role, requires
from shared.unit_of_work import UnitOfWork, Work

router = APIRouter(prefix="/questionnaire-rounds/{round_id}", tags=["questionnaires"])


class ResponseResource(Resource):
    """What an organisation answered in a round."""

    model_config = examples(
        {
            "roundId": "01920000-0000-7000-8000-0000000000a1",
            "respondentId": "01920000-0000-7000-8000-00000000000a",
            "version": 1,
            "finished": True,
            "textShared": False,
            "answers": [{"question": "first-choice", "codes": ["often"], "number": None, "text": None}],
        }
    )

    round_id: UUID
    respondent_id: UUID = Field(description="The school or the employer.")
    version: int = Field(description="How often it was counted.")
    finished: bool
    text_shared: bool
    answers: tuple[GivenAnswer, ...]

    @classmethod
    def of(cls, response: Response) -> "ResponseResource":
        """As its own school sees it."""
        return cls.model_construct(
            round_id=response.round_id,
            respondent_id=response.respondent.id,
            version=response.version,
            finished=response.finished,
            text_shared=response.given.text_shared,
            answers=response.given.answers,
        )


class OpenAnswerResource(Resource):
    """An open answer that whoever gave it lets the regional coordinator read."""

    model_config = examples(
        {
            "respondentId": "01920000-0000-7000-8000-00000000000a",
            "region": "AM11",
            "question": "remarks",
            "text": "Een gezamenlijke folder zou helpen.",
        }
    )

    respondent_id: UUID
    region: Region
    question: str
    text: str


@router.get("/responses", summary="List the own answers to a round", dependencies=[COORDINATORS])
async def list_responses(round_id: UUID, viewer: Acting, work: Work, page: PageQuery) -> Page[ResponseResource]:
    """The own schools', and those that employers gave to these."""
    await RoundStore(work.session).get(round_id)
    found = await ResponseStore(work.session).page(round_id, viewer, page)
    ids = {ResponseResource.of(one).respondent_id: one.id for one in found}
    return page.page([ResponseResource.of(one) for one in found], lambda one: ids[one.respondent_id])


@router.get("/responses/{respondent_id}", summary="The own answers to a round", dependencies=[COORDINATORS])
async def read_response(
    round_id: UUID, respondent_id: UUID, viewer: Acting, work: Work, http: HttpResponse
) -> ResponseResource:
    """Of a school or of an employer that gave them to it; 404 while there are none."""
    asked = await RoundStore(work.session).get(round_id)
    who = await _respondent(work, asked, respondent_id, viewer)
    found = await ResponseStore(work.session).find(round_id, Respondent.of(who))
    if found is None:
        raise NotFound("response")
    tagged(http, found)
    return ResponseResource.of(found)


@router.put("/responses/{respondent_id}", summary="Answer a questionnaire", dependencies=[COORDINATORS])
async def give_answers(
    round_id: UUID,
    respondent_id: UUID,
    body: FillIn,
    viewer: Acting,
    work: Work,
    http: HttpResponse,
    if_match: IfMatch = None,
) -> ResponseResource:
    """All answers so far, in place of those before (If-Match, once there are any), until the round closes.

    For a school by its coordinator, about the organisation; for an employer that tells a school, say in a talk, by that
    school.
    """
    asked = await RoundStore(work.session).get(round_id)
    who = await _respondent(work, asked, respondent_id, viewer, lock=True)
    school = who.id if isinstance(who, School) else viewer.acting_school(body.school_id, "/schoolId")
    known = await ResponseStore(work.session).find(round_id, Respondent.of(who))
    if known is not None:
        must_match(if_match, known)
    await asking.answer(work, round_id, who, only(GiveAnswers, body), author=viewer.subject, recorded_for=school)
    kept = await ResponseStore(work.session).find(round_id, Respondent.of(who))
    assert kept is not None
    tagged(http, kept)
    return ResponseResource.of(kept)


@router.get(
    "/open-answers",
    summary="Open answers that are shared",
    dependencies=[requires(Role.REGIONAL_COORDINATOR, Role.OPERATOR)],
)
async def list_open_answers(round_id: UUID, viewer: Acting, work: Work, page: PageQuery) -> Page[OpenAnswerResource]:
    """Those of the own regions whose school or employer agreed; nobody else's are shown."""
    await RoundStore(work.session).get(round_id)
    found = await ResponseStore(work.session).shared_texts(round_id, viewer, page)
    last = found[page.limit - 1].id if len(found) > page.limit else None
    shown = [answer for one in found[: page.limit] for answer in _open_answers(one)]
    return Page[OpenAnswerResource].of(shown, last)


def _open_answers(response: Response) -> list[OpenAnswerResource]:
    return [
        OpenAnswerResource(
            respondent_id=response.respondent.id,
            region=response.respondent.region,
            question=answer.question,
            text=answer.text,
        )
        for answer in response.given.answers
        if answer.text
    ]


async def _respondent(
    work: UnitOfWork, asked: Round, respondent_id: UUID, viewer: Viewer, *, lock: bool = False
) -> School | Employer:
    """The caller's school, or an employer that the caller sees; raises `NotFound`."""
    if asked.audience is Audience.EMPLOYER:
        return await EmployerStore(work.session).get(respondent_id, viewer, lock=lock)
    if respondent_id not in viewer.schools:
        raise NotFound("response")
    return await SchoolStore(work.session).get(respondent_id, lock=lock)
