"""Tips: employers that intermediaries name."""

from datetime import datetime
from uuid import UUID

from fastapi import APIRouter, Response

from services.intake.api.callers import Acting, Shared, area_of
from services.intake.api.changes import created
from services.intake.domain.fields import examples
from services.intake.domain.rights import Viewer
from services.intake.domain.tip import EXAMPLE, GiveTip, NamedEmployer, Tip
from services.intake.store import TipStore
from services.intake.suggesting import take_tip
from shared.api import Page, PageQuery, Resource
from shared.errors import Forbidden, Invalid, NotFound
from shared.events.codes import IntermediaryKind, Region
from shared.idempotency import ONCE
from shared.ids import new_id
from shared.security import Caller, Principal, Role, requires
from shared.unit_of_work import Work

router = APIRouter(tags=["tips"])


class TipResource(Resource):
    """An employer that an intermediary named."""

    model_config = examples(
        EXAMPLE
        | {
            "id": "01920000-0000-7000-8000-00000000000f",
            "employerId": "01920000-0000-7000-8000-00000000000e",
            "source": "sbb",
            "callId": None,
            "knownAlready": False,
            "recordedAt": "2026-09-14T09:12:00Z",
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

    @classmethod
    def of(cls, tip: Tip) -> "TipResource":
        """What the region and the intermediary see."""
        return cls.model_construct(
            **dict(tip.given),
            id=tip.id,
            employer_id=tip.employer_id,
            source=tip.source,
            known_already=tip.known_already,
            recorded_at=tip.recorded_at,
        )


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
    return TipResource.of(tip)


@router.get("/tips", summary="List tips")
async def list_tips(caller: Caller, viewer: Acting, work: Work, page: PageQuery) -> Page[TipResource]:
    """For coordinators those of their region, for operators all, for intermediaries their own."""
    if not (regions := _regions(viewer)) and not viewer.operator:
        author = _author(caller)
        found = await TipStore(work.session).page(page, regions=None, author=author)
    else:
        found = await TipStore(work.session).page(page, regions=None if viewer.operator else regions, author=None)
    return page.page([TipResource.of(tip) for tip in found], lambda tip: tip.id)


@router.get("/tips/{tip_id}", summary="One tip")
async def read_tip(tip_id: UUID, caller: Caller, viewer: Acting, work: Work) -> TipResource:
    """One tip of the own region, or given by the caller."""
    tip = await TipStore(work.session).get(tip_id)
    if not (viewer.operator or tip.given.region in _regions(viewer) or tip.author == caller.subject):
        raise NotFound("tip")
    return TipResource.of(tip)


def _regions(viewer: Viewer) -> frozenset[str]:
    return viewer.regions | viewer.school_regions


def _author(caller: Principal) -> str:
    if not caller.has(Role.INTERMEDIARY):
        raise Forbidden("tips are read by the schools of a region, and by who gave them")
    return caller.subject
