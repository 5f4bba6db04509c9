"""Points and sentences."""

from datetime import date
from hashlib import sha256
from typing import Any

import pytest

from services.intake.domain import remark as intake_remarks
from services.matching.domain import words
from services.matching.domain.model import Experience, Market, Stay, Told
from services.matching.domain.pairs import Pair
from services.matching.domain.score import Direction, Factor, reasons, total
from services.matching.domain.weights import VERSION, Weights
from tests.matching.examples import (
    LELYSTAD,
    OTHER_SCHOOL,
    SCHOOL,
    TODAY,
    a_pair,
    a_search,
    an_employer,
    an_offer,
    known_to,
    north_of,
    wish,
)


def factor(pair: Pair, name: str) -> Factor | None:
    return next((one for one in reasons(pair) if one.factor == name), None)


@pytest.mark.parametrize(
    ("wishes", "points", "text"),
    [
        (wish("horeca", "sport"), 8000, "Past bij de eerste keuze: horeca."),
        (wish("sport", "horeca"), 6000, "Past bij de tweede keuze: horeca."),
        (wish("sport", "overheid", "horeca"), 4000, "Past bij de derde keuze: horeca."),
        (wish("sport", "overheid", "logistiek", "horeca"), 4000, "Past bij de 4e keuze: horeca."),
        (wish("zorg-en-welzijn"), 0, "Omdenken: horeca ligt dicht bij de wens zorg en welzijn."),
        ([], 0, "Er is nog geen wens: hier kan worden ontdekt hoe horeca bevalt."),
    ],
)
def test_the_wish_that_is_honoured_weighs_most(wishes: Any, points: int, text: str) -> None:
    assert factor(a_pair(a_search(wishes=wishes)), "wish") == Factor("wish", points, text)


@pytest.mark.parametrize(
    ("student", "offer", "opening", "expected"),
    [
        (
            {"wishes": wish("horeca", tasks=("afwassen", "bediening"))},
            {"tasks": ["afwassen"]},
            {},
            Factor("tasks", 100, "Taken die gewenst zijn: afwassen."),
        ),
        (
            {"wishes": wish("horeca", tasks=("afwassen",))},
            {"tasks": ["bediening"]},
            {},
            Factor("tasks", -60, "Gewenste taken (afwassen) zijn hier niet genoemd: vraag ernaar."),
        ),
        (
            {"last_year": True},
            {"job_prospect": True},
            {},
            Factor("job-prospect", 150, "Laatste schooljaar, en hier is uitzicht op werk."),
        ),
        (
            {"last_year": True},
            {},
            {},
            Factor("job-prospect", -150, "Laatste schooljaar, maar uitzicht op werk is niet genoemd."),
        ),
        (
            {"guidance_need": "full"},
            {},
            {},
            Factor("guidance", 60, "Het bedrijf geeft zelf wat nodig is: een vaste begeleider."),
        ),
        (
            {"guidance_need": "full", "has_jobcoach": True},
            {"guidance": "none", "jobcoach_welcome": True},
            {},
            Factor("guidance", -30, "De begeleiding lukt met de jobcoach erbij; die is hier welkom."),
        ),
        (
            {},
            {},
            {},
            Factor("weekdays", 40, "Alle dagen die kunnen, zijn er: maandag, dinsdag en donderdag."),
        ),
        (
            {"certificates": ["vca"]},
            {"certificates": ["vca"]},
            {},
            Factor("certificates", 50, "Heeft wat hier gevraagd wordt: VCA."),
        ),
        ({}, {}, {}, Factor("neighbourhood", 60, "In de eigen gemeente.")),
        (
            {},
            {},
            {"experience": Experience(good=3, stopped=1)},
            Factor("experience", 40, "Van 4 eerdere plekken hier zijn er 3 afgemaakt."),
        ),
        (
            {},
            {},
            {"recent_contacts": 7},
            Factor("load", -100, "Het bedrijf is de laatste tijd al 7 keer benaderd."),
        ),
        (
            {},
            {},
            {"employer": an_employer(recognition="boris")},
            Factor("recognition", 20, "Boris-leerbedrijf: een praktijkverklaring is mogelijk."),
        ),
        (
            {},
            {},
            {"market": Market(4.0, "2026-q3", "uwv", TODAY)},
            Factor("market", 60, "UWV, derde kwartaal 2026: heel veel kans op werk in horeca in deze regio."),
        ),
        (
            {},
            {},
            {"market": Market(1.5, "2026", "roa", TODAY)},
            Factor("market", 30, "roa, 2026: veel kans op werk in horeca in deze regio."),
        ),
        (
            {},
            {},
            {"market": Market(0.66, "2026-09", "uwv", TODAY)},
            Factor("market", -30, "UWV, september 2026: wat minder kans op werk in horeca in deze regio."),
        ),
        (
            {},
            {},
            {"market": Market(0.24, "2026", "cbs", TODAY)},
            Factor("market", -60, "CBS, 2026: weinig kans op werk in horeca in deze regio."),
        ),
        (
            {},
            {},
            {"told": (Told(OTHER_SCHOOL, ("welcoming", "guidance-good")), Told(OTHER_SCHOOL, ("welcoming",)))},
            Factor("told", 24, "Andere scholen noemen: goede begeleiding en een hartelijk welkom."),
        ),
        (
            {},
            {},
            {"told": (Told(OTHER_SCHOOL, ("hard-to-reach", "tasks-fit")), Told(OTHER_SCHOOL, ("hard-to-reach",)))},
            Factor("told", -8, "Andere scholen noemen: passende taken. Om vooraf te bespreken: de bereikbaarheid."),
        ),
        (
            {},
            {},
            {"employer": an_employer(**known_to(SCHOOL))},
            Factor("own-network", 120, "Jullie school werkt hier al mee sinds 2022."),
        ),
        (
            {},
            {},
            {"stays": (Stay(date(2026, 9, 1), date(2026, 9, 20)),)},
            Factor(
                "period", -20, "De plek is er niet de hele tijd: van 21 september 2026 tot en met 12 februari 2027."
            ),
        ),
    ],
)
def test_each_factor_has_its_points_and_its_sentence(
    student: dict[str, Any], offer: dict[str, Any], opening: dict[str, Any], expected: Factor
) -> None:
    assert factor(a_pair(a_search(**student), an_offer(**offer), **opening), expected.factor) == expected


@pytest.mark.parametrize("tension", [0.67, 1.0, 1.49])
def test_a_market_that_is_neither_tight_nor_ample_says_nothing(tension: float) -> None:
    assert factor(a_pair(market=Market(tension, "2026", "uwv", TODAY)), "market") is None


def test_what_the_own_school_told_is_no_news_to_it() -> None:
    assert factor(a_pair(told=(Told(SCHOOL, ("welcoming",)),)), "told") is None


def test_what_schools_can_tell_are_the_registers_codes() -> None:
    assert {*words.GOOD_EXPERIENCES, *words.LACKING_EXPERIENCES} == set(intake_remarks.Experience)


def test_near_is_a_plus_and_far_a_minus() -> None:
    near = factor(a_pair(offer=an_offer(location=north_of(LELYSTAD, 1))), "travel")
    far = factor(a_pair(offer=an_offer(location=north_of(LELYSTAD, 5.7))), "travel")
    assert near
    assert far
    assert (near.points, near.text, near.direction) == (90, "6 minuten fietsen; 30 mag.", Direction.PLUS)
    assert (far.points, far.text, far.direction) == (-150, "30 minuten fietsen; 30 mag.", Direction.MINUS)


def test_an_approximate_address_is_said_to_be_one() -> None:
    offer = an_offer(location=north_of(LELYSTAD, 1) | {"approximate": True})
    found = factor(a_pair(offer=offer), "travel")
    assert found
    assert found.text.startswith("Ongeveer 6 minuten")


def test_few_earlier_placements_say_nothing_of_an_employer() -> None:
    assert factor(a_pair(experience=Experience(good=1, stopped=1)), "experience") is None


def test_what_speaks_for_a_place_comes_before_what_speaks_against_it() -> None:
    pair = a_pair(a_search(last_year=True), recent_contacts=2)
    points = [one.points for one in reasons(pair)]
    pluses = [one for one in points if one >= 0]
    assert points[: len(pluses)] == sorted(pluses, reverse=True)
    assert points[len(pluses) :] == [-150, -40]


def test_the_score_is_the_sum_of_what_is_shown() -> None:
    found = reasons(a_pair())
    assert total(found) == sum(one.points for one in found) > 8000


def test_no_other_factors_outweigh_a_higher_wish() -> None:
    best_second = a_pair(
        a_search(wishes=wish("sport", "horeca", tasks=("afwassen",)), last_year=True, certificates=["vca"]),
        an_offer(location=LELYSTAD, tasks=["afwassen"], job_prospect=True, certificates=["vca"], guidance="intensive"),
        employer=an_employer(recognition="boris", **known_to(SCHOOL)),
        experience=Experience(good=9),
    )
    worst_first = a_pair(
        a_search(wishes=wish("horeca", tasks=("afwassen",)), last_year=True),
        an_offer(location=north_of(LELYSTAD, 5.7), municipality=None, begin_date=date(2027, 1, 10)),
        recent_contacts=20,
        experience=Experience(stopped=9),
    )
    assert total(reasons(worst_first)) > total(reasons(best_second))


def test_other_weights_are_another_version() -> None:
    digest = sha256(repr(Weights()).encode()).hexdigest()
    assert (VERSION, digest[:12]) == ("2026-2", "49dd53bc80f7")
