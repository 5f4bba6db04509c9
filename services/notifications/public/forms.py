"""The form in which somebody names an employer, as browsers send it."""

from typing import Annotated
from urllib.parse import parse_qsl

from pydantic import Field, ValidationError, field_validator

from shared.api import Body, ShortText
from shared.events.codes import SECTORS, Code
from shared.events.notifications import SuggestedEmployer

MOST_FIELDS, LARGEST_FORM = 20, 16 * 1024
"""Three fields of two hundred characters with everything escaped, several times over."""

WORK = tuple((code, code.replace("-", " ")) for code in SECTORS)
"""The kinds of work that can be chosen: their codes are Dutch words."""

WRONG = {
    "name": "Vul de naam van het bedrijf in.",
    "place": "Vul een plaats in van hoogstens 100 letters.",
    "work": "Kies een van de soorten werk.",
}
"""What is to be mended, by field."""


class NotAForm(Exception):
    """What came is none of our forms."""


class NameEmployer(Body):
    """An employer worth a call: an organisation, never a person."""

    name: ShortText
    place: Annotated[ShortText, Field(max_length=100)] | None = None
    work: Code | None = None

    @field_validator("work")
    @classmethod
    def _known(cls, work: str | None) -> str | None:
        if work is not None and work not in SECTORS:
            raise ValueError("none of the kinds of work")
        return work

    def employer(self) -> SuggestedEmployer:
        """As an answer says it."""
        return SuggestedEmployer(name=self.name, place=self.place, sector=self.work)


def given(body: bytes) -> dict[str, str]:
    """The fields of a form, without those that are empty; raises `NotAForm`."""
    if len(body) > LARGEST_FORM:
        raise NotAForm
    try:
        pairs = parse_qsl(body.decode("ascii"), max_num_fields=MOST_FIELDS, errors="strict")
    except ValueError:
        raise NotAForm from None
    return {name: written for name, value in pairs if (written := value.strip())}


def read(fields: dict[str, str]) -> tuple[NameEmployer | None, dict[str, str]]:
    """The employer that is named, or what is to be mended by field."""
    try:
        return NameEmployer.model_validate({name: fields[name] for name in WRONG if name in fields}), {}
    except ValidationError as error:
        wrong = {str(found["loc"][0]) for found in error.errors() if found["loc"]}
        return None, {name: WRONG[name] for name in WRONG if name in wrong}
