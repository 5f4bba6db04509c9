"""The agreement of an internship (D22, D23): the same for all schools, in versions, signed by each party in order."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, ValidationInfo, field_validator

from services.intake.domain.employer_profile import Compensation
from services.intake.domain.fields import Day, Example, Moment, examples
from services.intake.domain.offer_details import DayHours
from services.intake.domain.placement import Stay
from shared.api import Body, ShortText, Text
from shared.errors import Invalid, Refused
from shared.events.codes import PlacementKind

PARENTS_SIGN_BELOW = 16
"""From 16 on a minor makes a contract of employment alone (BW 7:612); below, the parents must agree (BW 1:234)."""

PARENTS_SIGN_AT_MOST_BELOW = 18
"""From 18 on parents represent nobody (BW 1:233, 1:245): between the two a school may ask them to sign, too."""

WITH_ANOTHER_CONTRACT = frozenset({PlacementKind.JOB, PlacementKind.SHELTERED, PlacementKind.PARTICIPATION_JOB})
"""Paid work has a contract of employment, which the employer writes."""


class Party(StrEnum):
    """Who signs, in the order of signing: the student has read it before others bind the student."""

    STUDENT = "student"
    PARENTS = "parents"
    SCHOOL = "school"
    EMPLOYER = "employer"


PARTIES: Mapping[Party, str] = {
    Party.STUDENT: "de leerling",
    Party.PARENTS: "de ouders of verzorgers",
    Party.SCHOOL: "de school",
    Party.EMPLOYER: "het bedrijf",
}


class Way(StrEnum):
    """How somebody signed."""

    BY_HAND = "by-hand"
    BY_LINK = "by-link"


class Insurer(StrEnum):
    """Whose insurance pays."""

    SCHOOL = "school"
    EMPLOYER = "employer"
    PARENTS = "parents"


class Insurance(Body):
    """Who has insured what during the internship."""

    model_config = examples({"accidents": "school", "liability": "school"})

    accidents: Insurer
    liability: Insurer


EXAMPLE: Example = {
    "learningGoals": ["Op tijd komen en zich afmelden", "Klanten te woord staan"],
    "activities": ["Vakken vullen", "Planten water geven"],
    "hours": [
        {"weekday": "mon", "startTime": "09:00", "endTime": "15:00"},
        {"weekday": "tue", "startTime": "09:00", "endTime": "15:00"},
    ],
    "breakMinutes": 30,
    "schoolSupervisor": "M. Visser, stagecoördinator",
    "schoolGuidance": "Bezoekt elke vier weken, en belt bij vragen dezelfde dag terug.",
    "employerSupervisor": "T. de Wit, praktijkopleider",
    "employerGuidance": "Is elke dag aanspreekbaar en bespreekt op vrijdag de week.",
    "assessment": "Vult halverwege en aan het eind het beoordelingsformulier in, en bespreekt het met de leerling.",
    "insurance": {"accidents": "school", "liability": "school"},
    "allowance": True,
    "compensation": {"amountCents": 7500, "per": "month", "travelCosts": True},
}

Lines = Annotated[tuple[ShortText, ...], Field(max_length=30)]


class AgreementTerms(Body):
    """What the parties agree; what is not known yet can follow until somebody signs."""

    model_config = examples(EXAMPLE)

    learning_goals: Lines = ()
    activities: Lines = Field(default=(), description="What the student does there: learning activities and work.")
    hours: Annotated[tuple[DayHours, ...], Field(max_length=14)] = ()
    break_minutes: Annotated[int, Field(ge=0, le=240)] | None = None
    school_supervisor: ShortText | None = Field(default=None, description="Left out: the student's coach.")
    school_guidance: Text | None = None
    employer_supervisor: ShortText | None = Field(default=None, description="Left out: as in `supervision`.")
    employer_guidance: Text | None = None
    assessment: Text | None = Field(default=None, description="How the company takes part in the assessment.")
    insurance: Insurance | None = None
    allowance: bool | None = Field(default=None, description="Whether the student gets an allowance.")
    compensation: Compensation | None = Field(default=None, description="How much, and whether travel is paid for.")
    parents_sign: bool = Field(
        default=False, description=f"Whether parents sign though the student is {PARENTS_SIGN_BELOW} or 17."
    )
    remarks: Text | None = None

    @field_validator("compensation")
    @classmethod
    def _not_of_nothing(cls, compensation: Compensation | None, info: ValidationInfo) -> Compensation | None:
        if compensation and compensation.amount_cents and info.data.get("allowance") is False:
            raise ValueError("names an amount, while `allowance` says that nothing is paid")
        return compensation


class Signature(Body):
    """That a party signed: by its role, never by name."""

    party: Party
    way: Way
    signed_date: Day
    recorded_at: Moment


class NoSuchAgreement(Refused):
    """Deze plek heeft geen stageovereenkomst: voor {kind} maakt de werkgever een arbeidsovereenkomst."""

    slug = "no-such-agreement"


class AgreementIsIncomplete(Refused):
    """De overeenkomst kan nog niet worden getekend. Er ontbreekt: {missing}."""

    slug = "agreement-is-incomplete"


class AgreementIsOutdated(Refused):
    """Dit is versie {number}, en die geldt niet meer: {why}."""

    slug = "agreement-is-outdated"


class SignedAlready(Refused):
    """Voor {party} is deze versie al getekend, op {signed_date}."""

    slug = "signed-already"


class NotTheirTurn(Refused):
    """Eerst tekent {first}, en dan pas {party}."""

    slug = "not-their-turn"


class SignsNot(Refused):
    """Deze overeenkomst vraagt geen handtekening van {party}."""

    slug = "signs-not"


@dataclass(frozen=True)
class Agreement:
    """One version of the agreement of a placement, with who signed it so far."""

    id: UUID
    placement_id: UUID
    student_id: UUID
    school_id: UUID
    employer_id: UUID
    number: int
    author: str
    terms: AgreementTerms
    stay: Stay
    """As it was when this version was made: another one asks for another version."""
    parties: tuple[Party, ...]
    paper: Mapping[str, Any] = field(default_factory=dict)
    """What is printed, as it was when this version was made: nobody's signature stands under other words later."""
    signatures: tuple[Signature, ...] = ()

    @property
    def missing(self) -> dict[str, str]:
        """What must be filled in before anybody signs: Dutch words by JSON pointer."""
        return missing(self.terms, self.stay)

    @property
    def next_party(self) -> Party | None:
        """Whose turn it is; None when all have signed."""
        signed = {signature.party for signature in self.signatures}
        return next((party for party in self.parties if party not in signed), None)

    def signed(self, signature: Signature, latest: int, stay: Stay) -> "Agreement":
        """With one more signature; raises what says, in Dutch, why that party cannot sign now.

        `latest` is the number of the newest version, `stay` how the placement stands now.
        """
        party, earlier = signature.party, {one.party: one for one in self.signatures}
        if self.number != latest:
            raise AgreementIsOutdated(number=self.number, why=f"onderteken versie {latest}")
        if stay != self.stay:
            why = "de periode of de dagen zijn gewijzigd; maak een nieuwe versie"
            raise AgreementIsOutdated(number=self.number, why=why)
        if party in earlier:
            raise SignedAlready(party=PARTIES[party], signed_date=earlier[party].signed_date)
        if party not in self.parties:
            raise SignsNot(party=PARTIES[party])
        if refusal := self.too_early_for(party):
            raise refusal
        return replace(self, signatures=(*self.signatures, signature))

    def too_early_for(self, party: Party) -> Refused | None:
        """Why a party that has to sign cannot do so yet: something is not filled in, or another signs first."""
        if self.missing:
            return AgreementIsIncomplete(missing=", ".join(self.missing.values()))
        if (first := self.next_party) is not None and first is not party:
            return NotTheirTurn(first=PARTIES[first], party=PARTIES[party])
        return None


_NEEDED = {
    "learning_goals": "de leerdoelen",
    "activities": "de werkzaamheden",
    "break_minutes": "de pauze",
    "school_supervisor": "de begeleider van school",
    "school_guidance": "hoe de school begeleidt",
    "employer_supervisor": "de begeleider van het bedrijf",
    "employer_guidance": "hoe het bedrijf begeleidt",
    "assessment": "hoe het bedrijf aan de beoordeling meewerkt",
    "insurance": "de verzekering",
    "allowance": "of er een vergoeding is",
}
"""What the rules for VSO ask of an agreement; break, allowance and travel are what schools ask (D22)."""


def missing(terms: AgreementTerms, stay: Stay) -> dict[str, str]:
    """What is not filled in: Dutch words by JSON pointer."""
    fields = AgreementTerms.model_fields
    found = {f"/{fields[name].alias}": what for name, what in _NEEDED.items() if getattr(terms, name) in {None, ()}}
    if {line.weekday for line in terms.hours} != set(stay.weekdays):
        found["/hours"] = "van hoe laat tot hoe laat, voor elke stagedag"
    if terms.compensation is None or terms.compensation.travel_costs is None:
        found["/compensation"] = "of reiskosten worden vergoed"
    elif terms.allowance and terms.compensation.amount_cents is None:
        found["/compensation"] = "hoe hoog de vergoeding is"
    if stay.end_date is None:
        found["/endDate"] = "de einddatum van de plaatsing"
    return found


def require_days(terms: AgreementTerms, stay: Stay) -> None:
    """Raise `Invalid` for hours on days on which the student is not there."""
    if others := sorted({line.weekday for line in terms.hours} - set(stay.weekdays)):
        raise Invalid("/hours", f"de leerling is er niet op: {', '.join(others)}")


def parties_of(age: int, *, parents_too: bool) -> tuple[Party, ...]:
    """Who signs, in order; raises `Invalid` when parents are asked to sign for an adult."""
    if parents_too and age >= PARENTS_SIGN_AT_MOST_BELOW:
        raise Invalid("/parentsSign", "de leerling is volwassen: ouders tekenen niet mee")
    parents = parents_too or age < PARENTS_SIGN_BELOW
    return tuple(party for party in Party if party is not Party.PARENTS or parents)


def drawn_up(before: Agreement | None, new: Agreement) -> Agreement:
    """The next version; the same words on paper make no other one.

    Also of one that nobody signed: somebody may have it before the eyes, to sign it by its number.
    """
    if before is None:
        return replace(new, number=1)
    if (before.terms, before.stay, before.parties, before.paper) == (new.terms, new.stay, new.parties, new.paper):
        return before
    return replace(new, number=before.number + 1)
