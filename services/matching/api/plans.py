"""Plans of a region: made as drafts, looked at in figures, compared, adopted; and what if things were different."""

import asyncio
from collections import Counter
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from services.matching.api.callers import Viewer, Viewing, after_id, log
from services.matching.api.plan_resources import (
    AdoptedResource,
    ComparisonCounts,
    ComparisonResource,
    LeftResource,
    MakePlan,
    OwnComparison,
    PlanResource,
    WhatIf,
    WhatIfResource,
)
from services.matching.api.regions import KEEPERS, READERS, RegionCode, require_keeper
from services.matching.clients import Neighbours
from services.matching.domain import advice, comparing
from services.matching.domain.advice import Changes
from services.matching.domain.figures import FEW, hidden
from services.matching.planning import adopting
from services.matching.planning import region as regions
from services.matching.store.acting import plan_from_here
from services.matching.store.plans import Draft, PlanStore
from shared.api import Page, PageQuery
from shared.errors import Invalid, NotFound
from shared.idempotency import ONCE
from shared.unit_of_work import Work

router = APIRouter(tags=["plans"])


@router.post(
    "/regions/{region}/plans", status_code=201, summary="Make a draft of a region's plan", dependencies=[KEEPERS, ONCE]
)
async def make_plan(
    region: RegionCode, body: MakePlan, viewer: Viewing, work: Work, response: Response
) -> PlanResource:
    """Work out the best plan for all who are looked for in the region; nothing is proposed until it is adopted."""
    require_keeper(region, viewer)
    await plan_from_here(work.session)
    draft = await regions.make(work, region, body.kind, viewer.subject)
    neighbours: Neighbours = work.resources
    response.headers["Location"] = neighbours.address(f"plans/{draft.id}")
    return await _shown(work, draft, viewer)


@router.get("/regions/{region}/plans", summary="List a region's plans", dependencies=[READERS])
async def list_plans(region: RegionCode, viewer: Viewing, work: Work, page: PageQuery) -> Page[PlanResource]:
    """The drafts of the last two weeks, the newest first; a school sees those in which its students are."""
    schools = None if _keeps(viewer, region) else viewer.schools
    found = await PlanStore(work.session).page(region, schools, after=after_id(page), limit=page.limit + 1)
    listed = page.page(found, lambda one: one.id)
    items = [PlanResource.of(one, keeper=schools is None, lines=[]) for one in listed.items]
    return Page[PlanResource](items=items, next=listed.next)


@router.get("/plans/{plan_id}", summary="Read a plan", dependencies=[READERS])
async def read_plan(plan_id: UUID, viewer: Viewing, work: Work) -> PlanResource:
    """Figures and advice for who looks after the region; a school sees what the plan has for its own students."""
    return await _shown(work, await _visible(work, plan_id, viewer), viewer)


@router.get("/plans/{plan_id}/_compare", summary="Compare two plans", dependencies=[READERS])
async def compare_plans(
    plan_id: UUID,
    other: Annotated[UUID, Query(alias="with", description="The other plan, of the same region.")],
    viewer: Viewing,
    work: Work,
) -> ComparisonResource:
    """For whom the other plan is better or worse, who gets a place by it and who loses one."""
    plan, beside = await _visible(work, plan_id, viewer), await _visible(work, other, viewer)
    if plan.region != beside.region:
        raise Invalid("with", "is a plan of another region")
    store = PlanStore(work.session)
    counts = own = None
    if _keeps(viewer, plan.region):
        found = comparing.compare(await store.lines(plan.id), await store.lines(beside.id))
        counts = ComparisonCounts(**hidden({name: len(who) for name, who in found.items()}))
    if viewer.schools:
        ours = [await store.lines(one.id, viewer.schools) for one in (plan, beside)]
        own = OwnComparison(**comparing.compare(*ours))
        log.info("plans_compared", by=viewer.subject, students=len(ours[0]))
    return ComparisonResource(id=plan.id, other=beside.id, counts=counts, own=own)


@router.post("/plans/{plan_id}/_adopt", summary="Adopt a plan", dependencies=[KEEPERS])
async def adopt_plan(plan_id: UUID, viewer: Viewing, work: Work) -> AdoptedResource:
    """Propose what of it still holds; each place is checked anew, and the rest is said with the rule in the way."""
    draft = await _visible(work, plan_id, viewer)
    require_keeper(draft.region, viewer)
    adopted = await adopting.adopt(work, draft)
    left = Counter(rule for rule, _ in adopted.left.values())
    return AdoptedResource(
        id=draft.id,
        adopted_at=adopted.at,
        proposed=_shown_count(adopted.proposed),
        moved=_shown_count(adopted.moved),
        left=[LeftResource(rule=rule, students=many) for rule, many in sorted(hidden(left).items())],
    )


@router.post("/plans/_whatif", summary="Ask what a change would bring", dependencies=[KEEPERS])
async def what_if(body: WhatIf, viewer: Viewing, work: Work) -> WhatIfResource:
    """The plan as it would be with more seats, longer ways or neighbouring work; nothing is kept."""
    require_keeper(body.region, viewer)
    await plan_from_here(work.session)
    situation = await regions.load(work, body.region)
    places = advice.centres(situation)
    for number, seats in enumerate(body.changes.extra_seats):
        if seats.municipality not in places:
            pointer = f"/changes/extraSeats/{number}/municipality"
            raise Invalid(pointer, "nobody of this region lives or works there")
    now = await asyncio.to_thread(regions.figures_if, situation, Changes())
    then = await asyncio.to_thread(regions.figures_if, situation, body.changes)
    return WhatIfResource.of(body.region, now, then)


def _keeps(viewer: Viewer, region: str) -> bool:
    return viewer.is_operator or region in viewer.regions


async def _visible(work: Work, plan_id: UUID, viewer: Viewer) -> Draft:
    """A plan that the caller may see something of; `NotFound` for all others."""
    draft = await PlanStore(work.session).get(plan_id)
    if draft is None:
        raise NotFound("plan")
    if not _keeps(viewer, draft.region) and not await PlanStore(work.session).lines(plan_id, viewer.schools):
        raise NotFound("plan")
    return draft


async def _shown(work: Work, draft: Draft, viewer: Viewer) -> PlanResource:
    lines = await PlanStore(work.session).lines(draft.id, viewer.schools) if viewer.schools else []
    if lines:
        log.info("plan_read", plan=str(draft.id), by=viewer.subject, students=len(lines))
    return PlanResource.of(draft, keeper=_keeps(viewer, draft.region), lines=lines)


def _shown_count(number: int) -> int | None:
    return None if 0 < number < FEW else number
