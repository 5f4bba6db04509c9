"""What everybody may see without logging in (M5, L5): anonymous profile cards, counters, stories."""

from datetime import date
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Depends, Header, Query, Response
from pydantic import Field

from services.intake.api.callers import Shared
from services.intake.api.changes import tag_of
from services.intake.days import today
from services.intake.domain.counters import school_year_of, shown
from services.intake.domain.fields import examples
from services.intake.domain.profile_card import AgeBand, ProfileCard, cards
from services.intake.domain.story import Story
from services.intake.store import PublicationStore, StoryStore
from shared.api import Page, PageQuery, Resource
from shared.errors import NotFound
from shared.events.codes import Code, Region
from shared.unit_of_work import Work

router = APIRouter(prefix="/public", tags=["public"])

R = TypeVar("R", bound=Resource)

UNCHANGED: dict[int | str, dict[str, Any]] = {
    304: {"description": "As it was when the caller got the ETag that was sent."}
}

NoneMatch = Annotated[
    str | None, Header(alias="If-None-Match", max_length=400, description="The ETag of the copy that the caller has.")
]


async def _region(
    shared: Shared, region: Annotated[Region, Query(description="A labour-market region, for example AM11.")]
) -> str:
    if region not in shared.geography.regions:
        raise NotFound("region")
    return region


InRegion = Annotated[str, Depends(_region)]


def told(body: R, if_none_match: str | None, response: Response) -> R:
    """The answer with its ETag, or that the caller's copy is still right; asked for anew each time, never kept."""
    tag = tag_of(body)
    headers = {"ETag": tag, "Cache-Control": "public, no-cache"}
    if if_none_match is not None and tag in (known.strip() for known in if_none_match.split(",")):
        return Response(status_code=304, headers=headers)  # type: ignore[return-value]  # FastAPI sends it as it is
    response.headers.update(headers)
    return body


class AbilityResource(Resource):
    """Something that a student can or has."""

    code_list: str
    code: Code
    words: str = Field(description="In Dutch.")


class ProfileCardResource(Resource):
    """What is said of students of a region who search; true of at least five of them."""

    age_band: AgeBand
    sector: Code
    sector_words: str = Field(description="In Dutch.")
    abilities: tuple[AbilityResource, ...]


class ProfileCards(Resource):
    """The cards of a region; each once, in an order that tells nothing."""

    model_config = examples(
        {
            "region": "AM11",
            "items": [
                {
                    "ageBand": "16-17",
                    "sector": "horeca",
                    "sectorWords": "horeca",
                    "abilities": [{"codeList": "limits", "code": "teamwork", "words": "samenwerken"}],
                }
            ],
        }
    )

    region: Region
    items: tuple[ProfileCardResource, ...]


class Counters(Resource):
    """How a region stands today."""

    model_config = examples(
        {"region": "AM11", "searching": 42, "openOffers": 31, "placements": 118, "placementsSince": "2026-08-01"}
    )

    region: Region
    searching: int | None = Field(description="Students who search for a place; null: fewer than five.")
    open_offers: int
    placements: int | None = Field(description="Begun in this school year; null: fewer than five.")
    placements_since: date


class PublicStory(Resource):
    """A story that everybody may read."""

    model_config = examples(
        {
            "title": "Van stage naar vast contract",
            "text": "Na een half jaar kwam er een contract.",
            "sinceDate": "2026-09-14",
        }
    )

    title: str
    text: str
    since_date: date | None

    @classmethod
    def of(cls, story: Story) -> "PublicStory":
        """Without an id of anybody."""
        return cls(title=story.facts.title, text=story.facts.text, since_date=story.approved_date)


@router.get("/stories", summary="Stories of a region", responses=UNCHANGED)
async def list_public_stories(
    region: InRegion, work: Work, page: PageQuery, response: Response, if_none_match: NoneMatch = None
) -> Page[PublicStory]:
    """Without logging in: those that their school approved, and as long as who is in them agrees."""
    found = await StoryStore(work.session).for_everybody(region, today(), page)
    shown_now = [PublicStory.of(story) for story in found[: page.limit]]
    last = found[page.limit - 1].id if len(found) > page.limit else None
    return told(Page[PublicStory].of(shown_now, last), if_none_match, response)


@router.get("/profile-cards", summary="Anonymous profile cards of a region", responses=UNCHANGED)
async def list_profile_cards(
    region: InRegion, work: Work, shared: Shared, response: Response, if_none_match: NoneMatch = None
) -> ProfileCards:
    """Without logging in. Made anew from those who search and let themselves be shown: withdrawn, a card is gone."""
    found = cards(await PublicationStore(work.session).searching(region, today()), shared.profile_card_crowd)
    lists = shared.codes.lists

    def words(name: str, code: str) -> str:
        return lists[name][code].nl if code in lists[name] else code

    def resource(card: ProfileCard) -> ProfileCardResource:
        abilities = tuple(
            AbilityResource(code_list=one.list_name, code=one.code, words=words(one.list_name, one.code))
            for one in card.abilities
        )
        return ProfileCardResource(
            age_band=card.age_band,
            sector=card.sector,
            sector_words=words("sectors", card.sector),
            abilities=abilities,
        )

    return told(ProfileCards(region=region, items=tuple(map(resource, found))), if_none_match, response)


@router.get("/counters", summary="How a region stands today", responses=UNCHANGED)
async def read_counters(region: InRegion, work: Work, response: Response, if_none_match: NoneMatch = None) -> Counters:
    """Without logging in; of persons no number below five."""
    since = school_year_of(today())
    numbers = await PublicationStore(work.session).numbers(region, since, today())
    counters = Counters(
        region=region,
        searching=shown(numbers.searching),
        open_offers=numbers.open_offers,
        placements=shown(numbers.placements),
        placements_since=since,
    )
    return told(counters, if_none_match, response)
