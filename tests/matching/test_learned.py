"""What declined proposals teach, and how kinds of work are discovered by who has no wish yet."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from services.matching.domain import fits
from services.matching.domain.engine import ShortestPathEngine
from services.matching.domain.learned import TEACHES, told
from services.matching.domain.model import Lesson, Opening
from services.matching.domain.pairs import Pair
from services.matching.domain.proposals import DeclineReason
from services.matching.domain.rules import is_possible, obstacles
from services.matching.domain.score import reasons
from services.matching.domain.weights import TRIED_BEFORE
from services.matching.domain.widening import GroupBounds
from shared.events.codes import Guidance
from shared.events.matching import MatchProposed
from shared.ids import new_id
from tests.matching.examples import LELYSTAD, TODAY, a_pair, a_profile, a_search, an_offer, north_of, wish
from tests.matching.world import World, started

EMPLOYER = new_id()


def after(reason: str, pair: Pair, **facts: Any) -> Pair:
    """The pair once a place was declined for a reason."""
    about = {"offer_id": new_id(), "employer_id": EMPLOYER, "sector": "horeca", "minutes": 11}
    lesson = Lesson(reason, **{**about, "guidance": Guidance.LIMITED, **facts})
    return Pair(a_search(pair.profile, more={"lessons": (lesson,)}), pair.opening, pair.today)


THERE = {"employer_id": EMPLOYER, "guidance": "limited"}


@pytest.mark.parametrize(
    ("reason", "offer", "text"),
    [
        ("too-far", {}, "11 minuten fietsen was eerder te ver: kan wel als dat toch mag."),
        (
            "work-does-not-fit",
            THERE,
            "Het werk (horeca) bij dit bedrijf paste eerder niet: kan wel als het nu ander werk is.",
        ),
        (
            "guidance-does-not-fit",
            THERE,
            "De begeleiding bij dit bedrijf paste eerder niet: kan wel als het bedrijf nu meer geeft.",
        ),
        ("employer-declined", THERE, "Dit bedrijf wilde eerder niet: kan wel als het daar nu anders over denkt."),
    ],
)
def test_a_no_teaches_and_says_what_would_help(reason: str, offer: dict[str, Any], text: str) -> None:
    pair = a_pair(offer=an_offer(**offer))
    assert is_possible(pair)
    assert [(one.rule, one.text) for one in obstacles(after(reason, pair))] == [("learned", text)]


@pytest.mark.parametrize(
    ("reason", "student", "offer"),
    [
        ("too-far", {}, {"location": north_of(LELYSTAD, 1.5)}),
        ("work-does-not-fit", {"wishes": wish("groen")}, {"employer_id": EMPLOYER, "sector": "groen"}),
        ("work-does-not-fit", {}, {}),
        ("guidance-does-not-fit", {}, {"employer_id": EMPLOYER, "guidance": "full"}),
        ("guidance-does-not-fit", {}, {"guidance": "limited"}),
        ("employer-declined", {}, {}),
        ("not-motivated", {}, THERE),
        ("other", {}, THERE),
        ("found-elsewhere", {}, THERE),
    ],
)
def test_a_no_teaches_nothing_beyond_its_reason(reason: str, student: dict[str, Any], offer: dict[str, Any]) -> None:
    assert is_possible(after(reason, a_pair(a_search(**student), an_offer(**offer))))


def test_every_reason_that_teaches_is_one_that_can_be_given_and_has_its_words() -> None:
    assert set(TEACHES) < set(DeclineReason)
    for reason in TEACHES:
        lesson = Lesson(reason, new_id(), EMPLOYER, "horeca", 11, Guidance.FULL)
        assert told(lesson, a_search()).endswith(".")


def discovering(*tried: str, **facts: Any) -> Any:
    return a_search(wishes=[], more={"tried": frozenset(tried)}, **facts)


@pytest.mark.parametrize("kind", ["taster", "internal", "learn-work-centre"])
def test_who_has_no_wish_yet_can_discover_work_at_places_that_are_made_for_it(kind: str) -> None:
    offer = an_offer(kind=kind)
    assert is_possible(a_pair(discovering(), offer))
    assert is_possible(a_pair(discovering(placement_kind="long"), offer))
    assert not is_possible(a_pair(discovering(placement_kind="job"), offer))
    assert "discovery" in {one.factor for one in reasons(a_pair(discovering(), offer))}
    assert not is_possible(a_pair(a_search(), an_offer(kind="taster")))


def test_a_kind_of_work_that_did_not_come_by_yet_is_proposed_first_and_says_so() -> None:
    search = discovering("horeca", "sport")
    openings = [Opening(an_offer(location=LELYSTAD)), Opening(an_offer(sector="groen", location=north_of(LELYSTAD, 5)))]
    found = [one for opening in openings if (one := fits.fit(Pair(search, opening, TODAY)))]
    (best,) = fits.propose(ShortestPathEngine(), found, {search.student_id: GroupBounds()}, {})
    assert "Er is nog geen wens: hier kan worden ontdekt hoe groen bevalt, na horeca en sport." in {
        one.text for one in best.reasons
    }
    (known,) = [one for one in reasons(found[0].pair) if one.factor == "wish"]
    assert (known.points, known.text) == (
        TRIED_BEFORE,
        "Er is nog geen wens, en horeca kwam eerder langs: iets anders leert meer.",
    )


async def declined(world: World, reason: str) -> UUID:
    student = await world.student()
    proposed = await world.proposed()
    assert (await world.decline(proposed.proposal_id, reason)).status_code == 200
    return student


async def test_what_was_too_far_is_learned_shown_and_let_go_again(world: World) -> None:
    await world.offer(location=north_of(LELYSTAD, 3))
    student = await declined(world, "too-far")
    farther = await world.offer(location=north_of(LELYSTAD, 4))
    search = await world.search(student)
    assert [one["text"] for one in search["learned"]] == ["Geen plek op 16 minuten fietsen of meer."]
    assert [one["rule"] for one in search["whyNot"]] == ["learned", "declined"]
    await world.matching.published_everything()
    assert (await world.other.post(f"/v1/students/{student}/_forget-declines")).status_code == 404
    forgotten = (await world.own.post(f"/v1/students/{student}/_forget-declines")).json()
    assert (forgotten["learned"], forgotten["state"]) == ([], "proposed")
    assert (await world.proposed()).offer_id == farther.offer_id


async def test_what_was_learned_lapses_with_another_profile_and_only_then(world: World) -> None:
    first = await world.offer()
    student = await declined(world, "employer-declined")
    await world.offer(employer_id=first.employer_id)
    profile = world.intake.profiles[str(student)]
    await world.tell(world.ready(profile), version=2)
    assert await world.told(MatchProposed) == 1
    await world.tell(world.ready(profile.model_copy(update={"last_year": True})), version=3)
    assert (await world.proposed()).student_id == student
    assert (await world.search(student))["learned"] == []


async def test_what_was_learned_is_gone_when_the_search_ends(world: World) -> None:
    offer = await world.offer()
    student = await declined(world, "employer-declined")
    await world.tell(started(offer, student))
    assert await world.matching.sql.fetchval("select count(*) from lessons") == 0


async def test_who_has_no_wish_is_proposed_another_kind_of_work_after_each_place(world: World) -> None:
    profile = a_profile(wishes=[])
    had = await world.offer(sector="horeca")
    await world.tell(started(had, profile.student_id, begin_date=date(2026, 2, 2), end_date=date(2026, 6, 26)))
    await world.offer(sector="horeca", location=LELYSTAD)
    other = await world.offer(sector="sport", kind="taster", location=north_of(LELYSTAD, 5))
    await world.tell(world.ready(profile))
    proposed = await world.proposed()
    assert proposed.offer_id == other.offer_id
    wished = (await world.own.get(f"/v1/proposals/{proposed.proposal_id}")).json()["reasons"]
    assert "Er is nog geen wens: hier kan worden ontdekt hoe sport bevalt, na horeca." in [
        one["text"] for one in wished
    ]
