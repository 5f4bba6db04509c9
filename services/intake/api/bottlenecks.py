"""What stands in the way of placements: recorded and worked at by the student's own school."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from fastapi import APIRouter, Response

from services.intake.api.callers import Acting, Shared
from services.intake.api.changes import IfMatch, created, merged, must_match, partial, tagged
from services.intake.api.followed import Locked, Seen
from services.intake.days import today
from services.intake.domain.bottleneck import BOTTLENECK, Bottleneck, RecordBottleneck, check_bottleneck
from services.intake.domain.fields import examples
from services.intake.obstructing import keep_bottleneck, record_bottleneck
from services.intake.store import BottleneckStore, PlacementStore, StudentStore
from services.intake.store.students import Action
from shared.api import Page, PageQuery
from shared.idempotency import ONCE
from shared.unit_of_work import Work

router = APIRouter(tags=["guidance"])
of_placement = APIRouter(prefix="/placements/{placement_id}")


@partial
class ChangeBottleneck(RecordBottleneck):
    """What is known by now: what was tried, and whether it worked."""

    model_config = examples({"solutions": ["care-taken-over", "more-contact"], "solved": "yes"})


class BottleneckResource(RecordBottleneck):
    """Something that stands, or stood, in the way of a placement."""

    model_config = examples(
        BOTTLENECK
        | {
            "id": "01920000-0000-7000-8000-0000000000b3",
            "version": 1,
            "placementId": "01920000-0000-7000-8000-00000000000d",
            "ledToEnd": False,
            "author": "m.visser",
            "recordedAt": "2026-10-19T09:12:00Z",
        }
    )

    id: UUID
    version: int
    placement_id: UUID
    led_to_end: bool
    author: str
    recorded_at: datetime

    @classmethod
    def of(cls, bottleneck: Bottleneck) -> "BottleneckResource":
        """For the own school."""
        names = ("id", "version", "placement_id", "led_to_end", "author", "recorded_at")
        own = {name: getattr(bottleneck, name) for name in names}
        return cls.model_construct(**dict(bottleneck.facts), **own)


@of_placement.post("/bottlenecks", status_code=201, summary="Record a bottleneck", dependencies=[ONCE])
async def add_bottleneck(
    placement: Locked, body: RecordBottleneck, viewer: Acting, work: Work, shared: Shared, response: Response
) -> BottleneckResource:
    """By codes, with who noticed; its codes are counted without the student, the note stays with the school."""
    bottleneck = await record_bottleneck(work, placement, body, viewer.subject)
    kept = await BottleneckStore(work.session).get(bottleneck.id, viewer)
    created(response, shared.location("bottlenecks", kept.id), kept)
    return BottleneckResource.of(kept)


@of_placement.get("/bottlenecks", summary="The bottlenecks of a placement")
async def list_bottlenecks(placement: Seen, work: Work, page: PageQuery) -> Page[BottleneckResource]:
    """In the order in which they were recorded."""
    found = await BottleneckStore(work.session).page(placement.id, page)
    return page.page([BottleneckResource.of(one) for one in found], lambda one: one.id)


@router.get("/bottlenecks/{bottleneck_id}", summary="One bottleneck")
async def read_bottleneck(bottleneck_id: UUID, viewer: Acting, work: Work, response: Response) -> BottleneckResource:
    """Of a student of the own school."""
    found = await BottleneckStore(work.session).get(bottleneck_id, viewer)
    await StudentStore(work.session).log([found.student_id], viewer.subject, Action.PLACEMENT_READ)
    tagged(response, found)
    return BottleneckResource.of(found)


@router.patch("/bottlenecks/{bottleneck_id}", summary="What was tried, and whether it worked")
async def change_bottleneck(
    bottleneck_id: UUID,
    body: ChangeBottleneck,
    viewer: Acting,
    work: Work,
    response: Response,
    if_match: IfMatch = None,
) -> BottleneckResource:
    """JSON merge patch."""
    store = BottleneckStore(work.session)
    placement_id = (await store.get(bottleneck_id, viewer)).placement_id
    placement = await PlacementStore(work.session).get(placement_id, viewer, lock=True)
    found = await store.get(bottleneck_id, viewer, lock=True)
    must_match(if_match, found)
    changed = replace(found, facts=merged(found.facts, body))
    check_bottleneck(placement, changed.facts, today())
    await StudentStore(work.session).log([found.student_id], viewer.subject, Action.CHANGED)
    if changed != found:
        changed = await keep_bottleneck(work, changed)
    tagged(response, changed)
    return BottleneckResource.of(changed)


router.include_router(of_placement)
