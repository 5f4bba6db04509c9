"""Finding employers: by words, by what they are, where they are; and those that stand in the register twice."""

from typing import Annotated, TypeAlias, TypeVar
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import Field, model_validator

from services.intake.api.callers import SCHOOLS_AND_REGIONS, Acting, Shared
from services.intake.api.employers import EmployerResource, shown
from services.intake.api.fields import Fields
from services.intake.domain.addresses import Address
from services.intake.domain.fields import examples
from services.intake.situating import situate
from services.intake.store import EmployerFilter, EmployerSearch, Order, Sort
from services.intake.verifying import stale_before
from shared.api import Body, Page, PageQuery, ShortText
from shared.events.codes import Code, EmployerKind, Municipality, Point, Recognition, Region, SizeClass
from shared.unit_of_work import UnitOfWork, Work

router = APIRouter(tags=["employers"], dependencies=[SCHOOLS_AND_REGIONS])

T = TypeVar("T")
Several: TypeAlias = T | Annotated[tuple[T, ...], Field(min_length=1, max_length=40)]
"""One value, or several of which any will do."""


class Near(Body):
    """From where distances count: coordinates, or an address."""

    model_config = examples({"address": {"postcode": "8232VT", "place": "Lelystad"}})

    latitude: Annotated[float, Field(ge=50.5, le=53.8)] | None = None
    longitude: Annotated[float, Field(ge=3.2, le=7.4)] | None = None
    address: Address | None = None

    @model_validator(mode="after")
    def _one_way(self) -> "Near":
        coordinates = self.latitude is not None and self.longitude is not None
        if coordinates == (self.address is not None) or (self.latitude is None) != (self.longitude is None):
            raise ValueError("give latitude and longitude, or an address")
        return self


class SearchEmployers(Body):
    """What is looked for; what is left out does not matter; of several values any will do."""

    model_config = examples(
        {"text": "tuin lelystad", "recognition": "boris"},
        {"sector": ["horeca", "detailhandel"], "near": {"latitude": 52.5, "longitude": 5.5}, "withinKm": 10},
    )

    text: ShortText | None = Field(
        default=None,
        description="Words of the name, the place or the work, the last of which may be unfinished; other forms of a "
        "word, compounds with it and typing errors are found too. Of very many 500 come, unless another order is asked",
    )
    region: Several[Region] | None = None
    municipality: Several[Municipality] | None = None
    sector: Several[Code] | None = None
    kind: Several[EmployerKind] | None = None
    size_class: Several[SizeClass] | None = None
    recognition: Several[Recognition] | None = None
    cooperates_with: UUID | None = Field(default=None, description="A school that works with it or brought it in.")
    brought_in_by: UUID | None = None
    suggested: bool | None = None
    has_open_offer: bool | None = None
    stopped: bool | None = Field(default=None, description="Whether it takes nobody any more.")
    stale: bool | None = Field(default=None, description="Whether nobody verified it for too long.")
    sort: Sort | None = Field(
        default=None, description="By default by relevance where there is `text`, else as registered; `-`: descending."
    )
    near: Near | None = None
    within_km: Annotated[float, Field(gt=0, le=350)] | None = Field(default=None, description="Kilometres from `near`.")

    @model_validator(mode="after")
    def _complete(self) -> "SearchEmployers":
        by_distance = self.sort is not None and self.sort.field == "distance"
        if self.near is None and (by_distance or self.within_km is not None):
            raise ValueError("distances count from `near`")
        if self.sort is Sort.RELEVANCE and self.text is None:
            raise ValueError("without `text` nothing is more relevant than the rest")
        return self


@router.post("/employers/_search", summary="Search employers", response_model=Page[EmployerResource])
async def search_employers(
    body: SearchEmployers, viewer: Acting, work: Work, shared: Shared, page: PageQuery, fields: Fields
) -> Page[EmployerResource] | Response:
    """Employers by words, region, kind of work and more; an empty body finds all."""
    wanted = EmployerFilter(
        **{name: value for name, value in dict(body).items() if name not in _ORDER}, stale_before=stale_before(shared)
    )
    found = page.page(
        await EmployerSearch(work.session).page(viewer, wanted, await _order(body, work), page),
        lambda found: found.cursor,
    )
    resources = await shown(work, [one.employer for one in found.items])
    return fields.of(Page[EmployerResource](items=resources, next=found.next), EmployerResource)


_ORDER = frozenset({"sort", "near", "within_km"})


async def _order(body: SearchEmployers, work: UnitOfWork) -> Order:
    default = Sort.REGISTERED if body.text is None else Sort.RELEVANCE
    return Order(body.sort or default, await _point(body.near, work), body.within_km)


async def _point(near: Near | None, work: UnitOfWork) -> Point | None:
    if near is None:
        return None
    if near.address is not None:
        return (await situate(work, near.address, "/near/address")).location
    assert near.latitude is not None
    assert near.longitude is not None
    return Point(latitude=near.latitude, longitude=near.longitude)
