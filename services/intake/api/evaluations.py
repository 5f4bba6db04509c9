"""How a placement went, as the school and the employer say."""

from datetime import date
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import Field

from services.intake.api.callers import Acting
from services.intake.api.changes import IfMatch, must_match, tagged
from services.intake.api.followed import Locked, Seen
from services.intake.domain.evaluation import CHANGEABLE, EVALUATION, Evaluate, Evaluation, Party
from services.intake.domain.fields import examples
from services.intake.evaluating import BY_LINK, evaluate
from services.intake.store import EvaluationStore
from shared.api import Page
from shared.errors import NotFound
from shared.unit_of_work import Work

router = APIRouter(prefix="/placements/{placement_id}/evaluations", tags=["guidance"])


class EvaluationResource(Evaluate):
    """How a placement went, as one party says."""

    model_config = examples(
        EVALUATION
        | {
            "id": "01920000-0000-7000-8000-0000000000b4",
            "placementId": "01920000-0000-7000-8000-00000000000d",
            "party": "employer",
            "givenDate": "2027-02-12",
            "changeableThrough": "2027-03-14",
            "byLink": True,
        }
    )

    id: UUID
    placement_id: UUID
    party: Party
    given_date: date
    changeable_through: date
    by_link: bool = Field(description="Whether the party said it itself; otherwise somebody of the school wrote it.")

    @classmethod
    def of(cls, evaluation: Evaluation) -> "EvaluationResource":
        """For the own school."""
        own = {name: getattr(evaluation, name) for name in ("id", "placement_id", "party", "given_date")}
        through = evaluation.given_date + CHANGEABLE
        by_link = evaluation.author == BY_LINK
        return cls.model_construct(**dict(evaluation.said), **own, changeable_through=through, by_link=by_link)


@router.put("/{party}", summary="Say how a placement went")
async def give_evaluation(
    placement: Locked,
    party: Party,
    body: Evaluate,
    viewer: Acting,
    work: Work,
    response: Response,
    if_match: IfMatch = None,
) -> EvaluationResource:
    """In the last four weeks or afterwards, once by each party; for thirty days it can be put right, with If-Match.

    What an employer says on the telephone, the school writes down here; with a link it says so itself.
    """
    if (known := await EvaluationStore(work.session).find(placement.id, party, lock=True)) is not None:
        must_match(if_match, known)
    evaluation = await evaluate(work, placement, party, body, viewer.subject)
    tagged(response, evaluation)
    return EvaluationResource.of(evaluation)


@router.get("", summary="How a placement went")
async def list_evaluations(placement: Seen, work: Work) -> Page[EvaluationResource]:
    """What each party said so far, in one piece."""
    found = await EvaluationStore(work.session).of(placement.id)
    return Page[EvaluationResource].of([EvaluationResource.of(one) for one in found])


@router.get("/{party}", summary="How a placement went, as one party says")
async def read_evaluation(placement: Seen, party: Party, work: Work, response: Response) -> EvaluationResource:
    """404 as long as it said nothing."""
    if (found := await EvaluationStore(work.session).find(placement.id, party)) is None:
        raise NotFound("evaluation")
    tagged(response, found)
    return EvaluationResource.of(found)
