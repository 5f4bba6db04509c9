"""A citizen service number is refused wherever somebody can write freely, in every service."""

import importlib
from collections.abc import Iterator
from typing import Annotated, Any

import pytest
from pydantic import TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from shared.api import Body

for _service in ("intake", "matching", "notifications", "analytics"):
    importlib.import_module(f"services.{_service}.app")

TEXT = "zie 111222333, boven"
"""Nine digits that pass the 11-test, within words: what no code, date or number of an organisation can be."""

ELSEWHERE = {
    "RecordSpecialFact.code": "one of the codes of its kind, which the body as a whole is checked for",
    "ImportFigures.csv": "every column is a code, a period or a number, and checked as that row by row",
    "ImportMunicipalities.csv": "likewise, an operator's map",
    "Reservation.reserved_by": "who it was, by the token; part of no body",
    "TakenStep.author": "likewise",
    "Subscribe.sink": "an address of a system, checked as one",
    "ChangeSubscription.sink": "likewise",
    "ClientCredentials.token_url": "likewise",
    "ClientCertificate.certificate": "a certificate, read as one together with its key",
    "Retry.types": "types of events: what is none of them finds nothing, and nothing is kept",
    "Subscribe.types": "types of events, checked against those that there are",
    "ChangeSubscription.types": "likewise",
    "BeginReplay.publishers": "names of services, checked against those that there are",
    "Filter.type": "an operator looks for it; nothing is kept",
    "Filter.subject": "likewise",
    "Filter.text": "likewise",
    "Edit.data": "an event's data, which has no free text, edited by an operator with a reason that is kept",
    "Repair.message": "likewise",
}
"""Fields that take the text by themselves, and what refuses it."""


VALUES: tuple[Any, ...] = (TEXT, [TEXT], {"x": TEXT})


def bodies(of: type[Body] = Body) -> Iterator[type[Body]]:
    for body in of.__subclasses__():
        if body.__module__.startswith(("services.", "shared.")) and not body.__name__.endswith("Resource"):  # answers
            yield body
        yield from bodies(body)


FIELDS = {f"{body.__name__}.{name}": field for body in bodies() for name, field in body.model_fields.items()}


def takes(field: FieldInfo, value: Any) -> bool:
    kind: Any = Annotated[(field.annotation, *field.metadata)] if field.metadata else field.annotation
    try:
        return TEXT in str(TypeAdapter(kind).validate_python(value))
    except ValidationError:
        return False


@pytest.mark.parametrize("name", sorted(FIELDS))
def test_no_field_of_a_body_takes_a_citizen_service_number(name: str) -> None:
    taken = [value for value in VALUES if takes(FIELDS[name], value)]
    assert not taken or name in ELSEWHERE


def test_every_exception_is_still_one() -> None:
    assert [name for name in ELSEWHERE if not any(takes(FIELDS[name], each) for each in VALUES)] == []
