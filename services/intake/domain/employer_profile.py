"""What schools know of an employer beside its name and address: recognition by SBB, conditions, pay, obligations."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Annotated, Any

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from services.intake.domain.fields import Codes, Day, examples, not_before
from shared.api import Body, ShortText
from shared.events.codes import EmployerKind, Municipality, Recognition

TOLD_AS: Mapping[EmployerKind, EmployerKind] = {EmployerKind.SW_COMPANY: EmployerKind.SHELTERED}
"""Told in an older word for one release: readers learn a code before it is sent (docs/evolution.md)."""

CompanyId = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9-]{0,29}$", examples=["100012345"])]
"""What SBB knows a recognised company by (leerbedrijf-ID), as text."""

CreboCode = Annotated[str, Field(pattern=r"^[0-9]{5}$", examples=["25162"])]
"""A qualification in the central register of vocational education (crebo), five digits."""


class Crebo(Body):
    """A qualification for which SBB recognises the employer, and until when."""

    model_config = examples({"code": "25162", "fromDate": "2026-09-01", "untilDate": "2030-08-31"})

    code: CreboCode
    from_date: Day | None = None
    until_date: Day | None = Field(default=None, description="The last day; left out: no end is known.")

    @field_validator("until_date")
    @classmethod
    def _in_order(cls, until: date | None, info: ValidationInfo) -> date | None:
        return not_before("from_date", until, info)


def _each_once(crebos: tuple[Crebo, ...]) -> tuple[Crebo, ...]:
    if len(crebos) != len({crebo.code for crebo in crebos}):
        raise ValueError("a crebo stands here twice")
    return crebos


MOST_CREBOS = 40

Crebos = Annotated[tuple[Crebo, ...], Field(max_length=MOST_CREBOS), AfterValidator(_each_once)]
"""Qualifications, each once."""


def _some(recognition: Recognition) -> Recognition:
    if recognition is Recognition.NONE:
        raise ValueError("`recognised` or `boris` is meant")
    return recognition


Recognised = Annotated[Recognition, AfterValidator(_some)]
"""What SBB can recognise an employer as."""


class SbbRecord(Body):
    """What SBB's register says of a recognised company."""

    model_config = examples(
        {
            "companyId": "100012345",
            "crebos": [{"code": "25162", "untilDate": "2030-08-31"}],
            "checkedDate": "2026-09-14",
        }
    )

    company_id: CompanyId | None = Field(default=None, description="The leerbedrijf-ID.")
    crebos: Crebos = ()
    checked_date: Day | None = Field(default=None, description="When somebody last looked it up at SBB.")


class Openness(StrEnum):
    """Whether an employer wants to work with students of PrO and VSO (B30)."""

    OPEN = "open"
    WITH_CONDITIONS = "with-conditions"
    NOT_NOW = "not-now"
    CLOSED = "closed"
    UNKNOWN = "unknown"


class WorkConditions(Body):
    """What the work at this employer asks and brings (B24, B25, B27)."""

    model_config = examples({"irregularHours": ["weekends"], "certificates": ["vca"], "risks": ["machines"]})

    irregular_hours: Codes = Field(default=(), description="See the code list `irregular-hours`; empty: office hours.")
    certificates: Codes = Field(default=(), description="What everybody there must have: the list `certificates`.")
    risks: Codes = Field(default=(), description="Risky or complicated work: see the code list `risks`.")


class Period(StrEnum):
    """What an amount is paid for."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class Compensation(Body):
    """What interns are paid (B26)."""

    model_config = examples({"amountCents": 15000, "per": "month", "travelCosts": True})

    amount_cents: Annotated[int, Field(ge=0, le=1_000_000)] | None = Field(
        default=None, description="Euro cents; null: not known, or it differs."
    )
    per: Period = Period.MONTH
    travel_costs: bool | None = Field(default=None, description="Whether travel is paid for; null: not known.")
    note: ShortText | None = None


Count = Annotated[int, Field(ge=0, le=10_000)]
"""How many of something an employer has in a year."""


class PlacesSplit(Body):
    """How many of the places in a year are for students of which kind of school (B8)."""

    model_config = examples({"pro": 3, "vso": 1})

    pro: Count | None = Field(default=None, description="For practical education (PrO); null: not known.")
    vso: Count | None = Field(default=None, description="For special secondary education (VSO); null: not known.")


class SocialReturn(Body):
    """An obligation from public procurement to offer places (B29)."""

    model_config = examples({"municipality": "GM0995", "percentage": 5, "untilDate": "2028-12-31"})

    municipality: Municipality | None = Field(default=None, description="To whom it is owed, when a municipality.")
    percentage: Annotated[float, Field(gt=0, le=100)] | None = Field(default=None, description="Of the contract's sum.")
    until_date: Day | None = None
    note: ShortText | None = None


def within_total(split: PlacesSplit | None, total: int | None) -> PlacesSplit | None:
    """For a field validator: the parts are no more than all together, where that is known; raises ValueError."""
    if split and total is not None and (split.pro or 0) + (split.vso or 0) > total:
        raise ValueError("is more than `placesPerYear` together")
    return split


def recognised_if_recorded(record: SbbRecord | None, recognition: Any) -> SbbRecord | None:
    """For a field validator: crebo's and a company id belong to a recognised company; raises ValueError."""
    if record and (record.company_id or record.crebos) and recognition is Recognition.NONE:
        raise ValueError("says that SBB recognises the company: set `recognition` too, or take `sbb` away")
    return record
