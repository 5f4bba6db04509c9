"""Links for those without an account: that one is to be mailed, and that its holder said something."""

from typing import ClassVar
from uuid import UUID

from shared.events.codes import Code
from shared.events.intake.base import IntakeEvent


class LinkIssued(IntakeEvent):
    """A link is to be mailed: the letter, with its address, is where the `dataref` says, for who may send it."""

    subject_kind: ClassVar[str] = "link"
    link_id: UUID
    school_id: UUID
    purpose: Code
    recipient: Code


class LinkAnswered(IntakeEvent):
    """Who holds a link did what it is for; what was said, the school reads in the register."""

    subject_kind: ClassVar[str] = "link"
    link_id: UUID
    school_id: UUID
    purpose: Code
    employer_id: UUID | None
    """Of an employer's link; of a student's, and of an answered questionnaire, it is told nowhere whose it is."""
    code: Code
