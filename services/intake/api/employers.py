"""Employers: found, searched, changed, paused and taken up again."""

from dataclasses import replace
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import Field

from services.intake.api.callers import SCHOOLS_AND_REGIONS, Acting, Shared, bringing_school
from services.intake.api.changes import created, merged, partial, tagged
from services.intake.domain.addresses import Situation
from services.intake.domain.employer import (
    EXAMPLE,
    Employer,
    EmployerFacts,
    EmployerIsKnown,
    EmployerIsShared,
    PauseEmployer,
    RegisterEmployer,
)
from services.intake.domain.fields import examples
from services.intake.domain.rights import Viewer
from services.intake.resources import Resources
from services.intake.store import EmployerFilter, EmployerStore, OfferStore, SchoolStore
from shared.api import Body, Page, PageQuery, ShortText
from shared.errors import Forbidden, Invalid, Problem
from shared.events.codes import Code, EmployerKind, Municipality, Point, Recognition, Region, SizeClass
from shared.ids import new_id
from shared.unit_of_work import UnitOfWork, Work

router = APIRouter(tags=["employers"], dependencies=[SCHOOLS_AND_REGIONS])


class EmployerResource(EmployerFacts):
    """An employer in the register."""

    model_config = examples(
        EXAMPLE
        | {
            "id": "01920000-0000-7000-8000-00000000000e",
            "version": 3,
            "region": "AM11",
            "municipality": "GM0995",
            "location": {"latitude": 52.508, "longitude": 5.475, "approximate": True},
            "broughtInBy": "01920000-0000-7000-8000-00000000000a",
            "private": False,
            "suggested": False,
            "pause": {"fromDate": "2026-10-01", "untilDate": "2026-12-31", "reason": "no-supervisor"},
        }
    )

    id: UUID
    version: int
    region: Region
    municipality: Municipality | None
    location: Point
    brought_in_by: UUID | None
    private: bool = Field(description="Only the school that brought it in sees it.")
    suggested: bool = Field(description="Named by an intermediary, not yet checked by a school.")
    pause: PauseEmployer | None = Field(description="Takes nobody in this time.")

    @classmethod
    def of(cls, employer: Employer) -> "EmployerResource":
        """What those who may know of an employer share."""
        return cls.model_construct(
            **dict(employer.facts),
            id=employer.id,
            version=employer.version,
            region=employer.situation.region,
            municipality=employer.situation.municipality,
            location=employer.situation.location,
            brought_in_by=employer.brought_in_by,
            private=employer.private_to is not None,
            suggested=employer.suggested,
            pause=employer.pause,
        )


@partial
class ChangeEmployer(EmployerFacts):
    """What reads differently; what is left out stays."""

    model_config = examples({"placesPerYear": 6, "placesTrend": "more"})

    private: bool


class SearchEmployers(Body):
    """What is looked for; what is left out does not matter."""

    model_config = examples({"text": "tuin lelystad", "recognition": "boris"})

    text: ShortText | None = Field(default=None, description="Words of the name, the place or the work.")
    region: Region | None = None
    municipality: Municipality | None = None
    sector: Code | None = None
    kind: EmployerKind | None = None
    size_class: SizeClass | None = None
    recognition: Recognition | None = None
    cooperates_with: UUID | None = Field(default=None, description="A school that works with it or brought it in.")
    brought_in_by: UUID | None = None
    suggested: bool | None = None
    has_open_offer: bool | None = None


@router.post("/employers", status_code=201, summary="Register an employer")
async def register_employer(
    body: RegisterEmployer, viewer: Acting, work: Work, shared: Shared, response: Response
) -> EmployerResource:
    """An employer that was found; with `private` only the own school sees it until it is shared."""
    school = await bringing_school(work, viewer, body.brought_in_by)
    if body.private and school is None:
        raise Invalid("/private", "an employer is private to a school: say in broughtInBy to which")
    situation = shared.geography.situate(body.address)
    if school is None and not viewer.governs(situation.region):
        raise Forbidden("the employer lies outside your regions")
    facts = EmployerFacts.model_validate(body.model_dump(exclude={"private", "brought_in_by"}))
    await _require_known(work, shared, facts)
    employer = Employer(new_id(), facts, situation, school, private_to=school if body.private else None)
    if employer.private_to and employer.known_to_others(school):
        raise Invalid("/cooperations", "a private employer works with the own school only")
    await _require_new(work, viewer, facts)
    await EmployerStore(work.session).save(employer)
    told = await work.announce(employer.registered())
    created(response, shared.location("employers", employer.id), told.version)
    return EmployerResource.of(replace(employer, version=told.version))


@router.get("/employers", summary="List employers")
async def list_employers(
    viewer: Acting,
    work: Work,
    page: PageQuery,
    region: Annotated[Region | None, Query()] = None,
    sector: Annotated[Code | None, Query()] = None,
    kind: Annotated[EmployerKind | None, Query()] = None,
    recognition: Annotated[Recognition | None, Query()] = None,
) -> Page[EmployerResource]:
    """The employers that schools share, and the own school's private ones."""
    wanted = EmployerFilter(region=region, sector=sector, kind=kind, recognition=recognition)
    found = await EmployerStore(work.session).page(viewer, wanted, page)
    return page.page([EmployerResource.of(employer) for employer in found], lambda employer: employer.id)


@router.post("/employers/_search", summary="Search employers")
async def search_employers(
    body: SearchEmployers, viewer: Acting, work: Work, page: PageQuery
) -> Page[EmployerResource]:
    """Employers by words, region, kind of work and more; an empty body finds all."""
    found = await EmployerStore(work.session).page(viewer, EmployerFilter(**dict(body)), page)
    return page.page([EmployerResource.of(employer) for employer in found], lambda employer: employer.id)


@router.get("/employers/{employer_id}", summary="One employer")
async def read_employer(employer_id: UUID, viewer: Acting, work: Work, response: Response) -> EmployerResource:
    """One employer; 404 for a private one of another school."""
    employer = await EmployerStore(work.session).get(employer_id, viewer)
    tagged(response, employer.version)
    return EmployerResource.of(employer)


@router.patch("/employers/{employer_id}", summary="Change an employer")
async def change_employer(
    employer_id: UUID, body: ChangeEmployer, viewer: Acting, work: Work, shared: Shared, response: Response
) -> EmployerResource:
    """For schools of its region or that work with it, the regional coordinator and operators (JSON merge patch).

    A suggested employer counts as checked from then on; `private: false` shares a private one.
    """
    employer = await _kept(EmployerStore(work.session), employer_id, viewer)
    facts = merged(employer.facts, body)
    await _require_known(work, shared, facts)
    changed = replace(employer, facts=facts, situation=_situation(shared, employer, facts), suggested=False)
    if body.private is not None:
        changed = replace(changed, private_to=await _private_to(work, viewer, changed, private=body.private))
    if changed.private_to and changed.known_to_others(changed.private_to):
        raise Invalid("/cooperations", "a private employer works with the own school only")
    changed = await _keep(work, employer, changed)
    tagged(response, changed.version)
    return EmployerResource.of(changed)


@router.post("/employers/{employer_id}/_pause", summary="An employer takes nobody for a while")
async def pause_employer(
    employer_id: UUID, body: PauseEmployer, viewer: Acting, work: Work, response: Response
) -> EmployerResource:
    """Without `untilDate` until it is taken up again; a later pause replaces an earlier one. Placements go on."""
    employers = EmployerStore(work.session)
    paused, event = (await _kept(employers, employer_id, viewer)).paused(body)
    await employers.save(paused)
    told = await work.announce(event)
    tagged(response, told.version)
    return EmployerResource.of(replace(paused, version=told.version))


@router.post("/employers/{employer_id}/_resume", summary="An employer takes students again")
async def resume_employer(employer_id: UUID, viewer: Acting, work: Work, response: Response) -> EmployerResource:
    """Ends a pause; 409 when there is none."""
    employers = EmployerStore(work.session)
    resumed, event = (await _kept(employers, employer_id, viewer)).resumed()
    await employers.save(resumed)
    told = await work.announce(event)
    tagged(response, told.version)
    return EmployerResource.of(replace(resumed, version=told.version))


async def _kept(employers: EmployerStore, employer_id: UUID, viewer: Viewer) -> Employer:
    """The employer, locked, if the caller may change it."""
    employer = await employers.get(employer_id, viewer, lock=True)
    if not employer.kept_by(viewer):
        raise Forbidden("schools of its region and schools that work with it change an employer")
    return employer


def _situation(shared: Resources, employer: Employer, facts: EmployerFacts) -> Situation:
    """Where the employer is from now on."""
    if facts.address is None and not employer.suggested:
        raise Invalid("/address", "an employer is somewhere: the address can be changed, not taken away")
    if facts.address is None or facts.address == employer.facts.address:
        return employer.situation
    return shared.geography.situate(facts.address)


async def _keep(work: UnitOfWork, before: Employer, after: Employer) -> Employer:
    """Keep what changed and tell of it; offers read differently where the employer moved or was shared."""
    if after == before:
        return before
    await EmployerStore(work.session).save(after)
    told = await work.announce(after.registered())
    if (after.situation, after.private_to) != (before.situation, before.private_to):
        for offer in await OfferStore(work.session).open_at(after.id):
            await work.announce(offer.changed(after))
    return replace(after, version=told.version)


async def _private_to(work: UnitOfWork, viewer: Viewer, employer: Employer, *, private: bool) -> UUID | None:
    """Who alone may see the employer from now on."""
    if not private or employer.private_to:
        return employer.private_to if private else None
    owner = employer.brought_in_by
    if owner is None or not (owner in viewer.schools or viewer.operator):
        raise Forbidden("only the school that brought an employer in can keep it to itself")
    if employer.known_to_others(owner) or await OfferStore(work.session).made_by_others(employer.id, owner):
        raise EmployerIsShared
    return owner


async def _require_known(work: UnitOfWork, shared: Resources, facts: EmployerFacts) -> None:
    """Refuse sectors and schools that do not exist."""
    shared.codes.require({f"/sectors/{at}": code for at, code in enumerate(facts.sectors)}, {})
    known = await SchoolStore(work.session).names({c.school_id for c in facts.cooperations})
    problems = [
        Problem(pointer=f"/cooperations/{at}/schoolId", detail="there is no such school")
        for at, cooperation in enumerate(facts.cooperations)
        if cooperation.school_id not in known
    ]
    if problems:
        raise Invalid(problems=problems)


async def _require_new(work: UnitOfWork, viewer: Viewer, facts: EmployerFacts) -> None:
    """Refuse an employer that stands in the register already, as far as the caller may know that."""
    if facts.kvk_number is None or facts.address is None:
        return
    employers = EmployerStore(work.session)
    await employers.one_at_a_time(facts.kvk_number)
    if known := await employers.at(facts.kvk_number, facts.address.postcode, viewer):
        raise EmployerIsKnown(employer_id=known)
