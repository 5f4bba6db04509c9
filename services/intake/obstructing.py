"""Bottlenecks of placements: recorded, worked at, and named where a placement ended because of one."""

from dataclasses import replace
from uuid import UUID

from services.intake.days import today
from services.intake.domain.bottleneck import Bottleneck, RecordBottleneck, check_bottleneck
from services.intake.domain.placement import EndPlacement, Placement
from services.intake.domain.rights import Viewer
from services.intake.store import BottleneckStore
from shared.errors import Invalid, NotFound
from shared.events.codes import Outcome
from shared.ids import new_id
from shared.unit_of_work import UnitOfWork


async def record_bottleneck(work: UnitOfWork, placement: Placement, facts: RecordBottleneck, author: str) -> Bottleneck:
    """Something stands in the way of a placement; its codes are counted."""
    check_bottleneck(placement, facts, today())
    bottleneck = Bottleneck(
        new_id(), placement.id, placement.student_id, placement.school_id, placement.region, author, facts
    )
    return await keep_bottleneck(work, bottleneck)


async def keep_bottleneck(work: UnitOfWork, bottleneck: Bottleneck) -> Bottleneck:
    """Keep a new one, or how it reads now, and tell who counts."""
    await BottleneckStore(work.session).save(bottleneck)
    return replace(bottleneck, version=(await work.announce(bottleneck.recorded())).version)


async def name_the_cause(work: UnitOfWork, placement_id: UUID, ending: EndPlacement, viewer: Viewer) -> None:
    """A placement ended early because of a bottleneck, if one is named; raises `Invalid` for one of another."""
    if ending.bottleneck_id is None:
        return
    if ending.outcome is not Outcome.STOPPED_EARLY:
        raise Invalid("/bottleneckId", "names why a placement stopped early: this one did not")
    try:
        bottleneck = await BottleneckStore(work.session).get(ending.bottleneck_id, viewer, lock=True)
    except NotFound:
        raise Invalid("/bottleneckId", "there is no such bottleneck") from None
    if bottleneck.placement_id != placement_id:
        raise Invalid("/bottleneckId", "that bottleneck is another placement's")
    await keep_bottleneck(work, replace(bottleneck, led_to_end=True))
