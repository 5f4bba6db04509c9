"""Fields that several things of the register have: dates, days, codes, numbers of organisations."""

import re
from datetime import UTC, date, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, ConfigDict, Field, ValidationInfo
from pydantic.alias_generators import to_camel
from stdnum.exceptions import ValidationError
from stdnum.nl import brin, postcode

from shared.events.codes import Code, Weekday

FIRST_DAY, LAST_DAY = date(1990, 1, 1), date(2100, 12, 31)
"""What lies outside is a typing error: nothing here is older than the students, nothing is planned that far."""

UNRECORDED = datetime.min.replace(tzinfo=UTC)
"""Before the database has set the moment of recording."""


def _written(value: Any) -> Any:
    """A bare number would be read as seconds since 1970."""
    if isinstance(value, int | float):
        raise ValueError("a date is written as text, for example 2026-09-01")  # noqa: TRY004 — pydantic reports ValueErrors
    return value


def _plausible(value: date) -> date:
    if not FIRST_DAY <= value <= LAST_DAY:
        raise ValueError(f"a date between {FIRST_DAY} and {LAST_DAY} is meant")
    return value


Day = Annotated[date, BeforeValidator(_written), AfterValidator(_plausible), Field(examples=["2026-09-01"])]
"""A Dutch calendar date."""


def plausible_moment(value: datetime) -> datetime:
    """Refuse a moment that is a typing error, or that no clock can hold in another time zone."""
    if not FIRST_DAY.year <= value.year <= LAST_DAY.year:
        raise ValueError(f"a moment between {FIRST_DAY} and {LAST_DAY} is meant")
    return value


Moment = Annotated[AwareDatetime, AfterValidator(plausible_moment)]
"""A moment with its time zone."""


def not_before(begin: str, end: date | None, info: ValidationInfo) -> date | None:
    """For a field validator: refuse an end that lies before the field named `begin`."""
    first = info.data.get(begin)
    if end and first and end < first:
        raise ValueError(f"lies before {to_camel(begin)}")
    return end


def in_order(days: tuple[Weekday, ...]) -> tuple[Weekday, ...]:
    """The days once each, in the order of the week."""
    return tuple(day for day in Weekday if day in days)


Weekdays = Annotated[tuple[Weekday, ...], Field(max_length=14, examples=[["mon", "tue"]]), AfterValidator(in_order)]
"""Days of the week."""

WORKING_WEEK = (Weekday.MONDAY, Weekday.TUESDAY, Weekday.WEDNESDAY, Weekday.THURSDAY, Weekday.FRIDAY)


def once(codes: tuple[str, ...]) -> tuple[str, ...]:
    """The codes once each."""
    return tuple(dict.fromkeys(codes))


Codes = Annotated[tuple[Code, ...], Field(max_length=40), AfterValidator(once)]
"""Codes, each once; how many is bounded since they travel in events (64 KB)."""


_POSTCODE = re.compile(r"[1-9]\d{3}(?!S[ADS])[A-Z]{2}", re.ASCII)


def _postcode(value: str) -> str:
    if _POSTCODE.fullmatch(value):  # as most are written, a hundred thousand times in an import
        return value
    try:
        return postcode.validate(value).replace(" ", "")
    except ValidationError:
        raise ValueError("a Dutch postcode is four digits and two letters, for example 8232AB") from None


def _brin(value: str) -> str:
    compact = brin.compact(value)
    if len(compact) != 6 or not brin.is_valid(compact):
        raise ValueError("a BRIN with its location is two digits, two letters and two digits, for example 05KJ00")
    return compact


def _kvk(value: str) -> str:
    if not re.fullmatch(r"\d{8}", value, re.ASCII):
        raise ValueError("a KvK number has eight digits")
    return value


def _branch(value: str) -> str:
    if not re.fullmatch(r"\d{12}", value, re.ASCII):
        raise ValueError("a branch number (vestigingsnummer) has twelve digits")
    return value


def _sbi(value: str) -> str:
    compact = value.replace(".", "")
    if not re.fullmatch(r"\d{2,5}", compact, re.ASCII):
        raise ValueError("an SBI code has two to five digits, the zero in front included: 0161 or 01.61")
    return compact


def _written_as(pattern: str, example: str) -> Any:
    """What the document says of a text that we check ourselves, with a better sentence than a pattern's."""
    return Field(examples=[example], json_schema_extra={"pattern": pattern})


Postcode = Annotated[str, _written_as("^[1-9][0-9]{3} ?[A-Za-z]{2}$", "8232AB"), AfterValidator(_postcode)]
Brin = Annotated[str, _written_as("^[0-9]{2}[A-Za-z]{2}[0-9]{2}$", "05KJ00"), AfterValidator(_brin)]
KvkNumber = Annotated[str, _written_as("^[0-9]{8}$", "01234567"), AfterValidator(_kvk)]
"""Eight digits as text; there is no check digit to verify."""

BranchNumber = Annotated[str, Field(max_length=12, examples=["000012345678"]), AfterValidator(_branch)]
"""A location of an organisation in the trade register (vestigingsnummer): twelve digits as text."""

SbiCode = Annotated[str, Field(max_length=7, examples=["4711"]), AfterValidator(_sbi)]
"""A kind of economic activity by the Standaard Bedrijfsindeling of CBS, kept without dots."""

Telephone = Annotated[str, Field(pattern=r"^\+?[0-9][0-9 ()-]{5,24}$", examples=["0320 123456"])]
Email = Annotated[str, Field(max_length=200, pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$", examples=["stage@example.org"])]


def is_email(text: str) -> bool:
    """Whether a text, as a token holds it, can be an address."""
    return len(text) <= 200 and re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", text) is not None


Website = Annotated[str, Field(max_length=200, pattern=r"^https?://\S+$", examples=["https://example.org"])]


Example = dict[str, Any]
"""A JSON object that the API's documentation shows, and that runs."""


def examples(*shown: Example) -> ConfigDict:
    """A model's configuration with its examples; its errors never repeat what was given, since they can reach logs."""
    return ConfigDict(json_schema_extra={"examples": list(shown)}, hide_input_in_errors=True)
