"""Who calls, as the register sees it; what endpoints share."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends

from services.intake.domain.rights import Viewer
from services.intake.resources import Resources
from services.intake.store import SchoolStore
from shared.errors import Forbidden, Invalid, NotFound
from shared.security import Caller, Role, requires
from shared.unit_of_work import UnitOfWork, Work

SCHOOLS_AND_REGIONS = requires(Role.COORDINATOR, Role.REGIONAL_COORDINATOR, Role.OPERATOR)
"""Those who share what schools know of employers."""

COORDINATORS = requires(Role.COORDINATOR)


async def _viewer(caller: Caller, work: Work) -> Viewer:
    brins = {brin.upper() for brin in caller.schools} if caller.has(Role.COORDINATOR) else set()
    schools = await SchoolStore(work.session).of_brins(brins) if brins else {}
    return Viewer(
        subject=caller.subject,
        schools=frozenset(schools),
        school_regions=frozenset(schools.values()),
        regions=caller.regions if caller.has(Role.REGIONAL_COORDINATOR) else frozenset(),
        operator=caller.has(Role.OPERATOR),
    )


Acting = Annotated[Viewer, Depends(_viewer)]


async def _resources(work: Work) -> Resources:
    resources: Resources = work.resources
    return resources


Shared = Annotated[Resources, Depends(_resources)]


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
