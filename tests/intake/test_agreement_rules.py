"""Who signs when, what must be there before, and how the paper says it: without a database."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.domain.agreement import (
    EXAMPLE,
    Agreement,
    AgreementIsIncomplete,
    AgreementIsOutdated,
    AgreementTerms,
    NotTheirTurn,
    Party,
    Signature,
    SignedAlready,
    SignsNot,
    Way,
    drawn_up,
    missing,
    parties_of,
)
from services.intake.domain.dutch import clock, euros, in_words, listed
from services.intake.domain.placement import Stay
from shared.errors import Invalid, Refused
from shared.ids import new_id

STAY = Stay.model_validate({"beginDate": "2026-09-07", "endDate": "2027-02-12", "weekdays": ["mon", "tue"]})
TERMS = AgreementTerms.model_validate(EXAMPLE)


def an_agreement(age: int = 15, **other: Any) -> Agreement:
    ids: dict[str, Any] = {name: new_id() for name in ("id", "placement_id", "student_id", "school_id", "employer_id")}
    known = {"number": 1, "author": "x", "terms": TERMS, "stay": STAY, "parties": parties_of(age, parents_too=False)}
    return Agreement(**ids | known | other)


def by(party: Party) -> Signature:
    return Signature(party=party, way=Way.BY_LINK, signed_date=date(2026, 9, 1), recorded_at=datetime.now(UTC))


@given(tried=st.lists(st.sampled_from(Party), max_size=12), age=st.integers(12, 24))
def test_in_whatever_order_people_try_the_signatures_stand_in_the_order_of_the_parties(
    tried: list[Party], age: int
) -> None:
    agreement = an_agreement(age)
    for party in tried:
        try:
            agreement = agreement.signed(by(party), 1, STAY)
        except Refused as refused:
            assert isinstance(refused, NotTheirTurn | SignedAlready | SignsNot)  # noqa: PT017
    signed = tuple(signature.party for signature in agreement.signatures)
    assert signed == agreement.parties[: len(signed)]


@pytest.mark.parametrize(
    ("age", "asked", "sign"),
    [(13, False, True), (15, False, True), (16, False, False), (16, True, True), (17, True, True), (18, False, False)],
)
def test_the_parents_sign_below_sixteen_and_until_eighteen_when_asked(age: int, asked: bool, sign: bool) -> None:
    assert (Party.PARENTS in parties_of(age, parents_too=asked)) is sign


def test_an_adults_parents_are_asked_for_nothing() -> None:
    with pytest.raises(Invalid):
        parties_of(18, parents_too=True)


@pytest.mark.parametrize("field", [name for name in EXAMPLE if name != "compensation"])
def test_each_thing_that_is_left_out_is_missed(field: str) -> None:
    without = AgreementTerms.model_validate({key: value for key, value in EXAMPLE.items() if key != field})
    assert list(missing(without, STAY)) == [f"/{field}"]
    with pytest.raises(AgreementIsIncomplete):
        an_agreement(terms=without).signed(by(Party.STUDENT), 1, STAY)


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"compensation": {"amountCents": 7500}}, "/compensation"),
        ({"compensation": {"travelCosts": True}}, "/compensation"),
        ({"hours": EXAMPLE["hours"][:1]}, "/hours"),
        ({"breakMinutes": 0}, None),
        ({"allowance": False, "compensation": {"travelCosts": False}}, None),
    ],
)
def test_what_is_half_filled_in_is_missed_and_a_nought_is_not(change: Any, pointer: str | None) -> None:
    found = missing(AgreementTerms.model_validate(EXAMPLE | change), STAY)
    assert list(found) == ([pointer] if pointer else [])


def test_a_placement_without_an_end_has_none_in_its_agreement() -> None:
    assert list(missing(TERMS, STAY.model_copy(update={"end_date": None}))) == ["/endDate"]


def test_nothing_is_paid_and_an_amount_is_named() -> None:
    with pytest.raises(ValueError, match="nothing is paid"):
        AgreementTerms.model_validate(EXAMPLE | {"allowance": False})


def test_an_older_version_or_one_of_other_days_is_not_signed() -> None:
    longer = STAY.model_copy(update={"end_date": date(2027, 7, 9)})
    for latest, stay in ((2, STAY), (1, longer)):
        with pytest.raises(AgreementIsOutdated):
            an_agreement().signed(by(Party.STUDENT), latest, stay)


def test_other_words_are_another_version_also_before_anybody_signs() -> None:
    first = an_agreement()
    other = replace(an_agreement(), terms=TERMS.model_copy(update={"break_minutes": 45}))
    printed = replace(an_agreement(), paper={"student": "Sara de Boer"})
    assert drawn_up(None, first).number == 1
    assert drawn_up(first, an_agreement()) is first
    assert (drawn_up(first, other).number, drawn_up(first, printed).number) == (2, 2)
    signed = first.signed(by(Party.STUDENT), 1, STAY)
    assert (drawn_up(signed, other).number, drawn_up(signed, other).signatures) == (2, ())
    assert drawn_up(signed, an_agreement()) is signed


def test_on_paper_things_are_said_as_people_say_them() -> None:
    assert in_words(date(2027, 5, 3)) == "3 mei 2027"
    assert (clock("09:00"), clock("15:30")) == ("9.00 uur", "15.30 uur")
    assert (euros(7500), euros(123456), euros(5)) == ("€ 75,00", "€ 1.234,56", "€ 0,05")
    assert [listed(words) for words in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == ["", "a", "a en b", "a, b en c"]
