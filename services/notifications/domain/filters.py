"""Filters of a subscription in the CloudEvents dialect: all, any, not, exact, prefix, suffix.

They look at what the recipient would get and at nothing else: a filter on a hidden field would tell its value.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, TypeAdapter

MOST_FILTERS = 64
DEEPEST = 8
"""Bounds of one subscription's filters: far more than anybody writes, and nothing that slows an event down."""

Attribute = Annotated[
    str, Field(pattern=r"^([a-z0-9]{1,20}|data\.[a-zA-Z0-9]{1,40})$", examples=["type", "data.region"])
]
"""A context attribute, or `data.` and a field of the data."""

Value = Annotated[str, Field(min_length=1, max_length=200, examples=["nl.stagebrug.student-unmatched.v1"])]
Wanted = Annotated[dict[Attribute, Value], Field(min_length=1, max_length=20)]

_DIALECTS = ("exact", "prefix", "suffix", "all", "any", "not")


class _Expression(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Exact(_Expression):
    """Every attribute named has exactly this value."""

    exact: Wanted


class Prefix(_Expression):
    """Every attribute named begins like this."""

    prefix: Wanted


class Suffix(_Expression):
    """Every attribute named ends like this."""

    suffix: Wanted


class AllOf(_Expression):
    """Every filter matches."""

    all_of: Annotated[list["Filter"], Field(alias="all", min_length=1, max_length=MOST_FILTERS)]


class AnyOf(_Expression):
    """At least one filter matches."""

    any_of: Annotated[list["Filter"], Field(alias="any", min_length=1, max_length=MOST_FILTERS)]


class Not(_Expression):
    """The filter does not match."""

    not_: Annotated["Filter", Field(alias="not")]


def _dialect(value: Any) -> str | None:
    if isinstance(value, BaseModel):
        names: Iterable[Any] = (field.alias or name for name, field in type(value).model_fields.items())
    else:
        names = value if isinstance(value, Mapping) else ()
    return next((name for name in names if name in _DIALECTS), None)


Filter = Annotated[
    Annotated[Exact, Tag("exact")]
    | Annotated[Prefix, Tag("prefix")]
    | Annotated[Suffix, Tag("suffix")]
    | Annotated[AllOf, Tag("all")]
    | Annotated[AnyOf, Tag("any")]
    | Annotated[Not, Tag("not")],
    Discriminator(
        _dialect,
        custom_error_type="unknown_dialect",
        custom_error_message="a filter is an object with one of all, any, not, exact, prefix, suffix",
    ),
]

Dialect = Literal["exact", "prefix", "suffix"]

for _model in (AllOf, AnyOf, Not):
    _model.model_rebuild()

_MANY: TypeAdapter[list[Filter]] = TypeAdapter(list[Filter])

_COMPARE: dict[str, Callable[[str, str], bool]] = {
    "exact": str.__eq__,
    "prefix": str.startswith,
    "suffix": str.endswith,
}


def read(filters: Sequence[Mapping[str, Any]]) -> tuple[Filter, ...]:
    """Filters as they were saved."""
    return tuple(_MANY.validate_python(list(filters)))


def written(filters: Iterable[Filter]) -> list[dict[str, Any]]:
    """Filters as JSON."""
    return [each.model_dump(mode="json", by_alias=True) for each in filters]


def too_much(filters: Sequence[Filter]) -> str | None:
    """Why these filters are refused: too many of them or too deep; None when they are fine."""
    if sum(_count(each) for each in filters) > MOST_FILTERS:
        return f"more than {MOST_FILTERS} filters"
    if any(_depth(each) > DEEPEST for each in filters):
        return f"filters nested deeper than {DEEPEST}"
    return None


def let_through(filters: Iterable[Filter], event: Mapping[str, Any]) -> bool:
    """Whether every filter matches the CloudEvent as it would be delivered; without filters everything does."""
    return all(_matches(each, event) for each in filters)


def looks_at(filters: Iterable[Filter]) -> frozenset[str]:
    """The attributes that filters ask for."""
    return frozenset().union(*map(_asked, filters))


def _asked(expression: Filter) -> frozenset[str]:
    match expression:
        case Exact(exact=wanted) | Prefix(prefix=wanted) | Suffix(suffix=wanted):
            return frozenset(wanted)
        case _:
            return looks_at(_inner(expression))


def _matches(expression: Filter, event: Mapping[str, Any]) -> bool:
    match expression:
        case AllOf(all_of=inner):
            return all(_matches(each, event) for each in inner)
        case AnyOf(any_of=inner):
            return any(_matches(each, event) for each in inner)
        case Not(not_=inner_one):
            return not _matches(inner_one, event)
        case Exact(exact=wanted):
            return _compares("exact", wanted, event)
        case Prefix(prefix=wanted):
            return _compares("prefix", wanted, event)
        case Suffix(suffix=wanted):
            return _compares("suffix", wanted, event)


def _compares(dialect: Dialect, wanted: Mapping[str, str], event: Mapping[str, Any]) -> bool:
    compare = _COMPARE[dialect]
    return all(
        any(compare(value, sought) for value in _values(event, attribute)) for attribute, sought in wanted.items()
    )


def _values(event: Mapping[str, Any], attribute: str) -> list[str]:
    """An attribute's value as text; a list matches by any of its elements, what is absent by nothing."""
    of_data = attribute.startswith("data.")
    value = event.get("data", {}).get(attribute.removeprefix("data.")) if of_data else event.get(attribute)
    values = value if isinstance(value, list) else [value]
    return [_text(each) for each in values if each is not None and not isinstance(each, dict)]


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _inner(expression: Filter) -> list[Filter]:
    match expression:
        case AllOf(all_of=inner) | AnyOf(any_of=inner):
            return inner
        case Not(not_=one):
            return [one]
        case _:
            return []


def _count(expression: Filter) -> int:
    return 1 + sum(_count(each) for each in _inner(expression))


def _depth(expression: Filter) -> int:
    return 1 + max((_depth(each) for each in _inner(expression)), default=0)
