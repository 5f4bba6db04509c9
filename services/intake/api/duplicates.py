"""Employers that may stand in the register twice: before one is registered, and those that are there already."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field

from services.intake.api.callers import SCHOOLS_AND_REGIONS, Acting
from services.intake.domain.duplicates import MOST_CANDIDATES, Candidate, Known, candidates
from services.intake.domain.fields import Email, KvkNumber, Postcode, Telephone, Website, examples
from services.intake.domain.likeness import Reason, Traits
from services.intake.store import DuplicateStore, Pair
from shared.api import Body, Page, PageQuery, PageRequest, Resource, ShortText, not_a_cursor
from shared.events.codes import Region
from shared.unit_of_work import Work

router = APIRouter(tags=["employers"], dependencies=[SCHOOLS_AND_REGIONS])

STEPS: Final = 10
"""A thousand employers are looked at for each page: about a tenth of a second."""

_BEFORE_ALL: Final = UUID(int=0)


class Traced(Body):
    """What is known of an employer that may stand in the register already."""

    model_config = examples({"name": "De Linde", "postcode": "8232VT", "place": "Lelystad"})

    name: ShortText
    kvk_number: KvkNumber | None = None
    postcode: Postcode | None = None
    place: ShortText | None = None
    telephone: Telephone | None = None
    website: Website | None = None
    email: Email | None = None


class CandidateResource(Resource):
    """An employer that may be the one that is meant, and why."""

    employer_id: UUID
    name: str
    place: str | None
    score: int = Field(ge=0, le=100, description="80: ask somebody; 95: as good as certain.")
    reasons: tuple[Reason, ...]

    @classmethod
    def of(cls, candidate: Candidate) -> "CandidateResource":
        """As the domain compared them."""
        alike = candidate.alike
        return cls(
            employer_id=candidate.id,
            name=candidate.name,
            place=candidate.place,
            score=alike.score,
            reasons=alike.reasons,
        )


class DoubleResource(Resource):
    """Two employers of the register that may be one: `_merge` makes them one."""

    employer_id: UUID
    name: str
    other: CandidateResource


@router.post("/employers/_duplicates", summary="Whether an employer stands in the register already")
async def find_duplicates(body: Traced, viewer: Acting, work: Work) -> Page[CandidateResource]:
    """Those that the caller may know of and that may be the one that is meant, the likeliest first."""
    traits = Traits(**dict(body))
    found = candidates(traits, await DuplicateStore(work.session).like(traits, viewer))
    return Page[CandidateResource](items=[CandidateResource.of(candidate) for candidate in found[:MOST_CANDIDATES]])


@router.get("/employer-doubles", summary="Employers that may stand in the register twice")
async def list_doubles(
    region: Annotated[Region, Query()], viewer: Acting, work: Work, page: PageQuery
) -> Page[DoubleResource]:
    """Pairs with a score of 80 and more, in the order in which they were registered.

    A page can hold fewer than asked for, or none, while `next` goes on: pairs are looked for as the list is read.
    """
    store, after = DuplicateStore(work.session), _after(page)
    found: list[tuple[Known, Candidate]] = []
    for _ in range(STEPS):
        pairs, further = await store.pairs(region, viewer, after)
        found += [(one, double) for one, other in pairs for double in candidates(one.traits, [other])]
        if further is None or len(found) > page.limit:
            break
        after = further
    doubles = [
        DoubleResource(employer_id=one.id, name=one.traits.name, other=CandidateResource.of(double))
        for one, double in found[: page.limit]
    ]
    if len(found) > page.limit:
        further = found[page.limit - 1][0].id, found[page.limit - 1][1].id
    return Page[DoubleResource].of(doubles, further and f"{further[0]}|{further[1]}")


def _after(page: PageRequest) -> Pair:
    try:
        one, other = (page.after or f"{_BEFORE_ALL}|{_BEFORE_ALL}").split("|")
        return UUID(one), UUID(other)
    except ValueError:
        raise not_a_cursor() from None
