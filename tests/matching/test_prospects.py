"""The call list."""

from datetime import date, timedelta
from typing import Any

import pytest

from services.matching.domain.model import Pause
from services.matching.domain.prospects import Claim, Contact, Lead, Prospect, Tip, call_list
from services.matching.domain.terms import Terms
from shared.events.codes import IntermediaryKind
from shared.ids import new_id
from tests.matching.examples import (
    LELYSTAD,
    OTHER_SCHOOL,
    SCHOOL,
    TODAY,
    a_search,
    an_employer,
    known_to,
    north_of,
    wish,
)

NAMES = {SCHOOL: "De Dijk", OTHER_SCHOOL: "De Polder"}
SEARCH = a_search()


def contact(outcome: str, *, days_ago: int, **facts: Any) -> Contact:
    return Contact(
        **{"school_id": OTHER_SCHOOL, "student_id": None, **facts}, outcome=outcome, on=TODAY - timedelta(days=days_ago)
    )


def called(*leads: Lead) -> list[Prospect]:
    return call_list(SEARCH, leads, TODAY, NAMES)


def texts(lead: Lead) -> list[str]:
    (found,) = called(lead)
    return [reason.text for reason in found.reasons]


def test_earlier_partners_come_first_then_seats_soon_free_colleagues_employers_and_boris_companies() -> None:
    partner = Lead(an_employer(name="partner", **known_to(SCHOOL)))
    soon = Lead(an_employer(name="seat soon"), seats_end=[TODAY + timedelta(days=30)])
    colleague = Lead(an_employer(name="colleague", **known_to(OTHER_SCHOOL)))
    tipped = Lead(an_employer(name="tipped"), tips=[Tip(IntermediaryKind.SBB, TODAY)])
    boris = Lead(an_employer(name="boris", recognition="boris"))
    unknown = Lead(an_employer(name="unknown"))
    found = called(unknown, boris, tipped, colleague, soon, partner)
    assert [one.lead.employer.name for one in found] == [
        "partner",
        "seat soon",
        "colleague",
        "tipped",
        "boris",
        "unknown",
    ]


@pytest.mark.parametrize(
    ("lead", "text"),
    [
        (Lead(an_employer(**known_to(SCHOOL))), "Werkt sinds 2022 met jullie school."),
        (Lead(an_employer(brought_in_by=SCHOOL)), "Werkt al met jullie school."),
        (Lead(an_employer(**known_to(OTHER_SCHOOL))), "Collega's kennen dit bedrijf: De Polder."),
        (Lead(an_employer(), seats_end=[date(2026, 10, 2)]), "Hier komt een plek vrij na 2 oktober 2026."),
        (
            Lead(an_employer(), tips=[Tip(IntermediaryKind.WSP, TODAY)]),
            "Getipt door het werkgeversservicepunt op 1 september 2026.",
        ),
        (Lead(an_employer(recognition="boris")), "Boris-leerbedrijf: een praktijkverklaring is mogelijk."),
        (
            Lead(an_employer(), contacts=[contact("no-answer", days_ago=3)]),
            "Kort geleden al gebeld: overleg eerst met wie dat deed.",
        ),
        (Lead(an_employer(), contacts=[contact("later", days_ago=60)]), "Vroeg eerder om later terug te bellen."),
        (Lead(an_employer(sectors=["detailhandel"])), "Omdenken: detailhandel."),
        (Lead(an_employer()), "Werk van de eerste keuze: horeca."),
        (Lead(an_employer()), "11 minuten fietsen; 30 mag."),
    ],
)
def test_each_reason_for_a_call_is_told(lead: Lead, text: str) -> None:
    assert text in texts(lead)


@pytest.mark.parametrize(
    "lead",
    [
        Lead(an_employer(sectors=["overheid"])),
        Lead(an_employer(location=north_of(LELYSTAD, 9))),
        Lead(an_employer(private_to=OTHER_SCHOOL)),
        Lead(an_employer(), pauses=[Pause(TODAY, None)]),
        Lead(an_employer(), contacts=[contact("no", days_ago=179)]),
        Lead(an_employer(), contacts=[contact("no", days_ago=9, student_id=SEARCH.student_id)]),
        Lead(an_employer(kind="sheltered")),
    ],
)
def test_who_cannot_or_will_not_is_left_out(lead: Lead) -> None:
    assert called(lead) == []


@pytest.mark.parametrize(
    "lead",
    [
        Lead(an_employer(), pauses=[Pause(TODAY - timedelta(days=9), TODAY - timedelta(days=1))]),
        Lead(an_employer(), contacts=[contact("no", days_ago=180)]),
        Lead(an_employer(), contacts=[contact("no", days_ago=90, student_id=new_id())]),
        Lead(an_employer(kind="learn-work-company")),
        Lead(an_employer(private_to=SCHOOL)),
    ],
)
def test_who_may_be_called_again_is_on_the_list(lead: Lead) -> None:
    assert len(called(lead)) == 1


def test_who_was_called_within_two_weeks_comes_later() -> None:
    rested = Lead(an_employer(name="rested"), contacts=[contact("good-talk", days_ago=14)])
    called_before = Lead(an_employer(name="called"), contacts=[contact("good-talk", days_ago=13)])
    assert [one.lead.employer.name for one in called(called_before, rested)] == ["rested", "called"]


@pytest.mark.parametrize(
    ("answers", "points"),
    [
        ("yes", 32),
        ("yes yes yes yes yes yes yes yes", 106),
        ("yes yes no", 22),
        ("no no no", -69),
    ],
)
def test_the_call_list_learns_from_what_employers_answered_and_little_from_few_answers(
    answers: str, points: int
) -> None:
    outcomes = answers.split()
    contacts = [contact(outcome, days_ago=200 + 30 * number) for number, outcome in enumerate(outcomes)]
    (found,) = called(Lead(an_employer(), contacts=[*contacts, contact("no", days_ago=730)]))
    (told,) = [one for one in found.reasons if one.factor == "answers"]
    assert told.points == points
    assert told.text == f"Zei de laatste twee jaar {outcomes.count('yes')} van de {len(outcomes)} keer ja."


def test_answers_that_even_out_and_calls_without_one_say_nothing() -> None:
    contacts = [contact(outcome, days_ago=200) for outcome in ("yes", "no", "no-answer", "later")]
    assert "answers" not in {one.factor for one in called(Lead(an_employer(), contacts=contacts))[0].reasons}


def test_who_was_approached_as_often_as_the_region_allows_is_left_to_those_it_works_with() -> None:
    this_month = [contact("no-answer", days_ago=0)] * 4
    last_month = contact("no-answer", days_ago=1)
    assert called(Lead(an_employer(), contacts=this_month)) == []
    assert len(called(Lead(an_employer(), contacts=[*this_month[:3], last_month]))) == 1
    assert len(called(Lead(an_employer(**known_to(SCHOOL)), contacts=this_month))) == 1
    region = a_search(more={"terms": Terms(most_contacts=5)})
    assert len(call_list(region, [Lead(an_employer(), contacts=this_month)], TODAY, NAMES)) == 1


def test_it_says_who_knows_the_employer_and_who_spoke_with_it_last() -> None:
    employer = an_employer(brought_in_by=SCHOOL, **known_to(OTHER_SCHOOL, SCHOOL))
    (found,) = called(Lead(employer, contacts=[contact("yes", days_ago=400), contact("call-back", days_ago=300)]))
    assert found.lead.known_by == ((SCHOOL, date(2022, 9, 1)), (OTHER_SCHOOL, date(2022, 9, 1)))
    assert found.last_contact == contact("call-back", days_ago=300)


def test_a_student_without_a_wish_can_call_anybody_in_reach() -> None:
    search = a_search(wishes=[])
    assert len(call_list(search, [Lead(an_employer(sectors=["overheid"]))], TODAY, NAMES)) == 1
    strict = a_search(wishes=wish("horeca"), accepts_neighbouring_work=False)
    assert call_list(strict, [Lead(an_employer(sectors=["detailhandel"]))], TODAY, NAMES) == []


def test_an_employer_that_another_school_approaches_comes_last_and_says_who_to_ask() -> None:
    claim = Claim(OTHER_SCHOOL, frozenset(), TODAY)
    claimed = Lead(an_employer(name="claimed", recognition="boris"), claims=[claim])
    found = called(claimed, Lead(an_employer(name="unknown")))
    assert [(one.lead.employer.name, one.claim) for one in found] == [("unknown", None), ("claimed", claim)]
    assert any(text.startswith("De Polder benadert dit bedrijf tot en met") for text in texts(claimed))


@pytest.mark.parametrize(
    "claim",
    [
        Claim(SCHOOL, frozenset(), TODAY),
        Claim(OTHER_SCHOOL, frozenset({SCHOOL}), TODAY),
        Claim(OTHER_SCHOOL, frozenset(), TODAY - timedelta(days=1)),
    ],
)
def test_a_claim_of_the_own_school_one_that_it_joined_or_one_that_is_over_keeps_nobody_off(claim: Claim) -> None:
    (found,) = called(Lead(an_employer(), claims=[claim]))
    assert found.claim is None
    assert "claimed" not in {reason.factor for reason in found.reasons}
