"""Relations to keep warm: employers that nobody spoke with for long, offers that nobody comes to, next steps."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Annotated, TypeVar
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field

from services.intake.api.callers import COORDINATORS, SCHOOLS_AND_REGIONS, Acting
from services.intake.api.offer_resources import OfferResource
from services.intake.api.offer_resources import shown as shown_offers
from services.intake.days import today
from services.intake.domain.fields import Day, examples
from services.intake.domain.relation import DORMANT_MONTHS, UNUSED_WEEKS, Relation, most_promising_first
from services.intake.domain.rights import Viewer
from services.intake.store import RelationStore, SchoolStore
from services.intake.store.relations import NextStep, Whose
from shared.api import Page, PageQuery, PageRequest, Resource, encode_cursor
from shared.errors import Forbidden
from shared.events.codes import Region
from shared.unit_of_work import Work

router = APIRouter(prefix="/relations", tags=["relations"], dependencies=[SCHOOLS_AND_REGIONS])

T = TypeVar("T")

LOOK_AHEAD = timedelta(days=7)
"""A week's work is planned at its beginning."""

InRegion = Annotated[
    Region | None, Query(description="For its regional coordinator: of all schools; else of the own ones there.")
]
OfSchool = Annotated[UUID | None, Query(alias="schoolId", description="One of the own schools; else all of them.")]


class KnowingSchool(Resource):
    """A school that had to do with an employer."""

    model_config = examples(
        {"schoolId": "01920000-0000-7000-8000-00000000000a", "schoolName": "Praktijkschool De Horizon"}
    )

    school_id: UUID
    school_name: str | None


class DormantRelation(Resource):
    """An employer that a school knows and that nobody there had to do with for long."""

    model_config = examples(
        {
            "employerId": "01920000-0000-7000-8000-00000000000e",
            "employerName": "Tuincentrum De Linde",
            "region": "AM11",
            "lastDate": "2026-02-12",
            "lastContactDate": "2025-11-03",
            "placements": 3,
            "points": 180,
            "reasons": ["3 keer een plek.", "Boris-leerbedrijf."],
            "knownBy": [
                {"schoolId": "01920000-0000-7000-8000-00000000000a", "schoolName": "Praktijkschool De Horizon"}
            ],
        }
    )

    employer_id: UUID
    employer_name: str
    region: Region
    last_date: date | None = Field(description="Of contacts, offers and placements.")
    last_contact_date: date | None
    placements: int
    points: int = Field(description="The order of the list.")
    reasons: list[str]
    known_by: list[KnowingSchool]

    @classmethod
    def of(cls, relation: Relation, names: Mapping[UUID, str]) -> "DormantRelation":
        """As the school or region sees it."""
        employer = relation.employer
        return cls(
            employer_id=employer.id,
            employer_name=employer.facts.name,
            region=employer.situation.region,
            last_date=relation.last,
            last_contact_date=relation.last_contact,
            placements=relation.placements,
            points=relation.points,
            reasons=[words for _, words in relation.reasons],
            known_by=[KnowingSchool(school_id=school, school_name=names.get(school)) for school in relation.known_by],
        )


class NextStepResource(Resource):
    """What was agreed with an employer and waits to be done."""

    model_config = examples(
        {
            "employerId": "01920000-0000-7000-8000-00000000000e",
            "employerName": "Tuincentrum De Linde",
            "contactId": "01920000-0000-7000-8000-00000000000c",
            "schoolId": "01920000-0000-7000-8000-00000000000a",
            "author": "coordinator-1",
            "contactDate": "2026-09-14",
            "nextStep": "Bellen over een kennismaking.",
            "nextStepDate": "2026-09-21",
        }
    )

    employer_id: UUID
    employer_name: str
    contact_id: UUID
    school_id: UUID
    author: str
    contact_date: date
    next_step: str | None
    next_step_date: date

    @classmethod
    def of(cls, step: NextStep) -> "NextStepResource":
        """As the own school sees it."""
        return cls.model_validate(step)


@router.get("/dormant", summary="Relations that cool down")
async def list_dormant(
    viewer: Acting,
    work: Work,
    page: PageQuery,
    months: Annotated[int, Query(ge=1, le=60, description="Without contact, offer or placement.")] = DORMANT_MONTHS,
    region: InRegion = None,
    school_id: OfSchool = None,
) -> Page[DormantRelation]:
    """Employers that a school cooperated or spoke with and has not for so long, the most promising first."""
    whose = _whose(viewer, region, school_id)
    ranked = most_promising_first(await RelationStore(work.session).dormant(whose, viewer, today(), months))
    found, last = _piece(ranked, page)
    names = await SchoolStore(work.session).names({school for relation in found for school in relation.known_by})
    return Page[DormantRelation](items=[DormantRelation.of(one, names) for one in found], next=last)


@router.get("/unused-offers", summary="Offers that nobody comes to")
async def list_unused_offers(
    viewer: Acting,
    work: Work,
    page: PageQuery,
    weeks: Annotated[int, Query(ge=1, le=104, description="Open, and without a student there.")] = UNUSED_WEEKS,
    region: InRegion = None,
    school_id: OfSchool = None,
) -> Page[OfferResource]:
    """Places that an employer has for nothing: find somebody, or tell the employer; the oldest first."""
    whose = _whose(viewer, region, school_id)
    found = await RelationStore(work.session).unused_offers(whose, viewer, today(), weeks, page)
    return page.page(await shown_offers(work, viewer, found, None), lambda offer: offer.id)


@router.get("/next-steps", summary="What was agreed with employers", dependencies=[COORDINATORS])
async def list_next_steps(
    viewer: Acting,
    work: Work,
    page: PageQuery,
    until: Annotated[Day | None, Query(description="That day or earlier; by default a week ahead.")] = None,
    mine: Annotated[bool, Query(description="Only of the caller's own contacts.")] = False,
) -> Page[NextStepResource]:
    """Next steps of the own schools' contacts that no later contact followed up, the first due first."""
    steps = await RelationStore(work.session).next_steps(viewer, until or today() + LOOK_AHEAD, mine=mine)
    found, last = _piece(steps, page)
    return Page[NextStepResource](items=[NextStepResource.of(step) for step in found], next=last)


def _piece(ranked: list[T], page: PageRequest) -> tuple[list[T], str | None]:
    """A page of a list that is in the order of a rank, and the cursor of the next."""
    first = page.after_number or 0
    last = first + page.limit
    return ranked[first:last], encode_cursor(str(last)) if last < len(ranked) else None


def _whose(viewer: Viewer, region: str | None, school_id: UUID | None) -> Whose:
    """The own schools' or, for who looks after it, a whole region's; raises `Forbidden`."""
    if school_id is not None:
        return Whose(frozenset({viewer.acting_school(school_id, "/schoolId")}), region)
    if region is not None and viewer.governs(region):
        return Whose(None, region)
    if not viewer.schools:
        raise Forbidden("say which of your regions is meant")
    return Whose(viewer.schools, region)
