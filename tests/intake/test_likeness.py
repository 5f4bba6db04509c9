"""Two employers that are one are found, and two that are not are left alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from services.intake.domain.likeness import CERTAIN, LIKELY, Reason, Traits, folded, likeness, marks, normalised_name

LINDE = Traits("Tuincentrum De Linde", postcode="8232VT", place="Lelystad")

NAMES = [
    ("Stichting De Linde B.V.", None, "linde"),
    ("Albert Heijn Lelystad", "Lelystad", "albert heijn"),
    ("V.O.F. Bakkerij Jansen & Zn.", None, "bakkerij jansen en zonen"),
    ("Café 't Hoekje", None, "cafe hoekje"),
    ("De B.V.", None, "de"),
    ("Lelystad", "Lelystad", "lelystad"),
]


@pytest.mark.parametrize(("name", "place", "normal"), NAMES)
def test_a_name_is_compared_without_what_does_not_tell_it_from_others(
    name: str, place: str | None, normal: str
) -> None:
    assert normalised_name(name, place) == normal


def at(name: str, postcode: str | None = "8232VT", place: str | None = "Lelystad", **more: str) -> Traits:
    return Traits(name, postcode=postcode, place=place, **more)


SAME = [
    at("Tuincentrum de Linde B.V."),
    at("TUINCENTRUM DE LIND"),
    at("De Linde, tuincentrum", postcode="8232AA"),
    at("Tuincentrum De Linde", postcode="8243ZZ"),
    at("De Linde", telephone="+31 (0)320 123456", website="https://www.linde.example/over-ons"),
]
OTHER = [
    at("Bakkerij Vos"),
    at("Tuincentrum De Linde", postcode="8011AA", place="Zwolle"),
    at("Tuincentrum De Linde 2"),
    at("Tuincentrum De Linde", kvk_number="76543210"),
    at("Tuincentrum De Olm"),
]


@pytest.mark.parametrize("other", SAME)
def test_the_same_employer_written_otherwise_is_likely_one(other: Traits) -> None:
    known = at(LINDE.name, kvk_number="01234567", telephone="0320-123456", email="info@linde.example")
    assert likeness(known, other).score >= LIKELY
    assert likeness(known, other) == likeness(other, known)


@pytest.mark.parametrize("other", OTHER)
def test_another_employer_is_not_taken_for_the_same(other: Traits) -> None:
    known = at(LINDE.name, kvk_number="01234567")
    assert likeness(known, other).score < LIKELY


def test_the_reasons_say_why() -> None:
    alike = likeness(at("De Linde", telephone="0320-123456"), at("Linde", telephone="0320 123 456"))
    assert alike.score >= CERTAIN
    assert alike.reasons == (Reason.SAME_NAME, Reason.SAME_POSTCODE, Reason.SAME_TELEPHONE)


words = some.lists(
    some.sampled_from(["linde", "de", "bakker", "jansen", "2", "bv", "lelystad", "groen", "cafe"]), min_size=1
).map(" ".join)
traits = some.builds(
    Traits,
    name=words | some.text(min_size=1, max_size=200),
    kvk_number=some.sampled_from([None, "01234567", "76543210"]),
    postcode=some.sampled_from([None, "8232VT", "8232AA", "8011AA"]),
    place=some.sampled_from([None, "Lelystad", "Zwolle"]),
    telephone=some.sampled_from([None, "0320 123456", "+31320123456", "06 12345678"]),
    website=some.sampled_from([None, "https://linde.example", "http://www.linde.example/a"]),
    email=some.sampled_from([None, "a@gmail.com", "a@linde.example"]),
)


@given(traits, traits)
def test_who_are_likely_one_always_share_a_mark(one: Traits, other: Traits) -> None:
    alike = likeness(one, other)
    assert alike == likeness(other, one)
    assert alike.score < LIKELY or marks(one) & marks(other)


@given(some.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert folded(folded(text)) == folded(text)
