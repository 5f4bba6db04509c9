"""The portfolio of an SBB adviser: recognised companies of the own area, and which had no student for a year."""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field

from services.intake.api.callers import Shared, area_of
from services.intake.days import today
from services.intake.domain.fields import examples
from services.intake.store.employer_search import Order, Sort
from services.intake.store.portfolio import Company, PortfolioFilter, portfolio
from shared.api import Page, PageQuery, Resource
from shared.errors import Forbidden, Invalid, Problem
from shared.events.codes import Code, IntermediaryKind, Municipality, Point, Recognition, Region
from shared.security import Caller, Role, requires
from shared.unit_of_work import Work

router = APIRouter(tags=["portfolio"], dependencies=[requires(Role.INTERMEDIARY)])

A_YEAR = timedelta(days=365)


class CompanyResource(Resource):
    """A recognised company; nothing of any student."""

    model_config = examples(
        {
            "employerId": "01920000-0000-7000-8000-00000000000e",
            "name": "Tuincentrum De Linde",
            "companyId": "100012345",
            "recognition": "boris",
            "sectors": ["detailhandel"],
            "region": "AM11",
            "municipality": "GM0995",
            "place": "Lelystad",
            "website": None,
            "hadStudentLastYear": False,
        }
    )

    employer_id: UUID
    name: str
    company_id: str | None
    recognition: Recognition
    sectors: tuple[Code, ...]
    region: Region
    municipality: Municipality | None
    place: str | None
    website: str | None
    had_student_last_year: bool = Field(
        description="Whether a student of these schools was there in the last 365 days."
    )

    @classmethod
    def of(cls, company: Company) -> "CompanyResource":
        """For SBB."""
        facts, there = company.employer.facts, company.employer.situation
        return cls(
            employer_id=company.employer.id,
            name=facts.name,
            company_id=facts.sbb and facts.sbb.company_id,
            recognition=facts.recognition,
            sectors=facts.sectors,
            region=there.region,
            municipality=there.municipality,
            place=facts.address and facts.address.place,
            website=facts.website,
            had_student_last_year=company.had_student,
        )


@router.get("/portfolio", summary="Recognised companies of SBB's area")
async def read_portfolio(
    caller: Caller,
    work: Work,
    shared: Shared,
    page: PageQuery,
    sector: Annotated[Code | None, Query()] = None,
    municipality: Annotated[Municipality | None, Query()] = None,
    without_student: Annotated[
        bool | None, Query(alias="withoutStudent", description="`true`: no student for a year; `false`: there was one.")
    ] = None,
    latitude: Annotated[float | None, Query(ge=50.5, le=53.8)] = None,
    longitude: Annotated[float | None, Query(ge=3.2, le=7.4)] = None,
    within_km: Annotated[float | None, Query(alias="withinKm", gt=0, le=350)] = None,
) -> Page[CompanyResource]:
    """By sector and place, also within some kilometres of a point; for advisers of SBB, in their own area."""
    intermediary = caller.intermediary
    if intermediary is None or intermediary.kind is not IntermediaryKind.SBB:
        raise Forbidden("the portfolio is for advisers of SBB: your token names no organisation of that kind")
    order = Order(Sort.REGISTERED, _near(latitude, longitude, within_km), within_km)
    area = frozenset(area_of(intermediary, shared))
    wanted = PortfolioFilter(area, today() - A_YEAR, sector, municipality, without_student)
    found = await portfolio(work.session, wanted, order, page)
    return page.page([CompanyResource.of(one) for one in found], lambda one: one.employer_id)


def _near(latitude: float | None, longitude: float | None, within_km: float | None) -> Point | None:
    if latitude is None and longitude is None and within_km is None:
        return None
    if latitude is None or longitude is None or within_km is None:
        detail = "give latitude, longitude and withinKm together"
        raise Invalid(problems=[Problem(location="query", pointer="withinKm", detail=detail)])
    return Point(latitude=latitude, longitude=longitude)
