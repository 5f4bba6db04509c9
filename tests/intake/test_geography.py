"""From an address to its municipality, its labour-market region and a point on the map, offline."""

from dataclasses import replace
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from services.intake.domain.addresses import Address
from services.intake.domain.fields import Brin, KvkNumber, Postcode
from services.intake.geography import Geography, plain
from services.intake.taking_in.piece import _remembering
from shared.errors import Invalid


@pytest.fixture(scope="module")
def geography() -> Geography:
    return Geography()


def address(place: str, postcode: str, **more: Any) -> Address:
    return Address(place=place, postcode=postcode, **more)


@pytest.mark.parametrize(
    ("place", "postcode", "municipality", "region"),
    [
        ("Lelystad", "8232VT", "GM0995", "AM11"),
        ("lelystad ", "8232 vt", "GM0995", "AM11"),
        ("Emmeloord", "8302AA", "GM0171", "AM11"),
        ("Sneek", "8601AA", "GM1900", "AM02"),
        ("SÚDWEST FRYSLÂN", "8601AA", "GM1900", "AM02"),
        ("Den Haag", "2511AA", "GM0518", "AM21"),
        ("'s-Hertogenbosch", "5211AA", "GM0796", "AM27"),
        ("Hengelo", "7551AA", "GM0164", "AM05"),
        ("Hengelo", "7255AA", "GM1876", "AM09"),
        ("Rijswijk", "2281AA", "GM0603", "AM21"),
        ("Rijswijk", "4284AA", "GM1959", "AM25"),
    ],
)
def test_the_region_follows_from_the_place(
    geography: Geography, place: str, postcode: str, municipality: str, region: str
) -> None:
    found = geography.situate(address(place, postcode))
    assert (found.municipality, found.region) == (municipality, region)
    assert found.location.approximate


def test_a_municipality_that_is_given_counts_whatever_the_place(geography: Geography) -> None:
    found = geography.situate(address("Ergens", "9999AA", municipality="GM0193"))
    assert found.region == "AM36"
    assert abs(found.location.latitude - 52.51) < 0.05


def test_coordinates_that_are_given_are_exact(geography: Geography) -> None:
    found = geography.situate(address("Lelystad", "8232VT", latitude=52.5, longitude=5.5))
    assert (found.location.latitude, found.location.approximate) == (52.5, False)


@pytest.mark.parametrize(
    ("given", "pointer"),
    [
        (address("Nergenshuizen", "9999AA"), "/address/municipality"),
        (address("Hengelo", "1234AB"), "/address/municipality"),
        (address("Lelystad", "8232VT", municipality="GM9999"), "/address/municipality"),
        (address("Lelystad", "8232VT", latitude=52.5), "/address/latitude"),
    ],
)
def test_what_cannot_be_found_is_asked_for_by_its_field(geography: Geography, given: Address, pointer: str) -> None:
    with pytest.raises(Invalid) as refused:
        geography.situate(given)
    assert refused.value.problems[0].pointer == pointer


def test_of_every_municipality_it_is_known_where_it_lies(geography: Geography) -> None:
    assert len(geography.municipalities) == 342
    assert len(geography.regions) == 35
    for code in geography.municipalities:
        geography.situate(address("Ergens", "9999AA", municipality=code))


def test_no_place_lies_far_outside_its_region(geography: Geography) -> None:
    for code, name in geography._main_place.items():
        found = geography.situate(address(name, "9999AA", municipality=code))
        middle = geography.middle(found.region)
        far = abs(found.location.latitude - middle.latitude) + abs(found.location.longitude - middle.longitude)
        assert far < 0.9, name


def test_names_are_compared_without_accents_case_and_hyphens() -> None:
    assert plain("Noardeast-Fryslân") == plain("noardeast fryslan")


@pytest.mark.parametrize(
    ("kind", "right", "wrong"),
    [
        (Brin, "05kj00", ["05KJ", "05KJ0", "AB0500", ""]),
        (Postcode, "8232 vt", ["0232VT", "8232SS", "8232V", "82322VT"]),
        (KvkNumber, "01234567", ["1234567", "123456789", "1234567a", "١٢٣٤٥٦٧٨"]),
    ],
)
def test_numbers_of_organisations_are_checked_as_what_they_are(kind: Any, right: str, wrong: list[str]) -> None:
    adapter: TypeAdapter[str] = TypeAdapter(kind)
    assert adapter.validate_python(right) == right.upper().replace(" ", "")
    for value in wrong:
        with pytest.raises(ValidationError):
            adapter.validate_python(value)


def test_an_import_remembers_places_of_the_map_of_now() -> None:
    geography, other = Geography(), Geography()
    where = Address(postcode="8232VT", place="Lelystad")
    before = _remembering(geography)(where)
    assert _remembering(geography)(where) is before, "it is asked once"
    facts = other.table.municipalities["GM0995"]
    moved = dict(other.table.municipalities) | {"GM0995": replace(facts, region="AM12")}
    geography.become(Geography(replace(other.table, municipalities=moved)))
    assert (before.region, _remembering(geography)(where).region) == ("AM11", "AM12")
