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

EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
TELEPHONE = re.compile(r"(?<!\d)(?:\+31|0031|0)[ -]?(?:\(0\))?[1-9](?:[ -]?\d){8}(?!\d)")
_ADDRESSED = re.compile(
    r"\b(?:[Dd]hr|[Mm]w|[Mm]evr|[Mm]evrouw|[Mm]eneer|[Mm]ijnheer|[Dd]e heer)\b\.?\s+"
    r"(?:(?:van|de|den|der|ten|ter|te|el|'t)\s+)*(?:[A-Z]\.\s*)*[A-Z]"
)
_WORD = re.compile(r"[\w'’-]+")
_POSSESSIVE = re.compile(r"['’]s?$")
_LETTERS = re.compile(r"[^\W\d_]+")
_TELLS_NOTHING = frozenset({"dhr", "mevr", "mevrouw", "meneer", "mijnheer", "heer", "van", "den", "der", "ten", "ter"})
"""What stands in many names."""


def about_the_company(text: str) -> str:
    """Refuse a text that names or addresses a person, as far as its form tells."""
    if any(found.search(text) for found in (EMAIL, TELEPHONE, _ADDRESSED)):
        raise ValueError(GUIDELINE)
    return text


CompanyText = Annotated[
    Text, AfterValidator(about_the_company), Field(description="About the company, never about a person.")
]


def name_nobody(text: str | None, employer: Employer, pointer: str) -> None:
    """Refuse a text with the name of somebody who is known to work there; raises `Invalid`.

    A surname that is the company's name too stays allowed.
    """
    words = {_POSSESSIVE.sub("", word) for word in _WORD.findall(text or "")}
    people = {word for one in employer.facts.contact_persons for word in telling_words(one.name, employer.facts.name)}
    if words & people:
        raise Invalid(pointer, GUIDELINE)


def telling_words(name: str, company: str) -> set[str]:
    """The words of a person's name by which a text would name that person: not those that the company is called by."""
    words = {word for word in _WORD.findall(name) if len(word) > 2 and word[0].isupper()}
    return {word for word in words if word.casefold() not in _TELLS_NOTHING} - set(_WORD.findall(company))


def names(text: str, person: str) -> bool:
    """Whether a text has a telling part of somebody's name, in any case, also as a possessive or in a compound."""
    parts = {part for word in telling_words(person, "") for part in _parts(word) if len(part) > 2}
    return not parts.isdisjoint(_parts(text)) or not {f"{part}s" for part in parts}.isdisjoint(_parts(text))


def _parts(text: str) -> set[str]:
    return {part.casefold() for part in _LETTERS.findall(text)}
