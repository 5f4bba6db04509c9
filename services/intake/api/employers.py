"""Employers: found, searched, changed, paused and taken up again."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import Field

from services.intake.api.callers import SCHOOLS_AND_REGIONS, Acting, Shared, bringing_school
from services.intake.api.changes import IfMatch, created, merged, must_match, only, partial, tagged
from services.intake.api.claims import ClaimMark, marks
from services.intake.api.employer_checks import placed, require_known
from services.intake.api.fields import Fields
from services.intake.days import today
from services.intake.domain.addresses import Situation
from services.intake.domain.duplicates import MOST_CANDIDATES, EmployerMayBeKnown, candidates
from services.intake.domain.employer import (
    EXAMPLE,
    Employer,
    EmployerFacts,
    EmployerIsKnown,
    EmployerIsShared,
    PauseEmployer,
    RegisterEmployer,
)
from services.intake.domain.employer_stop import StopEmployer
from services.intake.domain.fields import examples
from services.intake.domain.likeness import Traits
from services.intake.domain.rights import Viewer
from services.intake.domain.verification import verifier
from services.intake.offering import told_as_changed
from services.intake.situating import situate
from services.intake.store import DuplicateStore, EmployerFilter, EmployerStore, OfferStore, RelationStore
from shared.api import Page, PageQuery
from shared.errors import Forbidden, Invalid
from shared.events.codes import Code, EmployerKind, Municipality, Point, Recognition, Region
from shared.idempotency import ONCE
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
            "verifiedOn": "2026-09-14",
            "verifyingSchool": "01920000-0000-7000-8000-00000000000a",
            "stopped": None,
            "claim": None,
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
    verified_on: date | None = Field(description="When a school last said that this is right; null: never.")
    verifying_school: UUID | None = Field(description="The school that should say so again.")
    stopped: StopEmployer | None = Field(description="Takes nobody any more.")
    claim: ClaimMark | None = Field(default=None, description="Who approaches it now: ask them first.")

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
            verified_on=employer.verified_on,
            verifying_school=verifier(employer),
            stopped=employer.stopped,
        )


async def shown(work: UnitOfWork, found: Sequence[Employer]) -> list[EmployerResource]:
    """Employers with who approaches them now."""
    claimed = await marks(work, [employer.id for employer in found])
    return [EmployerResource.of(one).model_copy(update={"claim": claimed.get(one.id)}) for one in found]


async def shown_one(work: UnitOfWork, employer: Employer) -> EmployerResource:
    """The same for one."""
    return (await shown(work, [employer]))[0]


@partial
class ChangeEmployer(EmployerFacts):
    """What reads differently; what is left out stays."""

    model_config = examples({"placesPerYear": 6, "placesTrend": "more"})

    private: bool


@router.post("/employers", status_code=201, summary="Register an employer", dependencies=[ONCE])
async def register_employer(
    body: RegisterEmployer, viewer: Acting, work: Work, shared: Shared, response: Response
) -> EmployerResource:
    """An employer that was found; with `private` only the own school sees it until it is shared."""
    school = await bringing_school(work, viewer, body.brought_in_by)
    if body.private and school is None:
        raise Invalid("/private", "an employer is private to a school: say in broughtInBy to which")
    situation = await situate(work, body.address)
    if school is None and not viewer.governs(situation.region):
        raise Forbidden("the employer lies outside your regions")
    facts = placed(shared, only(EmployerFacts, body))
    await require_known(work, shared, facts)
    private_to = school if body.private else None
    employer = Employer(new_id(), facts, situation, school, private_to, verified_on=today())
    if employer.private_to and employer.known_to_others(school):
        raise Invalid("/cooperations", "a private employer works with the own school only")
    await _require_new(work, viewer, facts, confirmed=body.confirmed_new)
    await EmployerStore(work.session).add(employer)
    employer = replace(employer, version=work.announce_new(employer.registered()).version)
    created(response, shared.location("employers", employer.id), employer)
    return EmployerResource.of(employer)


@router.get("/employers", summary="List employers", response_model=Page[EmployerResource])
async def list_employers(
    viewer: Acting,
    work: Work,
    page: PageQuery,
    fields: Fields,
    region: Annotated[list[Region] | None, Query(max_length=40)] = None,
    sector: Annotated[list[Code] | None, Query(max_length=40)] = None,
    kind: Annotated[list[EmployerKind] | None, Query()] = None,
    recognition: Annotated[list[Recognition] | None, Query()] = None,
) -> Page[EmployerResource] | Response:
    """The employers that schools share, and the own school's private ones; a filter that stands twice means either."""
    wanted = EmployerFilter(region=region, sector=sector, kind=kind, recognition=recognition)
    found = await EmployerStore(work.session).page(viewer, wanted, page)
    return fields.of(page.page(await shown(work, found), lambda employer: employer.id), EmployerResource)


@router.get("/employers/{employer_id}", summary="One employer")
async def read_employer(employer_id: UUID, viewer: Acting, work: Work, response: Response) -> EmployerResource:
    """One employer; 404 for a private one of another school."""
    employer = await EmployerStore(work.session).get(employer_id, viewer)
    tagged(response, employer)
    return await shown_one(work, employer)


@router.patch("/employers/{employer_id}", summary="Change an employer")
async def change_employer(
    employer_id: UUID,
    body: ChangeEmployer,
    viewer: Acting,
    work: Work,
    shared: Shared,
    response: Response,
    if_match: IfMatch = None,
) -> EmployerResource:
    """For schools of its region or that work with it, the regional coordinator and operators (JSON merge patch).

    A suggested employer counts as checked from then on; `private: false` shares a private one.
    """
    employer = await kept_employer(EmployerStore(work.session), employer_id, viewer)
    must_match(if_match, employer)
    facts = placed(shared, merged(employer.facts, body))
    await require_known(work, shared, facts)
    changed = replace(employer, facts=facts, situation=await _situation(work, employer, facts), suggested=False)
    if body.private is not None:
        changed = replace(changed, private_to=await _private_to(work, viewer, changed, private=body.private))
    if changed.private_to and changed.known_to_others(changed.private_to):
        raise Invalid("/cooperations", "a private employer works with the own school only")
    changed = await keep(work, employer, changed)
    tagged(response, changed)
    return await shown_one(work, changed)


@router.post("/employers/{employer_id}/_pause", summary="An employer takes nobody for a while")
async def pause_employer(
    employer_id: UUID, body: PauseEmployer, viewer: Acting, work: Work, response: Response
) -> EmployerResource:
    """Without `untilDate` until it is taken up again; a later pause replaces an earlier one. Placements go on."""
    employers = EmployerStore(work.session)
    paused, event = (await kept_employer(employers, employer_id, viewer)).paused(body)
    await employers.save(paused)
    told = await work.announce(event)
    paused = replace(paused, version=told.version)
    tagged(response, paused)
    return await shown_one(work, paused)


@router.post("/employers/{employer_id}/_resume", summary="An employer takes students again")
async def resume_employer(employer_id: UUID, viewer: Acting, work: Work, response: Response) -> EmployerResource:
    """Ends a pause; 409 when there is none."""
    employers = EmployerStore(work.session)
    resumed, event = (await kept_employer(employers, employer_id, viewer)).resumed()
    await employers.save(resumed)
    told = await work.announce(event)
    resumed = replace(resumed, version=told.version)
    tagged(response, resumed)
    return await shown_one(work, resumed)


async def kept_employer(employers: EmployerStore, employer_id: UUID, viewer: Viewer, *, lock: bool = True) -> Employer:
    """The employer, locked unless it is only looked at, if the caller may change it."""
    employer = await employers.get(employer_id, viewer, lock=lock)
    if not employer.kept_by(viewer):
        raise Forbidden("schools of its region and schools that work with it change an employer")
    return employer


async def _situation(work: UnitOfWork, employer: Employer, facts: EmployerFacts) -> Situation:
    """Where the employer is from now on."""
    if facts.address is None and not employer.suggested:
        raise Invalid("/address", "an employer is somewhere: the address can be changed, not taken away")
    if facts.address is None or facts.address == employer.facts.address:
        return employer.situation
    return await situate(work, facts.address)


async def keep(work: UnitOfWork, before: Employer, after: Employer) -> Employer:
    """Keep what changed and tell of it; offers read differently where the employer moved or was shared."""
    if after == before:
        return before
    await EmployerStore(work.session).save(after)
    told = await work.announce(after.registered())
    if (after.situation, after.private_to) != (before.situation, before.private_to):
        for offer in await OfferStore(work.session).open_at(after.id):
            await work.announce(told_as_changed(offer, after))
    return replace(after, version=told.version)


async def _private_to(work: UnitOfWork, viewer: Viewer, employer: Employer, *, private: bool) -> UUID | None:
    """Who alone may see the employer from now on."""
    if not private or employer.private_to:
        return employer.private_to if private else None
    owner = employer.brought_in_by
    if owner is None or not (owner in viewer.schools or viewer.operator):
        raise Forbidden("only the school that brought an employer in can keep it to itself")
    offered = await OfferStore(work.session).made_by_others(employer.id, owner)
    if employer.known_to_others(owner) or offered or await RelationStore(work.session).with_others(employer.id, owner):
        raise EmployerIsShared
    return owner


async def _require_new(work: UnitOfWork, viewer: Viewer, facts: EmployerFacts, *, confirmed: bool) -> None:
    """Refuse an employer that stands in the register already, or may do so, as far as the caller may know that."""
    duplicates, traits = DuplicateStore(work.session), Traits.of(facts)
    await duplicates.one_at_a_time(traits)
    known = await duplicates.like(traits, viewer)
    for other in known:
        if traits.kvk_number and (traits.kvk_number, traits.postcode) == (
            other.traits.kvk_number,
            other.traits.postcode,
        ):
            raise EmployerIsKnown(employer_id=other.id)
    if not confirmed and (found := candidates(traits, known)):
        raise EmployerMayBeKnown(candidates=[candidate.to_json() for candidate in found[:MOST_CANDIDATES]])
