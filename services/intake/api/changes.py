"""ETags and what they guard, and merge patches: what is left out stays, null takes away."""

import functools
import hashlib
from typing import Annotated, Any, TypeVar

from fastapi import Header, Response
from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic.alias_generators import to_camel

from shared.errors import Invalid, Problem, Refused

M = TypeVar("M", bound=BaseModel)


class PreconditionRequired(Refused):
    """Say in If-Match which state you change: the ETag of your last read or write of this address."""

    slug = "precondition-required"
    status = 428


class PreconditionFailed(Refused):
    """Somebody changed it meanwhile: read it again and apply your change to that."""

    slug = "precondition-failed"
    status = 412


IfMatch = Annotated[
    str | None,
    Header(
        alias="If-Match",
        max_length=400,
        description="The ETag of the state that is changed (several, separated by commas, or `*` for whatever it is). "
        "428 without it, 412 when somebody changed it meanwhile.",
    ),
]


@functools.cache
def _json_of(kind: Any) -> "TypeAdapter[Any]":
    return TypeAdapter(kind)


def tag_of(thing: object) -> str:
    """The strong ETag (RFC 9110) of a thing of the register: of all that is kept of it, whoever looks."""
    kind: Any = type(thing)
    return f'"{hashlib.sha256(_json_of(kind).dump_json(thing)).hexdigest()[:24]}"'


def tagged(response: Response, thing: object) -> None:
    """Show the state of a thing of the register as its ETag."""
    response.headers["ETag"] = tag_of(thing)


def must_match(if_match: str | None, thing: object) -> None:
    """Refuse to change what the caller has not seen; the thing is locked. Raises 428 or 412."""
    if if_match is None:
        raise PreconditionRequired
    if if_match.strip() != "*" and tag_of(thing) not in (tag.strip() for tag in if_match.split(",")):
        raise PreconditionFailed


def created(response: Response, location: str, thing: object | None = None) -> None:
    """Say where a new thing is, and its state."""
    response.headers["Location"] = location
    if thing is not None:
        tagged(response, thing)


def only(facts: type[M], body: M) -> M:
    """The facts of a body that has more: it was checked when it came in, and is not checked a second time."""
    return facts.model_construct(**{name: getattr(body, name) for name in facts.model_fields})


def partial(body: type[M]) -> type[M]:
    """Make every field of a body optional, keeping its checks: the form of a merge patch (class decorator)."""
    for field in body.model_fields.values():
        checked = Annotated[(field.annotation, *field.metadata)] if field.metadata else field.annotation
        field.annotation, field.metadata = checked | None, []  # type: ignore[assignment,operator]
        field.default, field.default_factory = None, None
    body.model_rebuild(force=True)
    return body


def merged(facts: M, change: BaseModel) -> M:
    """The facts with a merge patch applied (RFC 7396; lists and nested objects are replaced whole).

    Raises `Invalid` with all errors when the result cannot be.
    """
    model = type(facts)
    given = {name: value for name, value in change.model_dump(exclude_unset=True).items() if name in model.model_fields}
    document: dict[str, Any] = facts.model_dump() | given
    taken_away = {name for name, value in given.items() if value is None}
    try:
        return model.model_validate({name: value for name, value in document.items() if name not in taken_away})
    except ValidationError as error:
        raise Invalid(
            problems=[
                Problem(
                    pointer="/" + "/".join(to_camel(str(part)) for part in found["loc"]),
                    detail=found["msg"].removeprefix("Value error, "),
                )
                for found in error.errors()
            ]
        ) from None
