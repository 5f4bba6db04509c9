"""Places that the employer must be asked for first, and new offers that those who brought them in look at first."""

from datetime import timedelta

from shared.events.intake import OfferChanged
from shared.events.matching import MatchExpired, MatchProposed
from tests.matching.examples import LELYSTAD, OTHER_SCHOOL, north_of
from tests.matching.world import World, started

QUESTION = {
    "demands": ["till"],
    "text": "Past als het werk zonder de kassa kan: vraag dat eerst aan het bedrijf.",
    "question": "Kan het werk op deze plek ook zonder de kassa?",
}


async def test_a_question_to_the_employer_is_shown_to_the_own_school_and_told_to_nobody(world: World) -> None:
    offer = await world.offer(demands=["till", "pace"], brought_in_by=OTHER_SCHOOL)
    await world.student(limits=["till"])
    proposed = await world.proposed()
    assert (await world.own.get(f"/v1/proposals/{proposed.proposal_id}")).json()["adaptation"] == QUESTION
    assert "till" not in (await world.other.get(f"/v1/offers/{offer.offer_id}/proposals")).text
    await world.matching.published_everything()
    messages = await world.matching.sql.fetch("select message from event_log")
    assert messages
    assert not [one for one in messages if "till" in one["message"] or "kassa" in one["message"]]


async def test_a_question_stands_when_the_offer_changes_and_falls_when_the_work_asks_more(world: World) -> None:
    offer = await world.offer(demands=["till"])
    await world.student(limits=["till", "noise"])
    await world.proposed()
    facts = offer.model_dump()
    await world.tell(OfferChanged.model_validate(facts | {"tasks": ("bediening",)}), version=2)
    assert await world.told(MatchExpired) == 0
    changed = OfferChanged.model_validate(facts | {"demands": ("till", "noise")})
    await world.tell(changed, version=3)
    await world.next(MatchExpired)
    again = (await world.own.get(f"/v1/proposals/{(await world.proposed()).proposal_id}")).json()
    assert again["adaptation"]["demands"] == ["noise", "till"]


async def test_a_no_of_the_employer_takes_the_question_back_and_a_yes_needs_none(world: World) -> None:
    offer = await world.offer(demands=["till"])
    await world.student(limits=["till"])
    await world.proposed()
    facts = offer.model_dump()
    await world.tell(OfferChanged.model_validate(facts | {"essential": ("till",)}), version=2)
    await world.next(MatchExpired)
    assert await world.told(MatchProposed) == 1
    await world.tell(OfferChanged.model_validate(facts | {"adaptable": ("till",)}), version=3)
    again = (await world.own.get(f"/v1/proposals/{(await world.proposed()).proposal_id}")).json()
    assert again["adaptation"] is None


async def test_what_was_to_be_left_out_is_forgotten_with_the_profile(world: World) -> None:
    offer = await world.offer(demands=["till"])
    student = await world.student(limits=["till"])
    path = f"/v1/proposals/{(await world.proposed()).proposal_id}"
    before = (await world.own.get(path)).json()
    await world.tell(started(offer, student))
    after = (await world.own.get(path)).json()
    assert "kassa" in str(before["reasons"])
    assert (after["adaptation"], after["score"]) == (None, before["score"])
    assert [one["points"] for one in after["reasons"]] == [one["points"] for one in before["reasons"]]
    assert [one["text"] for one in after["reasons"] if one["factor"] == "adaptation"] == [
        "Paste als het werk werd aangepast."
    ]


async def test_a_place_without_a_question_is_proposed_though_it_is_farther_and_comes_later(world: World) -> None:
    await world.settings({"patienceSeconds": {"ownNetwork": 0, "otherSchools": 3600}})
    await world.offer(demands=["till"], location=LELYSTAD)
    student = await world.student(limits=["till"])
    (why,) = (await world.search(student))["whyNot"]
    assert why["text"] == "Kan wel als het werk zonder de kassa kan: vraag dat het bedrijf."
    far = await world.offer(location=north_of(LELYSTAD, 5))
    assert (await world.proposed()).offer_id == far.offer_id


HOUR = timedelta(hours=1)


async def test_a_new_offer_is_for_who_brought_it_in_and_then_for_all(world: World) -> None:
    await world.settings({"firstLookSeconds": 3600})
    student = await world.student()
    offer = await world.offer(brought_in_by=OTHER_SCHOOL, seats=2)
    (why,) = (await world.search(student))["whyNot"]
    assert why["rule"] == "first-look"
    own = await world.student(school_id=OTHER_SCHOOL)
    assert (await world.proposed()).student_id == own
    await world.matching.sql.execute("update offers set opened_at = opened_at - $1::interval", HOUR)
    await world.move_timers(1)
    first = await world.proposed()
    assert (first.student_id, first.offer_id) == (student, offer.offer_id)


async def test_a_region_that_decides_on_a_first_look_takes_nothing_back(world: World) -> None:
    offer = await world.offer(brought_in_by=OTHER_SCHOOL)
    await world.student()
    await world.proposed()
    await world.settings({"firstLookSeconds": 3600})
    await world.tell(OfferChanged.model_validate(offer.model_dump()), version=2)
    assert (await world.told(MatchProposed), await world.told(MatchExpired)) == (1, 0)
    due = await world.matching.sql.fetchval("select count(*) from timers where kind = 'first-look-ends'")
    assert due == 1
