"""Questionnaires and their rounds: what is asked, of whom, until when."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response

from services.intake import asking
from services.intake.api.callers import SCHOOLS_AND_REGIONS, Acting, Shared
from services.intake.api.changes import created, tagged
from services.intake.domain.fields import examples
from services.intake.domain.questionnaire import Audience, Questionnaire
from services.intake.domain.questionnaire_round import OpenRound, Round, RoundState
from services.intake.questionnaire_data import questionnaire, read_questionnaires
from services.intake.store import ResponseStore, RoundFilter, RoundStore
from shared.api import Page, PageQuery
from shared.errors import Forbidden, Invalid, NotFound, Problem
from shared.events.codes import Code, Region
from shared.idempotency import ONCE
from shared.security import Role, requires
from shared.unit_of_work import UnitOfWork, Work

router = APIRouter(tags=["questionnaires"], dependencies=[SCHOOLS_AND_REGIONS])

WHO_LOOKS_AFTER_REGIONS = requires(Role.REGIONAL_COORDINATOR, Role.OPERATOR)


class RoundResource(OpenRound):
    """A questionnaire that is, or was, open in some regions."""

    model_config = examples(
        {
            "id": "01920000-0000-7000-8000-0000000000a1",
            "version": 1,
            "questionnaire": "school",
            "questionnaireVersion": 1,
            "audience": "school",
            "regions": ["AM11"],
            "fromDate": "2026-08-01",
            "untilDate": "2027-07-31",
            "closesDate": "2026-12-18",
            "state": "open",
            "openedAt": "2026-11-02T08:00:00Z",
            "finished": {"AM11": 3},
        }
    )

    id: UUID
    version: int
    questionnaire_version: int
    audience: Audience
    state: RoundState
    opened_at: datetime
    finished: dict[str, int] | None
    """How many have finished, by region; of one round, for who looks after one of its regions."""

    @classmethod
    def of(cls, asked: Round, finished: dict[str, int] | None = None) -> "RoundResource":
        """As everybody sees it."""
        return cls.model_construct(
            **dict(asked.facts),
            id=asked.id,
            version=asked.version,
            questionnaire_version=asked.questionnaire_version,
            audience=asked.audience,
            state=asked.state,
            opened_at=asked.opened_at,
            finished=finished,
        )


@router.get("/questionnaires", summary="List questionnaires")
async def list_questionnaires(
    audience: Annotated[Audience | None, Query()] = None,
) -> Page[Questionnaire]:
    """Every version that was ever asked, with its questions; a list of one piece."""
    return Page[Questionnaire].of([one for one in read_questionnaires() if audience in {None, one.audience}])


@router.get("/questionnaires/{name}/versions/{version}", summary="One version of a questionnaire")
async def read_questionnaire(name: Code, version: Annotated[int, Path(ge=1, le=9_999)]) -> Questionnaire:
    """Its questions; `askedIf` says of whom one is asked."""
    try:
        return questionnaire(name, version)
    except LookupError:
        raise NotFound("questionnaire") from None


@router.post(
    "/questionnaire-rounds",
    status_code=201,
    summary="Open a round of a questionnaire",
    dependencies=[WHO_LOOKS_AFTER_REGIONS, ONCE],
)
async def open_round(body: OpenRound, viewer: Acting, work: Work, shared: Shared, response: Response) -> RoundResource:
    """The schools of its regions are told at once, and reminded a week before the end; so are employers that a school
    works with, by mail, each with a link of its own. 409 while another one runs.
    """
    unknown = [n for n, region in enumerate(body.regions) if region not in shared.geography.regions]
    if unknown:
        raise Invalid(problems=[Problem(pointer=f"/regions/{n}", detail="there is no such region") for n in unknown])
    if not all(viewer.governs(region) for region in body.regions):
        raise Forbidden("one of these regions is not yours")
    asked = await asking.open_round(work, body, viewer.subject)
    created(response, shared.location("questionnaire-rounds", asked.id), asked)
    return RoundResource.of(asked)


@router.get("/questionnaire-rounds", summary="List rounds of questionnaires")
async def list_rounds(
    work: Work,
    page: PageQuery,
    region: Annotated[Region | None, Query()] = None,
    audience: Annotated[Audience | None, Query()] = None,
    state: Annotated[RoundState | None, Query()] = None,
) -> Page[RoundResource]:
    """Those of now and before."""
    found = await RoundStore(work.session).page(RoundFilter(region, audience, state), page)
    return page.page([RoundResource.of(one) for one in found], lambda one: one.id)


@router.get("/questionnaire-rounds/{round_id}", summary="One round")
async def read_round(round_id: UUID, viewer: Acting, work: Work, response: Response) -> RoundResource:
    """With how many have finished, for who looks after one of its regions."""
    asked = await RoundStore(work.session).get(round_id)
    tagged(response, asked)
    own = [region for region in asked.facts.regions if viewer.governs(region)]
    return RoundResource.of(asked, await _finished(work, asked, own) if own else None)


@router.post("/questionnaire-rounds/{round_id}/_close", summary="Close a round", dependencies=[WHO_LOOKS_AFTER_REGIONS])
async def close_round(round_id: UUID, viewer: Acting, work: Work, response: Response) -> RoundResource:
    """Before its last day, by who looks after all its regions. What was begun counts as it stands."""
    asked = await RoundStore(work.session).get(round_id, lock=True)
    if not all(viewer.governs(region) for region in asked.facts.regions):
        raise Forbidden("one of its regions is not yours")
    closed = await asking.close_round(work, asked)
    tagged(response, closed)
    return RoundResource.of(closed, await _finished(work, closed, closed.facts.regions))


async def _finished(work: UnitOfWork, asked: Round, regions: list[str] | tuple[str, ...]) -> dict[str, int]:
    counted = await ResponseStore(work.session).finished_by_region(asked.id)
    return {region: counted.get(region, 0) for region in regions}
