"""From pairs to proposals: capacities, groups, and what is said of those who found nothing."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from services.matching.domain import adapting, fits
from services.matching.domain.engine import Problem, ShortestPathEngine
from services.matching.domain.fits import Fit
from services.matching.domain.model import Opening, Search, Stay
from services.matching.domain.pairs import Pair
from services.matching.domain.weights import FIRST_WISH, TO_ASK
from services.matching.domain.widening import GroupBounds
from shared.events.codes import Step, Weekday
from tests.matching.examples import (
    LELYSTAD,
    OTHER_SCHOOL,
    SCHOOL,
    TODAY,
    a_search,
    an_employer,
    an_offer,
    known_to,
    north_of,
    wish,
)

ENGINE = ShortestPathEngine()


def chosen(
    searches: Sequence[Search], opening: Opening, *, bounds: GroupBounds | None = None, members: int = 0
) -> list[Fit]:
    found = [one for search in searches if (one := fits.fit(Pair(search, opening, TODAY)))]
    limits = {search.student_id: bounds or GroupBounds() for search in searches}
    there = {(opening.offer.offer_id, searches[0].school_id): members} if members else {}
    return fits.propose(ENGINE, found, limits, there)


def some(number: int, **facts: Any) -> list[Search]:
    return [a_search(**facts) for _ in range(number)]


def test_no_more_students_are_proposed_than_there_are_seats() -> None:
    stay = Stay(date(2026, 9, 1), None)
    assert len(chosen(some(5), Opening(an_offer(seats=3)))) == 3
    assert len(chosen(some(5), Opening(an_offer(seats=3), stays=(stay,)))) == 2
    assert chosen(some(5), Opening(an_offer(seats=1), stays=(stay,))) == []


def test_a_seat_of_which_days_are_taken_goes_to_one_student_in_a_round() -> None:
    stay = Stay(date(2026, 9, 1), None, weekdays=frozenset({Weekday.MONDAY, Weekday.TUESDAY}))
    proposed = chosen(some(3, weekdays=[]), Opening(an_offer(), stays=(stay,)))
    assert [one.pair.weekdays for one in proposed] == [(Weekday.WEDNESDAY, Weekday.THURSDAY)]
    days = [["mon", "tue"], ["thu", "fri"]]
    apart = [a_search(weekdays=on) for on in days]
    assert [one.pair.weekdays for one in chosen(apart, Opening(an_offer(), stays=(stay,)))] == [
        (Weekday.THURSDAY, Weekday.FRIDAY)
    ]


def test_a_pair_outside_the_circle_does_not_fit() -> None:
    near, wide = a_search(step=Step.OWN_NETWORK), a_search(step=Step.OTHER_SCHOOLS)
    assert fits.fit(Pair(near, Opening(an_offer()), TODAY)) is None
    assert fits.fit(Pair(wide, Opening(an_offer()), TODAY)) is not None
    assert fits.waits_for_circle([Pair(near, Opening(an_offer()), TODAY)]) is Step.OTHER_SCHOOLS


def test_a_group_forms_only_with_enough_students_of_one_school() -> None:
    group = Opening(an_offer(kind="group", seats=10))
    assert chosen(some(2), group) == []
    assert len(chosen(some(3), group)) == 3
    assert chosen([*some(2), a_search(school_id=OTHER_SCHOOL)], group) == []
    assert len(chosen(some(1), group, members=2)) == 1
    assert len(chosen(some(5), group, bounds=GroupBounds(smallest=2, largest=4))) == 4


def test_what_would_open_most_places_is_named_first_with_the_nearest_of_them() -> None:
    search = a_search(limits=["till"])
    openings = [
        an_offer(location=north_of(LELYSTAD, 12)),
        an_offer(location=north_of(LELYSTAD, 7)),
        an_offer(demands=["till"]),
        an_offer(demands=["till"], certificates=["vca"]),
        an_offer(),
        an_offer(private_to=OTHER_SCHOOL),
    ]
    found = fits.nearest_obstacles([Pair(search, Opening(offer), TODAY) for offer in openings])
    assert [(one.rule, count, one.text) for one, count in found] == [
        ("travel", 2, "Kan wel als de reistijd 40 minuten mag zijn (fietsen; nu 30)."),
        ("demands", 1, "Kan wel als het werk zonder de kassa kan: vraag dat het bedrijf."),
        ("certificates", 0, "Kan wel met VCA op zak."),
    ]


def test_the_same_facts_give_the_same_plan_whatever_the_ids() -> None:
    def plan() -> list[tuple[str, float]]:
        searches = [a_search(wishes=wish("horeca"), birth_year_month=f"2009-{month:02}") for month in range(1, 7)]
        opening = Opening(an_offer(seats=2))
        return [(one.pair.profile.birth_year_month, one.points) for one in chosen(searches, opening)]

    assert plan() == plan() == plan()


def test_what_is_kept_for_one_school_is_not_given_to_two_of_another() -> None:
    kept = [{"school_id": OTHER_SCHOOL, "seats": 1, "until_date": TODAY}]
    opening = Opening(an_offer(seats=2, reservations=kept))
    assert len(chosen(some(3), opening)) == 1
    mixed = chosen([*some(3), a_search(school_id=OTHER_SCHOOL)], opening)
    assert sum(one.pair.search.school_id != OTHER_SCHOOL for one in mixed) <= 1


def test_what_is_kept_for_a_school_and_what_is_left_for_the_others_is_proposed_at_once() -> None:
    kept = [{"school_id": OTHER_SCHOOL, "seats": 2, "until_date": TODAY}]
    opening = Opening(an_offer(seats=3, reservations=kept))
    of_both = [*some(3), *(a_search(school_id=OTHER_SCHOOL) for _ in range(3))]
    schools = [one.pair.search.school_id == OTHER_SCHOOL for one in chosen(of_both, opening)]
    assert len(schools) == 3
    assert sum(not kept_for for kept_for in schools) <= 1


TILL = {"demands": ["till"], "location": LELYSTAD}


def test_work_that_could_be_adapted_is_a_question_once_the_circle_is_as_wide_as_it_gets() -> None:
    opening = Opening(an_offer(**TILL), employer=an_employer(**known_to(SCHOOL)))
    (found,) = chosen([a_search(limits=["till", "lifting"])], opening)
    assert found.left_out == ("till",)
    assert found.wish == FIRST_WISH + TO_ASK < 0
    assert found.reasons[-1].text == "Past als het werk zonder de kassa kan: vraag dat eerst aan het bedrijf."
    assert chosen([a_search(limits=["till"], step=Step.GROUP)], opening) == []


def test_a_question_lifts_no_other_rule_and_no_third_demand() -> None:
    assert chosen([a_search(limits=["till"])], Opening(an_offer(**TILL, certificates=["vca"]))) == []
    three = ["till", "noise", "lifting"]
    assert chosen([a_search(limits=three)], Opening(an_offer(demands=three))) == []
    assert len(chosen([a_search(limits=three)], Opening(an_offer(demands=three[:2])))) == 1


def test_what_an_employer_said_cannot_be_left_out_is_asked_no_more_and_said_so() -> None:
    asked_in_vain = an_offer(**TILL | {"demands": ["till", "noise"]}, essential=["till"])
    assert chosen([a_search(limits=["till"])], Opening(asked_in_vain)) == []
    (found,) = chosen([a_search(limits=["noise"])], Opening(asked_in_vain))
    assert found.left_out == ("noise",)
    obstacle = adapting.demands(Pair(a_search(limits=["till"]), Opening(asked_in_vain), TODAY))
    assert obstacle
    assert obstacle.text == "Het bedrijf zegt dat het werk niet zonder de kassa kan."


def test_a_seat_for_which_nobody_must_be_asked_goes_before_a_question_however_hard_the_other_is_to_place() -> None:
    hard = a_search(limits=["till", "noise"], guidance_need="intensive", has_jobcoach=True)
    (found,) = chosen([hard, a_search()], Opening(an_offer(**TILL, jobcoach_welcome=True)))
    assert found.left_out == ()
    assert len(chosen([hard], Opening(an_offer(**TILL, jobcoach_welcome=True)))) == 1


def test_of_two_places_the_one_without_a_question_is_proposed_whatever_wish_the_other_honours() -> None:
    search = a_search(wishes=wish("horeca", "sport"), limits=["till"])
    openings = [Opening(an_offer(**TILL)), Opening(an_offer(sector="recreatie", location=north_of(LELYSTAD, 5)))]
    found = [one for opening in openings if (one := fits.fit(Pair(search, opening, TODAY)))]
    assert len(found) == 2
    for engine_sees in (found, found[::-1]):
        (best,) = fits.propose(ENGINE, engine_sees, {search.student_id: GroupBounds()}, {})
        assert best.offer.sector == "recreatie"
    plan = ENGINE.propose(Problem(fits._candidates(found), {one.unit: 1 for one in found}))
    assert plan[0].wish == 0, "also where one plan holds both"
