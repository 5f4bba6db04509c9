"""Answers that show their version, and merge patches: what is left out stays, null takes away."""

from typing import Annotated, Any, TypeVar

from fastapi import Response
from pydantic import BaseModel, ValidationError

from shared.errors import Invalid, Problem

M = TypeVar("M", bound=BaseModel)


def tagged(response: Response, version: int) -> None:
    """Show the version of a resource as its ETag."""
    response.headers["ETag"] = f'"{version}"'


def created(response: Response, location: str, version: int | None = None) -> None:
    """Say where a new resource is."""
    response.headers["Location"] = location
    if version is not None:
        tagged(response, version)


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
                    pointer="/" + "/".join(map(str, found["loc"])), detail=found["msg"].removeprefix("Value error, ")
                )
                for found in error.errors()
            ]
        ) from None
