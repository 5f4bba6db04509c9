"""Schools: who takes part."""

from dataclasses import replace
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from services.intake.api.callers import Acting, Shared
from services.intake.api.changes import IfMatch, created, merged, must_match, partial, tagged
from services.intake.domain.fields import examples
from services.intake.domain.school import EXAMPLE, Departure, RegisterSchool, School, SchoolFacts
from services.intake.reminding import watch_relations
from services.intake.situating import situate
from services.intake.store import SchoolStore
from shared.api import Page, PageQuery
from shared.errors import Forbidden
from shared.events.codes import Municipality, Point, Region
from shared.idempotency import ONCE
from shared.ids import new_id
from shared.security import Caller, Role, requires
from shared.unit_of_work import Work

router = APIRouter(tags=["schools"])


class SchoolResource(SchoolFacts):
    """A school that takes part."""

    model_config = examples(
        EXAMPLE
        | {
            "id": "01920000-0000-7000-8000-00000000000a",
            "version": 1,
            "region": "AM11",
            "municipality": "GM0995",
            "location": {"latitude": 52.508, "longitude": 5.475, "approximate": True},
            "departure": None,
        }
    )

    id: UUID
    version: int
    brin: str
    region: Region
    municipality: Municipality | None
    location: Point
    departure: Departure | None

    @classmethod
    def of(cls, school: School) -> "SchoolResource":
        """What everybody may know of a school."""
        return cls.model_construct(
            **dict(school.facts),
            id=school.id,
            version=school.version,
            brin=school.brin,
            region=school.situation.region,
            municipality=school.situation.municipality,
            location=school.situation.location,
            departure=school.departure,
        )


@partial
class ChangeSchool(SchoolFacts):
    """What reads differently; what is left out stays."""

    model_config = examples({"studentCount": 198})


@router.post(
    "/schools",
    status_code=201,
    summary="Register a school",
    dependencies=[requires(Role.REGIONAL_COORDINATOR, Role.OPERATOR), ONCE],
)
async def register_school(
    body: RegisterSchool, viewer: Acting, work: Work, shared: Shared, response: Response
) -> SchoolResource:
    """A school takes part from now on. Its region follows from its address."""
    situation = await situate(work, body.address)
    if not viewer.governs(situation.region):
        raise Forbidden("the school lies outside your regions")
    facts = SchoolFacts.model_validate(body.model_dump(exclude={"brin"}))
    school = School(new_id(), body.brin, facts, situation)
    await SchoolStore(work.session).add(school)
    await watch_relations(work, school.id)
    told = await work.announce(school.registered())
    school = replace(school, version=told.version)
    created(response, shared.location("schools", school.id), school)
    return SchoolResource.of(school)


@router.get("/schools", summary="List schools")
async def list_schools(
    _: Caller, work: Work, page: PageQuery, region: Annotated[Region | None, Query()] = None
) -> Page[SchoolResource]:
    """All schools that take part, or those of one region."""
    found = await SchoolStore(work.session).page(page, region)
    return page.page([SchoolResource.of(school) for school in found], lambda school: school.id)


@router.get("/schools/{school_id}", summary="One school")
async def read_school(school_id: UUID, _: Caller, work: Work, response: Response) -> SchoolResource:
    """One school that takes part."""
    school = await SchoolStore(work.session).get(school_id)
    tagged(response, school)
    return SchoolResource.of(school)


@router.patch("/schools/{school_id}", summary="Change a school")
async def change_school(
    school_id: UUID,
    body: ChangeSchool,
    viewer: Acting,
    work: Work,
    response: Response,
    if_match: IfMatch = None,
) -> SchoolResource:
    """For the school's own coordinators, the regional coordinator and operators (JSON merge patch)."""
    schools = SchoolStore(work.session)
    school = await schools.get(school_id, lock=True)
    if not (school_id in viewer.schools or viewer.governs(school.situation.region)):
        raise Forbidden("only the school itself and who looks after its region may")
    must_match(if_match, school)
    facts = merged(school.facts, body)
    situation = await situate(work, facts.address) if facts.address != school.facts.address else school.situation
    changed = replace(school, facts=facts, situation=situation)
    if changed != school:
        await schools.save(changed)
        changed = replace(changed, version=(await work.announce(changed.registered())).version)
    tagged(response, changed)
    return SchoolResource.of(changed)
