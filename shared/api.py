"""What HTTP bodies, answers and lists of all services have in common."""

import base64
import binascii
import re
from collections.abc import Callable
from typing import Annotated, Any, Generic, Self, TypeVar
from uuid import UUID

from fastapi import Depends, Query
from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel
from stdnum.nl import bsn

from shared.errors import Invalid, Problem

T = TypeVar("T")


class Body(BaseModel):
    """A request body: camelCase, and a field that nobody knows is an error, since it is most often a typing error."""

    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, extra="forbid", frozen=True, hide_input_in_errors=True
    )


class Resource(BaseModel):
    """An answer: camelCase; moments in UTC with `Z`."""

    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, frozen=True, from_attributes=True, hide_input_in_errors=True
    )


_NINE_DIGITS = re.compile(r"(?<!\d)\d(?:[ .-]?\d){8}(?!\d)")


def without_bsn(text: str) -> str:
    """Refuse a text that holds a citizen service number (nine digits that pass the 11-test); it is never stored."""
    if any(bsn.is_valid(found) for found in _NINE_DIGITS.findall(text)):
        raise ValueError("this looks like a citizen service number (BSN), which is never stored: leave it out")
    return text


CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
"""Control characters that are no tab and end no line: nobody types them, and neither XML nor XLSX can hold them."""


def _written(text: str) -> str:
    if CONTROLS.search(text):
        raise ValueError("holds a control character, which nobody can read: leave it out")
    return without_bsn(text)


Text = Annotated[str, Field(min_length=1, max_length=2000), AfterValidator(_written)]
"""Free text of up to 2 000 characters, refused when it holds a BSN or a control character."""

ShortText = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_written)]
"""Free text of up to 200 characters, refused when it holds a BSN or a control character."""


class Page(Resource, Generic[T]):
    """A piece of a list; `next` is the cursor of the piece after it, or null at the end."""

    items: list[T]
    next: str | None = None

    @classmethod
    def of(cls, items: list[T], last_key: object | None = None) -> Self:
        """A page; `last_key` is the sort key of the last item when there is more behind it."""
        return cls(items=items, next=None if last_key is None else encode_cursor(str(last_key)))


def encode_cursor(key: str) -> str:
    """An opaque cursor for a sort key."""
    return base64.urlsafe_b64encode(key.encode()).decode().rstrip("=")


def decode_cursor(cursor: str) -> str:
    """The sort key in a cursor; `Invalid` when it is none of ours."""
    try:
        return base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
    except (binascii.Error, UnicodeDecodeError, ValueError):
        raise not_a_cursor() from None


def not_a_cursor() -> Invalid:
    """What refuses a cursor that is none of the list's."""
    return Invalid(problems=[Problem(location="query", pointer="cursor", detail="not a cursor of this list")])


class PageRequest:
    """Which piece of a list is asked for."""

    def __init__(self, limit: int = 50, cursor: str | None = None) -> None:
        self.limit = limit
        self.after: str | None = None if cursor is None else decode_cursor(cursor)

    @property
    def after_id(self) -> UUID | None:
        """The cursor as the id that the list goes on after; `Invalid` when it holds none."""
        return self._key(UUID)

    @property
    def after_number(self) -> int | None:
        """The cursor as the number that the list goes on after; `Invalid` when it holds none."""
        number = self._key(int)
        if number is not None and not 0 <= number < 2**63:
            raise not_a_cursor()
        return number

    def _key(self, read: Callable[[str], T]) -> T | None:
        try:
            return None if self.after is None else read(self.after)
        except ValueError:
            raise not_a_cursor() from None

    def page(self, items: list[T], key: Any) -> Page[T]:
        """The page of `items`, of which one more than `limit` was asked for; `key` gives the field sorted by."""
        if len(items) <= self.limit:
            return Page[Any].of(items)
        kept = items[: self.limit]
        return Page[Any].of(kept, key(kept[-1]))


async def _page_request(  # a class would be made on another thread
    limit: Annotated[int, Query(ge=1, le=200, description="How many items at most.")] = 50,
    cursor: Annotated[str | None, Query(max_length=400, description="`next` of the page before.")] = None,
) -> PageRequest:
    return PageRequest(limit, cursor)


PageQuery = Annotated[PageRequest, Depends(_page_request)]
