"""Who calls, as the register sees it; what endpoints share."""

from datetime import date, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request

from services.intake.days import today
from services.intake.domain.people import LentRights
from services.intake.domain.rights import Viewer
from services.intake.resources import Resources
from services.intake.store import PeopleStore, SchoolStore
from services.intake.store.acting import OWN, Capacity, enter
from shared.errors import Forbidden, Invalid, NotFound
from shared.security import Caller, Intermediary, Role, requires
from shared.unit_of_work import UnitOfWork, Work

SCHOOLS_AND_REGIONS = requires(Role.COORDINATOR, Role.REGIONAL_COORDINATOR, Role.OPERATOR)
"""Those who share what schools know of employers."""

COORDINATORS = requires(Role.COORDINATOR)

CARERS = requires(Role.COORDINATOR, Role.JOBCOACH)
"""Those who may see students: of their schools, or of their caseload."""

NOTHING = LentRights({}, frozenset(), frozenset())

READS_ON = timedelta(days=42)
"""A school that left reads its records for six weeks, to hand them over."""


def _takes_part_on(request: Request) -> date:
    """The day on which a school must still take part: long ago is enough for who only reads."""
    reads = request.method == "GET" or request.scope["path"].endswith("/_search")
    return today() - READS_ON if reads else today()


async def _viewer(caller: Caller, work: Work, request: Request) -> Viewer:
    brins = {brin.upper() for brin in caller.schools} if caller.has(Role.COORDINATOR) else set()
    day = _takes_part_on(request)
    email = (caller.email or "").casefold()
    cares = email and caller.has(Role.COORDINATOR, Role.JOBCOACH)
    entries = await enter(work.session, brins, day, _capacity(caller), email, today() if cares else None)
    own = {one.id: one.region for one in entries if one.how == OWN}
    lent = await PeopleStore(work.session).lent(entries)
    lent = lent.for_whom_it_may(coordinator=caller.has(Role.COORDINATOR), jobcoach=caller.has(Role.JOBCOACH))
    if lent != NOTHING:
        await PeopleStore(work.session).lend(lent)
    schools = own | lent.schools
    return Viewer(
        subject=caller.subject,
        email=email,
        own_schools=frozenset(own),
        acts_for=lent.acts_for,
        caseload=lent.sees,
        schools=frozenset(schools),
        school_regions=frozenset(schools.values()),
        regions=caller.regions if caller.has(Role.REGIONAL_COORDINATOR) else frozenset(),
        operator=caller.has(Role.OPERATOR),
    )


def _capacity(caller: Caller) -> Capacity:
    if caller.has(Role.OPERATOR):
        return Capacity.OPERATOR
    return Capacity.REGION if caller.has(Role.REGIONAL_COORDINATOR) else Capacity.CALLER


Acting = Annotated[Viewer, Depends(_viewer)]


async def _resources(work: Work) -> Resources:
    resources: Resources = work.resources
    return resources


Shared = Annotated[Resources, Depends(_resources)]


def area_of(intermediary: Intermediary, shared: Resources) -> set[str]:
    """The labour-market regions that an intermediary speaks for."""
    known = shared.geography.municipalities
    of_municipalities = {known[code].region for code in intermediary.municipalities if code in known}
    return of_municipalities | set(intermediary.regions)


async def bringing_school(work: UnitOfWork, viewer: Viewer, wanted: UUID | None) -> UUID | None:
    """The school that brings something in: the caller's own, or for those who look after regions the one named.

    Raises `Forbidden` for a school that the caller does not speak for.
    """
    if viewer.schools and (wanted is None or wanted in viewer.schools):
        return viewer.acting_school(wanted, "/broughtInBy")
    if not (viewer.operator or viewer.regions):
        raise Forbidden("you do not work for that school")
    if wanted is None:
        return None
    try:
        school = await SchoolStore(work.session).get(wanted)
    except NotFound:
        raise Invalid("/broughtInBy", "there is no such school") from None
    if not viewer.governs(school.situation.region):
        raise Forbidden("that school lies outside your regions")
    return wanted
