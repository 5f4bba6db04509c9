"""The realistic-wish check: what there is of each wish, what stands in the way, and what lies near it."""

from datetime import date
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from services.intake.api.callers import Acting, Shared
from services.intake.days import today
from services.intake.domain.fields import examples
from services.intake.domain.labour_market import Figure
from services.intake.domain.student import Student
from services.intake.domain.wish_check import Chance, CheckedWish, Place, Region, check
from services.intake.store import EmployerStore, LabourMarketStore, OfferStore, PlacementStore, StudentStore
from shared.api import Resource
from shared.events.codes import Code
from shared.unit_of_work import UnitOfWork, Work

router = APIRouter(tags=["students"])

_CHANCE = {
    "sector": "zorg-en-welzijn",
    "offers": 3,
    "offersInReach": 1,
    "offersPossible": 0,
    "employersInReach": 0,
    "blocks": [{"code": "distance", "offers": 2, "sentence": "te ver: mag de reistijd langer, of kan het anders?"}],
    "figures": [],
}
_NEAR = _CHANCE | {"sector": "horeca", "offersPossible": 2, "words": "in het restaurant van een zorginstelling"}


class BlockResource(Resource):
    """What keeps the student from places, at how many of them, and what would help (Dutch)."""

    model_config = examples({"code": "distance", "offers": 2, "sentence": "te ver: mag de reistijd langer?"})

    code: Code
    offers: int
    sentence: str


class ChanceResource(Resource):
    """What the student's region has of a kind of work, with the labour-market figures about it."""

    model_config = examples(_CHANCE)

    sector: Code
    offers: int = Field(description="Open places of the region.")
    offers_in_reach: int
    offers_possible: int = Field(description="Places that nothing stands in the way of.")
    employers_in_reach: int = Field(description="Employers with that work, with or without an open place.")
    blocks: list[BlockResource]
    figures: list[Figure]


class AlternativeResource(ChanceResource):
    """A kind of work near the wish; `words` say where it is (Dutch)."""

    model_config = examples(_NEAR)

    words: str


class CheckedWishResource(ChanceResource):
    """A wish, what there is of it, and what lies near it."""

    model_config = examples(
        _CHANCE
        | {
            "rank": 1,
            "tasks": [],
            "realistic": False,
            "sentence": "Binnen bereik is hiervan niets bekend; kijk naar werk dat er dichtbij ligt.",
            "alternatives": [_NEAR],
        }
    )

    rank: int
    tasks: tuple[Code, ...]
    realistic: bool = Field(description="Whether there is a place that suits, or an employer in reach to call.")
    sentence: str = Field(description="The advice, in Dutch.")
    alternatives: list[AlternativeResource] = Field(description="The most promising first.")


class WishCheck(Resource):
    """The wishes of a student, the first choice first, on a day."""

    model_config = examples({"checkedDate": "2026-09-01", "items": []})

    checked_date: date
    items: list[CheckedWishResource]


@router.get("/students/{student_id}/wish-check", summary="Whether the wishes are within reach")
async def check_wishes(student_id: UUID, viewer: Acting, work: Work, shared: Shared) -> WishCheck:
    """Open places and employers of the student's region, as the school may know of them; it decides nothing."""
    student = await StudentStore(work.session).read(student_id, viewer)
    region = await _region_of(work, viewer, student)
    checked = check(student, region, shared.codes.lists["sectors"], today())
    figures: dict[str, list[Figure]] = {}
    for figure in await LabourMarketStore(work.session).latest(student.region):
        figures.setdefault(figure.sector, []).append(figure)
    return WishCheck(checked_date=today(), items=[_shown(one, figures) for one in checked])


async def _region_of(work: UnitOfWork, viewer: Acting, student: Student) -> Region:
    offers = await OfferStore(work.session).standing_in(student.region, viewer, today())
    employers = await EmployerStore(work.session).several({offer.employer_id for offer in offers})
    sitting = await PlacementStore(work.session).at_offers([offer.id for offer in offers])
    places = [Place(o, employers[o.employer_id], [p.occupation for p in sitting[o.id]]) for o in offers]
    taking = [place for place in places if not place.employer.paused_on(today())]
    return Region(taking, await EmployerStore(work.session).points_in(student.region, viewer))


def _shown(checked: CheckedWish, figures: dict[str, list[Figure]]) -> CheckedWishResource:
    near = [
        AlternativeResource(words=alternative.words, **_chance(chance, figures))
        for alternative, chance in checked.alternatives
    ]
    return CheckedWishResource(
        rank=checked.wish.rank,
        tasks=checked.wish.tasks,
        realistic=checked.realistic,
        sentence=checked.sentence,
        alternatives=near,
        **_chance(checked.chance, figures),
    )


def _chance(chance: Chance, figures: dict[str, list[Figure]]) -> dict[str, object]:
    blocks = [BlockResource.model_validate(block) for block in chance.blocks]
    counted = ("sector", "offers", "offers_in_reach", "offers_possible", "employers_in_reach")
    known = {name: getattr(chance, name) for name in counted}
    return known | {"blocks": blocks, "figures": figures.get(chance.sector, [])}
