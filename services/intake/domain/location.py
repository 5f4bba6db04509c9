"""Locations (B28): an employer's branches beside its main address, each with its own people and place on the map."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.intake.domain.addresses import Address, Situation
from services.intake.domain.employer import ContactPerson, Employer
from services.intake.domain.employer_stop import NOBODY
from services.intake.domain.fields import BranchNumber, Email, Example, Telephone, examples
from services.intake.domain.rights import Viewer
from shared.api import Body, ShortText
from shared.errors import Refused

EXAMPLE: Example = {
    "name": "Filiaal Zuid",
    "branchNumber": "000087654321",
    "address": {"postcode": "8223AA", "place": "Lelystad"},
    "contactPersons": [{"name": "A. Visser", "role": "teamleider"}],
}


class BranchIsKnown(Refused):
    """The employer has a location with this branch number already: {location}."""

    slug = "branch-is-known"


class LocationIsClosed(Refused):
    """The location was closed."""

    slug = "location-is-closed"


class LocationFacts(Body):
    """A branch of an employer."""

    model_config = examples(EXAMPLE)

    name: ShortText | None = Field(default=None, description="What the branch is called, if not as the employer.")
    branch_number: BranchNumber | None = None
    address: Address
    telephone: Telephone | None = None
    email: Email | None = None
    contact_persons: Annotated[tuple[ContactPerson, ...], Field(max_length=20)] = ()
    note: ShortText | None = Field(default=None, description="How to get in, for example.")

    def is_one_with(self, other: "LocationFacts") -> bool:
        """Whether both are one branch: by number, else by address."""
        if self.branch_number and other.branch_number:
            return self.branch_number == other.branch_number
        return self.address.is_one_with(other.address)


@dataclass(frozen=True)
class Location:
    """A branch in the register."""

    id: UUID
    employer_id: UUID
    facts: LocationFacts
    situation: Situation
    closed_date: date | None = None

    def kept_by(self, viewer: Viewer, employer: Employer) -> bool:
        """Whether a caller may change it: who may change the employer, and who works where the branch is."""
        region = self.situation.region
        return employer.kept_by(viewer) or viewer.governs(region) or region in viewer.school_regions

    def must_be_open(self) -> None:
        """Raise `LocationIsClosed` unless it stands."""
        if self.closed_date is not None:
            raise LocationIsClosed

    def closed(self, on: date) -> "Location":
        """Nobody goes there any more; raises `LocationIsClosed` the second time."""
        self.must_be_open()
        return replace(self, closed_date=on)

    def without_people(self) -> "Location":
        """Without whom somebody could call."""
        return replace(self, facts=self.facts.model_copy(update=NOBODY))
