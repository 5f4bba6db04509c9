"""What opens when (D16): seats that fall free soon, so that the next student is prepared in time."""

from datetime import date, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.intake.api.callers import SCHOOLS_AND_REGIONS, Acting
from services.intake.days import today
from services.intake.domain.coach import Coach
from services.intake.domain.fields import Day, examples
from services.intake.store import OpeningFilter, OpeningSeat, OpeningSeatStore, SchoolStore
from shared.api import Page, PageQuery, Resource
from shared.events.codes import Code, PlacementKind, Region, Weekday
from shared.unit_of_work import Work

router = APIRouter(tags=["offers"], dependencies=[SCHOOLS_AND_REGIONS])

USUAL = timedelta(days=56)
"""Two months: time for a first talk, a visit and the agreement."""


class OpeningResource(Resource):
    """A seat that falls free."""

    model_config = examples(
        {
            "offerId": "01920000-0000-7000-8000-000000000002",
            "employerId": "01920000-0000-7000-8000-00000000000e",
            "employerName": "Tuincentrum De Linde",
            "region": "AM11",
            "sector": "detailhandel",
            "kind": "internship",
            "opensDate": "2027-02-13",
            "weekdays": ["tue", "thu"],
            "schoolId": "01920000-0000-7000-8000-00000000000a",
            "schoolName": "Praktijkschool De Horizon",
            "coach": {"name": "M. Visser", "email": "m.visser@school.example"},
        }
    )

    offer_id: UUID
    employer_id: UUID
    employer_name: str
    region: Region
    sector: Code
    kind: PlacementKind
    opens_date: date
    weekdays: tuple[Weekday, ...]
    school_id: UUID
    school_name: str | None
    coach: Coach | None

    @classmethod
    def of(cls, seat: OpeningSeat, names: dict[UUID, str]) -> "OpeningResource":
        """For all who see the offer."""
        return cls.model_construct(
            offer_id=seat.offer_id,
            employer_id=seat.employer_id,
            employer_name=seat.employer_name,
            region=seat.region,
            sector=seat.sector,
            kind=PlacementKind(seat.kind),
            opens_date=seat.stay.last + timedelta(days=1),
            weekdays=seat.stay.weekdays,
            school_id=seat.school_id,
            school_name=names.get(seat.school_id),
            coach=seat.coach,
        )


@router.get("/offers/opening", summary="What opens when")
async def list_opening_seats(
    viewer: Acting,
    work: Work,
    page: PageQuery,
    until_date: Annotated[
        Day | None, Query(alias="untilDate", description="The last day of a stay; by default eight weeks from now.")
    ] = None,
    region: Annotated[Region | None, Query()] = None,
    sector: Annotated[Code | None, Query()] = None,
    kind: Annotated[PlacementKind | None, Query()] = None,
) -> Page[OpeningResource]:
    """Seats whose stay ends by then, the first to open first: with the school and the coach to call, never whose."""
    wanted = OpeningFilter(until_date or today() + USUAL, region, sector, kind)
    found = await OpeningSeatStore(work.session).page(viewer, wanted, today(), page)
    names = await SchoolStore(work.session).names({seat.school_id for seat in found})
    kept = [OpeningResource.of(seat, names) for seat in found[: page.limit]]
    return Page[OpeningResource].of(kept, found[page.limit - 1].key if len(found) > page.limit else None)
