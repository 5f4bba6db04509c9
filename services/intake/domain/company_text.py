"""Text that schools share about a company: never about a person, who could not answer (STANDARDS §7)."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from services.intake.domain.employer import Employer
from shared.api import Text
from shared.errors import Invalid

GUIDELINE = (
    "schrijf over het bedrijf en wat er is gebeurd, niet over een persoon: laat namen, telefoonnummers en mailadressen "
    "weg (write about the company, not about a person)"
)

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_TELEPHONE = re.compile(r"(?<!\d)(?:\+31|0031|0)[ -]?(?:\(0\))?[1-9](?:[ -]?\d){8}(?!\d)")
_ADDRESSED = re.compile(
    r"\b(?:[Dd]hr|[Mm]w|[Mm]evr|[Mm]evrouw|[Mm]eneer|[Mm]ijnheer|[Dd]e heer)\b\.?\s+"
    r"(?:(?:van|de|den|der|ten|ter|te|el|'t)\s+)*(?:[A-Z]\.\s*)*[A-Z]"
)
_WORD = re.compile(r"[\w'’-]+")


def about_the_company(text: str) -> str:
    """Refuse a text that names or addresses a person, as far as its form tells."""
    if any(found.search(text) for found in (_EMAIL, _TELEPHONE, _ADDRESSED)):
        raise ValueError(GUIDELINE)
    return text


CompanyText = Annotated[
    Text, AfterValidator(about_the_company), Field(description="About the company, never about a person.")
]


def name_nobody(text: str | None, employer: Employer, pointer: str) -> None:
    """Refuse a text with the name of somebody who is known to work there; raises `Invalid`.

    A surname that is the company's name too stays allowed.
    """
    words = set(_WORD.findall(text or ""))
    names = {word for person in employer.facts.contact_persons for word in _WORD.findall(person.name)}
    people = {name for name in names if len(name) > 2 and name[0].isupper()}
    if words & (people - set(_WORD.findall(employer.facts.name))):
        raise Invalid(pointer, GUIDELINE)
