"""Every hard rule, on both sides of its border."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from services.matching.domain.model import Pause, Refusal, Stay
from services.matching.domain.pairs import Pair
from services.matching.domain.rules import breaks, is_possible, obstacles
from shared.events.codes import Guidance, PlacementKind
from tests.matching.examples import (
    LELYSTAD,
    OTHER_SCHOOL,
    SCHOOL,
    TODAY,
    a_pair,
    a_search,
    an_employer,
    an_offer,
    north_of,
    wish,
)


def only_obstacle(pair: Pair) -> tuple[str, str]:
    (found,) = obstacles(pair)
    return found.rule, found.text


def test_the_example_student_can_go_to_the_example_offer() -> None:
    assert is_possible(a_pair())


@pytest.mark.parametrize(
    ("student", "offer"),
    [
        ({"wishes": wish("horeca", "zorg-en-welzijn")}, {"sector": "zorg-en-welzijn"}),
        ({"wishes": wish("zorg-en-welzijn")}, {"sector": "horeca"}),
        ({"wishes": []}, {"sector": "overheid"}),
        ({"limits": ["noise"]}, {"demands": ["lifting"]}),
        ({"certificates": ["vca", "bhv"]}, {"certificates": ["vca"]}),
        ({"outflow_profile": "sheltered"}, {"outflow_profiles": ["work", "sheltered"]}),
        ({"outflow_profile": "day-activity"}, {"outflow_profiles": []}),
        ({"birth_year_month": "2010-08"}, {"minimum_age": 16}),
        ({"weekdays": ["mon", "sat"], "days_per_week": 1}, {"weekdays": ["sat", "sun"]}),
        ({"guidance_need": "full"}, {"guidance": "full"}),
        ({"guidance_need": "intensive", "has_jobcoach": True}, {"guidance": "none", "jobcoach_welcome": True}),
        ({"guidance_need": "intensive"}, {"guidance": "none", "kind": "group"}),
        ({}, {"valid_until_date": TODAY}),
        ({}, {"private_to": SCHOOL}),
        ({"placement_kind": "internship"}, {"kind": "long"}),
        ({"end_date": None}, {"end_date": None}),
        ({}, {"begin_date": date(2027, 1, 16)}),
    ],
)
def test_what_is_just_within_a_rule_is_possible(student: dict[str, Any], offer: dict[str, Any]) -> None:
    assert [*obstacles(a_pair(a_search(**student), an_offer(**offer)))] == []


@pytest.mark.parametrize(
    ("student", "offer", "rule", "text"),
    [
        ({"wishes": wish("sport")}, {}, "sector", "Kan wel als horeca ook een wens is."),
        (
            {"wishes": wish("zorg-en-welzijn"), "accepts_neighbouring_work": False},
            {"sector": "horeca"},
            "sector",
            "Kan wel als omdenken mag: horeca ligt dicht bij de wens zorg en welzijn.",
        ),
        (
            {"limits": ["noise", "lifting"]},
            {"demands": ["lifting", "noise", "till"]},
            "demands",
            "Kan wel als het werk zonder tillen en lawaai kan: vraag dat het bedrijf.",
        ),
        ({}, {"certificates": ["vca", "bhv"]}, "certificates", "Kan wel met BHV en VCA op zak."),
        (
            {"outflow_profile": "sheltered"},
            {},
            "outflow-profile",
            "Kan wel als de plek ook open is voor uitstroom naar beschut werk.",
        ),
        ({"birth_year_month": "2010-09"}, {"minimum_age": 16}, "minimum-age", "Kan wel vanaf 16 jaar."),
        (
            {"weekdays": ["mon", "tue"], "days_per_week": 2},
            {"weekdays": ["tue", "wed"]},
            "weekdays",
            "Kan wel met minder dagen per week: samen alleen dinsdag.",
        ),
        (
            {"weekdays": ["mon"], "days_per_week": 1},
            {"weekdays": ["wed", "fri"]},
            "weekdays",
            "Kan wel op andere dagen: de plek is er op woensdag en vrijdag.",
        ),
        (
            {"guidance_need": "full"},
            {"guidance": "limited"},
            "guidance",
            "Kan wel als het bedrijf een vaste begeleider geeft of als de school een groep begeleidt.",
        ),
        (
            {"guidance_need": "intensive"},
            {"guidance": "none", "jobcoach_welcome": True},
            "guidance",
            "Kan wel als er een jobcoach meekomt: die is hier welkom.",
        ),
        (
            {},
            {"valid_until_date": date(2026, 8, 31)},
            "validity",
            "Het aanbod gold tot en met 31 augustus 2026: vraag of het nog kan.",
        ),
        (
            {},
            {"begin_date": date(2027, 1, 17)},
            "period",
            "Kan wel in een andere periode: de plek is er van 17 januari 2027 tot en met 9 juli 2027.",
        ),
        ({}, {"private_to": OTHER_SCHOOL}, "private", "Dit aanbod is (nog) niet gedeeld."),
        (
            {"placement_kind": "internship"},
            {"kind": "job"},
            "kind",
            "Kan wel als naast een stage ook een baan goed is.",
        ),
    ],
)
def test_what_is_just_beyond_a_rule_says_what_would_help(
    student: dict[str, Any], offer: dict[str, Any], rule: str, text: str
) -> None:
    assert only_obstacle(a_pair(a_search(**student), an_offer(**offer))) == (rule, text)


def test_the_way_may_take_as_long_as_the_student_can_and_no_minute_more() -> None:
    at_the_border = an_offer(location=north_of(LELYSTAD, 30 / 60 * 15 / 1.3 - 0.01))
    beyond = an_offer(location=north_of(LELYSTAD, 30 / 60 * 15 / 1.3 + 0.05))
    assert is_possible(a_pair(offer=at_the_border))
    assert only_obstacle(a_pair(offer=beyond)) == (
        "travel",
        "Kan wel als de reistijd 35 minuten mag zijn (fietsen; nu 30).",
    )


def test_the_way_is_judged_by_the_students_own_means() -> None:
    offer = an_offer(location=north_of(LELYSTAD, 8))
    assert not is_possible(a_pair(a_search(travel={"mode": "bike", "max_minutes": 40}), offer))
    assert is_possible(a_pair(a_search(travel={"mode": "public-transport", "max_minutes": 40}), offer))


def test_a_full_offer_says_when_a_seat_falls_free() -> None:
    stay = Stay(date(2026, 9, 1), date(2027, 1, 31))
    assert only_obstacle(a_pair(stays=(stay,))) == (
        "seat",
        "Alle plekken zijn bezet op de dagen die kunnen; de eerste komt vrij op 1 februari 2027.",
    )
    assert is_possible(a_pair(offer=an_offer(seats=2), stays=(stay,)))


def test_a_seat_that_is_taken_for_good_names_no_date() -> None:
    stay = Stay(date(2026, 9, 1), None)
    assert only_obstacle(a_pair(stays=(stay,))) == (
        "seat",
        "Alle plekken zijn in deze periode bezet op de dagen die kunnen.",
    )


def test_a_seat_that_falls_free_soon_is_proposed_for_the_time_after_it() -> None:
    pair = a_pair(stays=(Stay(date(2026, 9, 1), date(2026, 10, 15)),))
    assert is_possible(pair)
    assert pair.window
    assert (pair.window.begin, pair.window.end) == (date(2026, 10, 16), date(2027, 2, 12))


def test_an_employer_that_pauses_says_until_when() -> None:
    pause = Pause(date(2026, 9, 1), date(2027, 1, 31))
    assert only_obstacle(a_pair(pauses=(pause,))) == (
        "employer-paused",
        "Het bedrijf neemt tot en met 31 januari 2027 niemand aan.",
    )
    assert only_obstacle(a_pair(pauses=(Pause(date(2026, 9, 1), None),)))[1] == (
        "Het bedrijf neemt voorlopig niemand aan."
    )


def test_a_closed_sector_says_until_when() -> None:
    closure = Pause(date(2026, 9, 1), date(2027, 1, 31))
    assert only_obstacle(a_pair(closures=(closure,))) == (
        "sector-closed",
        "In deze regio is horeca tot en met 31 januari 2027 gesloten: daarna kan het weer.",
    )


def test_a_pause_before_the_period_is_no_obstacle() -> None:
    assert is_possible(a_pair(pauses=(Pause(date(2026, 8, 1), date(2026, 9, 6)),)))


def test_a_declined_pair_may_come_back_when_the_refusal_ends() -> None:
    offer = an_offer()
    search = a_search()
    refused = {offer.offer_id: Refusal("too-far", date(2026, 9, 2))}
    again = type(search)(**{**search.__dict__, "refusals": refused})
    assert only_obstacle(a_pair(again, offer)) == (
        "declined",
        "Eerder voorgesteld en niet doorgegaan (te ver weg); kan weer vanaf 2 september 2026.",
    )
    assert is_possible(a_pair(again, offer, today=date(2026, 9, 2)))


def test_an_employer_that_another_school_keeps_is_no_possibility() -> None:
    assert only_obstacle(a_pair(employer=an_employer(private_to=OTHER_SCHOOL)))[0] == "private"
    assert is_possible(a_pair(employer=an_employer(private_to=SCHOOL)))


def test_a_pair_names_every_rule_that_it_breaks() -> None:
    search = a_search(limits=["till"], guidance_need=Guidance.FULL)
    offer = an_offer(demands=["till"], guidance=Guidance.NONE, kind=PlacementKind.JOB)
    assert {one.rule for one in obstacles(a_pair(search, offer))} == {"kind", "demands", "guidance"}


@pytest.mark.parametrize(
    "own", [{"offer": an_offer(brought_in_by=SCHOOL)}, {"employer": an_employer(brought_in_by=SCHOOL)}]
)
def test_who_brought_a_new_offer_in_looks_first_and_others_hear_from_when_they_may(own: dict[str, Any]) -> None:
    until: dict[str, Any] = {"first_look_until": datetime(2026, 9, 3, 12, 30, tzinfo=UTC)}
    assert is_possible(a_pair(**own, **until))
    others = a_search(school_id=OTHER_SCHOOL)
    assert only_obstacle(a_pair(others, **own, **until)) == (
        "first-look",
        "Wie dit bedrijf aanbracht, kijkt eerst: kan vanaf 3 september 2026 om 14:30.",
    )
    assert not breaks(a_pair(others, **own, **until), ())
    assert is_possible(a_pair(others, **own))


def test_an_offer_that_nobody_brought_in_is_for_all_at_once() -> None:
    assert is_possible(a_pair(first_look_until=None))


@pytest.mark.parametrize(
    ("asked", "stands"), [(("till",), True), (("till", "noise"), True), (("noise",), False), ((), False)]
)
def test_what_was_asked_to_be_left_out_takes_no_proposal_back(asked: tuple[str, ...], stands: bool) -> None:
    pair = a_pair(a_search(limits=["till"]), an_offer(demands=["till", "pace"]))
    assert breaks(pair, asked) is not stands


def reserved(until: date = TODAY, **facts: Any) -> dict[str, Any]:
    return {"reservations": [{"school_id": OTHER_SCHOOL, "seats": 1, "until_date": until} | facts]}


def test_seats_that_are_kept_for_another_school_are_not_proposed_until_the_day_has_passed() -> None:
    rule, text = only_obstacle(a_pair(offer=an_offer(**reserved())))
    assert (rule, text) == (
        "seat",
        "Wat vrij is, is tot en met 1 september 2026 voor een andere school gereserveerd.",
    )
    for free in (reserved(date(2026, 8, 31)), reserved(school_id=SCHOOL), reserved() | {"seats": 2}):
        assert is_possible(a_pair(offer=an_offer(**free)))
