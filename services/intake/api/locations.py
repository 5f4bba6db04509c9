"""Locations of employers: branches beside the main address."""

from dataclasses import replace
from datetime import date
from uuid import UUID

from fastapi import APIRouter, Response

from services.intake.api.callers import SCHOOLS_AND_REGIONS, Acting, Shared
from services.intake.api.changes import IfMatch, created, merged, must_match, partial, tagged
from services.intake.domain.employer import Employer
from services.intake.domain.fields import examples
from services.intake.domain.location import EXAMPLE, BranchIsKnown, Location, LocationFacts
from services.intake.domain.rights import Viewer
from services.intake.moving import take_along
from services.intake.situating import situate
from services.intake.stopping import close
from services.intake.store import EmployerStore, LocationStore
from shared.api import Page, PageQuery
from shared.errors import Forbidden
from shared.events.codes import Municipality, Point, Region
from shared.idempotency import ONCE
from shared.ids import new_id
from shared.unit_of_work import UnitOfWork, Work

router = APIRouter(tags=["locations"], dependencies=[SCHOOLS_AND_REGIONS])


class LocationResource(LocationFacts):
    """A branch of an employer."""

    model_config = examples(
        EXAMPLE
        | {
            "id": "01920000-0000-7000-8000-0000000000f1",
            "employerId": "01920000-0000-7000-8000-00000000000e",
            "region": "AM11",
            "municipality": "GM0995",
            "location": {"latitude": 52.508, "longitude": 5.475, "approximate": True},
            "closedDate": None,
        }
    )

    id: UUID
    employer_id: UUID
    region: Region
    municipality: Municipality | None
    location: Point
    closed_date: date | None

    @classmethod
    def of(cls, location: Location) -> "LocationResource":
        """As those see it who see the employer."""
        return cls.model_construct(
            **dict(location.facts),
            id=location.id,
            employer_id=location.employer_id,
            region=location.situation.region,
            municipality=location.situation.municipality,
            location=location.situation.location,
            closed_date=location.closed_date,
        )


@partial
class ChangeLocation(LocationFacts):
    """What reads differently; what is left out stays."""

    model_config = examples({"name": "Filiaal Centrum"})


@router.post("/employers/{employer_id}/locations", status_code=201, summary="Add a location", dependencies=[ONCE])
async def add_location(
    employer_id: UUID, body: LocationFacts, viewer: Acting, work: Work, shared: Shared, response: Response
) -> LocationResource:
    """For who may change the employer, and for schools of the region in which the branch lies."""
    employer = await EmployerStore(work.session).get(employer_id, viewer, lock=True)
    location = Location(new_id(), employer.id, body, await situate(work, body.address))
    _require_kept(location, viewer, employer)
    await _require_one_of_its_number(work, employer, location)
    await LocationStore(work.session).save(location)
    created(response, f"{shared.location('employers', employer.id)}/locations/{location.id}", location)
    return LocationResource.of(location)


@router.get("/employers/{employer_id}/locations", summary="Locations of an employer")
async def list_locations(employer_id: UUID, viewer: Acting, work: Work, page: PageQuery) -> Page[LocationResource]:
    """Its branches beside the main address, closed ones included."""
    employer = await EmployerStore(work.session).get(employer_id, viewer)
    found = await LocationStore(work.session).page(employer.id, page)
    return page.page([LocationResource.of(location) for location in found], lambda location: location.id)


@router.get("/employers/{employer_id}/locations/{location_id}", summary="One location")
async def read_location(
    employer_id: UUID, location_id: UUID, viewer: Acting, work: Work, response: Response
) -> LocationResource:
    """One branch."""
    employer = await EmployerStore(work.session).get(employer_id, viewer)
    location = await LocationStore(work.session).get(employer.id, location_id)
    tagged(response, location)
    return LocationResource.of(location)


@router.patch("/employers/{employer_id}/locations/{location_id}", summary="Change a location")
async def change_location(
    employer_id: UUID,
    location_id: UUID,
    body: ChangeLocation,
    viewer: Acting,
    work: Work,
    response: Response,
    if_match: IfMatch = None,
) -> LocationResource:
    """What moves takes its offers along (JSON merge patch); 409 when the location was closed."""
    location, employer = await _kept(work, employer_id, location_id, viewer)
    must_match(if_match, location)
    location.must_be_open()
    facts = merged(location.facts, body)
    moved = facts.address != location.facts.address
    situation = await situate(work, facts.address) if moved else location.situation
    changed = replace(location, facts=facts, situation=situation)
    await _require_one_of_its_number(work, employer, changed)
    await LocationStore(work.session).save(changed)
    if situation != location.situation:
        await take_along(work, employer, changed)
    tagged(response, changed)
    return LocationResource.of(changed)


@router.post("/employers/{employer_id}/locations/{location_id}/_close", summary="A location is no more")
async def close_location(
    employer_id: UUID, location_id: UUID, viewer: Acting, work: Work, response: Response
) -> LocationResource:
    """Its open offers are withdrawn; placements that run go on."""
    location, _ = await _kept(work, employer_id, location_id, viewer)
    closed = await close(work, location)
    tagged(response, closed)
    return LocationResource.of(closed)


async def _kept(work: UnitOfWork, employer_id: UUID, location_id: UUID, viewer: Viewer) -> tuple[Location, Employer]:
    """The location and its employer, which is locked, if the caller may change the location."""
    employer = await EmployerStore(work.session).get(employer_id, viewer, lock=True)
    location = await LocationStore(work.session).get(employer.id, location_id)
    _require_kept(location, viewer, employer)
    return location, employer


def _require_kept(location: Location, viewer: Viewer, employer: Employer) -> None:
    if not location.kept_by(viewer, employer):
        raise Forbidden("schools of its region and schools that work with the employer change a location")


async def _require_one_of_its_number(work: UnitOfWork, employer: Employer, location: Location) -> None:
    """Refuse a branch number that the main address or another location has."""
    if (number := location.facts.branch_number) is None:
        return
    known = await LocationStore(work.session).with_branch(employer.id, number)
    if number == employer.facts.branch_number:
        raise BranchIsKnown(location="the main address")
    if known not in {None, location.id}:
        raise BranchIsKnown(location=known)
