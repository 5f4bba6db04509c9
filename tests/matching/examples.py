"""Students, offers and employers to test with; what a test says nothing of is as good as can be."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from services.matching.domain.model import Employer, Offer, Opening, Profile, Search, SearchState
from services.matching.domain.pairs import STEPS, Pair
from shared.events.codes import Guidance, OutflowProfile, PlacementKind, Step
from shared.ids import new_id

TODAY = date(2026, 9, 1)
MORNING = datetime(2026, 9, 1, 8, tzinfo=UTC)
SCHOOL, OTHER_SCHOOL = new_id(), new_id()
LELYSTAD = {"latitude": 52.508, "longitude": 5.475}
ALMERE = {"latitude": 52.371, "longitude": 5.222}
"""Some 23 km from Lelystad as the crow flies."""

ZWOLLE = {"latitude": 52.512, "longitude": 6.094}
"""Some 42 km from Lelystad, in the next region (AM36)."""


def north_of(place: dict[str, float], km: float) -> dict[str, float]:
    """A point so many kilometres to the north."""
    return place | {"latitude": place["latitude"] + km / 111.195}


def wish(*sectors: str, tasks: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    """Wishes for sectors, the first choice first."""
    return [{"rank": rank, "sector": sector, "tasks": tasks} for rank, sector in enumerate(sectors, start=1)]


def a_profile(**facts: Any) -> Profile:
    """A student who can go to `an_offer()` without any obstacle."""
    values: dict[str, Any] = {
        "student_id": new_id(),
        "school_id": SCHOOL,
        "birth_year_month": "2009-05",
        "region": "AM11",
        "municipality": "GM0995",
        "location": LELYSTAD,
        "travel": {"mode": "bike", "max_minutes": 30},
        "wishes": wish("horeca"),
        "accepts_neighbouring_work": True,
        "begin_date": date(2026, 9, 7),
        "end_date": date(2027, 2, 12),
        "weekdays": ["mon", "tue", "thu"],
        "days_per_week": 2,
    }
    return Profile.model_validate(values | facts)


def a_search(
    profile: Profile | None = None, *, step: Step = STEPS[-1], more: Mapping[str, Any] | None = None, **facts: Any
) -> Search:
    """A search with every circle open, unless another `step` is given; other facts are the profile's, `more` its own."""
    own = profile or a_profile(**facts)
    begun = (SearchState.SEARCHING, step, MORNING, MORNING)
    return Search(own.student_id, own.school_id, own, *begun, **(more or {}))


def an_offer(**facts: Any) -> Offer:
    """An offer of one seat round the corner from `a_profile()`."""
    values: dict[str, Any] = {
        "offer_id": new_id(),
        "employer_id": new_id(),
        "kind": PlacementKind.INTERNSHIP,
        "sector": "horeca",
        "seats": 1,
        "begin_date": date(2026, 9, 1),
        "end_date": date(2027, 7, 9),
        "weekdays": ["mon", "tue", "wed", "thu", "fri"],
        "region": "AM11",
        "municipality": "GM0995",
        "location": north_of(LELYSTAD, 2),
        "guidance": Guidance.FULL,
        "outflow_profiles": [OutflowProfile.WORK],
    }
    return Offer.model_validate(values | facts)


def an_employer(**facts: Any) -> Employer:
    """A shared employer near `a_profile()` that nobody works with."""
    values: dict[str, Any] = {
        "employer_id": new_id(),
        "name": "Bakkerij Van der Meer",
        "region": "AM11",
        "location": north_of(LELYSTAD, 2),
        "sectors": ["horeca"],
        "guidance": Guidance.FULL,
    }
    return Employer.model_validate(values | facts)


def known_to(*schools: UUID, since: date | None = date(2022, 9, 1)) -> dict[str, Any]:
    """The cooperations of an employer."""
    return {"cooperations": [{"school_id": school, "since_date": since} for school in schools]}


def a_pair(search: Search | None = None, offer: Offer | None = None, *, today: date = TODAY, **opening: Any) -> Pair:
    """A student beside an offer."""
    return Pair(search or a_search(), Opening(offer or an_offer(), **opening), today)
