"""What a change of an event would break: consumers of the old one, or the reading of what was published."""

from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

import pytest
from pydantic import Field, create_model

from shared.events import Wire
from shared.events.compatibility import STUMBLE, UNREADABLE, incompatible


class Few(StrEnum):
    A = "a"
    B = "b"


class Many(StrEnum):
    A = "a"
    B = "b"
    C = "c"


class Inner(Wire):
    code: str
    note: str | None = None


class InnerWithoutNote(Wire):
    code: str


class InnerNarrower(Wire):
    code: Annotated[str, Field(max_length=3)]
    note: str | None = None


class InnerAsking(Wire):
    code: str
    note: str | None = None
    more: int


class InnerMore(Wire):
    code: str
    note: str | None = None
    more: int = 0


def schema(**fields: Any) -> dict[str, Any]:
    given: dict[str, Any] = {
        name: field if isinstance(field, tuple) else (field, ...) for name, field in fields.items()
    }
    model: type[Wire] = create_model("E", __base__=Wire, **given)
    return model.model_json_schema(mode="serialization")


def at_least(low: int) -> Any:
    return Annotated[int, Field(ge=low)]


def above(low: int) -> Any:
    return Annotated[int, Field(gt=low)]


def at_most(high: int) -> Any:
    return Annotated[int, Field(le=high)]


def text(**facets: Any) -> Any:
    return Annotated[str, Field(**facets)]


def several(of: Any, **facets: Any) -> Any:
    return Annotated[tuple[of, ...], Field(**facets)]


BREAKS = [
    # an object's fields
    (schema(x=str, y=str), schema(x=str), {f"y is gone: {STUMBLE}"}),
    (schema(x=(str, "")), schema(), {f"x is gone: {STUMBLE}"}),
    (schema(x=str), schema(x=(str, "")), {f"x is no longer always there: {STUMBLE}"}),
    (schema(), schema(x=str), {f"x is new and must be there: {UNREADABLE}"}),
    (schema(x=(str, "")), schema(x=str), {f"x must be there now: {UNREADABLE}"}),
    (schema(x=(int, 1)), schema(x=(int, 2)), {f"x means something else when left out: {UNREADABLE}"}),
    # types
    (schema(x=str), schema(x=int), {f"x may be an integer where it was not: {STUMBLE}", f"x may be a string: {UNREADABLE}"}),
    (schema(x=int), schema(x=float), {f"x may be a number where it was not: {STUMBLE}"}),
    (schema(x=float), schema(x=int), {f"x may be a number: {UNREADABLE}"}),
    (schema(x=str), schema(x=str | None), {f"x may be null where it was not: {STUMBLE}"}),
    (schema(x=str | None), schema(x=str), {f"x may be null: {UNREADABLE}"}),
    (schema(x=int), schema(x=int | str), {f"x may be a string where it was not: {STUMBLE}"}),
    (schema(x=str), schema(x=Any), {f"x may be anything where it was not: {STUMBLE}"}),
    (schema(x=Any), schema(x=str), {f"x may be anything: {UNREADABLE}"}),
    # texts
    (schema(x=UUID), schema(x=str), {f"x has another format: {STUMBLE}"}),
    (schema(x=str), schema(x=UUID), {f"x has another format: {UNREADABLE}"}),
    (schema(x=text(pattern="^a$")), schema(x=str), {f"x has another pattern: {STUMBLE}"}),
    (schema(x=str), schema(x=text(pattern="^a$")), {f"x has another pattern: {UNREADABLE}"}),
    (schema(x=text(max_length=5)), schema(x=text(max_length=6)), {f"x has another maxLength: {STUMBLE}"}),
    (schema(x=text(max_length=5)), schema(x=text(max_length=4)), {f"x has another maxLength: {UNREADABLE}"}),
    (schema(x=str), schema(x=text(min_length=1)), {f"x has another minLength: {UNREADABLE}"}),
    # closed lists
    (schema(x=Many), schema(x=Few), {f"x has lost c: {UNREADABLE}"}),
    (schema(x=Few), schema(x=str), {f"x is no longer a closed list: {STUMBLE}"}),
    (schema(x=str), schema(x=Few), {f"x is now a closed list: {UNREADABLE}"}),
    (schema(x=Few), schema(x=text(pattern="^a$")), {
        f"x is no longer a closed list: {STUMBLE}", f"x may be b, which is not of the form ^a$: {UNREADABLE}",
    }),
    # bounds
    (schema(x=at_least(1)), schema(x=at_least(0)), {f"x has another minimum: {STUMBLE}"}),
    (schema(x=at_least(1)), schema(x=at_least(2)), {f"x has another minimum: {UNREADABLE}"}),
    (schema(x=at_least(1)), schema(x=above(1)), {f"x has another minimum: {UNREADABLE}"}),
    (schema(x=at_most(9)), schema(x=int), {f"x has another maximum: {STUMBLE}"}),
    (schema(x=int), schema(x=at_most(9)), {f"x has another maximum: {UNREADABLE}"}),
    # lists and what is in them
    (schema(x=tuple[str, ...]), schema(x=tuple[int, ...]), {
        f"x[] may be an integer where it was not: {STUMBLE}", f"x[] may be a string: {UNREADABLE}",
    }),
    (schema(x=tuple[str, ...]), schema(x=several(str, min_length=1)), {f"x has another minItems: {UNREADABLE}"}),
    (schema(x=several(str, max_length=2)), schema(x=tuple[str, ...]), {f"x has another maxItems: {STUMBLE}"}),
    (schema(x=tuple[Inner, ...]), schema(x=tuple[InnerWithoutNote, ...]), {f"x[].note is gone: {STUMBLE}"}),
    (schema(x=tuple[Inner, ...]), schema(x=tuple[InnerAsking, ...]), {
        f"x[].more is new and must be there: {UNREADABLE}",
    }),
    (schema(x=tuple[str, str]), schema(x=tuple[str, str, str]), None),
    (schema(x=dict[str, int]), schema(x=dict[str, str]), {
        f"x[*] may be a string where it was not: {STUMBLE}", f"x[*] may be an integer: {UNREADABLE}",
    }),
    # objects in objects, also where they may be null
    (schema(x=Inner), schema(x=InnerNarrower), {f"x.code has another maxLength: {UNREADABLE}"}),
    (schema(x=Inner | None), schema(x=InnerAsking | None), {f"x.more is new and must be there: {UNREADABLE}"}),
    (schema(x=Inner), schema(x=str), {f"x may be a string where it was not: {STUMBLE}", f"x may be an object: {UNREADABLE}"}),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "problems"), BREAKS)
def test_a_change_that_breaks_a_side_is_named_with_the_side(
    old: dict[str, Any], new: dict[str, Any], problems: set[str] | None
) -> None:
    found = set(incompatible(old, new))
    assert found == problems if problems is not None else found


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (schema(x=str), schema(x=str)),
        (schema(x=str), schema(x=str, y=(int, 0))),
        (schema(x=str), schema(x=str, y=(str | None, None))),
        (schema(x=Few), schema(x=Many)),
        (schema(x=tuple[Few, ...]), schema(x=tuple[Many, ...])),
        (schema(x=Inner), schema(x=InnerMore)),
        (schema(x=tuple[Inner, ...]), schema(x=tuple[InnerMore, ...])),
        (schema(x=UUID | None), schema(x=UUID | None)),
        (schema(x=at_least(1)), schema(x=Annotated[int, Field(ge=1, description="prose")])),
    ],
)
def test_a_change_that_only_adds_breaks_nobody(old: dict[str, Any], new: dict[str, Any]) -> None:
    assert incompatible(old, new) == []
