"""What an offer's schools see of the proposals for it."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from sqlalchemy import Row

from services.matching.api.callers import Viewer, Viewing, after_id
from services.matching.api.resources import OfferProposalResource
from services.matching.domain.proposals import Made
from services.matching.store.openings import OpeningStore
from services.matching.store.proposals import ProposalStore
from shared.api import Page, PageQuery
from shared.errors import NotFound
from shared.security import Role, requires
from shared.unit_of_work import Work

router = APIRouter(tags=["offers"], dependencies=[requires(Role.COORDINATOR, Role.REGIONAL_COORDINATOR)])


@router.get("/offers/{offer_id}/proposals", summary="List the proposals for an offer")
async def list_offer_proposals(
    offer_id: UUID,
    viewer: Viewing,
    work: Work,
    page: PageQuery,
    state: Annotated[Made | None, Query()] = None,
) -> Page[OfferProposalResource]:
    """The offering school and the regional coordinator see that there are proposals, other schools only their own."""
    offer = await OpeningStore(work.session).facts(offer_id)
    if offer is None or not _may_know_of(viewer, offer):
        raise NotFound("offer")
    sees_all = offer.brought_in_by in viewer.schools or offer.region in viewer.regions
    found = await ProposalStore(work.session).page(
        offer_id=offer_id,
        schools=None if sees_all else viewer.schools,
        state=state,
        after=after_id(page),
        limit=page.limit + 1,
    )
    listed = page.page(found, lambda one: one.id)
    items = [OfferProposalResource.of(one, own=one.school_id in viewer.schools) for one in listed.items]
    return Page[OfferProposalResource](items=items, next=listed.next)


def _may_know_of(viewer: Viewer, offer: Row[Any]) -> bool:
    """Whether the offer is shared, or the caller's own school keeps it to itself."""
    return offer.private_to is None or offer.private_to in viewer.schools
