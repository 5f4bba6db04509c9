"""Offers: places at employers, and who sits there (never whom)."""

from dataclasses import replace
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from services.intake.api.callers import SCHOOLS_AND_REGIONS, Acting, Shared, bringing_school
from services.intake.api.changes import IfMatch, created, merged, must_match, partial, tagged
from services.intake.api.fields import Fields
from services.intake.api.offer_resources import OfferResource, shown
from services.intake.days import today
from services.intake.domain.addresses import Situation
from services.intake.domain.employer import Employer
from services.intake.domain.fields import Day, Moment, examples
from services.intake.domain.location import LocationIsClosed
from services.intake.domain.offer import MakeOffer, Offer, OfferState, PlaceFacts, RenewOffer
from services.intake.domain.offer_kinds import require_kind
from services.intake.domain.rights import Viewer
from services.intake.offering import told_as_new
from services.intake.renewing import keep_changed, watch_validity, withdraw
from services.intake.resources import Resources
from services.intake.store import EmployerStore, LocationStore, OfferFilter, OfferStore, PlacementStore, RegionStore
from shared.api import Body, Page, PageQuery, PageRequest, encode_cursor
from shared.errors import Forbidden, Invalid, NotFound
from shared.events.codes import Code, PlacementKind, Region
from shared.idempotency import ONCE
from shared.ids import new_id
from shared.unit_of_work import UnitOfWork, Work

router = APIRouter(tags=["offers"], dependencies=[SCHOOLS_AND_REGIONS])

OnDay = Annotated[
    Day | None, Query(alias="onDate", description="The day for `freeSeats`; by default the offer's first, or today.")
]


@partial
class ChangeOffer(PlaceFacts):
    """What reads differently; what is left out stays."""

    model_config = examples({"seats": 3, "endDate": "2027-06-25"})


class WithdrawOffer(Body):
    """The place is no more."""

    model_config = examples({"reason": "filled"})

    reason: Code = "other"


async def open_offer(
    work: UnitOfWork, shared: Resources, employer: Employer, facts: PlaceFacts, school: UUID | None, pointer: str = ""
) -> Offer:
    """Keep a new offer and tell of it; `pointer` is where its facts stand in the body."""
    employer.must_go_on()
    _require_known(shared, facts, pointer)
    there = await site_of(work, employer.id, facts.location_id, pointer)
    region = (there or employer.situation).region
    require_kind(facts, (await RegionStore(work.session).of(region)).settings.group_bounds, pointer)
    offer = Offer(new_id(), employer.id, facts, brought_in_by=school, situation=there)
    await OfferStore(work.session).add(offer)
    await watch_validity(work, offer)
    return replace(offer, version=work.announce_new(told_as_new(offer, employer)).version)


async def site_of(work: UnitOfWork, employer_id: UUID, location_id: UUID | None, pointer: str = "") -> Situation | None:
    """Where a place at one of the employer's open locations is; None: at the main address."""
    if location_id is None:
        return None
    try:
        location = await LocationStore(work.session).get(employer_id, location_id)
        location.must_be_open()
    except (NotFound, LocationIsClosed):
        raise Invalid(f"{pointer}/locationId", "the employer has no such open location") from None
    return location.situation


def _require_known(shared: Resources, facts: PlaceFacts, pointer: str = "") -> None:
    demands = {f"{pointer}/demands/{at}": code for at, code in enumerate(facts.demands)}
    shared.codes.require({f"{pointer}/sector": facts.sector}, demands)


@router.post("/employers/{employer_id}/offers", status_code=201, summary="Record an offer", dependencies=[ONCE])
async def make_offer(
    employer_id: UUID, body: MakeOffer, viewer: Acting, work: Work, shared: Shared, response: Response
) -> OfferResource:
    """An employer has a place: students are looked for at once. Anybody who sees the employer may record it."""
    employer = await EmployerStore(work.session).get(employer_id, viewer, lock=True)
    school = await bringing_school(work, viewer, body.brought_in_by)
    there = await site_of(work, employer.id, body.location_id) or employer.situation
    if school is None and not viewer.governs(there.region):
        raise Forbidden("the employer lies outside your regions")
    facts = PlaceFacts.model_validate(body.model_dump(exclude={"brought_in_by"}))
    offer = await open_offer(work, shared, employer, facts, school)
    created(response, shared.location("offers", offer.id), offer)
    return (await shown(work, viewer, [offer], None))[0]


@router.get("/offers", summary="List offers", response_model=Page[OfferResource])
async def list_offers(
    viewer: Acting,
    work: Work,
    page: PageQuery,
    fields: Fields,
    employer_id: Annotated[UUID | None, Query(alias="employerId")] = None,
    region: Annotated[Region | None, Query()] = None,
    sector: Annotated[Code | None, Query()] = None,
    kind: Annotated[PlacementKind | None, Query()] = None,
    state: Annotated[OfferState | None, Query()] = None,
    on_day: OnDay = None,
    since: Annotated[Moment | None, Query(description="Recorded then or later.")] = None,
    *,
    free: Annotated[
        bool, Query(description="Only places that stand and have a free seat: what schools share with each other.")
    ] = False,
) -> Page[OfferResource] | Response:
    """Offers, with what is free and which schools' students sit there; a page can hold fewer than asked for."""
    wanted = OfferFilter(employer_id, region, sector, kind, state, since)
    if free:
        return fields.of(await _free_ones(work, viewer, wanted, page, on_day), OfferResource)
    found = await OfferStore(work.session).page(viewer, wanted, page)
    return fields.of(page.page(await shown(work, viewer, found, on_day), lambda offer: offer.id), OfferResource)


async def _free_ones(
    work: UnitOfWork, viewer: Viewer, wanted: OfferFilter, page: PageRequest, on_day: date | None
) -> Page[OfferResource]:
    """Page by page what has a free seat, until there is something to show."""
    wanted, today_ = replace(wanted, state=OfferState.OPEN), today()
    while True:
        found = await OfferStore(work.session).page(viewer, wanted, page)
        kept = found[: page.limit]
        seen = await shown(work, viewer, kept, on_day)
        free = [one for one in seen if one.free_seats and (one.valid_until_date or today_) >= today_]
        more = len(found) > page.limit
        if free or not more:
            return Page[OfferResource].of(free, kept[-1].id if more else None)
        page = PageRequest(page.limit, encode_cursor(str(kept[-1].id)))


@router.get("/offers/{offer_id}", summary="One offer")
async def read_offer(
    offer_id: UUID, viewer: Acting, work: Work, response: Response, on_day: OnDay = None
) -> OfferResource:
    """One offer: that seats are taken, by which school and until when, is seen by all who see the offer."""
    offer = await OfferStore(work.session).get(offer_id, viewer)
    tagged(response, offer)
    return (await shown(work, viewer, [offer], on_day))[0]


@router.patch("/offers/{offer_id}", summary="Change an offer")
async def change_offer(
    offer_id: UUID,
    body: ChangeOffer,
    viewer: Acting,
    work: Work,
    shared: Shared,
    response: Response,
    if_match: IfMatch = None,
) -> OfferResource:
    """For the school that brought it in, the regional coordinator and operators (JSON merge patch).

    409 when fewer seats are left than are taken, or the offer was withdrawn.
    """
    offer, employer = await _kept(work, offer_id, viewer)
    must_match(if_match, offer)
    offer.must_be_open()
    changed = replace(offer, facts=merged(offer.facts, body))
    _require_known(shared, changed.facts)
    if changed.facts.location_id != offer.facts.location_id:
        changed = replace(changed, situation=await site_of(work, employer.id, changed.facts.location_id))
    settled = await RegionStore(work.session).of(changed.lies(employer).region)
    require_kind(changed.facts, settled.settings.group_bounds, before=offer.facts)
    sitting = await PlacementStore(work.session).at_offer(offer_id)
    kept = offer.kept_from(None, today())
    changed.must_seat([placement.occupation for placement in sitting if placement.end is None], kept)
    changed = await keep_changed(work, offer, changed, employer)
    tagged(response, changed)
    return (await shown(work, viewer, [changed], None))[0]


@router.post("/offers/{offer_id}/_withdraw", summary="Withdraw an offer")
async def withdraw_offer(
    offer_id: UUID, body: WithdrawOffer, viewer: Acting, work: Work, response: Response
) -> OfferResource:
    """Nobody is placed there any more; placements that run go on."""
    offer, _ = await _kept(work, offer_id, viewer)
    withdrawn = await withdraw(work, offer, body.reason)
    tagged(response, withdrawn)
    return (await shown(work, viewer, [withdrawn], None))[0]


@router.post("/offers/{offer_id}/_renew", summary="Renew an offer")
async def renew_offer(
    offer_id: UUID, body: RenewOffer, viewer: Acting, work: Work, response: Response
) -> OfferResource:
    """The place is still there: it is valid until a new day, and students are looked for again."""
    offer, employer = await _kept(work, offer_id, viewer)
    renewed = await keep_changed(work, offer, offer.renewed(body.valid_until_date, today()), employer)
    tagged(response, renewed)
    return (await shown(work, viewer, [renewed], None))[0]


async def _kept(work: UnitOfWork, offer_id: UUID, viewer: Viewer) -> tuple[Offer, Employer]:
    """The offer, locked, and its employer, if the caller may change the offer."""
    offer = await OfferStore(work.session).get(offer_id, viewer, lock=True)
    employer = await EmployerStore(work.session).get(offer.employer_id, viewer)
    if not offer.kept_by(viewer, employer):
        raise Forbidden("the school that brought an offer in changes it")
    return offer, employer
