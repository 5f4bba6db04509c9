"""Offers: places at employers, and who sits there (never whom)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import Field

from services.intake.api.callers import SCHOOLS_AND_REGIONS, Acting, Shared, bringing_school
from services.intake.api.changes import created, merged, partial, tagged
from services.intake.domain.employer import Employer
from services.intake.domain.fields import Day, examples
from services.intake.domain.offer import EXAMPLE, MakeOffer, Offer, OfferState, PlaceFacts
from services.intake.domain.placement import Placement
from services.intake.domain.rights import Viewer
from services.intake.resources import Resources
from services.intake.store import EmployerStore, OfferFilter, OfferStore, PlacementStore, SchoolStore
from shared.api import Body, Page, PageQuery, Resource
from shared.errors import Forbidden
from shared.events.codes import Code, Municipality, PlacementKind, Point, Region, Weekday
from shared.ids import new_id
from shared.unit_of_work import UnitOfWork, Work

router = APIRouter(tags=["offers"], dependencies=[SCHOOLS_AND_REGIONS])

OnDay = Annotated[
    Day | None, Query(alias="onDate", description="The day for `freeSeats`; by default the offer's first, or today.")
]


class OccupiedSeat(Resource):
    """A seat that is taken: by a student of which school, until when; never by whom."""

    school_id: UUID
    school_name: str | None
    begin_date: date
    until_date: date | None
    weekdays: tuple[Weekday, ...]


class OfferResource(PlaceFacts):
    """A place that an employer offers."""

    model_config = examples(
        EXAMPLE
        | {
            "id": "01920000-0000-7000-8000-000000000002",
            "version": 1,
            "employerId": "01920000-0000-7000-8000-00000000000e",
            "employerName": "Tuincentrum De Linde",
            "region": "AM11",
            "municipality": "GM0995",
            "location": {"latitude": 52.508, "longitude": 5.475, "approximate": True},
            "state": "open",
            "withdrawnReason": None,
            "broughtInBy": "01920000-0000-7000-8000-00000000000a",
            "freeSeats": 1,
            "occupied": [
                {
                    "schoolId": "01920000-0000-7000-8000-00000000000a",
                    "schoolName": "Praktijkschool De Horizon",
                    "beginDate": "2026-09-08",
                    "untilDate": "2027-02-12",
                    "weekdays": ["tue", "thu"],
                }
            ],
        }
    )

    id: UUID
    version: int
    employer_id: UUID
    employer_name: str
    region: Region
    municipality: Municipality | None
    location: Point
    state: OfferState
    withdrawn_reason: Code | None
    brought_in_by: UUID | None
    free_seats: int = Field(description="Seats free on the day asked for, on the fullest of the offer's days.")
    occupied: list[OccupiedSeat]


@partial
class ChangeOffer(PlaceFacts):
    """What reads differently; what is left out stays."""

    model_config = examples({"seats": 3, "endDate": "2027-06-25"})


class WithdrawOffer(Body):
    """The place is no more."""

    model_config = examples({"reason": "filled"})

    reason: Code = "other"


async def shown(work: UnitOfWork, offers: Sequence[Offer], on_day: date | None) -> list[OfferResource]:
    """Offers with their employers and seats."""
    employers = await EmployerStore(work.session).several({offer.employer_id for offer in offers})
    placements = await PlacementStore(work.session).at_offers([offer.id for offer in offers])
    schools = {placement.school_id for sitting in placements.values() for placement in sitting}
    names = await SchoolStore(work.session).names(schools)
    return [_resource(o, employers[o.employer_id], placements[o.id], names, on_day) for o in offers]


def _resource(
    offer: Offer, employer: Employer, sitting: Sequence[Placement], names: dict[UUID, str], on_day: date | None
) -> OfferResource:
    occupations = [placement.occupation for placement in sitting]
    day = on_day or max(offer.facts.begin_date, datetime.now(UTC).date())
    return OfferResource.model_construct(
        **dict(offer.facts),
        id=offer.id,
        version=offer.version,
        employer_id=employer.id,
        employer_name=employer.facts.name,
        region=employer.situation.region,
        municipality=employer.situation.municipality,
        location=employer.situation.location,
        state=offer.state,
        withdrawn_reason=offer.withdrawn_reason,
        brought_in_by=offer.brought_in_by,
        free_seats=offer.free_seats(occupations, day),
        occupied=[_seat(placement, names) for placement in sitting if placement.end is None],
    )


def _seat(placement: Placement, names: dict[UUID, str]) -> OccupiedSeat:
    return OccupiedSeat(
        school_id=placement.school_id,
        school_name=names.get(placement.school_id),
        begin_date=placement.stay.begin_date,
        until_date=placement.stay.end_date,
        weekdays=placement.stay.weekdays,
    )


async def open_offer(
    work: UnitOfWork, shared: Resources, employer: Employer, facts: PlaceFacts, school: UUID | None, pointer: str = ""
) -> Offer:
    """Keep a new offer and tell of it; `pointer` is where its facts stand in the body."""
    _require_known(shared, facts, pointer)
    offer = Offer(new_id(), employer.id, facts, brought_in_by=school)
    await OfferStore(work.session).save(offer)
    told = await work.announce(offer.offered(employer))
    return replace(offer, version=told.version)


def _require_known(shared: Resources, facts: PlaceFacts, pointer: str = "") -> None:
    demands = {f"{pointer}/demands/{at}": code for at, code in enumerate(facts.demands)}
    shared.codes.require({f"{pointer}/sector": facts.sector}, demands)


@router.post("/employers/{employer_id}/offers", status_code=201, summary="Record an offer")
async def make_offer(
    employer_id: UUID, body: MakeOffer, viewer: Acting, work: Work, shared: Shared, response: Response
) -> OfferResource:
    """An employer has a place: students are looked for at once. Anybody who sees the employer may record it."""
    employer = await EmployerStore(work.session).get(employer_id, viewer, lock=True)
    school = await bringing_school(work, viewer, body.brought_in_by)
    if school is None and not viewer.governs(employer.situation.region):
        raise Forbidden("the employer lies outside your regions")
    facts = PlaceFacts.model_validate(body.model_dump(exclude={"brought_in_by"}))
    offer = await open_offer(work, shared, employer, facts, school)
    created(response, shared.location("offers", offer.id), offer.version)
    return (await shown(work, [offer], None))[0]


@router.get("/offers", summary="List offers")
async def list_offers(
    viewer: Acting,
    work: Work,
    page: PageQuery,
    employer_id: Annotated[UUID | None, Query(alias="employerId")] = None,
    region: Annotated[Region | None, Query()] = None,
    sector: Annotated[Code | None, Query()] = None,
    kind: Annotated[PlacementKind | None, Query()] = None,
    state: Annotated[OfferState | None, Query()] = None,
    on_day: OnDay = None,
) -> Page[OfferResource]:
    """Offers, with what is free and which schools' students sit there."""
    wanted = OfferFilter(employer_id, region, sector, kind, state)
    found = await OfferStore(work.session).page(viewer, wanted, page)
    return page.page(await shown(work, found, on_day), lambda offer: offer.id)


@router.get("/offers/{offer_id}", summary="One offer")
async def read_offer(
    offer_id: UUID, viewer: Acting, work: Work, response: Response, on_day: OnDay = None
) -> OfferResource:
    """One offer: that seats are taken, by which school and until when, is seen by all who see the offer."""
    offer = await OfferStore(work.session).get(offer_id, viewer)
    tagged(response, offer.version)
    return (await shown(work, [offer], on_day))[0]


@router.patch("/offers/{offer_id}", summary="Change an offer")
async def change_offer(
    offer_id: UUID, body: ChangeOffer, viewer: Acting, work: Work, shared: Shared, response: Response
) -> OfferResource:
    """For the school that brought it in, the regional coordinator and operators (JSON merge patch).

    409 when fewer seats are left than are taken, or the offer was withdrawn.
    """
    offer, employer = await _kept(work, offer_id, viewer)
    offer.must_be_open()
    changed = replace(offer, facts=merged(offer.facts, body))
    _require_known(shared, changed.facts)
    sitting = await PlacementStore(work.session).at_offer(offer_id)
    changed.must_seat([placement.occupation for placement in sitting if placement.end is None])
    if changed != offer:
        await OfferStore(work.session).save(changed)
        changed = replace(changed, version=(await work.announce(changed.changed(employer))).version)
    tagged(response, changed.version)
    return (await shown(work, [changed], None))[0]


@router.post("/offers/{offer_id}/_withdraw", summary="Withdraw an offer")
async def withdraw_offer(
    offer_id: UUID, body: WithdrawOffer, viewer: Acting, work: Work, response: Response
) -> OfferResource:
    """Nobody is placed there any more; placements that run go on."""
    offer, _ = await _kept(work, offer_id, viewer)
    withdrawn, event = offer.withdrawn(body.reason)
    await OfferStore(work.session).save(withdrawn)
    told = await work.announce(event)
    tagged(response, told.version)
    return (await shown(work, [replace(withdrawn, version=told.version)], None))[0]


async def _kept(work: UnitOfWork, offer_id: UUID, viewer: Viewer) -> tuple[Offer, Employer]:
    """The offer, locked, and its employer, if the caller may change the offer."""
    offer = await OfferStore(work.session).get(offer_id, viewer, lock=True)
    employer = await EmployerStore(work.session).get(offer.employer_id, viewer)
    if not offer.kept_by(viewer, employer):
        raise Forbidden("the school that brought an offer in changes it")
    return offer, employer
