"""Who sees which figures: everybody the published ones, a school and a regional coordinator their own in full."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query

from services.analytics.domain.scope import AMSTERDAM, Scope
from services.analytics.domain.words import REGIONS
from services.analytics.store import RegisterStore
from shared.errors import Invalid, NotFound, Problem, Unauthenticated
from shared.security import Principal, Role, Visitor
from shared.unit_of_work import Work

INSIDERS = (Role.COORDINATOR, Role.REGIONAL_COORDINATOR, Role.OPERATOR)
"""Who may see counts of students over a period."""

RegionCode = Annotated[
    str | None,
    Query(
        pattern=r"^AM\d{2}$",
        description="A labour-market region; all of them together when left out.",
        examples=["AM11"],
    ),
]
SchoolCode = Annotated[
    str | None,
    Query(
        pattern=r"^\d{2}[A-Z]{2}\d{2}$", description="One school (BRIN and location): your own.", examples=["99AA00"]
    ),
]
FromDate = Annotated[
    date | None,
    Query(
        alias="fromDate",
        description="First day of the period; for counts of students of others only 1 January.",
        examples=["2024-02-01"],
    ),
]
ToDate = Annotated[
    date | None,
    Query(
        alias="toDate",
        description="Last day of the period, and the day that durations are counted back from; for counts of "
        "students of others only 31 December of the same year.",
        examples=["2024-07-12"],
    ),
]


async def scope_of(
    visitor: Visitor,
    work: Work,
    region: RegionCode = None,
    school: SchoolCode = None,
    from_date: FromDate = None,
    to_date: ToDate = None,
) -> Scope:
    """The part of the figures that was asked for, if the caller may see it."""
    _check(region, from_date, to_date)
    if visitor is None and school is not None:
        raise Unauthenticated(why="figures of a school are not published")
    school_id = None if school is None else await _own_school(school, visitor, RegisterStore(work.session))
    today = datetime.now(AMSTERDAM).date()
    return Scope(
        as_of=to_date or today,
        today=today,
        region=region,
        school_id=school_id,
        school=school,
        from_date=from_date,
        to_date=to_date,
        hide=not _sees_all(visitor, region, school_id),
        outsider=visitor is None or not visitor.has(*INSIDERS),
    )


AskedScope = Annotated[Scope, Depends(scope_of, scope="function")]


def _check(region: str | None, from_date: date | None, to_date: date | None) -> None:
    problems = []
    if region is not None and region not in REGIONS:
        problems.append(Problem(location="query", pointer="region", detail="there is no such labour-market region"))
    if from_date and to_date and to_date < from_date:
        problems.append(Problem(location="query", pointer="toDate", detail="lies before fromDate"))
    if problems:
        raise Invalid(problems=problems)


async def _own_school(brin: str, visitor: Principal | None, store: RegisterStore) -> UUID:
    if visitor is None or not (brin in visitor.schools or visitor.has(Role.OPERATOR, Role.REGIONAL_COORDINATOR)):
        raise NotFound("school")
    school = await store.school(brin)
    if school is None:
        raise NotFound("school")
    if not (brin in visitor.schools or visitor.has(Role.OPERATOR) or school.region in visitor.regions):
        raise NotFound("school")
    return school.id


def _sees_all(visitor: Principal | None, region: str | None, school_id: UUID | None) -> bool:
    """Whether nothing is hidden: from who may ask about a school, and from a regional coordinator of the region."""
    if visitor is None:
        return False
    regional = visitor.has(Role.REGIONAL_COORDINATOR) and region in visitor.regions
    return regional or school_id is not None or visitor.has(Role.OPERATOR)
