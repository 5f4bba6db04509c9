"""Students who are equal but for what may not decide (name, origin, sex, any id) get equal places, points and reasons."""

import json
from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from services.matching.domain import fits, hardness, prospects
from services.matching.domain.engine import ShortestPathEngine
from services.matching.domain.model import Opening, Profile, Search
from services.matching.domain.pairs import Pair
from services.matching.domain.widening import GroupBounds
from shared.ids import new_id
from tests.matching.examples import (
    LELYSTAD,
    SCHOOL,
    TODAY,
    a_profile,
    a_search,
    an_employer,
    an_offer,
    known_to,
    north_of,
    wish,
)
from tests.matching.world import World

SECTORS = ("horeca", "zorg-en-welzijn", "groen", "detailhandel")
DEMANDS = ("till", "noise", "lifting")
WHO = (
    {"givenName": "Emma", "familyName": "de Vries", "sex": "f", "nationality": "NL", "birthCountry": "Nederland"},
    {"givenName": "Mohammed", "familyName": "El Amrani", "sex": "m", "nationality": "MA", "birthCountry": "Marokko"},
    {"givenName": "Wei", "familyName": "Li", "sex": "x", "nationality": "CN", "birthCountry": "China"},
)
"""What may not decide, in the words that a register could use."""

STUDENTS = st.fixed_dictionaries(
    {
        "wishes": st.lists(st.sampled_from(SECTORS), max_size=2, unique=True).map(lambda found: wish(*found)),
        "limits": st.lists(st.sampled_from(DEMANDS), max_size=2, unique=True),
        "guidance_need": st.sampled_from(["none", "limited", "full"]),
        "last_year": st.booleans(),
        "accepts_neighbouring_work": st.booleans(),
        "location": st.integers(0, 6).map(lambda km: north_of(LELYSTAD, km)),
        "birth_year_month": st.sampled_from(["2008-11", "2009-05", "2010-02"]),
    }
)
OFFERS = st.fixed_dictionaries(
    {
        "sector": st.sampled_from(SECTORS),
        "demands": st.lists(st.sampled_from(DEMANDS), max_size=2, unique=True),
        "seats": st.integers(1, 2),
        "kind": st.sampled_from(["internship", "group", "taster"]),
        "guidance": st.sampled_from(["none", "full"]),
        "minimum_age": st.sampled_from([None, 16]),
        "location": st.integers(0, 6).map(lambda km: north_of(LELYSTAD, km)),
    }
)


def searching(facts: Sequence[dict[str, Any]], who: Sequence[dict[str, str]]) -> list[Search]:
    """The students as the register tells of them, each with somebody's name, sex and origin; all ids are new."""
    told = [a_profile(**one).model_dump(mode="json", by_alias=True) for one in facts]
    return [
        a_search(Profile.model_validate_json(json.dumps(one | who[number % len(who)])))
        for number, one in enumerate(told)
    ]


def key(facts: Any) -> str:
    return json.dumps({name: value for name, value in facts.items() if not name.endswith("_id")}, sort_keys=True)


def what_came_of(searches: Sequence[Search], offers: Sequence[dict[str, Any]]) -> Counter[Any]:
    """How often students with such facts were proposed such offers, with such reasons, or which obstacles they have."""
    openings = [Opening(an_offer(**one)) for one in offers]
    pairs = [Pair(search, opening, TODAY) for search in searches for opening in openings]
    found = [one for pair in pairs if (one := fits.fit(pair))]
    bounds = {search.student_id: GroupBounds(smallest=1) for search in searches}
    plan = fits.propose(ShortestPathEngine(), found, bounds, {})
    came: Counter[Any] = Counter(
        (key(one.pair.profile.model_dump(mode="json")), key(one.offer.model_dump(mode="json")), one.reasons)
        for one in plan
    )
    for search in searches:
        own = [pair for pair in pairs if pair.search is search]
        student = key(search.profile.model_dump(mode="json"))
        came[student, hardness.of(search), tuple(fits.nearest_obstacles(own))] += 1
    return came


@settings(max_examples=150, deadline=None)
@given(
    facts=st.lists(STUDENTS, min_size=1, max_size=6),
    offers=st.lists(OFFERS, min_size=1, max_size=5),
    shuffled=st.randoms(use_true_random=False),
)
def test_names_origin_sex_ids_and_order_change_nothing_for_anybody(facts: Any, offers: Any, shuffled: Any) -> None:
    first = what_came_of(searching(facts, WHO), offers)
    others = [*facts]
    shuffled.shuffle(others)
    assert what_came_of(searching(others, WHO[::-1]), offers[::-1]) == first


@settings(max_examples=60, deadline=None)
@given(facts=STUDENTS)
def test_the_call_list_of_two_such_students_is_the_same(facts: Any) -> None:
    leads = [
        prospects.Lead(an_employer(name=name, sectors=[sector], **known))
        for name, sector in zip(("A", "B", "C"), SECTORS, strict=False)
        for known in ({}, known_to(SCHOOL))
    ]
    one, other = searching([facts, facts], WHO)
    lists = [prospects.call_list(search, leads, TODAY, {}) for search in (one, other)]
    assert lists[0] == lists[1]


def test_matching_reads_nothing_of_a_student_that_may_not_decide() -> None:
    """Whoever adds a field here says in docs/privacy.md why a place may depend on it."""
    assert set(Profile.model_fields) == {
        "student_id",
        "school_id",
        "birth_year_month",
        "region",
        "municipality",
        "location",
        "travel",
        "wishes",
        "accepts_neighbouring_work",
        "limits",
        "certificates",
        "guidance_need",
        "has_jobcoach",
        "outflow_profile",
        "placement_kind",
        "last_year",
        "begin_date",
        "end_date",
        "weekdays",
        "days_per_week",
    }


class Named(Profile):
    """A profile as a register might tell it, with what nobody needs."""

    given_name: str
    family_name: str
    sex: str
    nationality: str
    birth_country: str


async def test_two_such_students_get_equal_proposals_from_the_running_service(world: World) -> None:
    for _ in range(2):
        await world.offer(demands=["till"], tasks=["bediening"], end_date=date(2027, 7, 9))
    facts = {"limits": ["till"], "guidance_need": "full", "last_year": True}
    for who in WHO[:2]:
        told = a_profile(**facts, student_id=new_id()).model_dump(mode="json", by_alias=True)
        await world.tell(world.ready(Named.model_validate(told | who)))
    proposals = [
        (await world.own.get(f"/v1/proposals/{(await world.proposed()).proposal_id}")).json() for _ in range(2)
    ]
    told_of = ("score", "reasons", "adaptation", "choice", "step", "beginDate", "endDate", "weekdays")
    assert [proposals[0][name] for name in told_of] == [proposals[1][name] for name in told_of]
    kept = await world.matching.sql.fetch("select profile::text as told from searches")
    assert not [one for one in kept for who in WHO for word in who.values() if len(word) > 2 and word in one["told"]]
