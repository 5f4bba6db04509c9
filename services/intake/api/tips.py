"""Tips: employers that intermediaries name."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import Field

from services.intake.api.callers import SCHOOLS_AND_REGIONS, Acting, Shared, area_of
from services.intake.api.changes import created
from services.intake.domain.fields import examples
from services.intake.domain.rights import Viewer
from services.intake.domain.tip import (
    EXAMPLE,
    GiveTip,
    NamedEmployer,
    RejectTip,
    Tip,
    TipProgress,
    TipState,
    authors_of,
)
from services.intake.store import TipStore
from services.intake.store.tip_progress import progress_of
from services.intake.suggesting import reject_tip, take_tip
from shared.api import Page, PageQuery, Resource
from shared.errors import Forbidden, Invalid, NotFound
from shared.events.codes import Code, IntermediaryKind, Region
from shared.idempotency import ONCE
from shared.ids import new_id
from shared.security import Caller, Principal, Role, requires
from shared.unit_of_work import UnitOfWork, Work

router = APIRouter(tags=["tips"])


class TipResource(Resource):
    """An employer that an intermediary named, and what became of it: days, and nothing of whom they concern."""

    model_config = examples(
        EXAMPLE
        | {
            "id": "01920000-0000-7000-8000-00000000000f",
            "employerId": "01920000-0000-7000-8000-00000000000e",
            "source": "sbb",
            "callId": None,
            "knownAlready": False,
            "recordedAt": "2026-09-14T09:12:00Z",
            "state": "contact-made",
            "takenOverOn": "2026-09-16",
            "contactMadeOn": "2026-09-17",
            "offerOpenedOn": None,
            "placementStartedOn": None,
            "rejectedOn": None,
            "rejectedReason": None,
        }
    )

    id: UUID
    employer_id: UUID
    source: IntermediaryKind
    employer: NamedEmployer
    region: Region
    call_id: UUID | None
    note: str | None = None
    known_already: bool
    recorded_at: datetime
    state: TipState
    taken_over_on: date | None = Field(description="When a school first did something with it.")
    contact_made_on: date | None
    offer_opened_on: date | None
    placement_started_on: date | None = Field(description="When the first student began; never who, or how many.")
    rejected_on: date | None
    rejected_reason: Code | None

    @classmethod
    def of(cls, tip: Tip, progress: TipProgress) -> "TipResource":
        """What the region and the intermediary see."""
        rejection = tip.rejection
        return cls.model_construct(
            **dict(tip.given),
            **vars(progress),
            id=tip.id,
            employer_id=tip.employer_id,
            source=tip.source,
            known_already=tip.known_already,
            recorded_at=tip.recorded_at,
            state=progress.state(rejection),
            rejected_on=rejection.on_date if rejection else None,
            rejected_reason=rejection.reason if rejection else None,
        )


async def _shown(work: UnitOfWork, found: Sequence[Tip]) -> list[TipResource]:
    became: Mapping[UUID, TipProgress] = await progress_of(work.session, [tip.id for tip in found]) if found else {}
    return [TipResource.of(tip, became.get(tip.id, TipProgress())) for tip in found]


@router.post("/tips", status_code=201, summary="Name an employer", dependencies=[requires(Role.INTERMEDIARY), ONCE])
async def give_tip(body: GiveTip, caller: Caller, work: Work, shared: Shared, response: Response) -> TipResource:
    """For intermediaries, within their own area: an employer worth a call, as answer to a call for help or without."""
    if body.region not in shared.geography.regions:
        raise Invalid("/region", f"there is no labour-market region {body.region}: see /v1/code-lists/regions")
    shared.codes.require({"/employer/sector": body.employer.sector}, {})
    intermediary = caller.intermediary
    if intermediary is None or body.region not in area_of(intermediary, shared):
        raise Forbidden("the region lies outside the area that your token names")
    tip = await take_tip(work, new_id(), body, intermediary.kind, caller.subject)
    created(response, shared.location("tips", tip.id))
    return (await _shown(work, [tip]))[0]


@router.get("/tips", summary="List tips")
async def list_tips(caller: Caller, viewer: Acting, work: Work, page: PageQuery) -> Page[TipResource]:
    """For coordinators those of their region, for operators all, for intermediaries their own; what became of each."""
    tips = TipStore(work.session)
    if not (regions := _regions(viewer)) and not viewer.operator:
        found = await tips.page(page, regions=None, authors=_authors(caller))
    else:
        found = await tips.page(page, regions=None if viewer.operator else regions)
    return page.page(await _shown(work, found), lambda tip: tip.id)


@router.get("/tips/{tip_id}", summary="One tip")
async def read_tip(tip_id: UUID, caller: Caller, viewer: Acting, work: Work) -> TipResource:
    """One tip of the own region, or given by the caller."""
    tip = await TipStore(work.session).get(tip_id)
    if not (viewer.operator or tip.given.region in _regions(viewer) or tip.author in authors_of(caller.subject)):
        raise NotFound("tip")
    return (await _shown(work, [tip]))[0]


@router.post("/tips/{tip_id}/_reject", summary="Say that a tip is not used", dependencies=[SCHOOLS_AND_REGIONS])
async def reject(tip_id: UUID, body: RejectTip, viewer: Acting, work: Work) -> TipResource:
    """With the reason, which who gave it reads. What happens at the employer nevertheless still shows."""
    tip = await TipStore(work.session).get(tip_id, lock=True)
    if not (viewer.operator or tip.given.region in _regions(viewer)):
        raise NotFound("tip")
    return (await _shown(work, [await reject_tip(work, tip, body)]))[0]


def _regions(viewer: Viewer) -> frozenset[str]:
    return viewer.regions | viewer.school_regions


def _authors(caller: Principal) -> tuple[str, str]:
    if not caller.has(Role.INTERMEDIARY):
        raise Forbidden("tips are read by the schools of a region, and by who gave them")
    return authors_of(caller.subject)
