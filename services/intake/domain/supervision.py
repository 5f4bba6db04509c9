"""Who guides a student at a placement, and how it was arranged (B16, E17, J4)."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from services.intake.domain.employer import ContactPerson
from services.intake.domain.fields import examples
from services.intake.domain.offer_details import GuidanceForm
from shared.api import Body, ShortText, Text
from shared.errors import Invalid


class Rhythm(StrEnum):
    """How often the employer's supervisor and the student look back together."""

    DAILY = "daily"
    WEEKLY = "weekly"
    FORTNIGHTLY = "fortnightly"
    WHEN_NEEDED = "when-needed"


RHYTHMS = {
    Rhythm.DAILY: "elke dag",
    Rhythm.WEEKLY: "elke week",
    Rhythm.FORTNIGHTLY: "om de twee weken",
    Rhythm.WHEN_NEEDED: "wanneer het nodig is",
}

FORMS = {
    GuidanceForm.EMPLOYER: "het bedrijf",
    GuidanceForm.SCHOOL: "de school ter plaatse",
    GuidanceForm.JOBCOACH: "een jobcoach",
    GuidanceForm.REMOTE: "de school op afstand",
}


class Supervise(Body):
    """Who at the employer guides this student, and what was arranged around it."""

    model_config = examples(
        {
            "supervisor": "T. de Wit",
            "suits": "Rustig en duidelijk: geeft één opdracht tegelijk.",
            "forms": ["employer", "jobcoach"],
            "rhythm": "weekly",
        }
    )

    supervisor: ShortText | None = Field(
        default=None, description="One of the employer's contact persons, by the name that stands there."
    )
    suits: Text | None = Field(default=None, description="How supervisor and student suit: kept by the own school.")
    forms: Annotated[tuple[GuidanceForm, ...], Field(max_length=4)] = Field(
        default=(), description="Who guides, and how; several can go together."
    )
    rhythm: Rhythm | None = None


def found_in(people: Iterable[ContactPerson], name: str) -> ContactPerson:
    """The contact person with that name; raises `Invalid`, since a supervisor is somebody whom the school can call."""
    for person in people:
        if person.name.casefold() == name.casefold():
            return person
    raise Invalid("/supervisor", "staat niet bij de contactpersonen van het bedrijf: voeg die daar eerst toe")
