"""Contact moments: who of which school spoke with an employer, and what came of it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field

from services.intake.domain.company_text import about_the_company
from services.intake.domain.fields import UNRECORDED, Codes, Day, Example, examples
from services.intake.domain.offer import EXAMPLE as OFFER
from services.intake.domain.offer import PlaceFacts
from shared.api import Body, ShortText, Text
from shared.events.intake import ContactLogged


class Channel(StrEnum):
    """How an employer was approached (F1)."""

    TELEPHONE = "telephone"
    OWN_NETWORK = "own-network"
    MUNICIPALITY = "municipality"
    STUDENT_NETWORK = "student-network"
    INTERMEDIARY = "intermediary"
    EMAIL = "email"
    VISIT = "visit"
    EVENT = "event"
    OTHER = "other"


class Initiator(StrEnum):
    """Who began (F5)."""

    SCHOOL = "school"
    EMPLOYER = "employer"
    STUDENT = "student"
    PARENTS = "parents"
    INTERMEDIARY = "intermediary"
    NETWORK = "network"
    UNKNOWN = "unknown"


class ContactOutcome(StrEnum):
    """What came of it."""

    YES = "yes"
    NO = "no"
    LATER = "later"
    CALL_BACK = "call-back"
    NO_ANSWER = "no-answer"
    GOOD_TALK = "good-talk"


class Argument(StrEnum):
    """What was said to win the employer over (F4)."""

    NO_STRINGS = "no-strings"
    INFORMATION = "information"
    HONEST_EXPECTATIONS = "honest-expectations"
    ENTHUSIASM = "enthusiasm"
    INTRINSIC_MOTIVATION = "intrinsic-motivation"
    BENEFITS = "benefits"


class ContactStep(StrEnum):
    """How far the talks with an employer are (F2)."""

    FIRST_CONTACT = "first-contact"
    IN_DEPTH_TALK = "in-depth-talk"
    FOLLOW_UP = "follow-up"


EXAMPLE: Example = {
    "channel": "telephone",
    "step": "first-contact",
    "subjects": ["internship"],
    "spokenToRole": "praktijkopleider",
    "nextStep": "Bellen over een kennismaking met de leerling erbij.",
    "nextStepDate": "2026-09-21",
    "initiator": "school",
    "outcome": "yes",
    "arguments": ["no-strings", "honest-expectations"],
    "contactDate": "2026-09-14",
    "note": "Wil graag beginnen met een proefdag.",
    "offer": OFFER,
}


class LogContact(Body):
    """A talk with an employer; a yes can carry on to the offer in the same call (M1)."""

    model_config = examples(EXAMPLE, {k: v for k, v in EXAMPLE.items() if k != "offer"})

    channel: Channel
    initiator: Initiator = Initiator.SCHOOL
    outcome: ContactOutcome
    arguments: Annotated[tuple[Argument, ...], Field(max_length=6)] = ()
    contact_date: Day
    step: ContactStep | None = None
    subjects: Codes = Field(default=(), description="About what: see the code list `contact-subjects`.")
    face_to_face: bool = False
    student_joined: bool = Field(default=False, description="The student was there too.")
    spoken_to: ShortText | None = Field(default=None, description="Whom at the employer; seen by the own school only.")
    spoken_to_role: Annotated[ShortText, AfterValidator(about_the_company)] | None = Field(
        default=None, description="In which role, for all schools: no name."
    )
    next_step: ShortText | None = Field(default=None, description="What was agreed; seen by the own school only.")
    next_step_date: Day | None = Field(default=None, description="When: see `GET /v1/relations/next-steps`.")
    school_id: UUID | None = Field(default=None, description="For which school; needed by who works for several.")
    student_id: UUID | None = Field(
        default=None, description="For whom, when it was for one student of the own school."
    )
    note: Text | None = Field(default=None, description="Seen by the own school only.")
    offer: PlaceFacts | None = Field(default=None, description="The place that the employer said yes to.")


@dataclass(frozen=True)
class Contact:
    """A contact moment in the register."""

    id: UUID
    employer_id: UUID
    school_id: UUID
    author: str
    talk: LogContact
    offer_id: UUID | None
    coach: str | None = None
    """The author's work address, for colleagues of other schools (F8)."""
    recorded_at: datetime = UNRECORDED

    def logged(self) -> ContactLogged:
        """What others are told: codes, never the note."""
        return ContactLogged(
            employer_id=self.employer_id,
            contact_id=self.id,
            school_id=self.school_id,
            student_id=self.talk.student_id,
            channel=self.talk.channel,
            initiator=self.talk.initiator,
            outcome=self.talk.outcome,
            arguments=tuple(self.talk.arguments),
            contact_date=self.talk.contact_date,
        )
