"""Seats are counted by day of the week, and are free again from the day on which a placement was ended."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.intake.domain.addresses import Situation as Place
from services.intake.domain.employer import Employer, EmployerFacts, PauseEmployer
from services.intake.domain.offer import Offer, OfferState, PlaceFacts, SeatsAreTaken
from services.intake.domain.placement import EndPlacement, Placement, Stay
from services.intake.domain.placement_states import ActIsImpossible
from services.intake.domain.seating import Obstacle, Situation, obstacle
from services.intake.domain.seats import Occupation, most_taken
from services.intake.domain.student import Student, StudentFacts, StudentState
from shared.errors import Invalid
from shared.events.codes import Outcome, PlacementKind, Point, Weekday
from shared.ids import new_id

SCHOOL = new_id()
TODAY = date(2026, 11, 2)
MON, TUE, WED, THU, FRI = list(Weekday)[:5]
HERE = Place("AM11", "GM0995", Point(latitude=52.5, longitude=5.47))
EMPLOYER = Employer(new_id(), EmployerFacts(name="De Linde"), HERE, SCHOOL)
OFFER = Offer(
    new_id(),
    EMPLOYER.id,
    PlaceFacts(sector="horeca", begin_date=date(2026, 9, 1), end_date=date(2027, 7, 1), weekdays=(MON, TUE, WED, THU)),
)
STUDENT = Student(
    new_id(),
    SCHOOL,
    StudentFacts(given_name="Sam", family_name="Bos", birth_date=date(2009, 5, 1)),
    "AM11",
    HERE,
    StudentState.SEARCHING,
)


def stay(begin: date, end: date | None, *days: Weekday) -> Stay:
    return Stay(begin_date=begin, end_date=end, weekdays=days or (MON, TUE))


AUTUMN = stay(date(2026, 9, 7), date(2026, 12, 18))


def placement(when: Stay = AUTUMN, **facts: Any) -> Placement:
    made = Placement(
        new_id(), new_id(), SCHOOL, OFFER.id, EMPLOYER.id, "AM11", "GM0995", PlacementKind.INTERNSHIP, when
    )
    return replace(made, **facts)


def held(begin: date, free_from: date, *days: Weekday) -> Occupation:
    return Occupation(SCHOOL, begin, free_from, frozenset(days))


def test_students_on_different_days_share_a_seat() -> None:
    week = [
        held(date(2026, 9, 1), date(2026, 12, 1), MON, TUE),
        held(date(2026, 9, 1), date(2026, 12, 1), THU),
    ]
    assert most_taken(week, date(2026, 9, 1), date(2026, 11, 30), (MON, TUE, WED, THU)) == 1


def test_students_on_the_same_day_do_not_share_a_seat() -> None:
    week = [
        held(date(2026, 9, 1), date(2026, 12, 1), MON, TUE),
        held(date(2026, 10, 1), date(2026, 12, 1), TUE, THU),
    ]
    assert most_taken(week, date(2026, 9, 1), date(2026, 11, 30), (TUE,)) == 2
    assert most_taken(week, date(2026, 9, 1), date(2026, 9, 30), (TUE,)) == 1


def test_one_after_the_other_takes_one_seat() -> None:
    terms = [held(date(2026, 9, 1), date(2026, 12, 1), MON), held(date(2026, 12, 1), date(2027, 2, 1), MON)]
    assert most_taken(terms, date(2026, 9, 1), date(2027, 1, 31), (MON,)) == 1


def test_the_fullest_moment_of_a_window_counts_wherever_it_lies() -> None:
    crowd = [held(date(2026, 9, 1), date.max, MON) for _ in range(2)]
    crowd.append(held(date(2026, 11, 2), date(2026, 11, 3), MON))
    assert most_taken(crowd, date(2026, 9, 1), date.max, (MON,)) == 3


def test_a_placement_holds_its_seat_through_its_last_day() -> None:
    sitting = placement().occupation
    assert sitting.overlaps(date(2026, 12, 18), date(2026, 12, 18))
    assert not sitting.overlaps(date(2026, 12, 19), date.max)


def test_an_ended_placement_leaves_its_seat_on_the_day_it_ended() -> None:
    ended, event = placement().ended(EndPlacement(ended_date=date(2026, 10, 5), outcome=Outcome.STOPPED_EARLY), TODAY)
    assert event.outcome is Outcome.STOPPED_EARLY
    assert ended.occupation.free_from == date(2026, 10, 5)


def test_a_placement_ends_once() -> None:
    end = EndPlacement(ended_date=date(2026, 10, 5), outcome=Outcome.COMPLETED)
    ended, _ = placement().ended(end, TODAY)
    with pytest.raises(ActIsImpossible):
        ended.ended(end, TODAY)


def test_a_placement_does_not_end_before_it_begins() -> None:
    with pytest.raises(Invalid) as refused:
        placement().ended(EndPlacement(ended_date=date(2026, 9, 6), outcome=Outcome.COMPLETED), TODAY)
    assert refused.value.problems[0].pointer == "/endedDate"


def test_an_offer_keeps_the_seats_that_are_taken() -> None:
    two = replace(OFFER, facts=OFFER.facts.model_copy(update={"seats": 2}))
    sitting = [placement().occupation, placement().occupation]
    two.must_seat(sitting)
    with pytest.raises(SeatsAreTaken):
        OFFER.must_seat(sitting)


FREE = Situation(OFFER, EMPLOYER, STUDENT)
PAUSED = replace(EMPLOYER, pause=PauseEmployer(from_date=date(2026, 9, 1), until_date=date(2026, 9, 30)))


@pytest.mark.parametrize(
    ("there", "when", "expected"),
    [
        (FREE, AUTUMN, None),
        (replace(FREE, offer=None), AUTUMN, Obstacle.OFFER_GONE),
        (replace(FREE, offer=replace(OFFER, state=OfferState.WITHDRAWN)), AUTUMN, Obstacle.OFFER_GONE),
        (replace(FREE, employer=replace(EMPLOYER, private_to=new_id())), AUTUMN, Obstacle.OFFER_GONE),
        (replace(FREE, employer=replace(EMPLOYER, private_to=SCHOOL)), AUTUMN, None),
        (replace(FREE, student=None), AUTUMN, Obstacle.STUDENT_GONE),
        (replace(FREE, student=replace(STUDENT, state=StudentState.WITHDRAWN)), AUTUMN, Obstacle.STUDENT_GONE),
        (FREE, stay(date(2026, 8, 31), date(2026, 10, 1)), Obstacle.OUTSIDE_WINDOW),
        (FREE, stay(date(2026, 9, 7), date(2027, 7, 2)), Obstacle.OUTSIDE_WINDOW),
        (FREE, stay(date(2026, 9, 7), None), Obstacle.OUTSIDE_WINDOW),
        (FREE, stay(date(2026, 9, 7), date(2026, 12, 18), FRI), Obstacle.OUTSIDE_WINDOW),
        (replace(FREE, employer=PAUSED), AUTUMN, Obstacle.EMPLOYER_PAUSED),
        (replace(FREE, employer=PAUSED), stay(date(2026, 10, 1), date(2026, 12, 18)), None),
        (replace(FREE, elsewhere=(placement(),)), AUTUMN, Obstacle.ALREADY_PLACED),
        (replace(FREE, elsewhere=(placement(),)), stay(date(2026, 9, 7), date(2026, 12, 18), WED), None),
        (replace(FREE, taken=(placement(),)), AUTUMN, Obstacle.NO_SEAT),
        (replace(FREE, taken=(placement(),)), stay(date(2026, 12, 19), date(2027, 2, 1)), None),
    ],
)
def test_a_seat_is_given_only_where_nothing_stands_in_the_way(
    there: Situation, when: Stay, expected: Obstacle | None
) -> None:
    assert obstacle(when, there, searching=True) is expected


def test_by_hand_a_student_needs_not_be_searching() -> None:
    registered = replace(FREE, student=replace(STUDENT, state=StudentState.REGISTERED))
    assert obstacle(AUTUMN, registered, searching=False) is None
