"""Partial answers: the fields of a wide list that the caller asks for."""

from typing import Annotated, TypeVar

from fastapi import Depends, Query, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from shared.api import Page
from shared.errors import Invalid, Problem

R = TypeVar("R", bound=BaseModel)


class ChosenFields:
    """Which fields each item of a list has in the answer."""

    def __init__(self, fields: str | None) -> None:
        self._names = None if fields is None else [name.strip() for name in fields.split(",")]

    def of(self, page: Page[R], resource: type[R]) -> Page[R] | Response:
        """The page as it is, or with the chosen fields alone; raises `Invalid` with all that there are not."""
        if self._names is None:
            return page
        known = {field.alias or name: name for name, field in resource.model_fields.items()}
        if unknown := [name for name in self._names if name not in known]:
            raise Invalid(problems=[_unknown(name, known) for name in dict.fromkeys(unknown)])
        chosen = {known[name] for name in self._names}
        items = [item.model_dump(mode="json", by_alias=True, include=chosen) for item in page.items]
        return JSONResponse({"items": items, "next": page.next})


def _unknown(name: str, known: dict[str, str]) -> Problem:
    detail = f"there is no field {name!r}; there are {', '.join(known)}"
    return Problem(location="query", pointer="fields", detail=detail)


async def _chosen(
    fields: Annotated[
        str | None,
        Query(
            min_length=1,
            max_length=2000,
            description="Only these fields of each item, separated by commas (not of what is nested in it).",
            examples=["id,name,region"],
        ),
    ] = None,
) -> ChosenFields:
    return ChosenFields(fields)


Fields = Annotated[ChosenFields, Depends(_chosen)]
