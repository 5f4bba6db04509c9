"""Links: who has no account does one thing with what stands behind a link (M2, M14): which, and for how long.

A link is for one purpose, one subject and one addressee. Its token is known to who holds it: here stands a hash.
"""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Self
from uuid import UUID

from pydantic import Field, model_validator

from services.intake.domain.fields import UNRECORDED, Day, Email, Example, examples
from services.intake.domain.ground import LONGEST_YEARS, RecipientKind, years_after
from services.intake.domain.ground import Purpose as SharedFor
from services.intake.domain.questionnaire_round import LONGEST, Invitation, RoundIsClosed
from services.intake.domain.student import ADULT_CONSENT_AGE
from shared.api import Body, ShortText
from shared.errors import Invalid, Refused
from shared.events.codes import Code
from shared.events.intake import LinkAnswered, LinkIssued

EXAMPLE: Example = {
    "purpose": "still-open",
    "subjectId": "01920000-0000-7000-8000-000000000002",
    "recipient": "employer",
}

TOKEN_BYTES = 32
"""256 random bits: nobody guesses one, so that an unkeyed hash of it is enough to keep."""

LETTER_LASTS = timedelta(days=3)
"""How long a mail may be under way: longer than all tries of a mail together; then its address is forgotten."""

MOST_ANSWERS = 40
"""Of one link: whoever has more to say speaks with the school."""


class LinkIsUnknown(Refused):
    """Deze link werkt niet (meer). (This link does not work, or no more.)"""

    slug = "link-is-unknown"
    status = 404


class LinkIsExpired(Refused):
    """Deze link is verlopen: vraag de school om een nieuwe. (This link has expired: ask the school for a new one.)"""

    slug = "link-is-expired"
    status = 410


class LinkHasNoMoreUse(Refused):
    """Deze link is niet meer nodig. (There is nothing left to do with this link.)"""

    slug = "link-has-no-more-use"
    status = 410


class LinkIsEarly(Refused):
    """Deze link werkt vanaf {since}. (This link works from then on.)"""

    slug = "link-is-early"


class LinkIsRevoked(Refused):
    """The link was revoked: make a new one."""

    slug = "link-is-revoked"


class LetterIsGone(Refused):
    """There is no letter to send (any more): the link is over, or its mail was under way for too long."""

    slug = "letter-is-gone"
    status = 410


class Recipient(StrEnum):
    """Who holds the link."""

    EMPLOYER = "employer"
    STUDENT = "student"
    PARENTS = "parents"


class About(StrEnum):
    """What a link is about."""

    OFFER = "offer"
    EMPLOYER = "employer"
    PLACEMENT = "placement"
    STUDENT = "student"


class Purpose(StrEnum):
    """The one thing that is done with a link."""

    STILL_OPEN = "still-open"
    """Is the place still free, how many, until when?"""
    PAUSE = "pause"
    """The employer takes nobody for a while, or takes students again (B21)."""
    PROBLEM = "problem"
    """The direct line to the school when something goes wrong with a student (F19)."""
    SUPPORT = "support"
    """The employer asks for support (J10, M10)."""
    SHARING = "sharing"
    """See what is recorded and shared with whom; withdraw consent; object (M14)."""
    CONSENT = "consent"
    """Say yes or no to one thing that the school wants to share."""
    SIGN = "sign"
    """Sign the newest version of the agreement."""
    EVALUATE = "evaluate"
    """Say how a placement went, at its end."""
    QUESTIONNAIRE = "questionnaire"
    """Answer the employers' questionnaire (M4)."""
    OWN_NETWORK = "own-network"
    """Name an employer from the own network (C19)."""


@dataclass(frozen=True)
class Rule:
    """What a purpose is about, for whom it is, how long a link for it lasts, and whether it is answered once."""

    about: About
    recipients: frozenset[Recipient]
    lasts: timedelta
    once: bool = False
    in_round: bool = False
    """Of a round of a questionnaire: no longer than that takes answers."""


_EMPLOYER = frozenset({Recipient.EMPLOYER})
_FAMILY = frozenset({Recipient.STUDENT, Recipient.PARENTS})
_MONTH, _QUARTER, _SCHOOL_YEAR = timedelta(days=30), timedelta(days=90), timedelta(days=300)

RULES: Mapping[Purpose, Rule] = {
    Purpose.STILL_OPEN: Rule(About.OFFER, _EMPLOYER, _MONTH, once=True),
    Purpose.PAUSE: Rule(About.EMPLOYER, _EMPLOYER, _QUARTER),
    Purpose.PROBLEM: Rule(About.PLACEMENT, _EMPLOYER, _SCHOOL_YEAR),
    Purpose.SUPPORT: Rule(About.EMPLOYER, _EMPLOYER, _QUARTER),
    Purpose.SIGN: Rule(About.PLACEMENT, frozenset(Recipient), _MONTH, once=True),
    Purpose.EVALUATE: Rule(About.PLACEMENT, _EMPLOYER, _QUARTER, once=True),
    Purpose.QUESTIONNAIRE: Rule(About.EMPLOYER, _EMPLOYER, LONGEST, in_round=True),
    Purpose.SHARING: Rule(About.STUDENT, _FAMILY, _MONTH),
    Purpose.CONSENT: Rule(About.STUDENT, _FAMILY, _MONTH, once=True),
    Purpose.OWN_NETWORK: Rule(About.STUDENT, _FAMILY, _MONTH),
}
"""A link is made anew with one call, so that each lasts no longer than it is needed; a direct line a school year."""


class Delivery(StrEnum):
    """How a link reaches who it is for."""

    HAND_OVER = "hand-over"
    MAIL = "mail"


class AskConsent(Body):
    """What the school asks consent for: to whom, what for, until when; of who gives it, the link's holder says it."""

    model_config = examples(
        {
            "recipientKind": "municipality",
            "organisation": "Gemeente Lelystad",
            "purpose": "warm-transfer",
            "endDate": "2027-07-31",
        }
    )

    recipient_kind: RecipientKind
    organisation: ShortText = Field(description="Which one: the name of the organisation, never of a person.")
    purpose: SharedFor
    end_date: Day = Field(description=f"The last day on which it would hold: at most {LONGEST_YEARS} years from then.")


class MakeLink(Body):
    """A link for somebody without an account."""

    model_config = examples(EXAMPLE)

    purpose: Purpose
    subject_id: UUID = Field(description="The offer, employer, placement or student that it is about.")
    recipient: Recipient
    delivery: Delivery = Field(default=Delivery.HAND_OVER, description="Handed over as `url` and QR code, or mailed.")
    email: Email | None = Field(default=None, description="Of a mail; left out: the employer's own address.")
    asks: AskConsent | None = Field(default=None, description="With the purpose `consent`, and only with that.")
    school_id: UUID | None = Field(
        default=None, description="For which school, of an offer or employer; needed by who works for several."
    )

    @model_validator(mode="after")
    def _goes_together(self) -> Self:
        fit = RULES[self.purpose].recipients
        if self.recipient not in fit:
            raise ValueError(f"such a link is for: {', '.join(sorted(fit))}")
        if (self.purpose is Purpose.CONSENT) != (self.asks is not None):
            raise ValueError("asks is given with the purpose `consent`, and only with that")
        if self.email and self.delivery is not Delivery.MAIL:
            raise ValueError("an address is only of use with the delivery `mail`")
        return self


@dataclass(frozen=True)
class Subject:
    """What a link is about, and whom it concerns."""

    school_id: UUID
    offer_id: UUID | None = None
    employer_id: UUID | None = None
    placement_id: UUID | None = None
    student_id: UUID | None = None
    round_id: UUID | None = None
    """With an employer: the round in which it is asked."""

    def id(self, about: About) -> UUID:
        """The id of the thing itself."""
        found: UUID = getattr(self, f"{about.value}_id")
        return found


@dataclass(frozen=True)
class Answer:
    """What the holder of a link said."""

    id: UUID
    code: Code
    said: dict[str, Any]
    answered_at: datetime = UNRECORDED


@dataclass(frozen=True)
class Link:
    """A link as the register knows it: all but its token."""

    id: UUID
    purpose: Purpose
    recipient: Recipient
    subject: Subject
    author: str
    expires_at: datetime
    email: str | None = None
    asks: AskConsent | None = None
    invitation: Invitation | None = None
    """Why a round made it by itself; None: somebody did."""
    letter_until: datetime | None = None
    answer_count: int = 0
    revoked_at: datetime | None = None
    recorded_at: datetime = UNRECORDED
    version: int = 0

    @property
    def rule(self) -> Rule:
        """What holds for its purpose."""
        return RULES[self.purpose]

    @property
    def is_answered(self) -> bool:
        """Whether there is nothing left to do with it."""
        return self.answer_count >= (1 if self.rule.once else MOST_ANSWERS)

    def must_stand(self, now: datetime) -> None:
        """Raise `LinkIsUnknown` for a revoked one, `LinkIsExpired` or `RoundIsClosed` for one whose time is over."""
        if self.revoked_at is not None:
            raise LinkIsUnknown
        if now >= self.expires_at:
            raise RoundIsClosed if self.rule.in_round else LinkIsExpired

    def renewed(self, now: datetime, ends: datetime | None = None) -> "Link":
        """Lasts as long as a new one, and is mailed again if it was; raises `LinkIsRevoked`."""
        if self.revoked_at is not None:
            raise LinkIsRevoked
        expires = _expires(self.purpose, now, ends)
        return replace(self, expires_at=expires, letter_until=_letter_until(self.email, now))

    def revoked(self, now: datetime) -> "Link":
        """Works no more; raises `LinkIsRevoked` the second time."""
        if self.revoked_at is not None:
            raise LinkIsRevoked
        return replace(self, revoked_at=now, email=None, letter_until=None)

    def addressed(self, now: datetime) -> str:
        """The address that a letter with it goes to; raises `LetterIsGone`."""
        over = self.letter_until is None or now >= self.letter_until or now >= self.expires_at
        if self.email is None or over or self.is_answered:
            raise LetterIsGone
        return self.email

    def issued(self) -> LinkIssued:
        """What others are told when it is to be mailed."""
        return LinkIssued(
            link_id=self.id, school_id=self.subject.school_id, purpose=self.purpose, recipient=self.recipient
        )

    def answered(self, code: Code) -> LinkAnswered:
        """What others are told of an answer: of a student's link, and of one to a questionnaire, not whose it is."""
        named = self.recipient is Recipient.EMPLOYER and not self.rule.in_round
        return LinkAnswered(
            link_id=self.id,
            school_id=self.subject.school_id,
            purpose=self.purpose,
            employer_id=self.subject.employer_id if named else None,
            code=code,
        )


def made(
    link_id: UUID, asked: MakeLink, subject: Subject, author: str, now: datetime, ends: datetime | None = None
) -> Link:
    """A new link; `ends`: when its round takes answers no more."""
    return Link(
        id=link_id,
        purpose=asked.purpose,
        recipient=asked.recipient,
        subject=subject,
        author=author,
        expires_at=_expires(asked.purpose, now, ends),
        email=asked.email,
        asks=asked.asks,
        letter_until=_letter_until(asked.email, now),
    )


def decides(recipient: Recipient, age: int) -> bool:
    """Whether the holder gives and withdraws consent: below 16 the parents, from then on the student (UAVG art. 5)."""
    return recipient is (Recipient.STUDENT if age >= ADULT_CONSENT_AGE else Recipient.PARENTS)


def must_hold(purpose: Purpose, recipient: Recipient, age: int) -> None:
    """Raise `Invalid` for parents of who decides alone, and for who cannot say yes to what is asked."""
    if (recipient is Recipient.PARENTS or purpose is Purpose.CONSENT) and not decides(recipient, age):
        raise Invalid("/recipient", "below 16 the parents decide, from then on the student")


def must_be_possible(asks: AskConsent | None, today: date) -> None:
    """Raise `Invalid` for consent that could not be kept when it is given."""
    if asks is None:
        return
    if not today <= asks.end_date <= years_after(today, LONGEST_YEARS):
        raise Invalid("/asks/endDate", f"a day from today on, at most {LONGEST_YEARS} years ahead")
    if (asks.purpose is SharedFor.PUBLICATION) != (asks.recipient_kind is RecipientKind.PUBLIC):
        raise Invalid("/asks/recipientKind", "`publication` is for `public`, and nothing else is")


def new_token() -> str:
    """A token as it stands in an address."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def digest(token: str) -> bytes:
    """What is kept of a token."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def _expires(purpose: Purpose, now: datetime, ends: datetime | None) -> datetime:
    longest = now + RULES[purpose].lasts
    return longest if ends is None else min(longest, ends)


def _letter_until(email: str | None, now: datetime) -> datetime | None:
    return None if email is None else now + LETTER_LASTS
